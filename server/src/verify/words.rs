//! What was seen from outside, so that a person can act on it.

use super::ask::Seen;
use model::{SiteName, Text, text};

pub fn seen_from_outside(name: &SiteName, seen: &Seen, served: bool) -> Text {
    let name = name.unicode();
    if !served {
        return match seen {
            Seen::Silent(why) | Seen::NoWay(why) => silent(&name, why),
            _ => text!(
                "Appliqué sur l’hôte, mais {name} répond encore.",
                "Applied on the host, but {name} still answers."
            ),
        };
    }
    match seen {
        Seen::Silent(why) | Seen::NoWay(why) => silent(&name, why),
        Seen::Absent(404) => text!(
            "Appliqué sur l’hôte, mais demandé de l’extérieur, {name} y est inconnu (404).",
            "Applied on the host, but asked from outside, {name} is unknown there (404)."
        ),
        Seen::Absent(status) => text!(
            "Appliqué sur l’hôte, mais demandé de l’extérieur, {name} ne démarre pas ({status}).",
            "Applied on the host, but asked from outside, {name} does not start ({status})."
        ),
        Seen::WrongProof => text!(
            "Appliqué sur l’hôte, mais demandé de l’extérieur, {name} y est servi par un autre compte.",
            "Applied on the host, but asked from outside, {name} is served there by another account."
        ),
        Seen::Other(status) => text!(
            "Appliqué sur l’hôte, mais demandé de l’extérieur, {name} a une réponse inattendue ({status})\u{a0}: un autre serveur web répond peut-être à cette adresse.",
            "Applied on the host, but asked from outside, {name} has an unexpected answer ({status}): another web server may answer at this address."
        ),
        Seen::Proof => Text::default(),
    }
}

/// The same of a name's certificate.
pub fn shown(name: &SiteName, seen: &Seen) -> Text {
    let name = name.unicode();
    match seen {
        Seen::Silent(why) | Seen::NoWay(why) => text!(
            "Appliqué sur l’hôte, mais il ne répond pas en HTTPS pour {name} ({why})\u{a0}: vérifiez ses adresses, son pare-feu et nginx.",
            "Applied on the host, but it does not answer over HTTPS for {name} ({why}): check its addresses, its firewall and nginx."
        ),
        _ => text!(
            "Appliqué sur l’hôte, mais demandé de l’extérieur, il montre un autre certificat pour {name}\u{a0}: un autre serveur web répond peut-être à cette adresse.",
            "Applied on the host, but asked from outside, it shows another certificate for {name}: another web server may answer at this address."
        ),
    }
}

fn silent(name: &str, why: &str) -> Text {
    text!(
        "Appliqué sur l’hôte, mais il ne répond pas de l’extérieur pour {name} ({why})\u{a0}: vérifiez ses adresses, son pare-feu et nginx.",
        "Applied on the host, but it does not answer from outside for {name} ({why}): check its addresses, its firewall and nginx."
    )
}
