//! One's own roles: invitations to answer, roles to give up.

use super::word;
use crate::{
    http::{Answer, Face, see},
    parts::{Action, day},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{GrantId, InvitationId, Lang};
use server::{Server, grant::InvitationView};

/// `POST /grants/{grant}/leave`
pub async fn leave(State(server): State<Server>, face: Face, Path(id): Path<GrantId>) -> Answer {
    server::grant::leave(&server, face.me()?, id).await?;
    see("/", "role_left")
}

/// `POST /invitations/{invitation}/accept`
pub async fn accept(State(server): State<Server>, face: Face, Path(id): Path<InvitationId>) -> Answer {
    server::grant::accept(&server, face.me()?, id).await?;
    see("/", "invitation_accepted")
}

/// `POST /invitations/{invitation}/decline`
pub async fn decline(State(server): State<Server>, face: Face, Path(id): Path<InvitationId>) -> Answer {
    server::grant::decline(&server, face.me()?, id).await?;
    see("/", "invitation_declined")
}

/// The invitations to oneself, on one's home page.
pub fn card(lang: Lang, asked: Vec<InvitationView>) -> Option<AnyView> {
    if asked.is_empty() {
        return None;
    }
    let rows = asked.into_iter().map(|asked| row(lang, asked)).collect_view();
    Some(
        view! {
            <section class="card card-flat" aria-labelledby="invitations">
                <div class="card-head"><h2 id="invitations">{lang.pick("On vous invite", "You are invited")}</h2></div>
                <ul class="items">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn row(lang: Lang, asked: InvitationView) -> AnyView {
    let what = asked
        .account
        .as_ref()
        .map_or(asked.member.name.clone(), |account| format!("{} ({})", account.name, asked.member.name));
    let role = word(asked.role, lang);
    let by = &asked.by;
    let words = if asked.hands_over {
        lang.pick(
            format!("{by} vous propose de devenir responsable à sa place"),
            format!("{by} offers you to become the owner in their place"),
        )
    } else {
        lang.pick(
            format!("{by} vous propose le rôle\u{a0}: {role}"),
            format!("{by} offers you the role: {role}"),
        )
    };
    let act =
        |verb: &str, words: &'static str| Action::new(format!("/invitations/{}/{verb}", asked.id), words);
    view! {
        <li>
            <div class="item">
                <span class="item-name">{what.clone()}</span>
                <p class="item-more">{words}{lang.pick(" · réponse jusqu’au ", " · answer until ")}{day(lang, asked.expires_at)}</p>
            </div>
            <div class="row">
                {act("accept", lang.pick("Accepter", "Accept")).about(lang, &what).main().view()}
                {act("decline", lang.pick("Refuser", "Decline")).about(lang, &what).view()}
            </div>
        </li>
    }
    .into_any()
}
