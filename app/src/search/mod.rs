//! The one search, from the head of every page.

pub mod show;

use model::Lang;
use server::search::Kind;

/// Things of a kind.
pub fn title(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Account => lang.pick("Comptes", "Accounts"),
        Kind::Site => lang.pick("Sites", "Sites"),
        Kind::Member => lang.pick("Membres", "Members"),
        Kind::User => lang.pick("Utilisateurs", "Users"),
        Kind::Host => lang.pick("Hôtes", "Hosts"),
    }
}
