//! Members from a file: put in, looked at row by row, imported whole.

use super::report;
use crate::{
    http::{Answer, Face, Miss, on_form, see},
    parts::{Area, Check, Typed, errors, fold, unreadable},
    shell::{self, Place},
};
use axum::{
    extract::{FromRequest, Multipart, Path, Query, Request, State, multipart::MultipartError},
    http::{StatusCode, header},
    response::Response,
};
use leptos::prelude::*;
use model::{Duty, ImportId, Lang, Problem};
use serde::Deserialize;
use server::{
    Server,
    member::{LARGEST_FILE, text_of, too_large},
};

/// The request that brings a file: the file, what was pasted, and the seams of the form.
pub const LARGEST_UPLOAD: usize = LARGEST_FILE + 64 * 1024;

/// `GET /members/import`
pub async fn start(face: Face) -> Answer {
    face.me()?.must(Duty::KeepMembers)?;
    Ok(form(&face, &Typed::new()))
}

/// `POST /members/import`: the dry run.
pub async fn check(State(server): State<Server>, face: Face, upload: Upload) -> Answer {
    let Upload { typed, csv } = upload;
    let said = match csv {
        Ok((csv, field)) => {
            let same_email = typed.get("same_email") == "yes";
            let said = server::member::check(&server, face.me()?, &csv, same_email).await;
            said.map_err(|problem| problem.on(field))
        }
        Err(problem) => Err(problem),
    };
    match said {
        Ok(import) => see(format!("/members/import/{}", import.id), ""),
        Err(problem) => Ok(form(&face, &typed.refused(on_form(problem)?))),
    }
}

/// Where one is in a report.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Where {
    after: usize,
}

/// `GET /members/import/{import}`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<ImportId>,
    Query(place): Query<Where>,
) -> Answer {
    let import = server::member::show_import(&server, face.me()?, id).await?;
    Ok(report::render(&face, &import, place.after, &Typed::new()))
}

/// `POST /members/import/{import}`: all or nothing.
pub async fn apply(State(server): State<Server>, face: Face, Path(id): Path<ImportId>) -> Answer {
    match server::member::apply(&server, face.me()?, id).await {
        Ok(_) => see("/members?sort=newest", "members_imported"),
        Err(problem) => {
            let problem = on_form(problem)?;
            let import = server::member::show_import(&server, face.me()?, id).await?;
            let face = face.at(format!("/members/import/{id}"));
            Ok(report::render(&face, &import, 0, &Typed::new().refused(problem)))
        }
    }
}

/// A file that was chosen, or text that was pasted, whichever way the form was sent.
pub struct Upload {
    typed: Typed,
    /// The text, and the field it came by.
    csv: Result<(String, &'static str), Problem>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Miss;

    async fn from_request(request: Request, state: &S) -> Result<Upload, Miss> {
        let kind = request.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_vec());
        if !kind.is_some_and(|kind| kind.starts_with(b"multipart/form-data")) {
            let typed = Typed::from_request(request, state).await?;
            let csv = Ok((typed.get("csv").to_owned(), "csv"));
            return Ok(Upload { typed, csv });
        }
        let parts = Multipart::from_request(request, state).await.map_err(|_| Miss(unreadable()))?;
        match read(parts).await {
            Ok(upload) => Ok(upload),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Ok(Upload { typed: Typed::new(), csv: Err(too_large().on("file")) })
            }
            Err(_) => Err(Miss(unreadable())),
        }
    }
}

async fn read(mut parts: Multipart) -> Result<Upload, MultipartError> {
    let (mut typed, mut file) = (Typed::new(), Vec::new());
    while let Some(part) = parts.next_field().await? {
        match part.name().unwrap_or_default() {
            "file" => file = part.bytes().await?.to_vec(),
            "csv" => typed = typed.with("csv", String::from_utf8_lossy(&part.bytes().await?)),
            "same_email" => typed = typed.with("same_email", part.text().await?),
            _ => {}
        }
    }
    let csv = if file.is_empty() {
        Ok((typed.get("csv").to_owned(), "csv"))
    } else {
        text_of(&file).map(|text| (text, "file")).map_err(|problem| problem.on("file"))
    };
    Ok(Upload { typed, csv })
}

