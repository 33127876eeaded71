//! One's second factor: on the profile, and setting it up.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{
        Action, Input, Tone, Typed, ago, day, errors, fold_loss, link_main, notice, qr, secret, sign_bad,
    },
    shell,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{FactorId, Lang, Problem, Secret};
use server::{
    Server,
    factor::{Factors, Pending},
};

/// As pages call a second factor.
pub(super) fn title(lang: Lang) -> &'static str {
    lang.pick("Double authentification", "Two-step sign-in")
}

/// What that is, in a sentence.
fn what(lang: Lang) -> &'static str {
    lang.pick(
        "En plus du mot de passe, un code ou une clé d’accès vous est demandé pour ouvrir votre session.",
        "Besides the password, a code or a passkey is asked of you to sign in.",
    )
}

/// `GET /second-factor`: where those are led of whom one is asked, and who have none.
pub async fn why(State(server): State<Server>, face: Face) -> Answer {
    let passkeys = server::factor::passkeys(&server);
    let lang = face.lang;
    let asked = face.me()?.must_set_up.then(|| {
        notice(
            Tone::Held,
            lang.pick(
                "La coopérative vous demande la double authentification. Le panneau s’ouvre dès qu’elle est en place.",
                "The cooperative asks you for two-step sign-in. The panel opens as soon as it is set up.",
            ),
            (),
        )
    });
    let body = view! {
        {asked}
        <p>{what(lang)}</p>
        <p>{lang.pick(
            "Une application sur votre téléphone montre un code qui change toutes les trente secondes. Vous le tapez après le mot de passe\u{a0}: qui vole l’un n’a pas l’autre.",
            "An app on your phone shows a code that changes every thirty seconds. You type it after the password: who steals one does not have the other.",
        )}</p>
        <p class="quiet small">{lang.pick(
            "Toute application qui parle TOTP convient\u{a0}: Aegis, FreeOTP, ou votre gestionnaire de mots de passe.",
            "Any app that speaks TOTP will do: Aegis, FreeOTP, or your password manager.",
        )}</p>
        {Action::new("/profile/factors/totp", lang.pick("Mettre en place l’application", "Set the app up")).main().view()}
        <p>{lang.pick(
            "Ou une clé d’accès\u{a0}: votre téléphone, votre ordinateur ou une clé de sécurité confirme d’un doigt, d’un regard ou d’un code. Elle ne se laisse pas tromper par une fausse page.",
            "Or a passkey: your phone, your computer or a security key confirms with a finger, a glance or a PIN. A false page cannot deceive it.",
        )}</p>
        {add_passkey(lang, passkeys)}
        {way_out(&face)}
    };
    Ok(shell::door(&face, 200, title(lang), body))
}

/// `POST /profile/factors/totp`: no redirect, for the secret is shown while it is being set up alone.
pub async fn begin(State(server): State<Server>, face: Face) -> Answer {
    let pending = server::factor::begin_totp(&server, face.me()?).await?;
    Ok(render(&face.at("/second-factor"), &pending, &Typed::new()))
}

/// `POST /profile/factors/{factor}/confirm`
pub async fn confirm(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<FactorId>,
    typed: Typed,
) -> Answer {
    match server::factor::confirm_totp(&server, face.me()?, id, typed.get("code")).await {
        Ok(codes) => Ok(codes_page(&face, &codes)),
        Err(problem) => {
            let problem = on_form(problem)?;
            let pending = server::factor::pending_totp(&server, face.me()?, id).await?;
            Ok(render(&face.at("/second-factor"), &pending, &typed.refused(problem)))
        }
    }
}

/// `GET /profile/factors/{factor}/name`
pub async fn name(State(server): State<Server>, face: Face, Path(id): Path<FactorId>) -> Answer {
    let known = server::factor::one_of_mine(&server, face.me()?, id).await?;
    Ok(naming(&face, id, &Typed::new().with("name", known.name.unwrap_or_default())))
}

