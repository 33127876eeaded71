//! The logs of a site.

use crate::table::{Answer, Input, Kind, Verb, file, input, text};

const ERRORS: Input =
    input("errors", Kind::Flag, "Les erreurs, et non les visites", "The errors, and not the visits");
const Q: Input =
    input("q", Kind::Option, "Les lignes où se trouve ce texte", "The lines that hold this text");
const STATUS: Input =
    input("status", Kind::Option, "Le premier chiffre de la réponse\u{a0}: 4", "The answer's first digit: 4");
const DAY: Input =
    input("day", Kind::Option, "Ce jour (2026-11-27, en UTC)", "This day (2026-11-27, in UTC)");
const LIMIT: Input =
    input("limit", Kind::SomeNumber, "Combien de lignes, 500 au plus", "How many lines, 500 at most");
const FOLLOW: Input =
    input("follow", Kind::Flag, "Attendre la suite, jusqu’à Ctrl+C", "Wait for what comes, until Ctrl+C");
const LOG: Input = input("log", Kind::Option, "access (sinon) ou errors", "access (else) or errors");

pub const VISIT: &[&str] = &["at", "status", "method", "name", "path", "address", "agent"];
pub const ERROR: &[&str] = &["at", "source", "text"];

pub const LOGS: Verb = Verb {
    name: "logs",
    about: text("Lire ses journaux, la dernière ligne à la fin", "Read its logs, the newest line last"),
    method: "GET",
    path: "/sites/{site}/logs",
    inputs: &[ERRORS, Q, STATUS, DAY, LIMIT, FOLLOW],
    columns: &[],
    answer: Answer::Log,
};
pub const DOWNLOAD: Verb = file(
    "logs-download",
    "/sites/{site}/logs/download",
    text("Écrire un de ses journaux, 8\u{a0}Mio au plus", "Write one of its logs, 8 MiB at most"),
    &[LOG, Q, STATUS, DAY],
);
pub const STATISTICS: Verb = Verb {
    name: "statistics",
    about: text("Ses visites des trente derniers jours", "Its visits of the last thirty days"),
    method: "GET",
    path: "/sites/{site}/statistics",
    inputs: &[],
    columns: &["day", "visits", "pages", "hits", "robots", "octets", "statuses"],
    answer: Answer::Within("days"),
};
pub const SPACE: Verb = Verb {
    name: "space",
    about: text("Ce qu’il occupe sur le disque, jour par jour", "What it holds on the disk, day by day"),
    method: "GET",
    path: "/accounts/{account}/space",
    inputs: &[],
    columns: &["day", "octets", "files"],
    answer: Answer::Within("days"),
};
pub const USE: Verb = Verb {
    name: "use-over-time",
    about: text("Ce qu’il prend de son hôte, jour par jour", "What it takes of its host, day by day"),
    method: "GET",
    path: "/accounts/{account}/use-over-time",
    inputs: &[],
    columns: &["start_at", "octets", "files", "memory", "cpu_ms", "processes"],
    answer: Answer::Within("days"),
};
