//! For somebody who has lost password, factors and address: support asks, a second person approves.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{self, Input, Tone, Typed, day, fold, link, notice},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Duty, Lang, StaffRole, UserId};
use server::{
    Server,
    approval::{ApprovalView, Kind},
    user::{NewRecovery, UserView},
};

/// `POST /users/{user}/recovery`
pub async fn ask(State(server): State<Server>, face: Face, Path(id): Path<UserId>, typed: Typed) -> Answer {
    let new =
        NewRecovery { email: typed.get("email").trim().to_owned(), reason: typed.get("reason").to_owned() };
    match server::user::ask_recovery(&server, face.me()?, id, new).await {
        Ok(_) => see(format!("/users/{id}"), "approval_asked"),
        Err(problem) => {
            let typed = typed.refused(on_form(problem)?);
            super::manage::draw(&server, &face, id, &parts::Page::default(), typed).await
        }
    }
}

/// What of this user waits for a second person.
pub async fn open(
    server: &Server,
    face: &Face,
    id: UserId,
) -> Result<Option<ApprovalView>, crate::http::Miss> {
    Ok(server::approval::open(server, face.me()?, Kind::Recover, &id.to_string()).await?)
}

/// That it is asked for, or the form that asks; for whom it is open, and not of an admin.
pub fn part(
    server: &Server,
    face: &Face,
    user: &UserView,
    open: Option<&ApprovalView>,
    typed: &Typed,
) -> Option<AnyView> {
    if let Some(open) = open {
        return Some(asked(face.lang, open));
    }
    let own = face.me().is_ok_and(|me| me.user == Some(user.id));
    let fits = server.carrier.is_some() && !own && !user.staff.contains(&StaffRole::Admin);
    (face.may(Duty::SendLinks) && fits).then(|| form(face.lang, user, typed))
}

fn asked(lang: Lang, open: &ApprovalView) -> AnyView {
    let by = open.by.clone();
    let words = view! {
        <p>{lang.pick("Demandée par ", "Asked for by ")}{by}{lang.pick(", elle attend l’accord d’une deuxième personne jusqu’au ", ", it waits for a second person's approval until ")}{day(lang, open.expires_at)}{lang.pick(". Rien n’a changé d’ici là\u{a0}; l’ancienne adresse est prévenue.", ". Nothing changes before; the old address is told.")}</p>
        {link("/staff", lang.pick("Voir la demande", "See the request"))}
    };
    notice(Tone::Held, lang.pick("Une nouvelle adresse est demandée", "A new address is asked for"), words)
}

fn form(lang: Lang, user: &UserView, typed: &Typed) -> AnyView {
    let wrong = typed.error("email").is_some() || typed.error("reason").is_some();
    let email =
        Input::email("email", lang.pick("Sa nouvelle adresse électronique", "Their new e-mail address"))
            .autocomplete("off")
            .hint(lang.pick(
                "Le lien pour choisir un mot de passe y part\u{a0}; vous ne le verrez pas.",
                "The link to choose a password goes there; you will not see it.",
            ));
    let reason = Input::text("reason", lang.pick("Comment vous l’avez reconnue", "How you recognised them")).hint(
        lang.pick(
            "Ce que vous avez vérifié, et avec qui\u{a0}: la deuxième personne le lira, et cela reste dans l’historique.",
            "What you checked, and with whom: the second person reads it, and it stays in the history.",
        ),
    );
    let body = view! {
        <p>{lang.pick(
            "Pour une personne qui n’a plus ni mot de passe, ni double authentification, ni accès à son adresse. Une deuxième personne de l’assistance ou de l’administration doit donner son accord. Alors l’adresse change, le mot de passe et la double authentification ne valent plus rien, sessions et jetons prennent fin. L’ancienne adresse est prévenue maintenant, et quand c’est fait\u{a0}; si la personne se connecte d’ici là, l’accord est refusé.",
            "For somebody who has neither password nor two-step sign-in nor their address any more. A second person of support or an admin has to approve. Then the address changes, password and two-step sign-in work no more, sessions and tokens end. The old address is told now, and when it is done; if they sign in meanwhile, the approval is refused.",
        )}</p>
        <form class="form" method="post" action=format!("/users/{}/recovery", user.id) novalidate=true>
            {email.view(lang, typed)}
            {reason.view(lang, typed)}
            <button class="button button-loss" type="submit">{lang.pick("Demander le changement", "Ask for the change")}</button>
        </form>
    };
    fold(lang.pick("Tout perdu, adresse comprise…", "Everything lost, the address too…"), wrong, body)
}
