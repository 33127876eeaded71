//! Archives: made of what is ticked, sent or put into the folder; unpacked from a file's page; and what became of them.

use super::{At, at, folder, list, must, size};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Input, Typed, ago, empty, link},
    shell,
};
use axum::extract::{Path, State};
use axum::response::Response;
use leptos::prelude::*;
use model::{AccountId, FileName, HomePath, Lang, Problem, archive::ArchiveKind, text};
use server::{
    Server,
    account::AccountView,
    files::{FileView, Work, WorkState, WorkView, packed, sent, work},
};
use std::time::Duration;

/// What is done by then is shown at once; of the rest the page of archives tells.
const PATIENCE: Duration = Duration::from_secs(3);

fn works_page(id: AccountId) -> String {
    format!("/accounts/{id}/files/works")
}

/// `POST /accounts/{account}/files/pack`: what was ticked, into an archive here or to whoever asks.
pub async fn pack(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    must(&server, &face, id).await?;
    let path = At { path: typed.get("path").to_owned() }.path();
    let done = match typed.get("do") {
        "get-zip" | "get-tar.gz" => send(&server, &face, id, &typed).await,
        _ => make(&server, &face, id, &path, &typed).await,
    };
    match done {
        Ok(answer) => Ok(answer),
        Err(problem) => list::again(&server, &face, id, path, typed.refused(on_form(problem)?)).await,
    }
}

fn ticked(typed: &Typed) -> Vec<HomePath> {
    typed.all("item").iter().filter_map(|item| item.parse().ok()).collect()
}

async fn send(server: &Server, face: &Face, id: AccountId, typed: &Typed) -> Result<Response, Problem> {
    let kind = ArchiveKind::parse(typed.get("do").trim_start_matches("get-"))?;
    let me = face.me().map_err(|miss| miss.0)?;
    Ok(sent(packed(server, me, id, (ticked(typed), kind)).await?, kind))
}

async fn make(
    server: &Server,
    face: &Face,
    id: AccountId,
    path: &HomePath,
    typed: &Typed,
) -> Result<Response, Problem> {
    let kind = ArchiveKind::parse(typed.get("do"))?;
    let wanted = FileName::typed(typed.get("archive")).map_err(|problem| problem.on("archive"))?;
    let name = FileName::typed(&kind.named(&wanted.shown())).map_err(|problem| problem.on("archive"))?;
    let to = path.join(name);
    let wanted = Work::Pack { paths: ticked(typed), to: to.clone(), kind };
    run(server, face, id, wanted, (at(id, "item", &to), "file_packed")).await
}

