//! One thing of a home: what it is, and what can be done with it.

use super::{At, at, download, folder, is_text, kind, must, said, sign, size, trouble, way};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Action, Facts, Input, Typed, errors, fold, fold_loss, link, link_main, moment},
    shell,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{
    AccountId, FileName, HomePath, Lang, Problem, Text,
    files::{FileKind, FileMode},
};
use server::{
    Server,
    account::AccountView,
    files::{Act, FileView, act},
};

/// `GET /accounts/{account}/files/item`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(at): Query<At>,
) -> Answer {
    draw(&server, &face, id, at.path(), None).await
}

/// `POST /accounts/{account}/files/item`: the button that was pressed says what is done.
pub async fn change(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    must(&server, &face, id).await?;
    let path = At { path: typed.get("path").to_owned() }.path();
    if typed.get("do") == "unpack" {
        return match super::archive::unpack(&server, &face, id, &path, &typed).await {
            Ok(done) => Ok(done),
            Err(problem) => {
                let typed = typed.refused(on_form(problem)?);
                let face = face.at(at(id, "item", &path));
                draw(&server, &face, id, path, Some(typed)).await
            }
        };
    }
    let done = match read(&typed, &path) {
        Ok(wanted) => act(&server, face.me()?, id, wanted).await,
        Err(problem) => Err(problem),
    };
    match (done.map(|acted| acted.at), typed.get("do")) {
        (Ok(Some(to)), "rename" | "copy") => see(at(id, "item", &to), "file_moved"),
        (Ok(Some(to)), "move") => see(folder(id, &to.folder().unwrap_or_default()), "file_moved"),
        (Ok(_), "mode") => see(at(id, "item", &path), "file_mode"),
        (Ok(_), _) => see(folder(id, &path.folder().unwrap_or_default()), "files_deleted"),
        (Err(problem), _) => {
            let typed = typed.refused(on_form(problem)?);
            let face = face.at(at(id, "item", &path));
            draw(&server, &face, id, path, Some(typed)).await
        }
    }
}

fn read(typed: &Typed, path: &HomePath) -> Result<Act, Problem> {
    let name = path.name().cloned();
    let within = |folder: HomePath, name: Option<FileName>| match name {
        Some(name) => Ok(folder.join(name)),
        None => Err(nothing()),
    };
    match typed.get("do") {
        "rename" => {
            let folder = path.folder().ok_or_else(nothing)?;
            Ok(Act::Move(path.clone(), folder.join(FileName::typed(typed.get("name"))?)))
        }
        "move" => {
            let to: HomePath = typed.get("to").trim().parse().map_err(|problem: Problem| problem.on("to"))?;
            Ok(Act::Move(path.clone(), within(to, name)?))
        }
        "copy" => {
            let folder = path.folder().ok_or_else(nothing)?;
            let copy = FileName::typed(typed.get("copy")).map_err(|problem| problem.on("copy"))?;
            Ok(Act::Copy(path.clone(), folder.join(copy)))
        }
        "mode" => Ok(Act::SetMode(path.clone(), FileMode::parse(typed.get("mode"))?)),
        "delete" => Ok(Act::Delete(vec![path.clone()])),
        _ => Err(nothing()),
    }
}

fn nothing() -> Problem {
    let text =
        Text::new("Choisissez ce qu’il faut faire, et de quoi.", "Choose what is to be done, and with what.");
    Problem::new(model::ProblemKind::Invalid, "nothing_chosen", text)
}

async fn draw(server: &Server, face: &Face, id: AccountId, path: HomePath, typed: Option<Typed>) -> Answer {
    let lang = face.lang;
    let account = must(server, face, id).await?;
    let status = typed.as_ref().map_or(200, Typed::status);
    let frame = account::frame(face, &account, Part::Files).status(status);
    let body = match said(server::files::show(server, face.me()?, id, &path).await)? {
        Ok(file) => {
            let typed = typed.unwrap_or_else(|| fresh(&file));
            shown(lang, &account, &file, &typed)
        }
        Err(problem) => {
            let back = link(
                folder(id, &path.folder().unwrap_or_default()),
                lang.pick("Voir son dossier", "See its folder"),
            );
            let refused = typed.as_ref().and_then(|typed| errors(lang, typed));
            view! { <div class="stack">{refused}{trouble(lang, &problem)}{back}</div> }.into_any()
        }
    };
    Ok(shell::page(face, frame, body))
}

fn fresh(file: &FileView) -> Typed {
    let name = file.name.shown();
    let (stem, end) = match name.rfind('.').filter(|at| *at > 0 && file.kind == FileKind::File) {
        Some(at) => name.split_at(at),
        None => (name.as_str(), ""),
    };
    let folder = file.path.folder().unwrap_or_default().to_string();
    Typed::new()
        .with("name", name.clone())
        .with("copy", format!("{stem}-2{end}"))
        .with("to", folder)
        .with("mode", file.mode.to_string())
        .with("into", super::archive::into(file))
}

