//! The cron jobs of an account.

use super::{next, standing, when};
use crate::{
    account::{self, Part},
    http::{Answer, Face},
    parts::{self, empty, link_main, next_page},
    shell,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{AccountId, Lang, Right};
use server::{Server, account::Standing, cron_job::CronJobView};

/// `GET /accounts/{account}/cron-jobs`
pub async fn list(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    let lang = face.lang;
    let account = server::account::show(&server, face.me()?, id).await?;
    let jobs = server::cron_job::list(&server, face.me()?, id, &page.listing()).await?;
    let may = server::grant::access(&server, face.me()?, id).await?.has(Right::Sites);
    let add = (may && account.state == Standing::Active).then(|| {
        link_main(format!("/accounts/{id}/cron-jobs/new"), lang.pick("Ajouter une tâche", "Add a cron job"))
    });
    let path = format!("/accounts/{id}/cron-jobs");
    let turn = next_page(lang, &path, &page, jobs.next.as_deref());
    let list = if jobs.items.is_empty() && page.after().is_none() {
        let words = lang.pick(
            "Un script PHP ou une commande, à l’heure que vous choisissez\u{a0}: envoyer les courriels en attente, faire une sauvegarde, mettre à jour.",
            "A PHP script or a command, at the time you choose: sending mails that wait, making a copy, updating.",
        );
        empty(lang.pick("Aucune tâche planifiée", "No cron job"), words, None)
    } else {
        let items = jobs.items.iter().map(|job| item(lang, job)).collect_view();
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, &account)}
            <section class="card card-flat" aria-labelledby="jobs">
                <div class="card-head"><h2 id="jobs">{lang.pick("Tâches planifiées", "Cron jobs")}</h2>{add}</div>
                {list}
            </section>
            {turn}
        </div>
    };
    Ok(shell::page(&face, account::frame(&face, &account, Part::CronJobs), body))
}

fn item(lang: Lang, job: &CronJobView) -> AnyView {
    let said = job
        .text
        .as_ref()
        .filter(|_| job.state > model::ChangeState::Wanted)
        .map(|text| text.pick(lang).to_owned());
    let soon = job.next.first().map(|at| {
        view! { <p class="item-more">{lang.pick("Prochaine fois\u{a0}: ", "Next time: ")}{parts::moment_in(lang, *at, job.spec.zone.as_str())}</p> }
    });
    view! {
        <li>
            <div class="item">
                <a class="item-name mono" href=format!("/cron-jobs/{}", job.id)>{job.words()}</a>
                <p class="item-more">{when(lang, job)}</p>
                {soon}
                {said.map(|said| view! { <p class="item-more">{said}</p> })}
            </div>
            {standing(lang, job)}
        </li>
    }
    .into_any()
}

/// What comes next, as a part of a page.
pub(super) fn times(lang: Lang, times: &[i64], zone: &str) -> AnyView {
    view! {
        <section class="card stack" aria-labelledby="next">
            <h2 id="next">{lang.pick("Prochaines exécutions", "Next runs")}</h2>
            {next(lang, times, zone)}
        </section>
    }
    .into_any()
}
