//! A text changed in the page. What was changed meanwhile by somebody else is not written over: it is said, and what was typed is kept.

use super::{At, at, must, said, trouble, way};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Typed, errors, link},
    shell,
};
use axum::extract::{Multipart, Path, Query, State, multipart::MultipartRejection};
use leptos::prelude::*;
use model::{AccountId, HomePath, Lang};
use server::{Server, account::AccountView, files};

/// A form that brings a text of a mebibyte, and its seams.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// `GET /accounts/{account}/files/edit`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(at): Query<At>,
) -> Answer {
    let (lang, path) = (face.lang, at.path());
    let account = must(&server, &face, id).await?;
    let frame = account::frame(&face, &account, Part::Files);
    let body = match said(files::text(&server, face.me()?, id, &path).await)? {
        Ok(found) => {
            let typed = Typed::new().with("text", found.text).with("stamp", found.file.stamp);
            form(lang, &account, &path, &typed)
        }
        Err(problem) => {
            let back = link(
                super::folder(id, &path.folder().unwrap_or_default()),
                lang.pick("Voir son dossier", "See its folder"),
            );
            view! { <div class="stack">{way(lang, &account, &path)}{trouble(lang, &problem)}{back}</div> }
                .into_any()
        }
    };
    Ok(shell::page(&face, frame, body))
}

/// `POST /accounts/{account}/files/edit`
pub async fn save(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(to): Query<At>,
    parts: Result<Multipart, MultipartRejection>,
) -> Answer {
    let account = must(&server, &face, id).await?;
    let unreadable = || crate::http::Miss(crate::parts::unreadable());
    let (path, mut typed) = (to.path(), Typed::new());
    let mut parts = parts.map_err(|_| unreadable())?;
    while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
        let name = part.name().unwrap_or_default().to_owned();
        let text = part.text().await.map_err(|_| unreadable())?;
        match name.as_str() {
            // A form sends each line's end as two characters; the text gets back those it had.
            "text" => typed = typed.with("text", text),
            "stamp" | "ends" => typed = typed.with(&name, text),
            _ => {}
        }
    }
    let text = match typed.get("ends") {
        "crlf" => typed.get("text").to_owned(),
        _ => typed.get("text").replace("\r\n", "\n"),
    };
    // What is shown again is what would have been saved.
    typed = typed.with("text", text.clone());
    let wanted = (typed.get("stamp").to_owned(), text);
    match files::save(&server, face.me()?, id, path.clone(), wanted).await {
        Ok(_) => see(at(id, "item", &path), "file_saved"),
        Err(problem) => {
            let typed = typed.refused(on_form(problem)?);
            let face = face.at(at(id, "edit", &path));
            let frame = account::frame(&face, &account, Part::Files).status(typed.status());
            Ok(shell::page(&face, frame, form(face.lang, &account, &path, &typed)))
        }
    }
}

fn form(lang: Lang, account: &AccountView, path: &HomePath, typed: &Typed) -> AnyView {
    let text = typed.get("text");
    // What the form was given it keeps: browsers send every line's end as two characters, whatever the file has.
    let ends = match typed.get("ends") {
        "crlf" => "crlf",
        "lf" => "lf",
        _ if text.contains("\r\n") => "crlf",
        _ => "lf",
    };
    // A browser takes one line break after the tag away; and Leptos escapes nothing within a textarea, where `</textarea>` would end it.
    let value = format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    let stamp = typed.get("stamp").to_owned();
    let changed = typed.problem().is_some_and(|problem| problem.code == "file_changed");
    let now = changed.then(|| {
        view! {
            <p>
                {lang.pick("Ce que vous avez écrit est gardé ci-dessous. ", "What you wrote is kept below. ")}
                <a href=at(account.id, "edit", path) target="_blank" rel="noopener">
                    {lang.pick("Voir le fichier tel qu’il est maintenant (nouvel onglet)", "See the file as it is now (new tab)")}
                </a>
            </p>
        }
    });
    let name = path.name().map(model::FileName::shown).unwrap_or_default();
    view! {
        <div class="stack">
            {errors(lang, typed)}
            {now}
            {way(lang, account, path)}
            <section class="card">
                <form class="stack" method="post" enctype="multipart/form-data" action=at(account.id, "edit", path)>
                    <input type="hidden" name="stamp" value=stamp/>
                    <input type="hidden" name="ends" value=ends/>
                    <div class="field">
                        <label for="f-text">{lang.pick("Texte de ", "Text of ")}{name}</label>
                        <textarea class="input file-text mono" id="f-text" name="text" rows="24" autocomplete="off" autocapitalize="none"
                            spellcheck="false" wrap="off">{value}</textarea>
                    </div>
                    <div class="acts">
                        <button class="button button-main" type="submit">{lang.pick("Enregistrer", "Save")}</button>
                        {link(at(account.id, "item", path), lang.pick("Abandonner", "Leave it"))}
                    </div>
                </form>
            </section>
        </div>
    }
    .into_any()
}
