//! What admins do with a user: suspend, resume, take lost factors away; and of whom a second factor is asked.

use super::{recovery, roles};
use crate::{
    http::{Answer, Face, see},
    parts::{self, Action, Facts, Select, Typed, badge, day, errors, fold, fold_loss, next_page},
    shell::{self, Place},
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{Duty, Lang, StaffRole, UserId};
use server::{Server, factor::Policy, user::UserView};

/// `GET /users/{user}`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<UserId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    draw(&server, &face, id, &page, Typed::new()).await
}

/// `page`: of the user's roles.
pub(super) async fn draw(
    server: &Server,
    face: &Face,
    id: UserId,
    page: &parts::Page,
    typed: Typed,
) -> Answer {
    let lang = face.lang;
    let user = server::user::show(server, face.me()?, id).await?;
    let open = recovery::open(server, face, id).await?;
    let grants = server::grant::of_user(server, face.me()?, id, &page.listing()).await?;
    let mut staff = server::grant::list_staff(server, face.me()?).await?;
    staff.retain(|one| one.user == id);
    let next = next_page(lang, &format!("/users/{id}"), page, grants.next.as_deref());
    let page = shell::Page::new(Place::Users, user.email.as_str())
        .from(lang.pick("Utilisateurs", "Users"), "/users")
        .status(typed.status());
    let recovery = recovery::part(server, face, &user, open.as_ref(), &typed);
    let (waits, recovery) = if open.is_some() { (recovery, None) } else { (None, recovery) };
    let facts = Facts::new()
        .line(lang.pick("Connexion", "Signing in"), standing(lang, &user))
        .line(lang.pick("Depuis le", "Since"), day(lang, user.created_at))
        .view();
    let body = view! {
        <div class="stack">
            {errors(lang, &typed)}
            {waits}
            <section class="card">{facts}</section>
            {roles::card(lang, grants.items)}
            {next}
            {roles::staff(lang, staff)}
            {(face.may(Duty::SendLinks) && server.carrier.is_some() && user.suspended_at.is_none()).then(|| send_act(lang, &user))}
            {folds(face, &user, recovery)}
        </div>
    };
    Ok(shell::page(&face.saying(format!("/users/{id}")), page, body))
}

/// What is seldom done and loses something.
fn folds(face: &Face, user: &UserView, recovery: Option<AnyView>) -> Option<AnyView> {
    let lang = face.lang;
    let acts = face.may(Duty::Administer).then(|| view! { {reset_act(lang, user)}{suspend_act(face, user)} });
    (acts.is_some() || recovery.is_some())
        .then(|| view! { <section class="folds">{recovery}{acts}</section> }.into_any())
}

/// `POST /users/{user}/send-link`
pub async fn send_link(State(server): State<Server>, face: Face, Path(id): Path<UserId>) -> Answer {
    server::user::send_link(&server, face.me()?, id).await?;
    see(format!("/users/{id}"), "link_sent")
}

/// `POST /users/{user}/suspend`
pub async fn suspend(State(server): State<Server>, face: Face, Path(id): Path<UserId>) -> Answer {
    server::user::suspend(&server, face.me()?, id).await?;
    see(format!("/users/{id}"), "user_suspended")
}

/// `POST /users/{user}/resume`
pub async fn resume(State(server): State<Server>, face: Face, Path(id): Path<UserId>) -> Answer {
    server::user::resume(&server, face.me()?, id).await?;
    see(format!("/users/{id}"), "user_resumed")
}

/// `POST /users/{user}/factors/remove`
pub async fn reset(State(server): State<Server>, face: Face, Path(id): Path<UserId>) -> Answer {
    server::factor::reset(&server, face.me()?, id).await?;
    see(format!("/users/{id}"), "factors_reset")
}

/// `POST /users/second-factor`
pub async fn set_policy(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let policy = Policy::from_code(typed.get("asked_of")).unwrap_or_default();
    server::factor::set_policy(&server, face.me()?, policy).await?;
    see("/users", "policy_saved")
}

/// How a user signs in.
pub fn standing(lang: Lang, user: &UserView) -> AnyView {
    if user.suspended_at.is_some() {
        return badge("state state-held", lang.pick("suspendu", "suspended")).into_any();
    }
    match user.factors {
        0 => lang.pick("mot de passe seul", "password alone").into_any(),
        _ => lang.pick("double authentification", "two-step sign-in").into_any(),
    }
}