/// `POST /profile/factors/{factor}/name`
pub async fn rename(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<FactorId>,
    typed: Typed,
) -> Answer {
    match server::factor::rename(&server, face.me()?, id, typed.get("name")).await {
        Ok(_) => see("/profile", "factor_renamed"),
        Err(problem) => Ok(naming(&face, id, &typed.refused(on_form(problem)?))),
    }
}

/// `POST /profile/factors/{factor}/remove`
pub async fn remove(State(server): State<Server>, face: Face, Path(id): Path<FactorId>) -> Answer {
    server::factor::remove(&server, face.me()?, id).await?;
    see("/profile", "factor_removed")
}

/// `POST /profile/codes`
pub async fn codes(State(server): State<Server>, face: Face) -> Answer {
    let codes = server::factor::new_codes(&server, face.me()?).await?;
    Ok(codes_page(&face, &codes))
}

pub fn render(face: &Face, pending: &Pending, typed: &Typed) -> Response {
    let lang = face.lang;
    let drawn = qr(
        lang.pick("Code QR à lire avec l’application", "QR code for the app to read"),
        pending.uri.reveal(),
    );
    let code = Input::text("code", lang.pick("Le code que l’application montre", "The code the app shows"))
        .autocomplete("one-time-code");
    let body = view! {
        {errors(lang, typed)}
        <p>{lang.pick("Lisez ce code QR avec votre application, ou recopiez-y la clé.", "Read this QR code with your app, or copy the key into it.")}</p>
        {drawn}
        {secret(lang, pending.secret.reveal())}
        <form class="form" method="post" action=format!("/profile/factors/{}/confirm", pending.id) novalidate=true>
            {code.view(lang, typed)}
            <button class="button button-main button-wide" type="submit">{lang.pick("Confirmer", "Confirm")}</button>
        </form>
        {way_out(face)}
    };
    shell::door(
        face,
        typed.status(),
        lang.pick("Votre application d’authentification", "Your authenticator app"),
        body,
    )
}

fn naming(face: &Face, id: FactorId, typed: &Typed) -> Response {
    let lang = face.lang;
    let name = Input::text("name", lang.pick("Nom", "Name"))
        .hint(lang.pick("Pour le reconnaître dans votre profil.", "To know it again on your profile."));
    let body = view! {
        {errors(lang, typed)}
        <form class="form" method="post" action=format!("/profile/factors/{id}/name") novalidate=true>
            {name.view(lang, typed)}
            <button class="button button-main button-wide" type="submit">{lang.pick("Enregistrer", "Save")}</button>
        </form>
        {way_out(face)}
    };
    shell::door(
        face,
        typed.status(),
        lang.pick("Renommer une application ou une clé d’accès", "Rename an app or a passkey"),
        body,
    )
}

pub(super) fn codes_page(face: &Face, codes: &[Secret]) -> Response {
    let lang = face.lang;
    let list =
        codes.iter().map(|code| view! { <li><code>{code.reveal().to_owned()}</code></li> }).collect_view();
    let body = view! {
        {notice(Tone::Good, lang.pick("Votre double authentification est en place.", "Your two-step sign-in is set up."), ())}
        <p>{lang.pick(
            "Voici vos codes de secours, pour le jour où l’appareil manque. Chacun sert une fois. Gardez-les sur papier\u{a0}: ils ne seront plus montrés, et les précédents ne valent plus rien.",
            "These are your recovery codes, for the day the device is missing. Each works once. Keep them on paper: they will not be shown again, and earlier ones are worth nothing any more.",
        )}</p>
        <ul class="codes">{list}</ul>
        {link_main("/", lang.pick("Je les ai notés", "I have written them down"))}
    };
    shell::door(&face.at("/profile"), 200, lang.pick("Codes de secours", "Recovery codes"), body)
}

/// Away from the setting up, as far as one may go.
pub(super) fn way_out(face: &Face) -> AnyView {
    let lang = face.lang;
    if face.actor.as_ref().is_some_and(|actor| actor.must_set_up) {
        return Action::new("/sign-out", lang.pick("Se déconnecter", "Sign out")).view();
    }
    view! { <p class="small"><a href="/profile">{lang.pick("Retour au profil", "Back to the profile")}</a></p> }.into_any()
}

