//! The list, and sending again what failed.

use super::words;
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{
        self, Action, Cell, Select, Tone, Typed, badge, empty, errors, moment, next_page, notice, search,
        sort, sorted_table,
    },
    shell::{self, Place},
};
use axum::extract::{Path, Query, State as Of};
use leptos::prelude::*;
use model::{Duty, Lang, MailId, Problem};
use server::{
    Server,
    mail::{MailView, State},
    paging::Order,
};

/// `GET /mails`
pub async fn list(Of(server): Of<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    render(&server, &face, &page, &Typed::new()).await
}

/// `POST /mails/{mail}/again`
pub async fn again(Of(server): Of<Server>, face: Face, Path(id): Path<MailId>) -> Answer {
    match server::mail::again(&server, face.me()?, id).await {
        Ok(_) => see("/mails", "mail_again"),
        Err(problem) => refused(&server, &face, problem).await,
    }
}

/// `POST /mails/{mail}/try`
pub async fn at_once(Of(server): Of<Server>, face: Face, Path(id): Path<MailId>) -> Answer {
    match server::mail::at_once(&server, face.me()?, id).await {
        Ok(_) => see("/mails", "mail_tried"),
        Err(problem) => refused(&server, &face, problem).await,
    }
}

async fn refused(server: &Server, face: &Face, problem: Problem) -> Answer {
    let typed = Typed::new().refused(on_form(problem)?);
    render(server, &face.at("/mails"), &parts::Page::default(), &typed).await
}

async fn render(server: &Server, face: &Face, page: &parts::Page, typed: &Typed) -> Answer {
    let lang = face.lang;
    let asked = page.state().and_then(State::from_code);
    let order = page.order().unwrap_or(Order::CreatedDown);
    let mails = server::mail::list_in(server, face.me()?, &page.listing(), asked, order).await?;
    let next = next_page(lang, "/mails", page, mails.next.as_deref());
    let about = shell::Page::new(Place::Mails, lang.pick("Courriels", "Mails"))
        .lead(lang.pick(
            "Ce que le panneau a écrit aux personnes. La liste se garde 90 jours\u{a0}; les textes, jusqu’à l’envoi seulement.",
            "What the panel wrote to people. The list is kept for 90 days; the texts, until they are sent only.",
        ))
        .status(typed.status());
    let label = lang.pick("Chercher une adresse", "Search an address");
    let search = search(lang, "/mails", page, label, parts::Filters::Beside(states(lang, page)));
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            {server.carrier.is_none().then(|| off(lang))}
            {search}
            <div class="card card-flat">{rows(face, page, mails.items)}</div>
            {next}
        </div>
    };
    Ok(shell::page(face, about, body))
}

fn off(lang: Lang) -> AnyView {
    let words = lang.pick(
        "Invitations et nouveaux mots de passe se donnent alors par un lien à transmettre. Pour que le panneau écrive lui-même, ajoutez la table [mail] à /etc/alveole/panel.toml, puis redémarrez-le.",
        "Invitations and new passwords are then given by a link to pass on. For the panel to write by itself, add the table [mail] to /etc/alveole/panel.toml, then restart it.",
    );
    notice(
        Tone::Know,
        lang.pick("Ce panneau n’envoie pas de courriel", "This panel sends no mail"),
        view! { <p>{words}</p> },
    )
}

fn states(lang: Lang, page: &parts::Page) -> AnyView {
    let first = Select::new("state", lang.pick("État", "State")).option("", lang.pick("tous", "all"));
    let select = State::ALL
        .into_iter()
        .fold(first, |select, state| select.option(state.code(), words::state(state, lang)));
    select.view(lang, &Typed::new().with("state", page.state.clone()))
}

fn rows(face: &Face, page: &parts::Page, mails: Vec<MailView>) -> AnyView {
    let lang = face.lang;
    if mails.is_empty() {
        let (title, words) = if page.narrowed() {
            (
                lang.pick("Rien ne correspond", "Nothing matches"),
                lang.pick("Essayez un autre mot, ou montrez tout.", "Try another word, or show all."),
            )
        } else {
            (
                lang.pick("Aucun courriel", "No mail"),
                lang.pick(
                    "Invitations, nouveaux mots de passe et nouvelles des comptes viendront ici.",
                    "Invitations, new passwords and news of accounts will come here.",
                ),
            )
        };
        return empty(title, words, None);
    }
    let rows = mails.into_iter().map(|mail| row(lang, face.may(Duty::SendLinks), mail)).collect();
    let heads = vec![
        lang.pick("À", "To").into(),
        lang.pick("Sujet", "Subject").into(),
        sort("/mails", page, lang.pick("Écrit", "Written"), "created", "-created"),
        lang.pick("État", "State").into(),
        lang.pick("Suite", "Next").into(),
    ];
    sorted_table(lang.pick("Courriels", "Mails"), heads, rows)
}

/// `may`: whoever looks may send it again.
fn row(lang: Lang, may: bool, mail: MailView) -> Vec<Cell> {
    let kind = words::kind(mail.kind, lang);
    let about = match mail.account {
        Some(account) => view! { <a href=format!("/accounts/{account}")>{kind}</a> }.into_any(),
        None => kind.into_any(),
    };
    let why = mail.error.as_ref().map(|text| view! { <p class="item-more">{text.pick(lang).to_owned()}</p> });
    let state = view! { {badge(words::class(mail.state), words::state(mail.state, lang))}{why} };
    let follows = match (mail.state, mail.again) {
        (State::Queued, _) => match mail.next_at.filter(|_| mail.tries > 0) {
            Some(at) => {
                let path = format!("/mails/{}/try", mail.id);
                let act = may.then(|| {
                    Action::new(path, lang.pick("Essayer maintenant", "Try now"))
                        .about(lang, &mail.to)
                        .small()
                        .view()
                });
                view! { {lang.pick("nouvel essai le ", "next try on ")}{moment(lang, at)}" "{act} }.into_any()
            }
            None => lang.pick("part sous peu", "goes out shortly").into_any(),
        },
        // Mostly at once; when is worth saying only if not.
        (State::Sent, _) => match mail.sent_at.filter(|at| at - mail.at > 60_000) {
            Some(at) => {
                view! { {lang.pick("rien à faire, parti le ", "nothing to do, sent on ")}{moment(lang, at)} }
                    .into_any()
            }
            None => lang.pick("rien à faire", "nothing to do").into_any(),
        },
        (State::Failed, Some(_)) => {
            lang.pick("rien à faire, renvoyé depuis", "nothing to do, sent again since").into_any()
        }
        (State::Failed, None) if !may => {
            lang.pick("l’assistance peut le renvoyer", "support can send it again").into_any()
        }
        (State::Failed, None) => {
            let act = Action::new(format!("/mails/{}/again", mail.id), lang.pick("Renvoyer", "Send again"));
            act.about(lang, &mail.to).small().view()
        }
    };
    vec![
        Cell::Main(mail.to.into_any()),
        Cell::Plain(about),
        Cell::Plain(moment(lang, mail.at)),
        Cell::view(state),
        Cell::view(follows),
    ]
}
