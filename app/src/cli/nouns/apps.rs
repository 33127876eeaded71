//! Applications in sites.

use crate::table::{Input, Kind, Noun, create, delete, input, list, lists, show, text};

const APP: &[&str] = &["application", "release", "newer", "site.name", "title", "state", "text", "id"];
const ONE: &[&str] = &[
    "application",
    "release",
    "newer",
    "site.name",
    "address",
    "title",
    "login",
    "database.name",
    "cron_job",
    "state",
    "text",
];
/// The password is told once, in this answer alone.
const MADE: &[&str] = &["application", "address", "login", "password", "state", "id"];
const INPUTS: &[Input] = &[
    input("application", Kind::Word, "wordpress, spip ou dokuwiki", "wordpress, spip or dokuwiki"),
    input("title", Kind::Word, "Le titre du site", "The site's title"),
    input(
        "login",
        Kind::Word,
        "Qui s’y connecte pour administrer, comme ana",
        "Who signs in to administer it, like ana",
    ),
    input("email", Kind::Word, "L’adresse de cette personne", "That person's e-mail address"),
    input("language", Kind::Option, "fr (le défaut) ou en", "fr (the default) or en"),
];

pub const NOUNS: &[Noun] = &[Noun {
    name: "app",
    about: text("Les applications dans les sites", "Applications in sites"),
    verbs: &[
        list("/accounts/{account}/apps", &[], APP),
        lists(
            "offers",
            "/sites/{site}/applications",
            text("Ce que l’hôte d’un site propose", "What a site's host has to offer"),
            &[],
            &["application", "name", "release", "packages"],
        )
        .whole(),
        show("/apps/{app}", ONE),
        create("/sites/{site}/apps", INPUTS, MADE),
        delete("/apps/{app}"),
    ],
}];
