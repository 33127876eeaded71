//! One's tokens: list, create (the secret is shown once), revoke.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Cell, Input, Select, Tone, Typed, ago, day, empty, errors, notice, secret, table},
    shell::{self, Place},
    token::scopes,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{Lang, Secret, TokenId};
use server::{
    Server,
    token::{NewToken, TokenView},
};

/// `GET /tokens`
pub async fn list(State(server): State<Server>, face: Face) -> Answer {
    let tokens = server::token::list(&server, face.me()?).await?;
    Ok(render(&face, tokens, None, &scopes::blank()))
}

/// `POST /tokens`: no redirect, for the secret is shown once.
pub async fn create(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let networks = typed.get("networks").split([' ', ',']).map(str::to_owned).collect();
    let new = NewToken {
        name: typed.get("name").to_owned(),
        days: typed.get("days").parse().ok(),
        scopes: Some(scopes::ticked(&typed)),
        networks,
    };
    let made = server::token::create(&server, face.me()?, new).await;
    let tokens = server::token::list(&server, face.me()?).await?;
    match made {
        Ok((token, secret)) => Ok(render(&face, tokens, Some((token, secret)), &scopes::blank())),
        Err(problem) => Ok(render(&face, tokens, None, &typed.refused(on_form(problem)?))),
    }
}

/// `POST /tokens/{token}/revoke`
pub async fn revoke(State(server): State<Server>, face: Face, Path(id): Path<TokenId>) -> Answer {
    server::token::revoke(&server, face.me()?, id).await?;
    see("/tokens", "token_revoked")
}

pub fn render(
    face: &Face,
    tokens: Vec<TokenView>,
    made: Option<(TokenView, Secret)>,
    typed: &Typed,
) -> Response {
    let lang = face.lang;
    let offered = face.actor.as_ref().map(server::token::offered).unwrap_or_default();
    let lead = lang.pick(
        "Pour qu’un programme agisse en votre nom. Gardez-les secrets, comme un mot de passe. Si personne ne vous en a demandé, vous n’en avez pas besoin.",
        "For a program to act in your name. Keep them secret, like a password. If nobody asked you for one, you need none.",
    );
    let page = shell::Page::new(Place::Tokens, lang.pick("Jetons d’API", "API tokens"))
        .lead(lead)
        .status(typed.status());
    let made = made.map(|(token, value)| {
        let title = lang.pick(
            format!("Le jeton «\u{a0}{}\u{a0}» est créé", token.name),
            format!("The token “{}” is created", token.name),
        );
        let words = lang.pick(
            "Copiez-le maintenant\u{a0}: il ne sera plus montré.",
            "Copy it now: it will not be shown again.",
        );
        notice(Tone::Good, title, view! { <p>{words}</p>{secret(lang, value.reveal())} })
    });
    let list = if tokens.is_empty() {
        let words = lang.pick(
            "Un jeton laisse un programme agir en votre nom sans votre mot de passe\u{a0}: une sauvegarde, un script, la commande alveole. Créez-en un ci-dessous quand un programme vous en demande.",
            "A token lets a program act in your name without your password: a backup, a script, the command alveole. Create one below when a program asks you for it.",
        );
        empty(lang.pick("Aucun jeton", "No token"), words, None)
    } else {
        rows(face, tokens)
    };
    let days = Select::new("days", lang.pick("Valable pendant", "Valid for"))
        .option("30", lang.pick("30 jours", "30 days"))
        .option("365", lang.pick("un an", "a year"))
        .option("", lang.pick("sans limite", "without limit"));
    let name =
        Input::text("name", lang.pick("Nom du nouveau jeton", "Name of the new token")).hint(lang.pick(
            "Pour vous y retrouver, par exemple sauvegarde.",
            "For you to recognise it, such as backup.",
        ));
    let networks = Input::text("networks", lang.pick("Utilisable depuis", "Usable from"))
        .hint(lang.pick(
            "Des adresses ou réseaux, comme 192.0.2.7 ou 2001:db8::/32\u{a0}; laissez vide pour permettre partout.",
            "Addresses or networks, such as 192.0.2.7 or 2001:db8::/32; leave empty for anywhere.",
        ))
        .optional();
    let body = view! {
        <div class="stack">
            {made}
            {errors(lang, typed)}
            <section class="card card-flat" aria-labelledby="tokens">
                <div class="card-head"><h2 id="tokens">{lang.pick("Vos jetons", "Your tokens")}</h2></div>
                {list}
            </section>
            <section class="card stack" aria-labelledby="new">
                <h2 id="new">{lang.pick("Créer un jeton", "Create a token")}</h2>
                <form class="form" method="post" action="/tokens" novalidate=true>
                    <div class="field-line">
                        {name.view(lang, typed)}
                        {days.view(lang, typed)}
                    </div>
                    {scopes::boxes(lang, offered, typed)}
                    {networks.view(lang, typed)}
                    <button class="button button-main" type="submit">{lang.pick("Créer le jeton", "Create the token")}</button>
                </form>
            </section>
        </div>
    };
    shell::page(&face.saying("/tokens"), page, body)
}

fn rows(face: &Face, tokens: Vec<TokenView>) -> AnyView {
    let lang: Lang = face.lang;
    let rows = tokens
        .into_iter()
        .map(|token| {
            let may = scopes::said(lang, &token);
            let from = match token.networks.as_slice() {
                [] => lang.pick("partout", "anywhere").to_owned(),
                networks => networks.join(", "),
            };
            let until = match token.expires_at {
                Some(at) => day(lang, at),
                None => lang.pick("sans limite", "without limit").into_any(),
            };
            let used = match token.used_at {
                Some(at) => ago(lang, face.now_ms, at),
                None => lang.pick("jamais", "never").into_any(),
            };
            let revoke = Action::new(format!("/tokens/{}/revoke", token.id), lang.pick("Révoquer", "Revoke"))
                .about(lang, &token.name)
                .loss_small();
            vec![
                Cell::Main(token.name.into_any()),
                Cell::text(may),
                Cell::text(from),
                Cell::Plain(day(lang, token.created_at)),
                Cell::Plain(until),
                Cell::Plain(used),
                Cell::view(revoke.view()),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Nom", "Name"),
        lang.pick("Peut", "May"),
        lang.pick("Utilisable depuis", "Usable from"),
        lang.pick("Créé le", "Created"),
        lang.pick("Valable jusqu’au", "Valid until"),
        lang.pick("Dernier usage", "Last used"),
        lang.pick("Acte", "Act"),
    ];
    table(lang.pick("Vos jetons", "Your tokens"), &heads, rows)
}