/// Its page once it is done and nothing was left out; else where it is told.
async fn run(
    server: &Server,
    face: &Face,
    id: AccountId,
    wanted: Work,
    (to, said): (String, &'static str),
) -> Result<Response, Problem> {
    let me = face.me().map_err(|miss| miss.0)?;
    let done = work(server, me, id, wanted, PATIENCE).await.map_err(|problem| match problem.field {
        // What stands in the way is what was named.
        Some("name") => problem.on("archive"),
        _ => problem,
    })?;
    let plain = done.item.state == WorkState::Done && done.item.left == 0;
    let answer = if plain { see(to, said) } else { see(works_page(id), "") };
    answer.map_err(|miss| miss.0)
}

/// From a file's page.
pub(super) async fn unpack(
    server: &Server,
    face: &Face,
    id: AccountId,
    archive: &HomePath,
    typed: &Typed,
) -> Result<Response, Problem> {
    let into: HomePath = typed.get("into").trim().parse().map_err(|problem: Problem| problem.on("into"))?;
    let wanted = Work::Unpack { archive: archive.clone(), into: into.clone() };
    run(server, face, id, wanted, (folder(id, &into), "file_unpacked")).await
}

/// Where an archive goes if nobody says otherwise: a folder of its own, beside it.
pub(super) fn into(file: &FileView) -> String {
    let name = model::archive::unpacks(&file.name).and_then(|name| FileName::typed(&name).ok());
    let beside = name.map(|name| file.path.folder().unwrap_or_default().join(name));
    beside.map(|path| path.to_string()).unwrap_or_default()
}

pub(super) fn unpack_form(lang: Lang) -> (&'static str, &'static str, Input) {
    let field = Input::text("into", lang.pick("Dossier où la déballer", "Folder to unpack it into")).hint(lang.pick(
        "Il est créé s’il n’y est pas. S’il y est, ce qui y porte déjà le même nom reste, et c’est dit. Liens et fichiers spéciaux sont laissés de côté.",
        "It is made if it is not there. If it is, what has the same name there stays, and that is said. Links and special files are left out.",
    ));
    (lang.pick("Déballer l’archive", "Unpack the archive"), lang.pick("Déballer", "Unpack"), field)
}

/// Beside what else is done with what is ticked.
pub(super) fn chosen(lang: Lang, id: AccountId, typed: &Typed) -> AnyView {
    let to = format!("/accounts/{id}/files/pack");
    let button = |does: &'static str, words: &'static str| {
        view! {
            <button class="button button-small" type="submit" formaction=to.clone() name="do" value=does>{words}</button>
        }
    };
    let name =
        Input::text("archive", lang.pick("Nom de l’archive à faire ici", "Name of the archive to make here"))
            .optional();
    // What Enter in the name presses comes first: it makes something, and takes nothing away.
    view! {
        {name.view(lang, typed)}
        {button("zip", lang.pick("Faire un zip ici", "Make a zip here"))}
        {button("tar.gz", lang.pick("Faire un tar.gz ici", "Make a tar.gz here"))}
        {button("get-zip", lang.pick("Télécharger en zip", "Download as zip"))}
        {button("get-tar.gz", lang.pick("Télécharger en tar.gz", "Download as tar.gz"))}
    }
    .into_any()
}

/// `GET /accounts/{account}/files/works`
pub async fn works(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    let lang = face.lang;
    let account = must(&server, &face, id).await?;
    let works = server::files::works(&server, face.me()?, id).await?;
    let going = works.iter().any(|work| work.state == WorkState::Working);
    let list = if works.is_empty() {
        let words = lang.pick(
            "Cochez des fichiers dans un dossier pour en faire une archive, ou ouvrez une archive pour la déballer.",
            "Tick files in a folder to make an archive of them, or open an archive to unpack it.",
        );
        empty(lang.pick("Aucune archive ces derniers temps", "No archive of late"), words, None)
    } else {
        let items = works.iter().map(|work| one(&face, &account, work)).collect_view();
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    let look = going.then(|| link(works_page(id), lang.pick("Regarder à nouveau", "Look again")));
    let back = link(folder(id, &HomePath::HOME), lang.pick("Retour aux fichiers", "Back to the files"));
    let body = view! {
        <div class="stack">
            <section class="card card-flat" aria-labelledby="works" data-works=if going { "going" } else { "done" }>
                <div class="card-head"><h2 id="works">"Archives"</h2><div class="acts">{look}</div></div>
                {list}
            </section>
            {back}
        </div>
    };
    Ok(shell::page(&face, account::frame(&face, &account, Part::Files), body))
}

fn one(face: &Face, account: &AccountView, work: &WorkView) -> AnyView {
    let lang = face.lang;
    let path = |text: &str| text.parse::<HomePath>().unwrap_or_default();
    let (from, to) = (path(&work.path), path(&work.to));
    let unpacks = work.does == "unpack";
    let title = match unpacks {
        true => text!("Déballer {}", "Unpack {}", from.shown()),
        false => text!("Faire {}", "Make {}", to.shown()),
    };
    let (entries, octets) = (work.entries, size(lang, work.octets));
    let state = match work.state {
        WorkState::Working => text!(
            "En cours\u{a0}: {entries} fichiers et dossiers, {octets}",
            "Going on: {entries} files and folders, {octets}"
        ),
        WorkState::Done => {
            text!(
                "Fait\u{a0}: {entries} fichiers et dossiers, {octets}",
                "Done: {entries} files and folders, {octets}"
            )
        }
        WorkState::Refused => text!("Refusé, rien n’a été changé", "Refused, nothing was changed"),
        WorkState::Unknown => text!(
            "On ne sait pas si c’est fait\u{a0}: l’hôte n’a pas pu le dire",
            "Nobody knows whether it was done: the host could not say"
        ),
    };
    let why = work.text.as_ref().map(|text| view! { <p class="item-more">{text.pick(lang).to_owned()}</p> });
    let left = (work.left > 0).then(|| {
        let count = work.left;
        let head = text!("{count} laissés de côté", "{count} left out");
        let lines = work.left_out.iter().map(|left| {
            let why = left.why.text();
            view! { <li><code>{left.name.clone()}</code>{lang.colon()}{why.pick(lang).to_owned()}</li> }
        });
        let more = work.left.saturating_sub(work.left_out.len() as u64);
        let more = (more > 0).then(
            || view! { <li>{lang.pick(format!("et {more} de plus"), format!("and {more} more"))}</li> },
        );
        view! {
            <details>
                <summary>{head.pick(lang).to_owned()}</summary>
                <ul>{lines.collect_view()}{more}</ul>
            </details>
        }
    });
    let place = match unpacks {
        true => folder(account.id, &to),
        false => at(account.id, "item", &to),
    };
    let open = (work.state == WorkState::Done).then(|| link(place, lang.pick("Voir", "See it")));
    view! {
        <li>
            <div class="item">
                <p class="item-name">{title.pick(lang).to_owned()}</p>
                <p class="item-more">{state.pick(lang).to_owned()}</p>
                {why}
                <p class="item-more">{work.who.clone()}" · "{ago(lang, face.now_ms, work.began_at)}</p>
                {left}
            </div>
            <div class="acts">{open}</div>
        </li>
    }
    .into_any()
}
