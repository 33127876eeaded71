//! The page of who is what on an account, or on a member and so on all its accounts.

use super::{meaning, word};
use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Action, Check, Input, Select, Typed, day, errors, fold_loss, link_main},
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, Duty, GrantId, InvitationId, Lang, MemberId, Problem, Right, Role, Text, UserId};
use server::{
    Server,
    grant::{Access, Given, GrantView, InvitationView, NewGrant, On},
};

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
            if face.is_staff() { page.from(name, format!("/members/{id}")) } else { page.lead(name) }
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
    let owns = grants.iter().any(|grant| grant.role == Role::Owner && Some(grant.user) == me.user);
    let body = view! {
        <div class="stack">
            {errors(lang, &typed)}
            {list(lang, on, &access, me.user, grants)}
            {(!invited.is_empty()).then(|| waiting(lang, on, &access, invited))}
            {shared.then(|| form(lang, on, &access, server.carrier.is_some(), &typed))}
            {owns.then(|| hand_over(lang, on, &typed))}
            {face.may(Duty::ViewAs).then(|| crate::viewing::act(lang, on, &typed))}
        </div>
    };
    let face = face.saying(format!("{}/people", on.path()));
    Ok(shell::page(&face, page.status(typed.status()), body))
}

fn list(lang: Lang, on: On, access: &Access, me: Option<UserId>, grants: Vec<GrantView>) -> AnyView {
    let rows = grants.into_iter().map(|grant| row(lang, on, access, me, grant)).collect_view();
    let inherited = matches!(on, On::Account(_)).then(|| {
        view! {
            <div class="card-foot small quiet">{lang.pick(
                "Les responsables du membre (personne ou association) ont ici le même rôle que sur lui.",
                "Whoever has a role on the member (the person or organisation) has the same one here.",
            )}</div>
        }
    });
    view! {
        <section class="card card-flat" aria-labelledby="people">
            <div class="card-head"><h2 id="people">{lang.pick("Qui a quel rôle", "Who has which role")}</h2></div>
            <ul class="items">{rows}</ul>
            {inherited}
        </section>
    }
    .into_any()
}

fn row(lang: Lang, on: On, access: &Access, me: Option<UserId>, grant: GrantView) -> AnyView {
    let until = grant.expires_at.map(|at| view! { {lang.pick(" · jusqu’au ", " · until ")}{day(lang, at)} });
    let act = if Some(grant.user) == me {
        let path = format!("/grants/{}/leave", grant.id);
        let act = Action::new(path, lang.pick("Rendre mon rôle", "Give up my role")).loss_small();
        Some(act.about(lang, word(grant.role, lang)).view())
    } else {
        access.shares(grant.role).then(|| {
            let path = format!("{}/people/{}/withdraw", on.path(), grant.id);
            Action::new(path, lang.pick("Retirer le rôle", "Withdraw the role"))
                .about(lang, &grant.email)
                .small()
                .view()
        })
    };
    view! {
        <li>
            <div class="item">
                <span class="item-name">{grant.email}</span>
                <p class="item-more">{word(grant.role, lang)}{lang.pick(" · depuis le ", " · since ")}{day(lang, grant.created_at)}{until}</p>
            </div>
            {act}
        </li>
    }
    .into_any()
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
                lang.pick("cession de responsabilité", "handing over of ownership").to_owned()
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

fn form(lang: Lang, on: On, access: &Access, mails: bool, typed: &Typed) -> AnyView {
    // As it is until this very form comes back.
    let shown = match typed.has("email") {
        true => typed.clone(),
        false => typed.clone().with("mail", "yes").with("role", Role::Webmaster.code()),
    };
    let roles = Role::ALL.into_iter().filter(|role| access.shares(*role)).fold(
        Select::new("role", lang.pick("Rôle", "Role")),
        |select, role| {
            select.option(role.code(), format!("{}{}{}", word(role, lang), lang.colon(), meaning(role, lang)))
        },
    );
    let email =
        Input::email("email", lang.pick("Adresse électronique", "E-mail address")).autocomplete("off");
    let days = Input::number("days", lang.pick("Pendant combien de jours", "For how many days"))
        .optional()
        .hint(lang.pick("Vide\u{a0}: jusqu’à nouvel ordre.", "Empty: until further notice."));
    let by_mail = (access.is_admin() && mails).then(|| {
        Check::new(
            "mail",
            lang.pick(
                "Envoyer l’invitation par courriel\u{a0}; sinon, un lien s’affiche, à transmettre",
                "Send the invitation by mail; else a link is shown, to pass on",
            ),
        )
        .view(lang, &shown)
    });
    let (title, button) = if access.is_admin() {
        (lang.pick("Donner un rôle", "Give a role"), lang.pick("Donner le rôle", "Give the role"))
    } else {
        (
            lang.pick("Inviter quelqu’un", "Invite somebody"),
            lang.pick("Envoyer l’invitation", "Send the invitation"),
        )
    };
    view! {
        <section class="card" aria-labelledby="give">
            <form class="form" method="post" action=format!("{}/people", on.path()) novalidate=true>
                <h2 id="give">{title}</h2>
                {email.view(lang, &shown)}
                {roles.view(lang, &shown)}
                {days.view(lang, &shown)}
                {by_mail}
                <button class="button button-main" type="submit">{button}</button>
            </form>
        </section>
    }
    .into_any()
}

fn hand_over(lang: Lang, on: On, typed: &Typed) -> AnyView {
    let to = Input::email(
        "to",
        lang.pick("Adresse de la personne qui prend la suite", "Address of the person who takes over"),
    )
    .autocomplete("off");
    let body = view! {
        <p>{lang.pick(
            "La personne reçoit une proposition. Dès qu’elle accepte, elle est responsable à votre place et votre rôle prend fin\u{a0}; jusque-là, rien ne change.",
            "The person gets an offer. As soon as they accept, they are the owner in your place and your role ends; until then, nothing changes.",
        )}</p>
        <form class="form" method="post" action=format!("{}/hand-over", on.path()) novalidate=true>
            {to.view(lang, typed)}
            <button class="button button-loss" type="submit">{lang.pick("Proposer la cession", "Offer the handing over")}</button>
        </form>
    };
    let title = lang.pick("Céder ma responsabilité…", "Hand my ownership over…");
    let section = fold_loss(title, typed.error("to").is_some(), body);
    view! { <section class="folds">{section}</section> }.into_any()
}
