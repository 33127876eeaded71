//! A plan's form, for creating and for changing.

use super::space;
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Check, Input, Tone, Typed, errors, fold_loss, notice},
    shell::{self, Place},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{AccountMail, Lang, PlanId, Problem, Text};
use server::{
    Server,
    plan::{PlanInput, PlanView},
};

/// `GET /plans/new`, with figures a small association can start from.
pub async fn new(face: Face) -> Answer {
    let typed = Typed::new()
        .with("sites_max", "10")
        .with("names_max", "10")
        .with("databases_max", "10")
        .with("disk_mb", "10240")
        .with("memory_mb", "512")
        .with("php_workers", "5")
        .with("files_max", "1000000")
        .with("cpu_percent", "200")
        .with("processes_max", "400")
        .with("mails_hour", AccountMail::HOUR.to_string())
        .with("mails_day", AccountMail::DAY.to_string());
    Ok(render(&face, None, &typed))
}

/// `POST /plans/new`
pub async fn create(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let made = match input(&typed) {
        Ok(input) => server::plan::create(&server, face.me()?, input).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => see("/plans", "plan_created"),
        Err(problem) => Ok(render(&face, None, &typed.refused(on_form(problem)?))),
    }
}

/// `GET /plans/{plan}`
pub async fn edit(State(server): State<Server>, face: Face, Path(id): Path<PlanId>) -> Answer {
    let plan = server::plan::show(&server, face.me()?, id).await?;
    let typed = filled(&plan);
    Ok(render(&face, Some(&plan), &typed))
}

/// `POST /plans/{plan}`; the version says on what the change was made.
pub async fn save(State(server): State<Server>, face: Face, Path(id): Path<PlanId>, typed: Typed) -> Answer {
    let version = typed.get("version").parse().ok();
    let saved = match input(&typed) {
        Ok(input) => server::plan::update(&server, face.me()?, id, version, input).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => see("/plans", "plan_saved"),
        Err(problem) => again(&server, &face, id, typed, problem).await,
    }
}

/// `POST /plans/{plan}/delete`
pub async fn delete(State(server): State<Server>, face: Face, Path(id): Path<PlanId>) -> Answer {
    match server::plan::delete(&server, face.me()?, id, None).await {
        Ok(_) => see("/plans", "plan_deleted"),
        Err(problem) => {
            let plan = server::plan::show(&server, face.me()?, id).await?;
            again(&server, &face, id, filled(&plan), problem).await
        }
    }
}

async fn again(server: &Server, face: &Face, id: PlanId, typed: Typed, problem: Problem) -> Answer {
    let problem = on_form(problem)?;
    let plan = server::plan::show(server, face.me()?, id).await?;
    let typed = typed.with("version", plan.version.to_string());
    Ok(render(&face.at(format!("/plans/{id}")), Some(&plan), &typed.refused(problem)))
}

fn filled(plan: &PlanView) -> Typed {
    Typed::new()
        .with("version", plan.version.to_string())
        .with("name", plan.name.clone())
        .with("sites_max", plan.sites_max.to_string())
        .with("names_max", plan.names_max.to_string())
        .with("databases_max", plan.databases_max.to_string())
        .with("disk_mb", plan.disk_mb.to_string())
        .with("memory_mb", plan.memory_mb.to_string())
        .with("php_workers", plan.php_workers.to_string())
        .with("files_max", plan.files_max.to_string())
        .with("cpu_percent", plan.cpu_percent.to_string())
        .with("processes_max", plan.processes_max.to_string())
        .with("mails_hour", plan.mails_hour.to_string())
        .with("mails_day", plan.mails_day.to_string())
}

fn input(typed: &Typed) -> Result<PlanInput, Problem> {
    let number = |field: &'static str| {
        typed.get(field).trim().parse::<u32>().map_err(|_| {
            let text =
                Text::new("Écrivez un nombre entier, par exemple 10.", "Write a whole number, such as 10.");
            Problem::invalid(field, "not_a_number", text)
        })
    };
    Ok(PlanInput {
        name: typed.get("name").to_owned(),
        sites_max: number("sites_max")?,
        names_max: number("names_max")?,
        databases_max: Some(number("databases_max")?),
        php_workers: number("php_workers")?,
        disk_mb: number("disk_mb")?,
        memory_mb: number("memory_mb")?,
        files_max: Some(number("files_max")?),
        cpu_percent: Some(number("cpu_percent")?),
        processes_max: Some(number("processes_max")?),
        mails_hour: Some(number("mails_hour")?),
        mails_day: Some(number("mails_day")?),
        above: typed.get("above") == "yes",
    })
}

/// A number of megabytes, and how large that is as pages say it.
fn example(lang: Lang, mb: u32) -> String {
    let said = [mb, mb * 2].map(|mb| (mb, space(lang, mb)));
    let [(one, one_said), (two, two_said)] = said;
    lang.pick(
        format!("Par exemple {one}\u{a0}: {one_said}, ou {two}\u{a0}: {two_said}."),
        format!("Such as {one}: {one_said}, or {two}: {two_said}."),
    )
}

