//! Staff looking at the panel as a member's users do: starting, the banner meanwhile, the owner's consent.

use crate::{
    http::{Answer, Face, see},
    parts::{Action, Input, Typed, fold, moment},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, Lang, MemberId, ViewingId};
use server::{
    Server,
    grant::On,
    viewing::{Viewing, ViewingView},
};

/// `POST /accounts/{account}/view`
pub async fn start_account(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    start(&server, &face, On::Account(id), typed).await
}

/// `POST /members/{member}/view`
pub async fn start_member(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<MemberId>,
    typed: Typed,
) -> Answer {
    start(&server, &face, On::Member(id), typed).await
}

async fn start(server: &Server, face: &Face, on: On, typed: Typed) -> Answer {
    match server::viewing::start(server, face.me()?, on, typed.get("reason")).await {
        Ok(_) => see("/", "viewing_started"),
        Err(problem) => crate::grant::people::again(server, face, on, typed, problem).await,
    }
}

/// `POST /viewing/end`
pub async fn end(State(server): State<Server>, face: Face) -> Answer {
    // One that ended by itself meanwhile has ended.
    let viewed = face.viewing().map(|viewing| viewing.on);
    if viewed.is_some() {
        server::viewing::end(&server, face.me()?).await?;
    }
    see(viewed.map_or_else(|| "/".to_owned(), |on| format!("{}/people", on.path())), "viewing_ended")
}

/// `POST /viewing/ask`
pub async fn ask(State(server): State<Server>, face: Face) -> Answer {
    server::viewing::ask(&server, face.me()?).await?;
    see("/", "viewing_asked")
}

/// `POST /viewings/{viewing}/consent`
pub async fn consent(State(server): State<Server>, face: Face, Path(id): Path<ViewingId>) -> Answer {
    server::viewing::consent(&server, face.me()?, id).await?;
    see("/", "viewing_consented")
}

/// What begins a view, on the page of an account's or a member's people.
pub fn act(lang: Lang, on: On, typed: &Typed) -> AnyView {
    let reason = Input::text(
        "reason",
        lang.pick("Raison, telle que le membre la lira", "Reason, as the member will read it"),
    );
    let body = view! {
        <p>{lang.pick(
            "Pendant une heure au plus, vous voyez le panneau comme le voient les personnes de ce membre, sans rien pouvoir modifier. Cela figure dans son historique.",
            "For an hour at most you see the panel as its people do, without being able to change anything. It stands in the history.",
        )}</p>
        <form class="form" method="post" action=format!("{}/view", on.path()) novalidate=true>
            {reason.view(lang, typed)}
            <button class="button" type="submit">{lang.pick("Commencer la vue", "Begin the view")}</button>
        </form>
    };
    let title = lang.pick("Voir comme un membre…", "View as a member…");
    view! { <section class="folds">{fold(title, typed.error("reason").is_some(), body)}</section> }.into_any()
}

/// Above every page while a view lasts.
pub fn banner(lang: Lang, viewing: &Viewing) -> AnyView {
    let name = &viewing.name;
    let words = lang.pick(
        format!("Vous voyez «\u{a0}{name}\u{a0}» comme le voient ses membres, jusqu’au "),
        format!("You look at “{name}” as its people do, until "),
    );
    let state = match (viewing.consented, viewing.asked) {
        (true, _) => lang.pick("Vous pouvez agir, avec accord.", "You may act, by consent."),
        (false, true) => {
            lang.pick("Lecture seule\u{a0}; l’accord est demandé.", "Reading only; consent is asked for.")
        }
        (false, false) => lang.pick("Lecture seule.", "Reading only."),
    };
    let ask = (!viewing.asked && !viewing.consented)
        .then(|| Action::new("/viewing/ask", lang.pick("Demander à agir", "Ask to act")).small().view());
    view! {
        <aside class="banner" aria-label=lang.pick("Vue par l’équipe", "View by staff")>
            <p>{words}{moment(lang, viewing.until)}". "{state}</p>
            <div class="row">
                {ask}
                {Action::new("/viewing/end", lang.pick("Terminer la vue", "End the view")).small().view()}
            </div>
        </aside>
    }
    .into_any()
}

/// Views that ask for consent, on the owner's home page.
pub fn card(lang: Lang, asked: Vec<ViewingView>) -> Option<AnyView> {
    if asked.is_empty() {
        return None;
    }
    let rows = asked
        .into_iter()
        .map(|asked| {
            let act = Action::new(
                format!("/viewings/{}/consent", asked.id),
                lang.pick("Laisser modifier les sites pendant cette heure", "Let them change sites for this hour"),
            );
            view! {
                <li>
                    <div class="item">
                        <span class="item-name">{asked.name.clone()}</span>
                        <p class="item-more">{asked.who}{lang.pick(" regarde et demande à agir\u{a0}: ", " looks and asks to act: ")}{asked.reason}{lang.pick(" · jusqu’au ", " · until ")}{moment(lang, asked.expires_at)}</p>
                    </div>
                    {act.about(lang, &asked.name).view()}
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card card-flat" aria-labelledby="viewings">
                <div class="card-head"><h2 id="viewings">{lang.pick("L’équipe demande votre accord", "Staff asks for your consent")}</h2></div>
                <ul class="items">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}
