//! What was done and told, and finding things.

use super::{CHANGE, FORMAT, FROM, SEARCH, SORT, STATE, TO, VERB, VIA, WORDS};
use crate::table::{Input, Kind, Noun, act, file, input, list, lists, show, text};

const WANTED: Input = input(
    "q",
    Kind::Word,
    "Les mots cherchés, entre guillemets s’il y en a plusieurs",
    "The words, in quotes if several",
);
const OF_MEMBER: Input = input("member", Kind::SomeRef("member"), "De ce membre", "Of this member");
const OF_ACCOUNT: Input = input("account", Kind::SomeRef("account"), "De ce compte", "Of this account");
const OF_HOST: Input = input("host", Kind::SomeRef("host"), "De cet hôte", "Of this host");
/// What a log is filtered by: everybody's, a member's, an account's.
const ALL_FILTERS: &[Input] = &[WORDS, VERB, OF_MEMBER, OF_ACCOUNT, OF_HOST, VIA, FROM, TO];
const ALL_EXPORT: &[Input] = &[WORDS, VERB, OF_MEMBER, OF_ACCOUNT, OF_HOST, VIA, FROM, TO, FORMAT];

const FOUND: &[&str] = &["kind", "name", "account.name", "member.name", "id"];

pub const NOUNS: &[Noun] = &[
    Noun {
        name: "change",
        about: text("Qui a fait quoi, et où cela en est", "Who did what, and where it stands"),
        verbs: &[
            list("/changes", ALL_FILTERS, CHANGE),
            file(
                "export",
                "/changes/export",
                text("Toutes, en un fichier qui se vérifie", "All of them, as a file that proves itself"),
                ALL_EXPORT,
            ),
            act(
                "head",
                "GET",
                "/changes/head",
                text(
                    "Où s’arrête la chaîne\u{a0}: à noter ailleurs",
                    "Where the chain ends: note it elsewhere",
                ),
                &[],
                &["position", "hash", "at", "change", "start"],
            ),
            show("/changes/{change}", CHANGE),
            act("undo", "POST", "/changes/{change}/undo", text("L’annuler", "Undo it"), &[], CHANGE),
            act(
                "chain",
                "GET",
                "/changes/chain",
                text("Vérifier que l’histoire est intacte", "Check that history is untouched"),
                &[],
                &["length", "waiting", "broken", "head"],
            ),
        ],
    },
    Noun {
        name: "mail",
        about: text("Les courriels envoyés aux personnes", "Mails sent to people"),
        verbs: &[
            list("/mails", &[SEARCH, STATE, SORT], &["at", "to", "kind", "state", "tries", "error", "id"]),
            act(
                "again",
                "POST",
                "/mails/{mail}/again",
                text("Renvoyer un courriel échoué", "Send a failed one again"),
                &[],
                &["to", "kind", "state", "id"],
            ),
            act(
                "try",
                "POST",
                "/mails/{mail}/try",
                text("Essayer sans attendre un courriel en attente", "Try one at once that waits"),
                &[],
                &["to", "kind", "state", "tries", "id"],
            ),
        ],
    },
    Noun {
        name: "census",
        about: text("Combien de quoi, jour après jour", "How many of what, day by day"),
        verbs: &[list(
            "/census",
            &[
                input(
                    "q",
                    Kind::Option,
                    "De quoi\u{a0}: accounts, members, sites, users, changes…",
                    "Of what: accounts, members, sites, users, changes…",
                ),
                FROM,
                TO,
            ],
            &["day", "what", "count"],
        )],
    },
    Noun {
        name: "search",
        about: text(
            "Tout ce que vous pouvez voir, par les débuts des mots",
            "All you may see, by the beginnings of words",
        ),
        verbs: &[
            list(
                "/search",
                &[
                    WANTED,
                    input(
                        "kind",
                        Kind::Option,
                        "account, site, database, member, user ou host",
                        "account, site, database, member, user or host",
                    ),
                ],
                FOUND,
            ),
            lists(
                "first",
                "/search/first",
                text("Les premiers de chaque sorte", "The first of each kind"),
                &[WANTED],
                FOUND,
            )
            .groups("items"),
        ],
    },
];
