//! Why an account is suspended, in words: what each reason means to the admin who chooses it, and how a member comes back from it.

use crate::parts::Radios;
use leptos::prelude::*;
use model::Lang;
use server::account::{AccountView, Cause};

/// A reason in a word or two.
pub fn word(lang: Lang, cause: Cause) -> &'static str {
    match cause {
        Cause::Unpaid => lang.pick("impayé", "unpaid"),
        Cause::Threat => lang.pick("menace technique", "technical threat"),
        Cause::LegalOrder => lang.pick("ordre légal", "legal order"),
        Cause::AtRequest => lang.pick("à la demande du membre", "at the member's request"),
    }
}

fn means(lang: Lang, cause: Cause) -> &'static str {
    match cause {
        Cause::Unpaid => lang.pick(
            "Le membre doit quelque chose depuis trop longtemps. Revient une fois que c’est réglé, ou qu’un délai est convenu.",
            "The member has owed something for too long. Comes back once it is settled, or a delay is agreed.",
        ),
        Cause::Threat => lang.pick(
            "Intrusion, envoi massif, code piraté\u{a0}: le compte met en danger le service ou celui des autres. Revient une fois la cause réparée.",
            "Intrusion, mass mailing, hacked code: the account endangers the service, or that of others. Comes back once the cause is mended.",
        ),
        Cause::LegalOrder => lang.pick(
            "Une autorité l’ordonne\u{a0}; sa référence est dite au membre. Ne revient que si l’ordre est levé.",
            "An authority orders it; its reference is told to the member. Comes back only when the order is lifted.",
        ),
        Cause::AtRequest => lang.pick(
            "Le membre l’a demandé. Revient sur un mot de sa part.",
            "The member asked for it. Comes back on a word from them.",
        ),
    }
}

/// The reasons to choose from.
pub fn choices(lang: Lang) -> Radios {
    let radios = Radios::new("code", lang.pick("Pourquoi", "Why"));
    Cause::ALL
        .into_iter()
        .fold(radios, |radios, cause| radios.choice(cause.code(), word(lang, cause), means(lang, cause)))
}

/// How a suspended account comes back, as its members read it.
pub fn way_back(lang: Lang, cause: Option<Cause>) -> &'static str {
    match cause {
        None => lang.pick(
            "Écrivez à la coopérative pour le remettre en service.",
            "Write to the cooperative to have it resumed.",
        ),
        Some(Cause::Unpaid) => lang.pick(
            "Réglez ce qui est dû, ou écrivez à la coopérative pour convenir d’un délai\u{a0}: il est remis en service dès que c’est convenu.",
            "Pay what is due, or write to the cooperative to agree on a delay: it is resumed as soon as that is settled.",
        ),
        Some(Cause::Threat) => lang.pick(
            "Écrivez à la coopérative\u{a0}: il est remis en service une fois la cause réparée, et elle peut vous y aider.",
            "Write to the cooperative: it is resumed once the cause is mended, and it can help you with that.",
        ),
        Some(Cause::LegalOrder) => lang.pick(
            "La coopérative est tenue par cet ordre et ne le lève pas seule\u{a0}: contestez-le auprès de l’autorité, et écrivez à la coopérative quand il est levé.",
            "The cooperative is bound by this order and does not lift it alone: contest it with the authority, and write to the cooperative when it is lifted.",
        ),
        Some(Cause::AtRequest) => lang.pick(
            "Un mot à la coopérative suffit pour le remettre en service.",
            "A word to the cooperative is enough to have it resumed.",
        ),
    }
}

/// Code, reference and what was told, each where there is one.
pub fn told(lang: Lang, account: &AccountView) -> AnyView {
    let why = account.code.map(|cause| {
        view! { <p>{lang.pick("Pourquoi\u{a0}: ", "Why: ")}{word(lang, cause)}</p> }
    });
    let reference = account.reference.clone().map(|reference| {
        view! { <p>{lang.pick("Référence de l’ordre\u{a0}: ", "Reference of the order: ")}{reference}</p> }
    });
    let reason = account.reason.clone().map(|reason| {
        view! { <p>{lang.pick("Raison\u{a0}: ", "Reason: ")}{reason}</p> }
    });
    view! { {why}{reference}{reason} }.into_any()
}
