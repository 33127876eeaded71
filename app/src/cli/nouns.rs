//! Every noun and verb of the command line: what it is called, which route of the API it is, what it takes and what it shows.
//! A test compares this table with the API's own description, so that neither knows more than the other.

mod apps;
mod cron;
mod databases;
mod files;
mod history;
mod hosting;
pub mod log;
mod members;
mod outbox;
mod people;
mod plan;
mod site;

use crate::table::{Input, Kind, Noun, input};

const SEARCH: Input = input("q", Kind::Option, "Chercher", "Search");
const STATE: Input = input("state", Kind::Option, "Dans cet état seulement", "In this state only");
const WORDS: Input =
    input("q", Kind::Option, "Mots du sujet ou de l’auteur", "Words of the subject or the author");
const VERB: Input = input(
    "verb",
    Kind::Option,
    "Un verbe (site.create) ou son nom (site)",
    "A verb (site.create) or its noun (site)",
);
const VIA: Input = input(
    "via",
    Kind::Option,
    "Par session, token, viewing ou panel",
    "Through session, token, viewing or panel",
);
const FROM: Input = input(
    "from",
    Kind::Option,
    "Depuis ce jour (2026-11-27, en UTC)",
    "From this day on (2026-11-27, in UTC)",
);
const TO: Input = input("to", Kind::Option, "Jusqu’à ce jour compris", "Up to this day, which counts");
const FORMAT: Input =
    input("format", Kind::Option, "csv, ou jsonl (le défaut)", "csv, or jsonl (the default)");
const FILTERS: &[Input] = &[WORDS, VERB, VIA, FROM, TO];
const EXPORT: &[Input] = &[WORDS, VERB, VIA, FROM, TO, FORMAT];
const SORT: Input = input(
    "sort",
    Kind::Option,
    "L’ordre\u{a0}: name, -name, created ou -created",
    "The order: name, -name, created or -created",
);
const ACCOUNT: &[&str] = &["name", "member.name", "plan.name", "host.name", "state", "host_state", "id"];
const CHANGE: &[&str] = &["at", "who", "verb", "subject.label", "state", "text", "id"];
const GRANT: &[&str] = &["email", "role", "created_at", "expires_at", "id"];

/// Every noun, in the order in which the help shows them.
pub fn nouns() -> impl Iterator<Item = &'static Noun> {
    [
        members::NOUNS,
        hosting::NOUNS,
        apps::NOUNS,
        files::NOUNS,
        cron::NOUNS,
        databases::NOUNS,
        history::NOUNS,
        people::NOUNS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
