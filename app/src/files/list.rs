//! A folder: what it holds, in pages and in order; what can be put there.

use super::{At, folder, of, said, sign, size, trouble, way};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{
        self, Cell, Check, Filters, Head, Input, Tone, Typed, ago, empty, errors, fold, href, link, notice,
        search, sorted_table, turns,
    },
    shell,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{AccountId, FileName, HomePath, Lang, files::FileKind};
use server::{
    Server,
    account::{AccountView, Standing},
    files::{Act, Asked, FileView, act},
};

/// `GET /accounts/{account}/files`
pub async fn list(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(at): Query<At>,
    Query(page): Query<parts::Page>,
) -> Answer {
    draw(&server, &face, id, (at.path(), page), Typed::new()).await
}

/// `POST /accounts/{account}/files/folders`
pub async fn make_folder(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    super::must(&server, &face, id).await?;
    let path = At { path: typed.get("path").to_owned() }.path();
    let made = match FileName::typed(typed.get("name")) {
        Ok(name) => act(&server, face.me()?, id, Act::MakeFolder(path.join(name))).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => see(folder(id, &path), "folder_made"),
        Err(problem) => again(&server, &face, id, path, typed.refused(on_form(problem)?)).await,
    }
}

/// `POST /accounts/{account}/files/delete`: what was ticked, into the trash.
pub async fn delete(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    super::must(&server, &face, id).await?;
    let path = At { path: typed.get("path").to_owned() }.path();
    let paths: Vec<HomePath> = typed.all("item").iter().filter_map(|item| item.parse().ok()).collect();
    if paths.is_empty() {
        return see(folder(id, &path), "");
    }
    match act(&server, face.me()?, id, Act::Delete(paths)).await {
        Ok(_) => see(folder(id, &path), "files_deleted"),
        Err(problem) => again(&server, &face, id, path, Typed::new().refused(on_form(problem)?)).await,
    }
}

/// The folder again, with what was typed and why it was refused.
pub(super) async fn again(
    server: &Server,
    face: &Face,
    id: AccountId,
    path: HomePath,
    typed: Typed,
) -> Answer {
    let face = face.at(folder(id, &path));
    draw(server, &face, id, (path, parts::Page::default()), typed).await
}

/// What the page shows.
struct Seen {
    account: AccountView,
    path: HomePath,
    page: parts::Page,
    items: Vec<FileView>,
    next: Option<String>,
    /// Of a search: it found more than is shown.
    more: bool,
    now_ms: i64,
}

async fn draw(
    server: &Server,
    face: &Face,
    id: AccountId,
    (path, page): (HomePath, parts::Page),
    typed: Typed,
) -> Answer {
    let lang = face.lang;
    let (account, may) = of(server, face, id).await?;
    if !may || account.state != Standing::Active {
        return Ok(closed(face, &account, may));
    }
    // An order nobody knows is the usual one.
    let known = ["name", "-name", "size", "-size", "modified", "-modified"].contains(&page.sort.as_str());
    let asked = Asked {
        path: path.to_string(),
        sort: if known { page.sort.clone() } else { String::new() },
        limit: None,
        cursor: page.after().filter(|after| after.parse::<u32>().is_ok()).map(str::to_owned),
        q: page.q().map(str::to_owned),
    };
    let found = said(server::files::look(server, face.me()?, id, &asked).await)?;
    let status = typed.status();
    let body = match found {
        Ok((found, more)) => {
            let seen =
                Seen { account, path, page, items: found.items, next: found.next, more, now_ms: face.now_ms };
            let frame = account::frame(face, &seen.account, Part::Files).status(status);
            return Ok(shell::page(face, frame, shown(lang, &seen, &typed)));
        }
        Err(problem) => {
            let home = (!path.is_home())
                .then(|| link(folder(id, &HomePath::HOME), lang.pick("Aller au début", "Go to the start")));
            view! {
                <div class="stack">
                    {errors(lang, &typed)}
                    {way(lang, &account, &path)}
                    {trouble(lang, &problem)}
                    <div class="acts">{home}{link(format!("/accounts/{id}/ssh-keys"), "SFTP")}</div>
                </div>
            }
        }
    };
    Ok(shell::page(face, account::frame(face, &account, Part::Files).status(status), body))
}

/// In place of files that nobody, or not this person, may look at.
pub(super) fn closed(face: &Face, account: &AccountView, may: bool) -> axum::response::Response {
    let lang = face.lang;
    let why = (!may).then(|| {
        let words = lang.pick(
            "Ce que contiennent les fichiers d’un site (ses mots de passe, par exemple) n’est que pour les personnes qui peuvent modifier les sites.",
            "What the files of a site hold (its passwords, for instance) is only for people who may change sites.",
        );
        notice(Tone::Know, lang.pick("Votre rôle ne montre pas les fichiers", "Your role does not show files"), view! { <p>{words}</p> })
    });
    let body = view! { <div class="stack">{account::standing_notice(lang, account)}{why}</div> };
    shell::page(face, account::frame(face, account, Part::Files), body)
}