fn shown(lang: Lang, account: &AccountView, file: &FileView, typed: &Typed) -> AnyView {
    let id = account.id;
    let path = &file.path;
    let is_file = file.kind == FileKind::File;
    let facts = Facts::new()
        .line(
            lang.pick("C’est un", "It is a"),
            view! { <span class="row">{sign(lang, file.kind)}{kind(lang, file.kind)}</span> },
        )
        .line_if(
            lang.pick("Il mène à", "It leads to"),
            file.target.clone().map(|target| view! { <code>{target}</code> }),
        )
        .line_if(lang.pick("Taille", "Size"), is_file.then(|| size(lang, file.size)))
        .line(lang.pick("Modifié le", "Changed"), moment(lang, file.modified_at))
        .line(
            lang.pick("Droits", "Permissions"),
            view! { <code>{file.mode.to_string()}</code>" "{in_words(lang, file.mode)} },
        )
        .line(lang.pick("Chemin", "Path"), view! { <code>{path.shown()}</code> })
        .view();
    let open = (file.kind == FileKind::Folder)
        .then(|| link_main(folder(id, path), lang.pick("Ouvrir le dossier", "Open the folder")));
    let edit = is_text(file)
        .then(|| link_main(at(id, "edit", path), lang.pick("Modifier le texte", "Change the text")));
    let get = is_file.then(|| link(download(id, path), lang.pick("Télécharger", "Download")));
    let acts = (path.names().len() > 1).then(|| acts(lang, account, file, typed));
    view! {
        <div class="stack">
            {errors(lang, typed)}
            {way(lang, account, path)}
            <section class="card stack" aria-labelledby="thing">
                <h2 id="thing">{file.name.shown()}</h2>
                {facts}
                <div class="acts">{open}{edit}{get}</div>
            </section>
            {acts}
        </div>
    }
    .into_any()
}

/// One form a fold, each with the thing it is about.
fn acts(lang: Lang, account: &AccountView, file: &FileView, typed: &Typed) -> AnyView {
    let form = |verb: &'static str, open: bool, words: &'static str, button: &'static str, field: Input| {
        let body = view! {
            <form class="form" method="post" action=format!("/accounts/{}/files/item", account.id) novalidate=true>
                <input type="hidden" name="path" value=file.path.to_string()/>
                <input type="hidden" name="do" value=verb/>
                {field.view(lang, typed)}
                <button class="button" type="submit">{button}</button>
            </form>
        };
        fold(words, open && typed.get("do") == verb, body)
    };
    let wrong = typed.problem().is_some();
    let rename = Input::text("name", lang.pick("Nouveau nom", "New name"));
    let to = Input::text("to", lang.pick("Dossier où le mettre", "Folder to put it into")).hint(lang.pick(
        "Son chemin depuis le dossier du compte, par exemple sites/www.asso.example/public.",
        "Its path from the account's folder, such as sites/www.asso.example/public.",
    ));
    let copy = Input::text("copy", lang.pick("Nom de la copie", "Name of the copy"));
    let mode = Input::number("mode", lang.pick("Droits", "Permissions")).hint(lang.pick(
        "Trois chiffres\u{a0}: le compte, son groupe, les autres. 4 pour lire, 2 pour écrire, 1 pour exécuter ou entrer\u{a0}; additionnez. D’ordinaire 640 pour un fichier, 750 pour un dossier.",
        "Three digits: the account, its group, others. 4 to read, 2 to write, 1 to run or enter; add them up. Usually 640 for a file, 750 for a folder.",
    ));
    let delete = Action::new(
        format!("/accounts/{}/files/item", account.id),
        lang.pick("Mettre à la corbeille", "Put into the trash"),
    )
    .loss()
    .hidden("path", file.path.to_string())
    .hidden("do", "delete");
    let loses = lang.pick(
        "Il quitte ce dossier tout de suite, et peut en revenir pendant trente jours.",
        "It leaves this folder at once, and can come back for thirty days.",
    );
    let set = (file.kind != FileKind::Link).then(|| {
        form(
            "mode",
            wrong,
            lang.pick("Changer les droits", "Change permissions"),
            lang.pick("Changer", "Change"),
            mode,
        )
    });
    let unpack = model::archive::unpacks(&file.name).filter(|_| file.kind == FileKind::File).map(|_| {
        let (words, button, field) = super::archive::unpack_form(lang);
        form("unpack", wrong, words, button, field)
    });
    view! {
        <div class="folds">
            {unpack}
            {form("rename", wrong, lang.pick("Renommer", "Rename"), lang.pick("Renommer", "Rename"), rename)}
            {form("move", wrong, lang.pick("Déplacer", "Move"), lang.pick("Déplacer", "Move"), to)}
            {form("copy", wrong, lang.pick("Copier", "Copy"), lang.pick("Copier", "Copy"), copy)}
            {set}
            {fold_loss(lang.pick("Supprimer…", "Delete…"), false, view! { <p>{loses}</p>{delete.view()} })}
        </div>
    }
    .into_any()
}

/// `rw-r-----`.
fn in_words(lang: Lang, mode: FileMode) -> AnyView {
    let letters: String = (0..9)
        .map(|place| if mode.bits() & (0o400 >> place) == 0 { '-' } else { ['r', 'w', 'x'][place % 3] })
        .collect();
    view! { <code class="quiet" title=lang.pick("lire, écrire, exécuter", "read, write, run")>{letters}</code> }.into_any()
}
