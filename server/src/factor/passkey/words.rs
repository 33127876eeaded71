//! What went wrong, in words; nothing of an answer is repeated.

use crate::store::internal;
use model::{Problem, ProblemKind, Text};
use webauthn_rs_core::error::WebauthnError;

pub(super) fn ours(error: impl std::fmt::Display) -> Problem {
    internal("a passkey's ceremony", &error)
}

/// Why passkeys are not offered here.
pub(super) fn no_name() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "passkeys_need_name",
        Text::new(
            "Les clés d’accès demandent que le panneau ait un nom, et son origine est une adresse IP\u{a0}: la coopérative peut lui en donner un.",
            "Passkeys need the panel to have a name, and its origin is an IP address: the cooperative can give it one.",
        ),
    )
}

pub(super) fn none() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "no_passkey",
        Text::new(
            "Aucune clé d’accès n’est enregistrée\u{a0}: utilisez un code.",
            "No passkey is registered: use a code.",
        ),
    )
}

pub(super) fn enough() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "too_many_passkeys",
        Text::new(
            "Vous avez déjà vingt clés d’accès\u{a0}: retirez-en une d’abord.",
            "You have twenty passkeys already: remove one first.",
        ),
    )
}

/// Nothing was asked, or too long ago, or it was answered already.
pub(super) fn over(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "passkey_over",
        Text::new(
            "Cette demande a expiré ou a déjà servi\u{a0}: recommencez avec la clé d’accès.",
            "This request has expired or was used already: start again with the passkey.",
        ),
    )
}

pub(super) fn taken(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "passkey_taken",
        Text::new(
            "Cette clé d’accès est déjà enregistrée\u{a0}: prenez-en une autre, ou un autre appareil.",
            "This passkey is registered already: take another one, or another device.",
        ),
    )
}

/// Unknown, removed, somebody else's: the same words.
pub(super) fn unknown(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "passkey_unknown",
        Text::new(
            "Cette clé d’accès n’est pas enregistrée ici ou a été retirée\u{a0}: prenez-en une autre, ou un autre moyen.",
            "This passkey is not registered here, or was removed: take another one, or another way.",
        ),
    )
}

pub(super) fn counted_back(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "passkey_counter",
        Text::new(
            "Cette clé d’accès compte à rebours\u{a0}: il en existe peut-être une copie. Elle est refusée\u{a0}; entrez par un autre moyen et retirez-la de votre profil.",
            "This passkey counts backwards: there may be a copy of it. It is refused; come in another way and remove it from your profile.",
        ),
    )
}

pub(super) fn refused(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "passkey_refused",
        Text::new(
            "La réponse de la clé d’accès ne convient pas\u{a0}: recommencez, ou prenez un autre moyen.",
            "The passkey's answer is not right: try again, or take another way.",
        ),
    )
}

/// What the library found, as the user reads it.
pub(super) fn wrong(field: &'static str, error: &WebauthnError) -> Problem {
    match error {
        WebauthnError::CredentialPossibleCompromise => counted_back(field),
        WebauthnError::CredentialExcludedFromRequest => taken(field),
        WebauthnError::InvalidRPOrigin
        | WebauthnError::InvalidRPIDHash
        | WebauthnError::CredentialCrossOrigin => Problem::invalid(
            field,
            "passkey_origin",
            Text::new(
                "Cette réponse a été donnée à une autre adresse que celle du panneau\u{a0}: ouvrez le panneau à son adresse habituelle.",
                "This answer was given to another address than the panel's: open the panel at its usual address.",
            ),
        ),
        WebauthnError::UserNotVerified | WebauthnError::UserNotPresent => Problem::invalid(
            field,
            "passkey_unverified",
            Text::new(
                "L’appareil n’a pas vérifié que c’est vous (code, doigt ou visage)\u{a0}: recommencez et confirmez sur l’appareil.",
                "The device did not verify that it is you (PIN, finger or face): try again and confirm on the device.",
            ),
        ),
        _ => refused(field),
    }
}