fn shown(lang: Lang, seen: &Seen, typed: &Typed) -> impl IntoView + use<> {
    let Seen { account, path, page, items, .. } = seen;
    let here = folder(account.id, path);
    let searched = page.q().is_some();
    let find = find(lang, seen);
    let list = if !items.is_empty() {
        table(lang, seen)
    } else if searched {
        let words = lang.pick(
            "Essayez un autre mot\u{a0}; la recherche regarde les noms, dans ce dossier et au-dessous.",
            "Try another word; the search looks at names, in this folder and below it.",
        );
        empty(lang.pick("Rien ne correspond", "Nothing matches"), words, None)
    } else {
        let words =
            lang.pick("Déposez-y des fichiers, ou créez un dossier.", "Put files into it, or make a folder.");
        empty(lang.pick("Ce dossier est vide", "This folder is empty"), words, None)
    };
    let more = (seen.more && searched).then(|| {
        let words = lang.pick(
            "Il y en a d’autres\u{a0}: cherchez plus précisément, ou dans un dossier plus petit.",
            "There are more: search more precisely, or in a smaller folder.",
        );
        view! { <p class="quiet">{words}</p> }
    });
    let first = page.after().map(|_| href(&here, &[("sort", &page.sort)]));
    let next = seen.next.as_deref().map(|next| href(&here, &[("sort", &page.sort), ("after", next)]));
    let puts = (!searched && !path.is_home()).then(|| puts(lang, seen, typed));
    let trash = link(format!("/accounts/{}/files/trash", account.id), lang.pick("Corbeille", "Trash"));
    let works = link(format!("/accounts/{}/files/works", account.id), "Archives");
    let sftp = link(format!("/accounts/{}/ssh-keys", account.id), "SFTP");
    view! {
        <div class="stack">
            {errors(lang, typed)}
            {way(lang, account, path)}
            {puts}
            {find}
            <section class="card card-flat files" aria-labelledby="files">
                <div class="card-head"><h2 id="files">{title(lang, seen)}</h2><div class="acts">{sftp}{works}{trash}</div></div>
                {list}
                {(!items.is_empty() && !path.is_home()).then(|| chosen(lang, seen, typed))}
            </section>
            {more}
            {turns(lang, first, next)}
        </div>
    }
}

fn title(lang: Lang, seen: &Seen) -> String {
    match (seen.page.q(), seen.path.name()) {
        (Some(q), _) => lang.pick(format!("Recherche\u{a0}: {q}"), format!("Search: {q}")),
        (None, Some(name)) => name.shown(),
        (None, None) => lang.pick("Le dossier du compte", "The account's folder").to_owned(),
    }
}

fn find(lang: Lang, seen: &Seen) -> AnyView {
    let path = format!("/accounts/{}/files", seen.account.id);
    let within = seen.path.to_string();
    let label = lang.pick("Chercher un nom ici et au-dessous", "Search a name here and below");
    let hidden = view! { <input type="hidden" name="path" value=within/> }.into_any();
    search(lang, &path, &seen.page, label, Filters::Beside(hidden))
}

fn table(lang: Lang, seen: &Seen) -> AnyView {
    let Seen { account, path, page, items, .. } = seen;
    let searched = page.q().is_some();
    let head = |words: &'static str, by: &str| {
        let now = if page.sort.is_empty() { "name" } else { page.sort.as_str() };
        let down = now.strip_prefix('-') == Some(by);
        let sorted = (down || now == by).then_some(if down { "descending" } else { "ascending" });
        let next = if now == by { format!("-{by}") } else { by.to_owned() };
        let to = href(&folder(account.id, path), &[("sort", &next)]);
        Head { words, href: (!searched).then_some(to), sorted: sorted.filter(|_| !searched) }
    };
    let heads = vec![
        head(lang.pick("Nom", "Name"), "name"),
        head(lang.pick("Taille", "Size"), "size"),
        head(lang.pick("Modifié", "Changed"), "modified"),
        Head::from(lang.pick("Droits", "Permissions")),
    ];
    let rows = items.iter().enumerate().map(|(place, file)| row(lang, seen, place, file)).collect();
    sorted_table(title(lang, seen), heads, rows)
}

