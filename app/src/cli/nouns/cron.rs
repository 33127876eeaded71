//! What accounts do at set times.

use crate::table::{Input, Kind, Noun, act, create, delete, input, list, lists, show, text, update};

const CRON_JOB: &[&str] = &[
    "schedule",
    "zone",
    "script",
    "arguments",
    "command",
    "paused",
    "last.how",
    "last.code",
    "last.started_at",
    "next",
    "state",
    "id",
];
const RUN: &[&str] = &["started_at", "ended_at", "how", "code", "skipped", "output"];
const INPUTS: &[Input] = &[
    input(
        "schedule",
        Kind::Option,
        "Quand\u{a0}: cinq champs cron («\u{a0}30 2 * * 1-5\u{a0}») ou @hourly, @daily, @weekly, @monthly",
        "When: five cron fields (“30 2 * * 1-5”) or @hourly, @daily, @weekly, @monthly",
    ),
    input(
        "zone",
        Kind::Option,
        "Dans quel fuseau (sinon Europe/Paris)",
        "In which time zone (else Europe/Paris)",
    ),
    input(
        "script",
        Kind::Option,
        "Un script PHP, par son chemin dans le dossier du compte",
        "A PHP script, by its path in the account's folder",
    ),
    input("arguments", Kind::Option, "Ce que le script reçoit", "What the script is given"),
    input("command", Kind::Option, "Ou une commande", "Or a command"),
    input("minutes", Kind::SomeNumber, "Sa durée limite (sinon 60)", "Its time limit (else 60)"),
    input(
        "notify",
        Kind::Option,
        "Un courriel quand elle échoue\u{a0}: failure ou never",
        "Mail when it fails: failure or never",
    ),
];

pub const NOUNS: &[Noun] = &[Noun {
    name: "cron-job",
    about: text("Les tâches planifiées d’un compte", "An account's cron jobs"),
    verbs: &[
        list("/accounts/{account}/cron-jobs", &[], CRON_JOB),
        show("/cron-jobs/{cron_job}", CRON_JOB),
        create("/accounts/{account}/cron-jobs", INPUTS, CRON_JOB),
        update("PATCH", "/cron-jobs/{cron_job}", INPUTS, CRON_JOB),
        act(
            "run",
            "POST",
            "/cron-jobs/{cron_job}/run",
            text("L’exécuter maintenant", "Run it now"),
            &[],
            CRON_JOB,
        ),
        act(
            "pause",
            "POST",
            "/cron-jobs/{cron_job}/pause",
            text("La mettre en pause", "Pause it"),
            &[],
            CRON_JOB,
        ),
        act(
            "resume",
            "POST",
            "/cron-jobs/{cron_job}/resume",
            text("La reprendre", "Resume it"),
            &[],
            CRON_JOB,
        ),
        lists(
            "runs",
            "/cron-jobs/{cron_job}/runs",
            text("Ses dernières exécutions", "Its last runs"),
            &[],
            RUN,
        ),
        delete("/cron-jobs/{cron_job}"),
    ],
}];
