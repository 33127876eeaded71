//! The page of who is what on an account, or on a member and so on all its accounts.

use super::{
    give::{form, hand_over},
    held::{Of, list},
    word,
};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Action, Typed, day, errors, link_main},
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, Duty, GrantId, InvitationId, Lang, MemberId, Problem, Right, Role, Text};
use server::{
    Server,
    grant::{Access, Given, InvitationView, NewGrant, On},
};
use std::collections::BTreeMap;

/// The handlers are alike for accounts and members.
macro_rules! handlers {
    ($id:ty, $on:ident, $page:ident, $give:ident, $revoke:ident, $withdraw:ident, $hand_over:ident) => {
        pub async fn $page(State(server): State<Server>, face: Face, Path(id): Path<$id>) -> Answer {
            draw(&server, &face, On::$on(id), Typed::new()).await
        }

        pub async fn $give(
            State(server): State<Server>,
            face: Face,
            Path(id): Path<$id>,
            typed: Typed,
        ) -> Answer {
            give(&server, &face, On::$on(id), typed).await
        }

        pub async fn $revoke(
            State(server): State<Server>,
            face: Face,
            Path((id, grant)): Path<($id, GrantId)>,
        ) -> Answer {
            let on = On::$on(id);
            let done = server::grant::revoke(&server, face.me()?, on, grant).await;
            after(&server, &face, on, Typed::new(), done.map(drop), "role_withdrawn").await
        }

        pub async fn $withdraw(
            State(server): State<Server>,
            face: Face,
            Path((id, invitation)): Path<($id, InvitationId)>,
        ) -> Answer {
            let on = On::$on(id);
            let done = server::grant::withdraw(&server, face.me()?, on, invitation).await;
            after(&server, &face, on, Typed::new(), done, "invitation_withdrawn").await
        }

        pub async fn $hand_over(
            State(server): State<Server>,
            face: Face,
            Path(id): Path<$id>,
            typed: Typed,
        ) -> Answer {
            let on = On::$on(id);
            let email = typed.get("to").trim();
            let done = server::grant::hand_over(&server, face.me()?, on, email).await;
            let done = done.map(drop).map_err(|problem| match problem.field {
                Some("email") => problem.on("to"),
                _ => problem,
            });
            after(&server, &face, on, typed, done, "hand_over_offered").await
        }
    };
}
handlers!(AccountId, Account, of_account, give_account, revoke_account, withdraw_account, hand_over_account);
handlers!(MemberId, Member, of_member, give_member, revoke_member, withdraw_member, hand_over_member);

async fn give(server: &Server, face: &Face, on: On, typed: Typed) -> Answer {
    let email = typed.get("email").trim().to_owned();
    let days = match typed.some("days").map(str::parse).transpose() {
        Ok(days) => days,
        Err(_) => {
            let text = Text::new(
                "Donnez un nombre de jours, ou laissez vide.",
                "Give a number of days, or leave it empty.",
            );
            let problem = Problem::invalid("days", "days_bounds", text);
            return draw(server, face, on, typed.refused(problem)).await;
        }
    };
    let mail = server.carrier.is_some().then(|| typed.get("mail") == "yes");
    let new = NewGrant { email: email.clone(), role: typed.get("role").to_owned(), days, mail };
    match server::grant::create(server, face.me()?, on, new).await {
        Ok(Given::Held(_, Some(link))) => {
            let lang = face.lang;
            let path = format!("{}/people", on.path());
            let page = page(server, face, on).await?;
            let link = server::user::link_url(server, &link);
            let title = lang.pick("Le rôle est donné", "The role is given");
            let body = view! {
                <div class="stack">
                    {crate::user::link::to_pass_on(lang, title, &email, &link)}
                    {link_main(path.clone(), lang.pick("Toutes les personnes", "All people"))}
                </div>
            };
            Ok(shell::page(&face.at(path), page, body))
        }
        Ok(Given::Held(..)) => {
            let said = if mail == Some(true) { "role_mailed" } else { "role_given" };
            see(format!("{}/people", on.path()), said)
        }
        Ok(Given::Asked(_)) => see(format!("{}/people", on.path()), "invitation_sent"),
        Err(problem) => again(server, face, on, typed, problem).await,
    }
}