pub fn render(face: &Face, plan: Option<&PlanView>, typed: &Typed) -> Response {
    let lang = face.lang;
    let (title, action) = match plan {
        Some(plan) => (plan.name.clone(), format!("/plans/{}", plan.id)),
        None => (lang.pick("Créer une offre", "Create a plan").to_owned(), "/plans/new".to_owned()),
    };
    let submit = if plan.is_some() {
        lang.pick("Enregistrer", "Save")
    } else {
        lang.pick("Créer l’offre", "Create the plan")
    };
    let page = shell::Page::new(Place::Plans, title)
        .from(lang.pick("Offres", "Plans"), "/plans")
        .status(typed.status());
    let version = typed
        .some("version")
        .map(str::to_owned)
        .map(|version| view! { <input type="hidden" name="version" value=version/> });
    let touches = plan.filter(|plan| plan.accounts > 0).map(|plan| {
        let count = plan.accounts;
        let words = lang.pick(
            format!("{count} comptes suivent cette offre\u{a0}: le changement vaut aussitôt pour eux."),
            format!("{count} accounts follow this plan: the change holds for them at once."),
        );
        notice(Tone::Know, words, ())
    });
    let inputs = [
        Input::number("sites_max", lang.pick("Sites, au plus", "Sites, at most")),
        Input::number("names_max", lang.pick("Noms par site, au plus", "Names per site, at most")),
        Input::number("databases_max", lang.pick("Bases de données, au plus", "Databases, at most")),
        Input::number("disk_mb", lang.pick("Espace, en Mo", "Space, in MB")).hint(example(lang, 10_240)),
        Input::number("memory_mb", lang.pick("Mémoire, en Mo", "Memory, in MB")).hint(example(lang, 512)),
        Input::number("php_workers", lang.pick("Processus PHP à la fois", "PHP processes at once")).hint(
            lang.pick(
                "Combien de pages PHP se calculent en même temps.",
                "How many PHP pages are computed at the same time.",
            ),
        ),
        Input::number("files_max", lang.pick("Fichiers, dossiers et liens", "Files, folders and links")),
        Input::number(
            "cpu_percent",
            lang.pick("Processeur, en centièmes d’un cœur", "CPU, in hundredths of a core"),
        )
        .hint(lang.pick("100\u{a0}: un cœur\u{a0}; 200\u{a0}: deux.", "100: one core; 200: two.")),
        Input::number(
            "processes_max",
            lang.pick("Processus et fils à la fois", "Processes and threads at once"),
        )
        .hint(lang.pick(
            "Tout ce qui tourne pour le compte, Apache et PHP compris.",
            "All that runs of the account, Apache and PHP included.",
        )),
        Input::number(
            "mails_hour",
            lang.pick("Courriels en une heure, au plus", "Mails within an hour, at most"),
        )
        .hint(lang.pick(
            "Ce que les sites envoient\u{a0}; ce qui vient au-delà est retenu jusqu’à votre décision.",
            "What sites send; what comes beyond is held until you decide.",
        )),
        Input::number(
            "mails_day",
            lang.pick("Courriels en 24 heures, au plus", "Mails within 24 hours, at most"),
        ),
    ];
    let inputs = inputs.into_iter().map(|input| input.view(lang, typed)).collect_view();
    let name = Input::text("name", lang.pick("Nom", "Name")).hint(lang.pick(
        "Tel que les membres le lisent, par exemple Essentiel.",
        "As members read it, such as Essential.",
    ));
    let delete = plan.filter(|plan| plan.accounts == 0).map(|plan| {
        let words = lang.pick(
            "Aucun compte ne suit cette offre\u{a0}: rien d’autre n’est perdu.",
            "No account follows this plan: nothing else is lost.",
        );
        let button = Action::new(
            format!("/plans/{}/delete", plan.id),
            lang.pick("Supprimer l’offre", "Delete the plan"),
        )
        .loss();
        fold_loss(lang.pick("Supprimer…", "Delete…"), false, view! { <p>{words}</p>{button.view()} })
    });
    let body = view! {
        <div class="stack">
            {touches}
            <form class="card form" method="post" action=action novalidate=true>
                {version}
                {errors(lang, typed)}
                {name.view(lang, typed)}
                {inputs}
                {typed.error("above").is_some().then(|| Check::new("above", lang.pick("Changer quand même", "Change it even so")).view(lang, typed))}
                <div class="acts">
                    <button class="button button-main" type="submit">{submit}</button>
                    <a href="/plans">{lang.pick("Annuler", "Cancel")}</a>
                </div>
            </form>
            {delete}
        </div>
    };
    shell::page(face, page, body)
}
