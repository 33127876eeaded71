//! The form of a cron job: what, when, and the next five times before anything is saved.

use super::{list::times, plain, show::head};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Check, Input, Radios, Select, Typed, errors},
    shell,
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, Argument, CronJobId, Lang, Problem, Right, Schedule, ZoneName};
use server::{
    Server,
    cron_job::{self, CronJobView, Does, NewCronJob, Notify},
};

/// `GET /accounts/{account}/cron-jobs/new`
pub async fn new(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    let typed = Typed::new()
        .with("every", "day")
        .with("at", "02:30")
        .with("step", "5")
        .with("weekday", "1")
        .with("day", "1")
        .with("zone", ZoneName::default().as_str())
        .with("does", "php")
        .with("minutes", "60")
        .with("notify", "yes");
    made(&server, &face, id, typed).await
}

/// `POST /accounts/{account}/cron-jobs/new`
pub async fn create(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let me = face.me()?;
    let face = face.at(format!("/accounts/{id}/cron-jobs/new"));
    if typed.has("show") {
        return made(&server, &face, id, shown(typed)).await;
    }
    let done = match read(&typed) {
        Ok(new) => cron_job::create(&server, me, id, new).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(done) => see(format!("/cron-jobs/{}", done.item.id), "cron_job_added"),
        Err(problem) => made(&server, &face, id, typed.refused(on_form(problem)?)).await,
    }
}

/// `GET /cron-jobs/{cron_job}/edit`
pub async fn edit(State(server): State<Server>, face: Face, Path(id): Path<CronJobId>) -> Answer {
    let job = cron_job::show(&server, face.me()?, id).await?;
    let typed = of(&job);
    kept(&server, &face, &job, typed).await
}

/// `POST /cron-jobs/{cron_job}/edit`
pub async fn save(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<CronJobId>,
    typed: Typed,
) -> Answer {
    let me = face.me()?;
    let face = face.at(format!("/cron-jobs/{id}/edit"));
    if typed.has("show") {
        let job = cron_job::show(&server, me, id).await?;
        return kept(&server, &face, &job, shown(typed)).await;
    }
    let done = match read(&typed) {
        Ok(new) => cron_job::update(&server, me, id, typed.get("version").parse().ok(), new).await,
        Err(problem) => {
            // Whoever may not see it learns nothing of what was typed.
            cron_job::show(&server, me, id).await?;
            Err(problem)
        }
    };
    match done {
        Ok(_) => see(format!("/cron-jobs/{id}"), "cron_job_saved"),
        Err(problem) => {
            let problem = on_form(problem)?;
            let job = cron_job::show(&server, me, id).await?;
            kept(&server, &face, &job, typed.refused(problem)).await
        }
    }
}

/// A form asked for its next times only: what is wrong with them is said as when saving.
fn shown(typed: Typed) -> Typed {
    let wrong = plain::schedule(&typed)
        .and_then(|schedule| Schedule::parse(&schedule))
        .and(ZoneName::parse(typed.get("zone")));
    match wrong {
        Ok(_) => typed,
        Err(problem) => typed.refused(problem),
    }
}

fn read(typed: &Typed) -> Result<NewCronJob, Problem> {
    let text = |name| Some(typed.get(name).to_owned());
    let command = typed.get("does") == "command";
    let minutes = typed.get("minutes").trim().parse().unwrap_or(0);
    Ok(NewCronJob {
        schedule: Some(plain::schedule(typed)?),
        zone: text("zone"),
        script: text("script").filter(|_| !command),
        arguments: text("arguments").filter(|_| !command),
        command: text("command").filter(|_| command),
        minutes: Some(minutes),
        notify: Some(
            if typed.get("notify") == "yes" { Notify::Failure } else { Notify::Never }.code().to_owned(),
        ),
    })
}

