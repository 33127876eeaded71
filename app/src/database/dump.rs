//! Export and import of a database, on its page: a file to keep, and one to bring, streamed from the browser to the host.

use super::show::draw;
use crate::{
    http::{Answer, Face, Miss, on_form, see},
    parts::{Typed, error, fold, unreadable},
};
use axum::{
    body::Bytes,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
};
use futures_util::{Stream, StreamExt};
use leptos::prelude::*;
use model::{DatabaseId, Lang, Problem, Text};
use server::{Server, database::DatabaseView};
use std::{pin::pin, time::Duration};
use tokio::time::{Instant, timeout_at};

/// Octets that are heard, and nothing done with, after something went wrong: whoever is answered before they sent it all may never read the
/// answer.
const MOST_DRAINED: usize = 8 * 1024 * 1024;
/// For them to come.
const LISTEN: Duration = Duration::from_secs(30);

/// `POST /databases/{database}/import`
pub async fn import(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<DatabaseId>,
    parts: Result<Multipart, MultipartRejection>,
) -> Answer {
    // Who may not see it, or not change it, learns nothing of what is wrong with the form.
    let database = server::database::show(&server, face.me()?, id).await?;
    server::grant::access(&server, face.me()?, database.account.id).await?.must(model::Right::Databases)?;
    let parts = parts.map_err(|_| Miss(unreadable()))?;
    match take(&server, &face, id, parts).await {
        Ok(()) => see(format!("/databases/{id}"), "database_imported"),
        Err(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            draw(&server, &face.at(format!("/databases/{id}")), id, typed).await
        }
    }
}

async fn take(server: &Server, face: &Face, id: DatabaseId, mut parts: Multipart) -> Result<(), Problem> {
    let me = face.me().map_err(|Miss(problem)| problem)?;
    while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
        if part.name() != Some("dump") || part.file_name().is_none_or(str::is_empty) {
            continue;
        }
        let mut octets = pin!(part.map(|octets| octets.map_err(|_| unreadable())));
        let done = server::database::import(server, me, id, octets.as_mut()).await;
        if done.is_err() {
            drain(octets).await;
        }
        return done.map(drop);
    }
    let text = Text::new("Choisissez un fichier .sql ou .sql.gz.", "Choose a .sql or .sql.gz file.");
    Err(Problem::invalid("dump", "dump_missing", text))
}

async fn drain(mut octets: impl Stream<Item = Result<Bytes, Problem>> + Unpin) {
    let (mut left, until) = (MOST_DRAINED, Instant::now() + LISTEN);
    while let Ok(Some(Ok(octets))) = timeout_at(until, octets.next()).await {
        left = left.saturating_sub(octets.len());
        if left == 0 {
            return;
        }
    }
}

pub(super) fn card(lang: Lang, database: &DatabaseView, typed: &Typed) -> AnyView {
    let id = database.id;
    let sure = lang.pick(
        "Je sais que cela change la base\u{a0}: les tables du même nom sont remplacées si le fichier le dit",
        "I know that this changes the database: tables of the same name are replaced if the file says so",
    );
    let error = error(lang, typed, "dump");
    let wrong = error.is_some();
    let form = view! {
        <form class="upload stack-tight" method="post" enctype="multipart/form-data" data-upload=""
            action=format!("/databases/{id}/import") data-sending=lang.pick("Envoi", "Sending") data-cut=lang.pick(
                "L’envoi s’est interrompu\u{a0}: les instructions déjà arrivées ont été exécutées, pas les autres. L’historique du compte dit pourquoi.",
                "The upload was cut off: statements that had arrived were run, the others were not. The account's history says why.",
            )>
            <p>{lang.pick(
                "Les instructions sont exécutées une à une, avec des droits sur cette base seulement, jusqu’à la première erreur.",
                "Statements are run one by one, with rights on this database alone, until the first error.",
            )}</p>
            <div class="choice">
                // Asked by the browser: a file dropped on the page by mistake goes nowhere.
                <input type="checkbox" id="f-sure" name="sure" value="yes" required=true/>
                <label for="f-sure">{sure}</label>
            </div>
            <div class="field-line">
                <div class="field">
                    <label for="f-dump">{lang.pick("Fichier .sql ou .sql.gz", "File, .sql or .sql.gz")}</label>
                    <input class="input" type="file" id="f-dump" name="dump" required=true accept=".sql,.gz,application/sql,application/gzip"
                        aria-invalid=wrong.then_some("true") aria-describedby=wrong.then_some("f-dump-error")/>
                    {error}
                </div>
                <button class="button button-main" type="submit">{lang.pick("Importer", "Import")}</button>
            </div>
            <p class="upload-said" role="status"></p>
            <progress class="upload-far" max="100" value="0" hidden=true aria-label=lang.pick("Envoi", "Sending")></progress>
        </form>
    };
    view! {
        <section class="card stack" aria-labelledby="dump">
            <h2 id="dump">{lang.pick("Exporter et importer", "Export and import")}</h2>
            <p>{lang.pick(
                "Toutes les tables, vues, routines et événements, dans un fichier à garder.",
                "All tables, views, routines and events, in a file to keep.",
            )}</p>
            <p><a class="button" href=format!("{}/databases/{id}/dump", server::api::PREFIX) download="">
                {lang.pick("Télécharger l’export (.sql.gz)", "Download the export (.sql.gz)")}
            </a></p>
            {fold(lang.pick("Importer un fichier…", "Import a file…"), wrong, form)}
        </section>
    }
    .into_any()
}
