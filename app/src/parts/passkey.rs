//! The button of a passkey's ceremony, alive by app/browser/passkeys.js. It stands in the form that its answer goes on with; without
//! JavaScript a sentence stands in its place, and the form's other fields do.

use super::input::error;
use crate::{http::Face, parts::Typed};
use leptos::prelude::*;
use serde_json::Value;

/// From where the challenge comes.
pub enum Ask {
    /// An address that gives one when the button is clicked.
    At(&'static str),
    /// The same on a page for people who may never have heard of passkeys: where the browser has none there is no button.
    Maybe(&'static str),
    /// The page itself brings it, for a new passkey.
    New(Value),
}

/// `field`: the name under which the form brings the answer.
pub fn passkey(
    face: &Face,
    typed: &Typed,
    field: &'static str,
    words: &'static str,
    class: &'static str,
    ask: Ask,
) -> AnyView {
    let lang = face.lang;
    let unasked = matches!(ask, Ask::Maybe(_));
    let (at, new, stopped) = match ask {
        Ask::At(path) | Ask::Maybe(path) => (Some(path), None, lang.pick(
            "Rien n’a été confirmé\u{a0}: la demande a été annulée, ou cet appareil n’a pas la clé d’accès qu’il faut. Recommencez, ou prenez un autre moyen.",
            "Nothing was confirmed: the request was cancelled, or this device does not have the right passkey. Try again, or take another way.",
        )),
        Ask::New(options) => (None, Some(options.to_string()), lang.pick(
            "Aucune clé d’accès n’a été créée\u{a0}: la demande a été annulée, ou l’appareil ne l’a pas permise. Recommencez.",
            "No passkey was created: the request was cancelled, or the device did not allow it. Try again.",
        )),
    };
    let script = face.assets.address("passkeys.js").map(|src| {
        view! { <script type="module" src=src.to_owned() nonce=face.nonce.to_string()></script> }
    });
    let wrong = error(lang, typed, field);
    let described = wrong.is_some().then(|| format!("f-{field}-error"));
    view! {
        <div class="passkey stack-tight" data-passkey=field data-ask=at data-new=new data-unasked=unasked
            data-stopped=stopped
            data-late=lang.pick(
                "Le temps est passé sans confirmation\u{a0}: recommencez quand l’appareil est à portée de main.",
                "Time ran out without a confirmation: try again when the device is at hand.",
            )
            data-taken=lang.pick(
                "Cet appareil a déjà une clé d’accès pour vous\u{a0}: prenez-en un autre.",
                "This device has a passkey for you already: take another one.",
            )
            data-refused=lang.pick(
                "Le navigateur n’autorise pas les clés d’accès à cette adresse\u{a0}: ouvrez le panneau à son adresse habituelle, sans avertissement de certificat.",
                "The browser does not allow passkeys at this address: open the panel at its usual address, without a certificate warning.",
            )
            data-unable=lang.pick(
                "Ce navigateur ou cet appareil ne sait pas utiliser de clé d’accès\u{a0}: prenez un autre moyen.",
                "This browser or device cannot use passkeys: take another way.",
            )
            data-offline=lang.pick(
                "Le panneau n’a pas répondu\u{a0}: vérifiez la connexion et recommencez.",
                "The panel did not answer: check the connection and try again.",
            )>
            <button class=class type="button" id=format!("f-{field}") disabled=true aria-describedby=described>{words}</button>
            {wrong}
            <p class="error" role="alert" hidden=true></p>
        </div>
        <p class="small quiet without-script">{lang.pick("Une clé d’accès demande JavaScript\u{a0}: sans lui, prenez un autre moyen.", "A passkey needs JavaScript: without it, take another way.")}</p>
        {script}
    }
    .into_any()
}