fn of(job: &CronJobView) -> Typed {
    let spec = &job.spec;
    let typed = Typed::new()
        .with("step", "5")
        .with("at", "02:30")
        .with("weekday", "1")
        .with("day", "1")
        .with("zone", spec.zone.as_str())
        .with("minutes", spec.minutes.minutes().to_string())
        .with("version", job.version.to_string());
    let typed = if spec.notify == Notify::Failure { typed.with("notify", "yes") } else { typed };
    let typed = match &spec.does {
        Does::Command { command } => typed.with("does", "command").with("command", command.as_str()),
        Does::Php { script, arguments } => typed
            .with("does", "php")
            .with("script", script.as_str())
            .with("arguments", Argument::join(arguments)),
    };
    plain::form(typed, spec.schedule.as_str())
}

async fn made(server: &Server, face: &Face, id: AccountId, typed: Typed) -> Answer {
    let lang = face.lang;
    let account = server::account::show(server, face.me()?, id).await?;
    server::grant::access(server, face.me()?, id).await?.must(Right::Sites)?;
    let list = format!("/accounts/{id}/cron-jobs");
    let body =
        form(face, &typed, format!("{list}/new"), list, lang.pick("Ajouter la tâche", "Add the cron job"));
    Ok(shell::page(face, account::frame(face, &account, Part::CronJobs).status(typed.status()), body))
}

async fn kept(server: &Server, face: &Face, job: &CronJobView, typed: Typed) -> Answer {
    let lang = face.lang;
    server::grant::access(server, face.me()?, job.account.id).await?.must(Right::Sites)?;
    let path = format!("/cron-jobs/{}", job.id);
    let body = form(face, &typed, format!("{path}/edit"), path, lang.pick("Enregistrer", "Save"));
    Ok(shell::page(face, head(face, job).status(typed.status()), body))
}

fn form(face: &Face, typed: &Typed, action: String, back: String, save: &'static str) -> AnyView {
    let lang = face.lang;
    let version = typed.some("version").map(str::to_owned);
    view! {
        <div class="stack">
            <form class="card form" method="post" action=action novalidate=true>
                {errors(lang, typed)}
                <h2>{lang.pick("Ce qu’elle fait", "What it does")}</h2>
                {does(lang, typed)}
                <h2>{lang.pick("Quand", "When")}</h2>
                {when(lang, typed)}
                <h2>{lang.pick("Et encore", "And besides")}</h2>
                {Input::number("minutes", lang.pick("Durée limite, en minutes", "Time limit, in minutes"))
                    .hint(lang.pick(
                        "Ensuite elle est arrêtée, avec tout ce qu’elle a lancé. 1\u{a0}440 au plus (24\u{a0}h).",
                        "Then it is ended, with all it started. 1,440 at most (24 hours).",
                    ))
                    .view(lang, typed)}
                {Check::new("notify", lang.pick(
                    "Écrire aux responsables quand elle commence à échouer, et quand elle marche de nouveau",
                    "Write to those in charge when it begins to fail, and when it works again",
                )).view(lang, typed)}
                <div class="acts">
                    {version.map(|version| view! { <input type="hidden" name="version" value=version/> })}
                    <button class="button button-main" type="submit">{save}</button>
                    <button class="button" type="submit" name="show" value="yes">
                        {lang.pick("Voir les prochaines exécutions", "Show the next runs")}
                    </button>
                    <a href=back>{lang.pick("Annuler", "Cancel")}</a>
                </div>
            </form>
            {preview(face, typed)}
        </div>
    }
    .into_any()
}

/// The next five times, as the form stands.
fn preview(face: &Face, typed: &Typed) -> Option<AnyView> {
    let schedule = Schedule::parse(&plain::schedule(typed).ok()?).ok()?;
    let zone = ZoneName::parse(typed.get("zone")).ok()?;
    let next = cron_job::next(&schedule, &zone, face.now_ms);
    Some(times(face.lang, &next, zone.as_str()))
}