/// The second factor on the profile.
pub fn card(face: &Face, held: Factors, passkeys: Result<(), Problem>) -> AnyView {
    let lang = face.lang;
    let body = if held.factors.is_empty() {
        view! {
            <p>{lang.pick("Pas encore en place\u{a0}: votre mot de passe seul ouvre votre session.", "Not set up yet: your password alone signs you in.")}</p>
            {link_main("/second-factor", lang.pick("Mettre en place la double authentification", "Set up two-step sign-in"))}
        }
        .into_any()
    } else {
        let left = held.codes_left;
        let left = lang.pick(
            format!("Codes de secours qui restent\u{a0}: {left}."),
            format!("Recovery codes left: {left}."),
        );
        let has_app = held.has_app();
        let rows = held.factors.into_iter().map(|factor| {
            let app = || lang.pick("Application d’authentification", "Authenticator app").to_owned();
            let named = factor.name.is_some();
            let name = factor.name.clone().unwrap_or_else(app);
            let kind = match factor.kind.as_str() {
                "passkey" => lang.pick("clé d’accès, ", "passkey, "),
                _ if named => lang.pick("application, ", "app, "),
                _ => "",
            };
            let suspect = factor.suspect_at.map(|at| view! {
                <p class="error">{sign_bad()}<span>{lang.pick(
                    "A compté à rebours\u{a0}: il en existe peut-être une copie. Retirez-la. ",
                    "Counted backwards: there may be a copy of it. Remove it. ",
                )}{ago(lang, face.now_ms, at)}</span></p>
            });
            let used = factor.used_at.map(|at| view! { " · "{lang.pick("utilisée ", "used ")}{ago(lang, face.now_ms, at)} });
            let rename = view! {
                <a class="button button-small" href=format!("/profile/factors/{}/name", factor.id)>
                    {lang.pick("Renommer", "Rename")}<span class="unseen">{lang.colon()}{name.clone()}</span>
                </a>
            };
            let remove = Action::new(format!("/profile/factors/{}/remove", factor.id), lang.pick("Retirer", "Remove")).about(lang, &name).loss_small();
            view! {
                <li>
                    <div class="item">
                        <span class="item-name">{name}</span>
                        <p class="item-more">{kind}{lang.pick("depuis le ", "since ")}{day(lang, factor.created_at)}{used}</p>
                        {suspect}
                    </div>
                    <div class="acts">{rename}{remove.view()}</div>
                </li>
            }
        });
        view! {
            <ul class="items">{rows.collect_view()}</ul>
            <p class="quiet">{left}</p>
            {add_passkey(lang, passkeys)}
            {replace(lang, has_app)}
        }
        .into_any()
    };
    view! {
        <section class="card stack" aria-labelledby="factor">
            <h2 id="factor">{title(lang)}</h2>
            <p>{what(lang)}</p>
            {body}
        </section>
    }
    .into_any()
}

/// The way to another passkey, or why there is none.
fn add_passkey(lang: Lang, passkeys: Result<(), Problem>) -> AnyView {
    match passkeys {
        Ok(()) => {
            Action::new("/profile/factors/passkey", lang.pick("Ajouter une clé d’accès", "Add a passkey"))
                .view()
        }
        Err(why) => view! { <p class="quiet small">{why.pick(lang).to_owned()}</p> }.into_any(),
    }
}

fn replace(lang: Lang, has_app: bool) -> AnyView {
    let app = if has_app {
        lang.pick("Changer d’application", "Change the app")
    } else {
        lang.pick("Mettre une application en place", "Set an app up")
    };
    let body = view! {
        <p>{lang.pick(
            "Une nouvelle application remplace l’ancienne, s’il y en a une\u{a0}; de nouveaux codes de secours remplacent les anciens.",
            "A new app replaces the old one, if there is one; new recovery codes replace the old ones.",
        )}</p>
        {Action::new("/profile/factors/totp", app).view()}
        {Action::new("/profile/codes", lang.pick("Nouveaux codes de secours", "New recovery codes")).view()}
    };
    fold_loss(lang.pick("Remplacer…", "Replace…"), false, body)
}