/// A link by mail for one who cannot sign in: it goes to the address above, and nobody else sees it.
fn send_act(lang: Lang, user: &UserView) -> AnyView {
    let path = format!("/users/{}/send-link", user.id);
    let words = lang.pick(
        "Mot de passe oublié\u{a0}? Un lien pour en choisir un autre part à son adresse\u{a0}; personne d’autre ne le voit.",
        "Forgotten password? A link to choose another goes to their address; nobody else sees it.",
    );
    view! { <section class="card stack"><p>{words}</p>{Action::new(path, lang.pick("Envoyer un lien", "Send a link")).view()}</section> }.into_any()
}

fn reset_act(lang: Lang, user: &UserView) -> Option<AnyView> {
    // (Nobody does this to an admin by hand: the panel's console is their way out.)
    if user.factors == 0 || user.staff.contains(&StaffRole::Admin) {
        return None;
    }
    let path = format!("/users/{}/factors/remove", user.id);
    let body = view! {
        <p>{lang.pick(
            "Pour une personne qui a perdu téléphone et codes de secours, et que vous avez reconnue par un autre chemin. Ses sessions et ses jetons prennent fin\u{a0}; son mot de passe seul suffit ensuite.",
            "For somebody who has lost phone and recovery codes, and whom you have recognised by another way. Their sessions and tokens end; their password alone is enough then.",
        )}</p>
        {Action::new(path, lang.pick("Retirer sa double authentification", "Remove their two-step sign-in")).loss().view()}
    };
    Some(fold_loss(lang.pick("Double authentification perdue…", "Two-step sign-in lost…"), false, body))
}

fn suspend_act(face: &Face, user: &UserView) -> AnyView {
    let lang = face.lang;
    if face.actor.as_ref().is_some_and(|me| me.user == Some(user.id)) {
        let words = lang.pick(
            "C’est vous\u{a0}: une autre personne de l’administration peut vous suspendre, pas vous-même.",
            "This is you: another admin can suspend you, you cannot.",
        );
        return view! { <p class="quiet">{words}</p> }.into_any();
    }
    if user.suspended_at.is_some() {
        let path = format!("/users/{}/resume", user.id);
        return Action::new(path, lang.pick("Laisser se connecter à nouveau", "Let them sign in again"))
            .main()
            .view();
    }
    let path = format!("/users/{}/suspend", user.id);
    let body = view! {
        <p>{lang.pick(
            "Plus personne ne se connecte avec cette adresse\u{a0}: ses sessions prennent fin, ses jetons ne valent plus. Comptes et sites restent en service.",
            "Nobody signs in with this address: its sessions end, its tokens do not work. Accounts and sites stay in service.",
        )}</p>
        {Action::new(path, lang.pick("Suspendre l’utilisateur", "Suspend the user")).loss().view()}
    };
    fold_loss(lang.pick("Suspendre…", "Suspend…"), false, body)
}

/// Of whom a second factor is asked, on the page of users.
pub fn policy_act(lang: Lang, policy: Policy) -> AnyView {
    let word = |policy: Policy| match policy {
        Policy::Nobody => lang.pick("personne", "nobody"),
        Policy::Staff => lang.pick("l’équipe", "staff"),
        Policy::Everybody => lang.pick("tout le monde", "everybody"),
    };
    let select = Policy::ALL.into_iter().fold(
        Select::new(
            "asked_of",
            lang.pick("La double authentification est demandée à", "Two-step sign-in is asked of"),
        ),
        |select, policy| select.option(policy.code(), word(policy)),
    );
    let shown = Typed::new().with("asked_of", policy.code());
    let body = view! {
        <p>{lang.pick(
            "En plus du mot de passe, un code ou une clé d’accès. Qui ne l’a pas encore est conduit à la mettre en place, et ne peut rien faire d’autre d’ici là. Les jetons d’API ne sont pas concernés.",
            "Besides the password, a code or a passkey. Who has none yet is led to set it up, and can do nothing else until then. API tokens are not concerned.",
        )}</p>
        <form class="form" method="post" action="/users/second-factor">
            {select.view(lang, &shown)}
            <button class="button" type="submit">{lang.pick("Enregistrer", "Save")}</button>
        </form>
    };
    let said = word(policy);
    let title = lang.pick(
        format!("Double authentification demandée à\u{a0}: {said}"),
        format!("Two-step sign-in asked of: {said}"),
    );
    view! { <section class="folds">{fold(title, false, body)}</section> }.into_any()
}