fn does(lang: Lang, typed: &Typed) -> AnyView {
    let radios = Radios::new("does", lang.pick("La tâche exécute", "The job runs"))
        .choice(
            "php",
            lang.pick("Un script PHP", "A PHP script"),
            lang.pick("Avec la version de PHP du compte.", "With the account's version of PHP."),
        )
        .choice(
            "command",
            lang.pick("Une commande", "A command"),
            lang.pick(
                "Une ligne pour le shell du compte, dans sa cellule, à partir du dossier du compte. N’y mettez aucun mot de passe\u{a0}: elle se lit dans les modifications.",
                "A line for the account's shell, in its cell, from the account's folder. Put no password into it: it can be read among the changes.",
            ),
        );
    let script = Input::text("script", lang.pick("Chemin du script", "Path of the script")).optional().hint(
        lang.pick(
            "Depuis le dossier du compte, comme sites/asso.example/public/cron.php.",
            "From the account's folder, like sites/asso.example/public/cron.php.",
        ),
    );
    let arguments = Input::text(
        "arguments",
        lang.pick("Ce que le script reçoit", "What the script is given"),
    )
    .optional()
    .hint(lang.pick(
        "Des paramètres séparés par des espaces\u{a0}; entre guillemets, s’ils contiennent une espace.",
        "Arguments separated by spaces; in quotes, where they hold a space.",
    ));
    let command = Input::text("command", lang.pick("La commande", "The command")).optional();
    view! { {radios.view(lang, typed)}{script.view(lang, typed)}{arguments.view(lang, typed)}{command.view(lang, typed)} }.into_any()
}

fn when(lang: Lang, typed: &Typed) -> AnyView {
    let every = Select::new("every", lang.pick("Elle s’exécute", "It runs"))
        .option("minutes", lang.pick("Toutes les quelques minutes", "Every few minutes"))
        .option("hour", lang.pick("Chaque heure", "Every hour"))
        .option("day", lang.pick("Chaque jour", "Every day"))
        .option("week", lang.pick("Chaque semaine", "Every week"))
        .option("month", lang.pick("Chaque mois", "Every month"))
        .option("cron", lang.pick("Selon un horaire cron", "By a cron schedule"));
    let step = plain::STEPS.into_iter().fold(
        Select::new("step", lang.pick("Minutes entre deux exécutions", "Minutes between two runs"))
            .hint(lang.pick("Pour «\u{a0}toutes les quelques minutes\u{a0}».", "For “every few minutes”.")),
        |select, step| select.option(step.to_string(), step.to_string()),
    );
    let at = Input::text("at", lang.pick("À", "At")).optional().hint(lang.pick(
        "L’heure, comme 02:30\u{a0}; pour chaque heure, seules les minutes comptent.",
        "The time, like 02:30; for every hour, its minutes alone count.",
    ));
    let weekday = [1, 2, 3, 4, 5, 6, 0].into_iter().fold(
        Select::new("weekday", lang.pick("Jour de la semaine", "Day of the week"))
            .hint(lang.pick("Pour «\u{a0}chaque semaine\u{a0}».", "For “every week”.")),
        |select, day: u32| select.option(day.to_string(), plain::weekday(lang, day)),
    );
    let day = Input::number("day", lang.pick("Jour du mois", "Day of the month")).optional().hint(lang.pick(
        "Pour «\u{a0}chaque mois\u{a0}». Un mois qui n’a pas ce jour est sauté.",
        "For “every month”. A month without that day is left out.",
    ));
    let schedule = Input::text("schedule", lang.pick("Horaire cron", "Cron schedule"))
        .optional()
        .hint(lang.pick(
        "Cinq champs\u{a0}: minute, heure, jour du mois, mois, jour de la semaine. Par exemple 30 2 * * 1-5.",
        "Five fields: minute, hour, day of the month, month, day of the week. For instance 30 2 * * 1-5.",
    ));
    let zone = Input::text("zone", lang.pick("Fuseau horaire", "Time zone")).hint(
        lang.pick("Comme Europe/Paris, Indian/Reunion ou UTC.", "Like Europe/Paris, Indian/Reunion or UTC."),
    );
    view! {
        {every.view(lang, typed)}
        {step.view(lang, typed)}
        {at.view(lang, typed)}
        {weekday.view(lang, typed)}
        {day.view(lang, typed)}
        {schedule.view(lang, typed)}
        {zone.view(lang, typed)}
    }
    .into_any()
}