async fn after(
    server: &Server,
    face: &Face,
    on: On,
    typed: Typed,
    done: Result<(), Problem>,
    said: &str,
) -> Answer {
    match done {
        Ok(()) => see(format!("{}/people", on.path()), said),
        Err(problem) => again(server, face, on, typed, problem).await,
    }
}

/// The page again, with what was refused.
pub async fn again(server: &Server, face: &Face, on: On, typed: Typed, problem: Problem) -> Answer {
    draw(server, face, on, typed.refused(on_form(problem)?)).await
}

/// The frame of the account or member.
async fn page(server: &Server, face: &Face, on: On) -> Result<shell::Page, crate::http::Miss> {
    Ok(match on {
        On::Account(id) => {
            let account = server::account::show(server, face.me()?, id).await?;
            account::frame(face, &account, Part::People)
        }
        On::Member(id) => {
            let name = server::grant::name_of_member(server, face.me()?, id).await?;
            let lang = face.lang;
            let page = shell::Page::new(Place::Members, lang.pick("Personnes", "People"));
            let record = if face.is_staff() { "" } else { "/about" };
            page.from(name, format!("/members/{id}{record}"))
        }
    })
}

async fn draw(server: &Server, face: &Face, on: On, typed: Typed) -> Answer {
    let me = face.me()?;
    let page = page(server, face, on).await?;
    let access = match on {
        On::Account(id) => server::grant::access(server, me, id).await?,
        On::Member(id) => server::grant::access_to_member(server, me, id).await?,
    };
    let grants = server::grant::list(server, me, on).await?;
    let invited = server::grant::invitations(server, me, on).await?;
    let lang = face.lang;
    let shared = access.has(Right::Share);
    // The last owner is told so where others find the button.
    let mut stays = BTreeMap::new();
    for grant in &grants {
        if let Some(why) = server::grant::must_stay(server, on, grant.id, grant.role).await? {
            stays.insert(grant.id, why);
        }
    }
    let owns = grants.iter().any(|grant| grant.role == Role::Owner && Some(grant.user) == me.user);
    let of = Of { on, access: &access, me: me.user, stays };
    let body = view! {
        <div class="stack">
            {errors(lang, &typed)}
            {list(lang, &of, grants)}
            {(!invited.is_empty()).then(|| waiting(lang, on, &access, invited))}
            {shared.then(|| form(lang, on, &access, server.carrier.is_some(), &typed))}
            {owns.then(|| hand_over(lang, on, &typed))}
            {face.may(Duty::ViewAs).then(|| crate::viewing::act(lang, on, &typed))}
        </div>
    };
    let face = face.saying(format!("{}/people", on.path()));
    Ok(shell::page(&face, page.status(typed.status()), body))
}

fn waiting(lang: Lang, on: On, access: &Access, invited: Vec<InvitationView>) -> AnyView {
    let rows = invited
        .into_iter()
        .map(|asked| {
            let act = access.shares(asked.role).then(|| {
                let path = format!("{}/invitations/{}/withdraw", on.path(), asked.id);
                Action::new(path, lang.pick("Annuler l’invitation", "Withdraw the invitation"))
                    .about(lang, &asked.email)
                    .small()
                    .view()
            });
            let kind = if asked.hands_over {
                lang.pick("reprise de la responsabilité", "taking over of ownership").to_owned()
            } else {
                word(asked.role, lang)
            };
            view! {
                <li>
                    <div class="item">
                        <span class="item-name">{asked.email}</span>
                        <p class="item-more">{kind}{lang.pick(" · attend sa réponse jusqu’au ", " · awaits their answer until ")}{day(lang, asked.expires_at)}</p>
                    </div>
                    {act}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card card-flat" aria-labelledby="invited">
            <div class="card-head"><h2 id="invited">{lang.pick("Invitations sans réponse", "Invitations without an answer")}</h2></div>
            <ul class="items">{rows}</ul>
        </section>
    }
    .into_any()
}
