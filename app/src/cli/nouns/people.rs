//! Users: the cooperative’s, and oneself.

use super::{GRANT, SEARCH, SORT};
use crate::table::{Kind, Noun, act, delete, input, list, show, text, update};

const TOKEN: &[&str] = &["name", "scopes", "networks", "created_at", "expires_at", "used_at", "id"];
const USER: &[&str] = &["email", "staff", "lang", "factors", "suspended_at", "created_at", "id"];

pub const NOUNS: &[Noun] = &[
    Noun {
        name: "staff",
        about: text("L’équipe de la coopérative", "The cooperative's staff"),
        verbs: &[list("/staff", &[], GRANT).whole()],
    },
    Noun {
        name: "approval",
        about: text("Ce qui attend un deuxième accord", "What waits for a second approval"),
        verbs: &[list("/approvals", &[], &["kind", "label", "by", "created_at", "expires_at", "id"]).whole()],
    },
    Noun {
        name: "user",
        about: text("Les personnes qui se connectent", "The people who sign in"),
        verbs: &[
            list(
                "/users",
                &[
                    SEARCH,
                    SORT,
                    input(
                        "waiting",
                        Kind::Option,
                        "yes\u{a0}: celles qui n’ont pas encore de mot de passe",
                        "yes: those who have no password yet",
                    ),
                ],
                USER,
            ),
            act(
                "locked-out",
                "GET",
                "/locked-out",
                text("Qui a trop essayé de se connecter", "Who tried too often to sign in"),
                &[],
                &["user.name", "at", "user.id"],
            )
            .beside("users", &["addresses"]),
            show("/users/{user}", USER),
            act(
                "suspend",
                "POST",
                "/users/{user}/suspend",
                text("Ne plus la laisser agir", "Let them do nothing"),
                &[],
                USER,
            ),
            act(
                "resume",
                "POST",
                "/users/{user}/resume",
                text("La laisser agir de nouveau", "Let them act again"),
                &[],
                USER,
            ),
        ],
    },
    Noun {
        name: "factor",
        about: text("La double authentification", "Two-step sign-in"),
        verbs: &[
            act(
                "list",
                "GET",
                "/me/factors",
                text("Les vôtres", "Your own"),
                &[],
                &["kind", "name", "created_at", "used_at", "id"],
            )
            .beside("factors", &["codes_left"]),
            act(
                "policy",
                "GET",
                "/settings/second-factor",
                text("De qui elle est demandée", "Of whom it is asked"),
                &[],
                &["asked_of"],
            ),
            act(
                "ask",
                "PUT",
                "/settings/second-factor",
                text("La demander à nobody, staff ou everybody", "Ask it of nobody, staff or everybody"),
                &[input("asked_of", Kind::Word, "nobody, staff ou everybody", "nobody, staff or everybody")],
                &["asked_of"],
            ),
        ],
    },
    Noun {
        name: "session",
        about: text("Vos sessions dans des navigateurs", "Your sessions in browsers"),
        verbs: &[
            list("/me/sessions", &[], &["created_at", "seen_at", "address", "browser", "id"]).whole(),
            delete("/me/sessions/{session}"),
            act(
                "delete-others",
                "DELETE",
                "/me/sessions",
                text("Les fermer toutes", "Sign out of all"),
                &[],
                &[],
            ),
        ],
    },
    Noun {
        name: "token",
        about: text("Vos jetons d’API", "Your API tokens"),
        verbs: &[list("/tokens", &[], TOKEN).whole(), delete("/tokens/{token}")],
    },
    Noun {
        name: "me",
        about: text("Vous-même", "Yourself"),
        verbs: &[
            show("/me", USER),
            update("PATCH", "/me", &[input("lang", Kind::Word, "fr ou en", "fr or en")], USER),
        ],
    },
];
