//! What admins do with an account: its plan, suspending, resuming, deleting, restoring.

use super::{Part, cause, frame, standing, standing_notice, usage};
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Check, Facts, Input, Select, Typed, errors, fold, fold_loss, moment},
    shell,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{AccountId, Lang, Problem, Text, text};
use server::{
    Server,
    account::{AccountView, Limit, Standing, Suspension},
    change::Done,
};

/// `GET /accounts/{account}/manage`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    render(&server, &face, id, Typed::new()).await
}

/// `POST /accounts/{account}/suspend`
pub async fn suspend(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let suspension = Suspension {
        code: typed.get("code").to_owned(),
        reference: typed.some("reference").map(str::to_owned),
        reason: typed.some("reason").map(str::to_owned),
    };
    let done = server::account::suspend(&server, face.me()?, id, None, suspension).await;
    after(&server, &face, id, typed, done, "account_suspended").await
}

/// `POST /accounts/{account}/resume`
pub async fn resume(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    let done = server::account::resume(&server, face.me()?, id, None).await;
    after(&server, &face, id, Typed::new(), done, "account_resumed").await
}

/// `POST /accounts/{account}/delete`
pub async fn delete(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let account = server::account::show(&server, face.me()?, id).await?;
    if typed.get("confirm").trim() != account.name.as_str() {
        let text = Text::new(
            "Recopiez exactement le nom du compte pour confirmer.",
            "Copy the account's name exactly to confirm.",
        );
        return render(&server, &face, id, typed.refused(Problem::invalid("confirm", "not_confirmed", text)))
            .await;
    }
    let done = server::account::delete(&server, face.me()?, id, None).await;
    after(&server, &face, id, typed, done, "account_deleted").await
}

/// `POST /accounts/{account}/restore`
pub async fn restore(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    let done = server::account::restore(&server, face.me()?, id, None).await;
    after(&server, &face, id, Typed::new(), done, "account_restored").await
}

/// `POST /accounts/{account}/plan`
pub async fn plan(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let done = match typed.get("plan").parse() {
        Ok(plan) => {
            server::account::set_plan(&server, face.me()?, id, None, plan, typed.get("above") == "yes").await
        }
        Err(problem) => Err(Problem::on(problem, "plan")),
    };
    after(&server, &face, id, typed, done, "account_saved").await
}

async fn after(
    server: &Server,
    face: &Face,
    id: AccountId,
    typed: Typed,
    done: Result<Done<AccountView>, Problem>,
    said: &str,
) -> Answer {
    match done {
        Ok(_) => see(format!("/accounts/{id}/manage"), said),
        Err(problem) => again(server, face, id, typed, problem).await,
    }
}

/// The page again, with what was refused.
async fn again(server: &Server, face: &Face, id: AccountId, typed: Typed, problem: Problem) -> Answer {
    let problem = on_form(problem)?;
    render(server, face, id, typed.refused(problem)).await
}

async fn render(server: &Server, face: &Face, id: AccountId, typed: Typed) -> Answer {
    let me = face.me()?;
    let account = server::account::show(server, me, id).await?;
    let listing = server::paging::Listing { limit: Some(200), ..Default::default() };
    let plans = server::plan::list(server, me, &listing).await?.items;
    let mut limits = server::account::usage_of(server, &account).await?;
    // What would be above another plan is drawn against that one.
    if typed.error("above").is_some()
        && let Some(asked) = plans.iter().find(|plan| plan.id.to_string() == typed.get("plan"))
    {
        limits = limits.into_iter().map(|limit| limit.against(asked)).collect();
    }
    let plans: Vec<_> = plans.into_iter().map(|plan| (plan.id.to_string(), plan.name.to_string())).collect();
    let kept_days = server.config.keep_deleted_days;
    let face = face.saying(format!("/accounts/{id}/manage"));
    Ok(view(&face, &account, plans, &limits, kept_days, &typed))
}

pub fn view(
    face: &Face,
    account: &AccountView,
    plans: Vec<(String, String)>,
    limits: &[Limit],
    kept_days: i64,
    typed: &Typed,
) -> Response {
    let lang = face.lang;
    let (member, host) = (account.member.clone(), account.host.clone());
    let facts = Facts::new()
        .line(lang.pick("État", "State"), standing(lang, account.state))
        .line(
            lang.pick("Membre", "Member"),
            view! { <a href=format!("/members/{}", member.id)>{member.name}</a> },
        )
        .line(lang.pick("Hôte", "Host"), view! { <a href=format!("/hosts/{}", host.id)>{host.name}</a> })
        .line(lang.pick("Utilisateur Unix", "Unix user"), format!("{} ({})", account.name, account.uid.get()))
        .line("PHP", account.php.to_string())
        .line(lang.pick("Créé le", "Created"), moment(lang, account.created_at))
        .line_if(
            lang.pick("Effacé pour de bon le", "Erased for good on"),
            account.erase_at.map(|at| moment(lang, at)),
        )
        .view();
    let acts = match account.state {
        Standing::Active => view! { {plan_act(lang, account, plans, limits, typed)}{suspend_act(lang, account, typed)}{delete_act(lang, account, kept_days, typed)} }.into_any(),
        Standing::Suspended => {
            let resume = Action::new(format!("/accounts/{}/resume", account.id), lang.pick("Remettre le compte en service", "Resume the account")).main();
            view! { {resume.view()}{delete_act(lang, account, kept_days, typed)} }.into_any()
        }
        Standing::Deleted => {
            Action::new(format!("/accounts/{}/restore", account.id), lang.pick("Rétablir le compte", "Restore the account")).main().view()
        }
    };
    let body = view! {
        <div class="stack">
            {standing_notice(lang, account)}
            {errors(lang, typed)}
            <section class="card">{facts}</section>
            <section class="folds">{acts}</section>
        </div>
    };
    shell::page(face, frame(face, account, Part::Manage).status(typed.status()), body)
}

