//! One's own roles: invitations to answer, roles to give up.

use super::{held::leave_words, word};
use crate::{
    http::{Answer, Face, see},
    parts::{Action, Tone, day, link, notice},
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{GrantId, InvitationId, Lang};
use server::{
    Server,
    grant::{InvitationView, Leaving, MyGrant, On},
};

/// `GET /grants/{grant}/leave`: what is lost, before it is.
pub async fn leaving(State(server): State<Server>, face: Face, Path(id): Path<GrantId>) -> Answer {
    let Leaving { grant, others, stays } = server::grant::leaving(&server, face.me()?, id).await?;
    let lang = face.lang;
    let (on, name) = match &grant.account {
        Some(account) => (On::Account(account.id), account.name.clone()),
        None => (On::Member(grant.member.id), grant.member.name.clone()),
    };
    let people = format!("{}/people", on.path());
    let back = link(people.clone(), lang.pick("Rester", "Stay"));
    let body = match stays {
        Some(why) => notice(
            Tone::Held,
            why.pick(lang).to_owned(),
            view! { <p><a href=people.clone()>{lang.pick("Qui a quel rôle", "Who has which role")}</a></p> },
        ),
        None => view! {
            <section class="card stack">
                {lost(lang, &grant, &others)}
                <div class="acts">
                    {Action::new(format!("/grants/{id}/leave"), leave_words(lang, on)).loss().view()}
                    {back}
                </div>
            </section>
        }
        .into_any(),
    };
    let place = if grant.account.is_some() { Place::Accounts } else { Place::Members };
    let page = shell::Page::new(place, leave_words(lang, on)).from(name, people);
    Ok(shell::page(&face, page, body))
}

fn lost(lang: Lang, grant: &MyGrant, others: &[MyGrant]) -> AnyView {
    let role = word(grant.role, lang);
    let (name, gone) = match &grant.account {
        Some(account) => (
            account.name.clone(),
            lang.pick(
                "vous ne verrez plus ce compte, ses sites ni son historique, et n’y changerez plus rien",
                "you will no longer see this account, its sites or its history, nor change anything there",
            ),
        ),
        None => (
            grant.member.name.clone(),
            lang.pick(
                "vous ne verrez plus ce membre, ses comptes ni leur historique, et n’y changerez plus rien",
                "you will no longer see this member, its accounts or their history, nor change anything there",
            ),
        ),
    };
    let loses = if others.is_empty() {
        lang.pick(format!("Dès que vous quittez\u{a0}: {gone}."), format!("As soon as you leave, {gone}."))
    } else {
        let kept: Vec<String> = others.iter().map(|other| word(other.role, lang)).collect();
        let kept = kept.join(", ");
        lang.pick(
            format!("Ce que ce rôle permet prend fin aussitôt\u{a0}; il vous reste ici\u{a0}: {kept}."),
            format!("What this role allows ends at once; here you keep: {kept}."),
        )
    };
    view! {
        <p>{lang.pick(format!("Votre rôle sur «\u{a0}{name}\u{a0}»\u{a0}: {role}."), format!("Your role on “{name}”: {role}."))}</p>
        <p>{loses}</p>
        <p>{lang.pick(
            "Les sites restent en service. Pour revenir, il faudra qu’une personne responsable vous invite à nouveau.",
            "The sites stay in service. To come back, an owner has to invite you again.",
        )}</p>
    }
    .into_any()
}

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
