//! What answers for a site: files and PHP, files alone, or a program; how the program does, and starting it again.

use super::{Part, Seen, at, enter, form, variables};
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Input, Radios, Typed},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Lang, LogSource, Right, Serves, SiteId};
use server::{
    Server,
    log::{Filter, Log},
    site::{NewProgram, SiteView},
};

pub(super) const PAGE: Part =
    Part { path: "program", fr: "Ce qui répond pour ce site", en: "What answers for this site", fill, body };
/// Lines of its log that are shown here; the rest is on the page of logs.
const LINES: usize = 20;

/// `GET /sites/{site}/program`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    let mut seen = enter(&server, &face, id).await?;
    seen.said = said(&server, &face, &seen.site).await?;
    let typed = fill(&seen.site).with("version", seen.site.version.to_string());
    Ok(PAGE.draw(&face, &seen, &typed))
}

/// The last lines of the program's log, oldest first; of whoever may not read logs, none.
async fn said(server: &Server, face: &Face, site: &SiteView) -> Result<Vec<String>, crate::http::Miss> {
    let reads = server::grant::access(server, face.me()?, site.account.id).await?.has(Right::Logs);
    if !reads || site.settings.serves.program().is_none() {
        return Ok(vec![]);
    }
    let filter = Filter { q: LogSource::Program.name().to_owned(), ..Filter::default() };
    let view = server::log::read(server, face.me()?, site.id, Log::Errors, &filter, Some(200)).await?;
    let own = view.errors.into_iter().filter(|line| line.source == LogSource::Program.name());
    let mut lines: Vec<String> = own.take(LINES).map(|line| line.text).collect();
    lines.reverse();
    Ok(lines)
}

/// `POST /sites/{site}/program`
pub async fn set(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let one = |name: &str| typed.has(name).then(|| typed.get(name).to_owned());
    let new = NewProgram { serves: one("serves"), command: one("command"), folder: one("folder") };
    let done = server::site::set_program(&server, face.me()?, at(id, &typed), new).await;
    PAGE.after(&server, &face, id, typed, done).await
}

/// `POST /sites/{site}/program/restart`
pub async fn restart(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    match server::site::restart(&server, face.me()?, id, None).await {
        Ok(_) => see(PAGE.at(id), "site_restarted"),
        Err(problem) => {
            let problem = on_form(problem)?;
            let seen = enter(&server, &face, id).await?;
            Ok(PAGE.draw(&face.at(PAGE.at(id)), &seen, &fill(&seen.site).refused(problem)))
        }
    }
}

/// In a line, for the site's page.
pub(super) fn stands(lang: Lang, site: &SiteView) -> String {
    match &site.settings.serves {
        Serves::Php => lang.pick("Ses fichiers et PHP", "Its files and PHP").to_owned(),
        Serves::Files => lang.pick("Ses fichiers seuls, sans PHP", "Its files alone, without PHP").to_owned(),
        Serves::Program(program) => lang.pick(
            format!("Un programme\u{a0}: {}", program.command),
            format!("A program: {}", program.command),
        ),
    }
}

pub(super) fn fill(site: &SiteView) -> Typed {
    let typed = Typed::new().with("serves", site.settings.serves.code());
    let Some(program) = site.settings.serves.program() else { return typed };
    let folder = program.folder.as_ref().map(|folder| folder.as_str()).unwrap_or_default();
    typed.with("command", program.command.to_string()).with("folder", folder)
}

fn body(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let site = &seen.site;
    let serves = Radios::new("serves", lang.pick("Ce qui répond", "What answers"))
        .choice(
            "php",
            lang.pick("Ses fichiers et PHP", "Its files and PHP"),
            lang.pick("Comme pour la plupart des sites.", "As for most sites."),
        )
        .choice(
            "files",
            lang.pick("Ses fichiers seuls", "Its files alone"),
            lang.pick(
                "Aucun PHP ne tourne\u{a0}; un fichier .php est refusé (403) plutôt que montré.",
                "No PHP runs; a .php file is refused (403) rather than shown.",
            ),
        )
        .choice(
            "program",
            lang.pick("Un programme", "A program"),
            lang.pick(
                "En Node.js, en Python ou le vôtre. Il tourne tant que des visites viennent, et redémarre avec la suivante.",
                "In Node.js, in Python or one of your own. It runs as long as visits come, and starts again with the next one.",
            ),
        );
    let found = site.runtimes.iter().flatten();
    let found: Vec<String> = found.map(|one| format!("{} {}", one.runtime.name(), one.version)).collect();
    let has = match found.is_empty() {
        true => lang
            .pick("Cet hôte n’a ni Node.js ni Python.", "This host has neither Node.js nor Python.")
            .to_owned(),
        false => lang.pick(
            format!("Cet hôte a {}.", found.join(lang.pick(" et ", " and "))),
            format!("This host has {}.", found.join(lang.pick(" et ", " and "))),
        ),
    };
    let command = Input::text("command", lang.pick("Commande du programme", "The program's command")).optional().hint(lang.pick(
        format!("Par exemple node server.js, python3 app.py ou venv/bin/gunicorn --bind unix:$SOCKET app:app. Il doit répondre sur la socket Unix que nomment les variables SOCKET et PORT\u{a0}; $SOCKET en tient lieu ici. {has}"),
        format!("Such as node server.js, python3 app.py or venv/bin/gunicorn --bind unix:$SOCKET app:app. It must answer at the Unix socket that the variables SOCKET and PORT name; $SOCKET stands for it here. {has}"),
    ));
    let home = format!("/home/{}/", site.account.name);
    let folder = Input::text("folder", lang.pick("Dossier de départ", "Folder it begins in"))
        .optional()
        .hint(lang.pick(
            format!("En dessous de {home}. Vide\u{a0}: celui du site, sites/{}.", site.folder),
            format!("Below {home}. Empty: the site’s, sites/{}.", site.folder),
        ));
    let fields = view! { {serves.view(lang, typed)}{command.view(lang, typed)}{folder.view(lang, typed)} };
    view! {
        {form(PAGE.at(site.id), lang, typed, fields)}
        {site.settings.serves.program().is_some().then(|| state(lang, seen))}
        {site.settings.serves.program().is_some().then(|| variables::card(lang, seen, typed))}
    }
    .into_any()
}

/// What the program said last, and starting it again.
fn state(lang: Lang, seen: &Seen) -> AnyView {
    let id = seen.site.id;
    let again = Action::new(
        format!("/sites/{id}/program/restart"),
        lang.pick("Redémarrer le programme", "Start the program again"),
    );
    let words = match seen.said.is_empty() {
        true => lang.pick(
            "Il n’a encore rien écrit. Il démarre à la première visite.",
            "It has written nothing yet. It starts with the first visit.",
        ),
        false => lang.pick(
            "Ce qu’il a écrit en dernier, avec ses départs et ses fins.",
            "What it wrote last, with its starts and ends.",
        ),
    };
    let lines = (!seen.said.is_empty())
        .then(|| view! { <pre class="output raw" tabindex="0">{seen.said.join("\n")}</pre> });
    view! {
        <section class="card stack" aria-labelledby="program">
            <h2 id="program">{lang.pick("Le programme", "The program")}</h2>
            <p>{words}</p>
            {lines}
            <div class="acts">
                {again.view()}
                <a class="button" href=format!("/sites/{id}/logs?log=errors")>{lang.pick("Tout son journal", "All of its log")}</a>
            </div>
        </section>
    }
    .into_any()
}
