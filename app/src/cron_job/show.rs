//! The page of one cron job: what it does and when, what became of it, its end.

use super::{list::times, run, standing, when};
use crate::{
    account, change,
    http::{Answer, Face},
    parts::{Action, Facts, Typed, empty, errors, fold_loss, link},
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{CronJobId, Lang, Right};
use server::{
    Server,
    account::Standing,
    cron_job::{CronJobView, Notify, RunView},
    paging::Listing,
};

/// `GET /cron-jobs/{cron_job}`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<CronJobId>) -> Answer {
    draw(&server, &face, id, Typed::new()).await
}

/// Loads and draws the page, with what was refused if anything was.
pub(super) async fn draw(server: &Server, face: &Face, id: CronJobId, typed: Typed) -> Answer {
    let lang = face.lang;
    let job = server::cron_job::show(server, face.me()?, id).await?;
    let account = server::account::show(server, face.me()?, job.account.id).await?;
    let may = server::grant::access(server, face.me()?, account.id).await?.has(Right::Sites);
    let may = may && account.state != Standing::Deleted;
    let all = Listing { limit: Some(50), ..Listing::default() };
    let runs = server::cron_job::runs(server, face.me()?, id, &all).await?.items;
    let page = head(face, &job).lead(standing(lang, &job)).status(typed.status());
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, &account)}
            {errors(lang, &typed)}
            {what(lang, &job, may)}
            {change::last(lang, job.change, job.account.id, job.state, job.text.clone())}
            {times(lang, &job.next, job.spec.zone.as_str())}
            {last(lang, &job, &runs)}
            {may.then(|| delete(lang, &job))}
        </div>
    };
    Ok(shell::page(face, page, body))
}

/// The head of every page of a job.
pub(super) fn head(face: &Face, job: &CronJobView) -> shell::Page {
    let lang = face.lang;
    let accounts = if face.is_staff() {
        lang.pick("Comptes", "Accounts")
    } else {
        lang.pick("Mes comptes", "My accounts")
    };
    let account = format!("/accounts/{}", job.account.id);
    let title: String = job.words().chars().take(60).collect();
    shell::Page::new(Place::Accounts, title)
        .from(accounts, "/accounts")
        .from(job.account.name.clone(), account.clone())
        .from(lang.pick("Tâches planifiées", "Cron jobs"), format!("{account}/cron-jobs"))
}

fn what(lang: Lang, job: &CronJobView, may: bool) -> AnyView {
    let path = format!("/cron-jobs/{}", job.id);
    let notify = match job.spec.notify {
        Notify::Failure => lang.pick(
            "quand elle commence à échouer, et quand elle marche de nouveau",
            "when it begins to fail, and when it works again",
        ),
        Notify::Never => lang.pick("jamais", "never"),
    };
    let minutes = job.spec.minutes.minutes();
    let facts = Facts::new()
        .line(lang.pick("Elle exécute", "It runs"), view! { <code>{job.words()}</code> })
        .line(lang.pick("Quand", "When"), when(lang, job))
        .line(
            lang.pick("Horaire cron", "Cron schedule"),
            view! { <code>{job.spec.schedule.to_string()}</code> },
        )
        .line(lang.pick("Durée limite", "Time limit"), format!("{minutes}\u{a0}min"))
        .line(lang.pick("Courriel", "Mail"), notify)
        .view();
    let acts = may.then(|| {
        let run = Action::new(format!("{path}/run"), lang.pick("Exécuter maintenant", "Run now")).main().view();
        let pause = if job.spec.paused {
            Action::new(format!("{path}/resume"), lang.pick("Reprendre", "Resume"))
        } else {
            Action::new(format!("{path}/pause"), lang.pick("Mettre en pause", "Pause"))
        };
        view! { <div class="acts">{run}{link(format!("{path}/edit"), lang.pick("Modifier", "Change"))}{pause.view()}</div> }
    });
    view! { <section class="card stack">{facts}{acts}</section> }.into_any()
}

fn last(lang: Lang, job: &CronJobView, runs: &[RunView]) -> AnyView {
    let list = if runs.is_empty() {
        let words = lang.pick(
            "Ce qu’elle écrit et son résultat viendront ici. Les vingt dernières exécutions sont gardées.",
            "What it writes and its result will come here. The last twenty runs are kept.",
        );
        empty(lang.pick("Pas encore exécutée", "Not run yet"), words, None)
    } else {
        let zone = job.spec.zone.as_str();
        let items =
            runs.iter().enumerate().map(|(place, one)| run::item(lang, one, zone, place == 0)).collect_view();
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    let kept = runs.iter().any(|run| run.output.is_none()).then(|| {
        let words = lang.pick(
            "Ce que les exécutions ont écrit n’est montré qu’aux personnes du compte\u{a0}: voyez-le comme le membre, en disant pourquoi.",
            "What the runs wrote is shown to the account’s own people alone: view it as the member, saying why.",
        );
        view! { <p class="hint">{words}</p> }
    });
    view! {
        <section class="card card-flat" aria-labelledby="runs">
            <div class="card-head">
                <h2 id="runs">{lang.pick("Dernières exécutions", "Last runs")}</h2>
                <a class="small" href=format!("/cron-jobs/{}", job.id)>{lang.pick("Actualiser", "Refresh")}</a>
            </div>
            {kept}
            {list}
        </section>
    }
    .into_any()
}

fn delete(lang: Lang, job: &CronJobView) -> AnyView {
    let loses = lang.pick(
        "Elle ne s’exécutera plus, celle qui est en cours s’arrête, et ce que les dernières ont écrit disparaît.",
        "It will not run any more, a run that is going ends, and what the last ones wrote is gone.",
    );
    let keeps = lang.pick(
        "La suppression peut être annulée depuis les modifications du compte.",
        "The deletion can be undone from the changes of the account.",
    );
    let button = Action::new(
        format!("/cron-jobs/{}/delete", job.id),
        lang.pick("Supprimer la tâche", "Delete the job"),
    )
    .loss();
    fold_loss(
        lang.pick("Supprimer cette tâche…", "Delete this job…"),
        false,
        view! { <p>{loses}</p><p>{keeps}</p>{button.view()} },
    )
}
