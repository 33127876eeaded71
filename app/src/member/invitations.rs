//! Imported owners, invited at the cooperative's pace.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Input, Tone, Typed, errors, figure, notice},
    shell::{self, Place},
};
use axum::{extract::State, response::Response};
use leptos::prelude::*;
use model::{Duty, Problem, Text};
use server::{
    Server,
    member::{Invitations, MOST_AT_ONCE},
};

/// `GET /members/invitations`
pub async fn show(State(server): State<Server>, face: Face) -> Answer {
    let now = server::member::invitations(&server, face.me()?).await?;
    let typed = Typed::new().with("count", now.waiting.clamp(1, 20).to_string());
    let hourly = now.hourly.map(|hourly| hourly.to_string()).unwrap_or_default();
    Ok(render(&face, &now, &typed.with("hourly", hourly)))
}

/// `POST /members/invitations`: the next ones, now.
pub async fn send(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let done = match number("count", typed.get("count")) {
        Ok(count) => server::member::invite_next(&server, face.me()?, count).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => see("/members/invitations", "invited"),
        Err(problem) => again(&server, &face, typed, problem).await,
    }
}

/// `POST /members/invitations/hourly`: so many an hour, or none.
pub async fn pace(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let hourly = typed.some("hourly").map(|typed| number("hourly", typed)).transpose();
    let done = match hourly {
        Ok(hourly) => server::member::set_invitations_hourly(&server, face.me()?, hourly).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => see("/members/invitations", "pace_saved"),
        Err(problem) => again(&server, &face, typed, problem).await,
    }
}

async fn again(server: &Server, face: &Face, typed: Typed, problem: Problem) -> Answer {
    let problem = on_form(problem)?;
    let now = server::member::invitations(server, face.me()?).await?;
    Ok(render(&face.at("/members/invitations"), &now, &typed.refused(problem)))
}

fn number(field: &'static str, typed: &str) -> Result<u32, Problem> {
    typed.trim().parse().map_err(|_| {
        let text = Text::new("Écrivez un nombre entier.", "Write a whole number.");
        Problem::invalid(field, "number_malformed", text)
    })
}

fn render(face: &Face, now: &Invitations, typed: &Typed) -> Response {
    let lang = face.lang;
    let page = shell::Page::new(Place::Members, lang.pick("Invitations", "Invitations"))
        .from(lang.pick("Membres", "Members"), "/members")
        .lead(lang.pick(
            "Les responsables importés reçoivent un lien pour choisir leur mot de passe, quand vous êtes prêts à leurs questions.",
            "Imported owners get a link to choose their password, when you are ready for their questions.",
        ))
        .status(typed.status());
    let off = (!now.mails).then(|| {
        let words = lang.pick(
            "Ajoutez la table [mail] à /etc/alveole/panel.toml, puis redémarrez le panneau.",
            "Add the table [mail] to /etc/alveole/panel.toml, then restart the panel.",
        );
        notice(
            Tone::Held,
            lang.pick("Ce panneau n’envoie pas de courriel", "This panel sends no mail"),
            view! { <p>{words}</p> },
        )
    });
    let count = Input::number("count", lang.pick("Combien maintenant", "How many now")).hint(lang.pick(
        format!("{MOST_AT_ONCE} au plus\u{a0}; les premiers importés d’abord. Le lien vaut une heure."),
        format!("{MOST_AT_ONCE} at most; those imported first. The link is good for an hour."),
    ));
    let hourly =
        Input::number("hourly", lang.pick("Combien par heure, tout seul", "How many an hour, by itself"))
            .optional()
            .hint(lang.pick("Vide\u{a0}: aucun ne part sans vous.", "Empty: none goes without you."));
    // Offered while there is somebody to invite and a way to do it; what was refused comes back as it was typed.
    let next = if (now.waiting > 0 && now.mails) || typed.error("count").is_some() {
        view! {
            <form class="form" method="post" action="/members/invitations" novalidate=true>
                {count.view(lang, typed)}
                <button class="button button-main" type="submit">{lang.pick("Inviter les suivants", "Invite the next ones")}</button>
            </form>
        }
        .into_any()
    } else {
        let why = match (now.waiting, now.invited) {
            (0, 0) => lang.pick(
                "Personne à inviter\u{a0}: aucun responsable n’est venu d’une importation.",
                "Nobody to invite: no owner came from an import.",
            ),
            (0, _) => lang.pick(
                "Personne à inviter\u{a0}: tous les responsables importés le sont déjà.",
                "Nobody to invite: all imported owners have been.",
            ),
            _ => lang.pick(
                "Des responsables attendent leur invitation\u{a0}: il faut d’abord que ce panneau envoie du courriel.",
                "Owners await their invitation: this panel has to send mail first.",
            ),
        };
        view! { <p>{why}</p> }.into_any()
    };
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            {off}
            <div class="figures">
                {figure(lang, now.waiting.into(), lang.pick("pas encore invités", "not invited yet"), "/members/invitations", "")}
                {figure(lang, now.invited.into(), lang.pick("invités", "invited"), if face.may(Duty::SeeMails) { "/mails" } else { "/members/invitations" }, "")}
            </div>
            <section class="card">{next}</section>
            <section class="card">
                <form class="form" method="post" action="/members/invitations/hourly" novalidate=true>
                    {hourly.view(lang, typed)}
                    <button class="button" type="submit">{lang.pick("Enregistrer", "Save")}</button>
                </form>
            </section>
        </div>
    };
    shell::page(face, page, body)
}
