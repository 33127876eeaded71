//! “Your sessions” on the profile: where one is signed in, and out again.

use crate::{
    http::{Answer, Face, see},
    parts::{Action, ago, badge, moment},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use server::{Server, session::SessionView};

/// `POST /profile/sessions/{session}/end`
pub async fn end(State(server): State<Server>, face: Face, Path(handle): Path<String>) -> Answer {
    server::session::end(&server, face.me()?, &handle).await?;
    see("/profile", "session_ended")
}

/// `POST /profile/sessions/end`: all but this one.
pub async fn end_others(State(server): State<Server>, face: Face) -> Answer {
    server::session::end_others(&server, face.me()?).await?;
    see("/profile", "sessions_ended")
}

pub fn card(face: &Face, sessions: Vec<SessionView>) -> AnyView {
    let lang = face.lang;
    let others = sessions.iter().any(|session| !session.this);
    let rows = sessions
        .into_iter()
        .map(|session| {
            let unknown = || lang.pick("navigateur inconnu", "unknown browser").to_owned();
            let name = session.browser.unwrap_or_else(unknown);
            let place = session.address.map(|address| view! { <span>{address}" · "</span> });
            let act = if session.this {
                badge("state state-good", lang.pick("celle-ci", "this one")).into_any()
            } else {
                Action::new(format!("/profile/sessions/{}/end", session.id), lang.pick("Déconnecter", "Sign out"))
                    .about(lang, &name)
                    .small()
                    .view()
            };
            view! {
                <li>
                    <div class="item">
                        <span class="item-name">{name.clone()}</span>
                        <p class="item-more">{place}{lang.pick("ouverte le ", "begun ")}{moment(lang, session.created_at)}" · "{lang.pick("vue ", "seen ")}{ago(lang, face.now_ms, session.seen_at)}</p>
                    </div>
                    {act}
                </li>
            }
        })
        .collect_view();
    let all = others.then(|| {
        let words = lang.pick("Déconnecter toutes les autres", "Sign out all others");
        view! { <div class="card-foot">{Action::new("/profile/sessions/end", words).view()}</div> }
    });
    view! {
        <section class="card card-flat" aria-labelledby="sessions">
            <div class="card-head"><h2 id="sessions">{lang.pick("Vos sessions", "Your sessions")}</h2></div>
            <ul class="items">{rows}</ul>
            {all}
        </section>
    }
    .into_any()
}