fn form(face: &Face, typed: &Typed) -> Response {
    let lang = face.lang;
    let page = shell::Page::new(Place::Members, lang.pick("Importer des membres", "Import members"))
        .from(lang.pick("Membres", "Members"), "/members")
        .lead(lang.pick(
            "D’abord un essai, qui dit ligne par ligne ce qui serait fait. Rien n’entre avant votre accord.",
            "First a dry run, which says row by row what would be done. Nothing comes in before you agree.",
        ))
        .status(typed.status());
    let pasted = Area::new("csv", lang.pick("Ou collez ici les lignes", "Or paste the rows here"))
        .hint(lang.pick(
            "La première ligne nomme les colonnes, comme dans le fichier.",
            "The first row names the columns, as in the file.",
        ))
        .rows(6);
    let same = Check::new(
        "same_email",
        lang.pick(
            "Accepter qu’une adresse serve à plusieurs membres (une personne qui s’occupe de plusieurs associations)",
            "Accept an address at several members (one person who looks after several organisations)",
        ),
    );
    let body = view! {
        <div class="stack">
            <form class="card form" method="post" action="/members/import" enctype="multipart/form-data" novalidate=true>
                {errors(lang, typed)}
                {file(lang, typed)}
                {pasted.view(lang, typed)}
                {same.view(lang, typed)}
                <button class="button button-main" type="submit">{lang.pick("Essayer", "Try it")}</button>
            </form>
            <div class="folds">{fold(lang.pick("Les colonnes", "The columns"), false, columns(lang))}</div>
        </div>
    };
    shell::page(&face.at("/members/import"), page, body)
}

fn file(lang: Lang, typed: &Typed) -> AnyView {
    let error = typed.error("file").map(|text| text.pick(lang).to_owned());
    let wrong = error.is_some();
    let described = if wrong { "f-file-hint f-file-error" } else { "f-file-hint" };
    view! {
        <div class="field">
            <label for="f-file">{lang.pick("Fichier CSV", "CSV file")}</label>
            <p class="hint" id="f-file-hint">{lang.pick(
                "En UTF-8, colonnes séparées par des points-virgules ou des virgules, 4 Mio au plus.",
                "In UTF-8, columns separated by semicolons or commas, 4 MiB at most.",
            )}</p>
            <input class="input" type="file" id="f-file" name="file" accept=".csv,.txt,text/csv,text/plain"
                aria-invalid=wrong.then_some("true") aria-describedby=described autofocus=wrong/>
            {error.map(|said| view! { <p class="error" id="f-file-error">{crate::parts::sign_bad()}<span>{said}</span></p> })}
        </div>
    }
    .into_any()
}

/// What each column is for, in the reader's language; the other language's names do as well.
fn columns(lang: Lang) -> AnyView {
    let known: [(&str, &str, &str, &str); 9] = [
        ("nom", "name", "le seul qu’il faut", "the only one that must be there"),
        ("numéro", "number", "vide\u{a0}: le suivant", "empty: the next one"),
        (
            "type",
            "kind",
            "personne ou organisation (sinon organisation)",
            "person or organisation (else organisation)",
        ),
        (
            "statut",
            "status",
            "candidat, membre, client, parti ou radié (sinon membre)",
            "applicant, member, client, left or struck off (else member)",
        ),
        (
            "depuis",
            "since",
            "le jour où ce statut a commencé, 2024-05-31 ou 31/05/2024 (sinon aujourd’hui)",
            "the day this status began, 2024-05-31 or 31/05/2024 (else today)",
        ),
        ("langue", "language", "fr ou en (sinon fr)", "fr or en (else fr)"),
        ("adresse", "address", "adresse postale", "postal address"),
        (
            "responsable courriel",
            "owner e-mail",
            "la personne qui gérera tout du membre\u{a0}; elle n’est pas encore invitée",
            "the person who will manage all of it; they are not invited yet",
        ),
        ("notes", "notes", "pour la coopérative seule", "for the cooperative alone"),
    ];
    let rows: Vec<AnyView> = known
        .into_iter()
        .map(|(fr, en, what_fr, what_en)| {
            view! { <dt><code>{lang.pick(fr, en)}</code></dt><dd>{lang.pick(what_fr, what_en)}</dd> }
                .into_any()
        })
        .collect();
    let contact = lang.pick("contact technique nom", "technical contact name");
    view! {
        <div class="facts-room"><dl class="facts">
            {rows}
            <dt><code>{contact}</code></dt>
            <dd>{lang.pick(
                "de même courriel ou téléphone, et facturation ou juridique\u{a0}; «\u{a0}contact technique 2 nom\u{a0}» pour un second",
                "likewise e-mail or phone, and billing or legal; “technical contact 2 name” for a second one",
            )}</dd>
        </dl></div>
        <p>{lang.pick(
            "L’export donne un fichier avec toutes ces colonnes. Un tableur dit «\u{a0}CSV UTF-8\u{a0}» quand il enregistre comme il faut.",
            "The export gives a file with all of these columns. A spreadsheet says “CSV UTF-8” when it saves as it should.",
        )}</p>
    }
    .into_any()
}