fn row(lang: Lang, seen: &Seen, place: usize, file: &FileView) -> Vec<Cell> {
    let Seen { account, path, page, .. } = seen;
    let to = match file.kind {
        FileKind::Folder => folder(account.id, &file.path),
        _ => super::at(account.id, "item", &file.path),
    };
    // The home's own folders stay.
    let tick = (!path.is_home()).then(|| {
        let label = lang.pick("Choisir ", "Choose ").to_owned() + &file.name.shown();
        let id = format!("tick-{place}");
        view! {
            <span class="choice file-tick">
                <input type="checkbox" id=id.clone() name="item" form="chosen" value=file.path.to_string()/>
                <label class="unseen" for=id>{label}</label>
            </span>
        }
    });
    let about = (file.kind == FileKind::Folder && !path.is_home()).then(|| {
        view! {
            <a class="small quiet" href=super::at(account.id, "item", &file.path)>
                {lang.pick("Options", "Options")}<span class="unseen">{lang.colon()}{file.name.shown()}</span>
            </a>
        }
    });
    let below = page.q().and_then(|_| file.path.folder()).filter(|folder| !folder.is_home());
    let below = below.map(|folder| view! { <span class="file-where">{folder.shown()}</span> });
    let target = file.target.clone().map(|target| view! { <span class="file-where">"→ "{target}</span> });
    let name = view! {
        <span class="file-name">
            {tick}
            {sign(lang, file.kind)}
            <span class="file-words"><a href=to>{file.name.shown()}</a>{target}{below}</span>
        </span>
    };
    let octets = if file.kind == FileKind::File { size(lang, file.size) } else { String::new() };
    let mode = view! { <span class="row"><code>{file.mode.to_string()}</code>{about}</span> };
    vec![
        Cell::Main(name.into_any()),
        Cell::Num(octets),
        Cell::view(ago(lang, seen.now_ms, file.modified_at)),
        Cell::view(mode),
    ]
}

/// What is done with all that is ticked.
fn chosen(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let path = seen.path.to_string();
    view! {
        <form class="card-foot acts" id="chosen" method="post" novalidate=true action=format!("/accounts/{}/files/delete", seen.account.id)>
            <input type="hidden" name="path" value=path/>
            {super::archive::chosen(lang, seen.account.id, typed)}
            <button class="button button-small button-loss" type="submit">
                {lang.pick("Mettre ce qui est coché à la corbeille", "Put what is ticked into the trash")}
            </button>
        </form>
    }
    .into_any()
}

/// What can be put into this folder: files, dropped or chosen, and a new folder.
fn puts(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let (id, path) = (seen.account.id, seen.path.to_string());
    let name = Input::text("name", lang.pick("Nom du nouveau dossier", "Name of the new folder"));
    let words = lang.pick("Fichiers à envoyer dans ce dossier", "Files to put into this folder");
    let over = Check::new(
        "over",
        lang.pick("Remplacer ceux qui y sont déjà", "Replace those that are there already"),
    );
    view! {
        <section class="card stack">
            <form class="upload stack-tight" method="post" enctype="multipart/form-data" data-upload=""
                action=super::at(id, "upload", &seen.path) data-path=path.clone()
                data-api=format!("{}/accounts/{id}/files", server::api::PREFIX)
                data-done=href(&folder(id, &seen.path), &[("done", "files_uploaded")])
                data-waits=lang.pick("La connexion est coupée, l’envoi reprendra", "The connection is cut, the upload will go on")
                data-later=lang.pick(
                    "La connexion ne revient pas. Renvoyez le même fichier d’ici un jour\u{a0}: il reprendra là où il s’est arrêté.",
                    "The connection does not come back. Send the same file again within a day: it goes on where it ended.",
                )
                data-sending=lang.pick("Envoi", "Sending") data-cut=lang.pick(
                    "L’envoi s’est interrompu\u{a0}: les fichiers arrivés en entier restent. Regardez dans le dossier ce qui y est, puis renvoyez le reste.",
                    "The upload was cut off: files that arrived whole stay. Look into the folder for what is there, then send the rest again.",
                )>
                {over.view(lang, typed)}
                <div class="field-line">
                    <div class="field">
                        <label for="f-files">{words}</label>
                        <p class="hint with-script">{lang.pick("Ou déposez-les n’importe où sur cette page.", "Or drop them anywhere on this page.")}</p>
                        <input class="input" type="file" id="f-files" name="files" multiple=true required=true/>
                    </div>
                    <button class="button button-main" type="submit">{lang.pick("Envoyer", "Upload")}</button>
                </div>
                <p class="upload-said" role="status"></p>
                <progress class="upload-far" max="100" value="0" hidden=true aria-label=lang.pick("Envoi", "Sending")></progress>
            </form>
            {fold(
                lang.pick("Créer un dossier", "Make a folder"),
                typed.error("name").is_some(),
                view! {
                    <form class="form" method="post" action=format!("/accounts/{id}/files/folders") novalidate=true>
                        <input type="hidden" name="path" value=path/>
                        {name.view(lang, typed)}
                        <button class="button" type="submit">{lang.pick("Créer", "Make")}</button>
                    </form>
                },
            )}
        </section>
    }
    .into_any()
}