fn plan_act(
    lang: Lang,
    account: &AccountView,
    plans: Vec<(String, String)>,
    limits: &[Limit],
    typed: &Typed,
) -> AnyView {
    let above = typed.error("above").is_some();
    let wrong = above || typed.error("plan").is_some();
    // Asked only once it is known what would be above.
    let accept = above
        .then(|| Check::new("above", lang.pick("Changer quand même", "Change it even so")).view(lang, typed));
    let shown = if wrong { typed.clone() } else { typed.clone().with("plan", account.plan.id.to_string()) };
    let select =
        plans.into_iter().fold(Select::new("plan", lang.pick("Offre", "Plan")), |select, (id, label)| {
            select.option(id, label)
        });
    let against = if above {
        lang.pick("Avec l’offre choisie\u{a0}:", "With the plan chosen:")
    } else {
        lang.pick("Avec l’offre actuelle\u{a0}:", "With the present plan:")
    };
    let form = view! {
        <p>{against}</p>
        {usage::meters(lang, limits)}
        <form class="form" method="post" action=format!("/accounts/{}/plan", account.id)>
            {select.view(lang, &shown)}
            {accept}
            <button class="button" type="submit">{lang.pick("Changer d’offre", "Change the plan")}</button>
        </form>
    };
    let name = account.plan.name.clone();
    fold(lang.pick(format!("Offre\u{a0}: {name}"), format!("Plan: {name}")), wrong, form)
}

fn suspend_act(lang: Lang, account: &AccountView, typed: &Typed) -> AnyView {
    let sites = super::list::count(lang, account.sites);
    let words = lang.pick(
        format!("Ce compte a {sites}. Suspendu, plus rien ne répond\u{a0}; fichiers et réglages restent, et le compte se remet en service à tout moment."),
        format!("This account has {sites}. Suspended, nothing of it answers; files and settings stay, and the account can be resumed at any time."),
    );
    let reason = Input::text(
        "reason",
        lang.pick("Raison, telle que le membre la lira", "Reason, as the member will read it"),
    );
    let reference =
        Input::text("reference", lang.pick("Référence de l’ordre légal", "Reference of the legal order"))
            .hint(lang.pick(
                "Pour un ordre légal seulement\u{a0}: qui l’a donné, quand, sous quel numéro.",
                "For a legal order only: who gave it, when, under which number.",
            ))
            .optional();
    let form = view! {
        <p>{words}</p>
        <form class="form" method="post" action=format!("/accounts/{}/suspend", account.id) novalidate=true>
            {cause::choices(lang).view(lang, typed)}
            {reference.view(lang, typed)}
            {reason.view(lang, typed)}
            <button class="button button-loss" type="submit">{lang.pick("Suspendre le compte", "Suspend the account")}</button>
        </form>
    };
    let wrong = ["code", "reference", "reason"].into_iter().any(|field| typed.error(field).is_some());
    fold(lang.pick("Suspendre…", "Suspend…"), wrong, form)
}

fn delete_act(lang: Lang, account: &AccountView, kept_days: i64, typed: &Typed) -> AnyView {
    let sites = super::list::count(lang, account.sites);
    let kept = match kept_days {
        0 => Text::new(
            "Dans l’heure, ses sites et ses fichiers sont effacés pour toujours.",
            "Within the hour its sites and files are erased for ever.",
        ),
        1 => Text::new(
            "Pendant un jour, le compte peut revenir tel quel\u{a0}; ensuite ses sites et ses fichiers sont effacés pour toujours.",
            "For one day the account can come back as it is; then its sites and files are erased for ever.",
        ),
        days => text!(
            "Pendant {days} jours, le compte peut revenir tel quel\u{a0}; ensuite ses sites et ses fichiers sont effacés pour toujours.",
            "For {days} days the account can come back as it is; then its sites and files are erased for ever."
        ),
    };
    let words = lang.pick(
        format!("Ce compte a {sites}\u{a0}: tout cesse de répondre aussitôt. {}", kept.fr),
        format!("This account has {sites}: nothing of it will answer any more. {}", kept.en),
    );
    let name = account.name.to_string();
    let confirm = Input::text(
        "confirm",
        lang.pick("Pour confirmer, recopiez le nom du compte", "To confirm, copy the account's name"),
    )
    .hint(name);
    let form = view! {
        <p>{words}</p>
        <form class="form" method="post" action=format!("/accounts/{}/delete", account.id) novalidate=true>
            {confirm.view(lang, typed)}
            <button class="button button-loss" type="submit">{lang.pick("Supprimer le compte", "Delete the account")}</button>
        </form>
    };
    fold_loss(lang.pick("Supprimer…", "Delete…"), typed.error("confirm").is_some(), form)
}
