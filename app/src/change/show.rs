//! One change: its way, its reason, each host and resource, and undoing it.

use super::words;
use crate::{
    http::{Answer, Face, on_form, see},
    live::LiveChange,
    parts::{Action, Cell, Facts, Typed, errors, fold_loss, moment, table},
    shell::{self, Place},
    state::StateBadge,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{ChangeId, Duty};
use server::{Server, change::ChangeView};

/// `GET /changes/{change}`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<ChangeId>) -> Answer {
    let change = server::change::show(&server, face.me()?, id).await?;
    Ok(render(&face, &change, &Typed::new()))
}

/// `POST /changes/{change}/undo`
pub async fn undo(State(server): State<Server>, face: Face, Path(id): Path<ChangeId>) -> Answer {
    match server::change::undo(&server, face.me()?, id).await {
        Ok(done) => see(format!("/changes/{}", done.change.unwrap_or(id)), "undone"),
        Err(problem) => {
            let problem = on_form(problem)?;
            let change = server::change::show(&server, face.me()?, id).await?;
            Ok(render(&face.at(format!("/changes/{id}")), &change, &Typed::new().refused(problem)))
        }
    }
}

pub fn render(face: &Face, change: &ChangeView, typed: &Typed) -> Response {
    let lang = face.lang;
    let mut page = shell::Page::new(Place::Accounts, words::title(lang, change)).status(typed.status());
    page = match change.account {
        Some(account) => page.from(
            lang.pick("Modifications du compte", "Changes of the account"),
            format!("/accounts/{account}/changes"),
        ),
        None if face.may(Duty::SeeHistory) => {
            page.from(lang.pick("Historique", "History"), "/changes/history")
        }
        None => page,
    };
    let facts = Facts::new()
        .line_if(lang.pick("Quoi", "What"), words::detail(lang, change))
        .line(lang.pick("Qui", "Who"), words::who(lang, change))
        .line(lang.pick("Quand", "When"), moment(lang, change.at))
        .line_if(
            lang.pick("Annule", "Undoes"),
            change.undoes.map(|id| link(lang.pick("une modification antérieure", "an earlier change"), id)),
        )
        .line_if(
            lang.pick("Annulée par", "Undone by"),
            change.undone_by.map(|id| link(lang.pick("une modification plus récente", "a later change"), id)),
        )
        .view();
    let way = if change.states.is_empty() {
        super::list::done(lang)
    } else {
        view! { <LiveChange change=change.id account=change.account state=change.state reason=change.text.clone() lang/> }.into_any()
    };
    let hosts = (!change.states.is_empty()).then(|| {
        let rows = change
            .states
            .iter()
            .map(|state| {
                let kind = words::kind(lang, state.kind);
                let said = state.text.as_ref().map(|text| text.pick(lang).to_owned()).unwrap_or_default();
                vec![
                    Cell::Main(state.host.clone().into_any()),
                    Cell::text(kind),
                    Cell::view(view! { <StateBadge state=state.state lang/> }),
                    Cell::text(said),
                ]
            })
            .collect();
        let heads = [lang.pick("Hôte", "Host"), lang.pick("Ressource", "Resource"), lang.pick("État", "State"), lang.pick("Raison", "Reason")];
        let caption = lang.pick("État sur chaque hôte", "State on each host");
        view! { <section class="card card-flat"><div class="card-head"><h2>{caption}</h2></div>{table(caption, &heads, rows)}</section> }
    });
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            <section class="card stack">{way}{facts}</section>
            {hosts}
            <div id="undo">{change.undoable.then(|| undo_act(face, change))}</div>
        </div>
    };
    shell::page(face, page, body)
}

fn link(words: &'static str, id: ChangeId) -> AnyView {
    view! { <a href=format!("/changes/{id}")>{words}</a> }.into_any()
}

fn undo_act(face: &Face, change: &ChangeView) -> AnyView {
    let lang = face.lang;
    let words = words::undo(lang, change);
    let act = Action::new(format!("/changes/{}/undo", change.id), words);
    match words::loss(lang, change) {
        Some(loss) => fold_loss(format!("{words}…"), true, view! { <p>{loss}</p>{act.loss().view()} }),
        None => act.view(),
    }
}
