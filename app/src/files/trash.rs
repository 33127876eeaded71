//! The trash: what was deleted in the last thirty days, back to where it was or gone for good.

use super::{at, folder, must, said, sign, size, trouble};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Action, Typed, ago, empty, errors, link, moment},
    shell,
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, HomePath, Lang, Problem, files::FileKind};
use server::{
    Server,
    account::AccountView,
    files::{Act, TrashView, act},
};

/// `GET /accounts/{account}/files/trash`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    draw(&server, &face, id, Typed::new()).await
}

/// `POST /accounts/{account}/files/trash`
pub async fn change(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    must(&server, &face, id).await?;
    let thing: Result<_, Problem> = typed.get("id").parse();
    let wanted = thing.map(|thing| match typed.get("do") {
        "erase" => Act::Forget(thing),
        _ => Act::Restore(thing),
    });
    let erased = matches!(wanted, Ok(Act::Forget(_)));
    let done = match wanted {
        Ok(wanted) => act(&server, face.me()?, id, wanted).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) if erased => see(format!("/accounts/{id}/files/trash"), "file_erased"),
        Ok(acted) => {
            let to = acted.at.unwrap_or_default();
            match acted.beside {
                true => see(at(id, "item", &to), "file_restored_beside"),
                false => see(folder(id, &to.folder().unwrap_or_default()), "file_restored"),
            }
        }
        Err(problem) => {
            let typed = Typed::new().refused(Problem { field: None, ..on_form(problem)? });
            let face = face.at(format!("/accounts/{id}/files/trash"));
            draw(&server, &face, id, typed).await
        }
    }
}

async fn draw(server: &Server, face: &Face, id: AccountId, typed: Typed) -> Answer {
    let lang = face.lang;
    let account = must(server, face, id).await?;
    let list = match said(server::files::trash(server, face.me()?, id).await)? {
        Ok(items) => list(face, &account, &items),
        Err(problem) => trouble(lang, &problem),
    };
    let back = link(folder(id, &HomePath::HOME), lang.pick("Retour aux fichiers", "Back to the files"));
    let body = view! { <div class="stack">{errors(lang, &typed)}{list}{back}</div> };
    Ok(shell::page(face, account::frame(face, &account, Part::Files).status(typed.status()), body))
}

fn list(face: &Face, account: &AccountView, items: &[TrashView]) -> AnyView {
    let lang = face.lang;
    let list = if items.is_empty() {
        let words = lang.pick(
            "Ce que vous supprimez reste ici trente jours, puis s’efface tout seul.",
            "What you delete stays here for thirty days, then goes by itself.",
        );
        empty(lang.pick("La corbeille est vide", "The trash is empty"), words, None)
    } else {
        let items = items.iter().map(|item| one(face, account, item)).collect_view();
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    view! {
        <section class="card card-flat" aria-labelledby="trash">
            <div class="card-head"><h2 id="trash">{lang.pick("Corbeille", "Trash")}</h2></div>
            {list}
        </section>
    }
    .into_any()
}

fn one(face: &Face, account: &AccountView, item: &TrashView) -> AnyView {
    let lang = face.lang;
    let name = item.from.name().map(model::FileName::shown).unwrap_or_default();
    let action = |verb: &'static str, words: &'static str| {
        Action::new(format!("/accounts/{}/files/trash", account.id), words)
            .hidden("id", item.id.as_str())
            .hidden("do", verb)
            .about(lang, &name)
    };
    let octets = (item.kind == FileKind::File).then(|| format!(" · {}", size(lang, item.size)));
    let deleted = lang.pick("Supprimé ", "Deleted ");
    let until = lang.pick("\u{a0}; effacé le ", "; erased on ");
    view! {
        <li>
            <div class="item">
                <p class="item-name row">{sign(lang, item.kind)}{name.clone()}</p>
                <p class="item-more">{place(lang, &item.from)}{octets}</p>
                <p class="item-more">{deleted}{ago(lang, face.now_ms, item.deleted_at)}{until}{moment(lang, item.erase_at)}</p>
            </div>
            <div class="acts">
                {action("restore", lang.pick("Remettre", "Put back")).small().view()}
                {action("erase", lang.pick("Effacer", "Erase")).loss_small().view()}
            </div>
        </li>
    }
    .into_any()
}

fn place(lang: Lang, from: &HomePath) -> String {
    let folder = from.folder().unwrap_or_default().shown();
    lang.pick(format!("De {folder}"), format!("From {folder}"))
}
