//! Databases: their list on an account's pages, the page of one with its users, its end.

pub mod dump;
pub mod form;
pub mod list;
pub mod show;
mod users;

use crate::parts::{Select, badge};
use leptos::prelude::*;
use model::{DatabaseRights, Lang};
use server::database::DatabaseView;

/// Octets as people say them.
fn octets(lang: Lang, octets: u64) -> String {
    let mb = octets / 1_000_000;
    match u32::try_from(mb) {
        Ok(0) => lang.pick(format!("{}\u{a0}ko", octets / 1_000), format!("{}\u{a0}kB", octets / 1_000)),
        Ok(mb) => crate::plan::space(lang, mb),
        Err(_) => crate::plan::space(lang, u32::MAX),
    }
}

/// That a database is deleted, and so lets nobody in.
fn deleted(lang: Lang, database: &DatabaseView) -> Option<AnyView> {
    database.deleted_at.map(|_| badge("state state-past", lang.pick("supprimée", "deleted")))
}

/// What a user may do, to choose from.
fn rights(lang: Lang) -> Select {
    let means = |rights: DatabaseRights| match rights {
        DatabaseRights::All => lang.pick(
            "pour l’application elle-même\u{a0}: lignes et tables",
            "for the application itself: rows and tables",
        ),
        DatabaseRights::Write => {
            lang.pick("ajouter, changer et supprimer des lignes", "add, change and delete rows")
        }
        DatabaseRights::Read => {
            lang.pick("lire, par exemple pour des statistiques", "read, for statistics for instance")
        }
    };
    DatabaseRights::ALL.into_iter().fold(
        Select::new("rights", lang.pick("Droits", "Rights")),
        |select, rights| {
            let word = rights.word();
            select.meaning(rights.code(), word.pick(lang).to_owned(), means(rights))
        },
    )
}

/// How much went out or in, and whether that was all of it; in history.
pub fn dumped(lang: Lang, after: &serde_json::Value) -> Option<String> {
    let size = octets(lang, after["octets"].as_u64()?);
    Some(match after["outcome"].as_str()? {
        "whole" => size,
        "cut" => lang.pick(format!("Interrompu après {size}"), format!("Cut off after {size}")),
        "refused" => {
            let text = after["text"][lang.code()].as_str().unwrap_or_default();
            lang.pick(format!("Après {size}\u{a0}: {text}"), format!("After {size}: {text}"))
        }
        _ => lang.pick(
            format!("Après {size}, on ne sait pas\u{a0}: l’hôte n’a pas pu le dire."),
            format!("After {size}, nobody knows: the host could not say."),
        ),
    })
}
