//! Every noun and verb of the command line: what it is called, which route of the API it is, what it takes and what it shows.
//! A test compares this table with the API's own description, so that neither knows more than the other.

use crate::table::{Input, Kind, Noun, act, create, delete, input, list, lists, show, text, update};

const SEARCH: Input = input("q", Kind::Option, "Chercher", "Search");
const STATE: Input = input("state", Kind::Option, "Dans cet état seulement", "In this state only");
const SORT: Input = input(
    "sort",
    Kind::Option,
    "L’ordre\u{a0}: name, -name, created ou -created",
    "The order: name, -name, created or -created",
);
const MEMBER: &[&str] = &["name", "accounts", "created_at", "id"];
const ACCOUNT: &[&str] = &["name", "member.name", "plan.name", "host.name", "state", "host_state", "id"];
const SITE: &[&str] = &["names", "state", "text", "host.name", "id"];
const PLAN: &[&str] =
    &["name", "sites_max", "names_max", "php_workers", "disk_mb", "memory_mb", "accounts", "id"];
const PLAN_INPUTS: &[Input] = &[
    input("name", Kind::Needed, "Son nom", "Its name"),
    input("sites_max", Kind::Number, "Sites au plus", "Sites at most"),
    input("names_max", Kind::Number, "Noms par site au plus", "Names of a site at most"),
    input("php_workers", Kind::Number, "Processus PHP au plus", "PHP workers at most"),
    input("disk_mb", Kind::Number, "Espace, en Mo", "Space, in MB"),
    input("memory_mb", Kind::Number, "Mémoire, en Mo", "Memory, in MB"),
];
const HOST: &[&str] = &[
    "name",
    "state",
    "connected",
    "last_seen_at",
    "agent_version",
    "resources.applied",
    "resources.failed",
    "accounts",
    "id",
];
const HOST_NEW: &[&str] = &["name", "command", "expires_at", "id"];
const CHANGE: &[&str] = &["at", "who", "verb", "subject.label", "state", "text", "id"];
const GRANT: &[&str] = &["email", "role", "created_at", "expires_at", "id"];
const MY_GRANT: &[&str] = &["role", "account.name", "member.name", "created_at", "expires_at", "id"];
const GRANT_INPUTS: &[Input] = &[
    input("email", Kind::Word, "L’adresse de la personne", "The person's address"),
    input(
        "role",
        Kind::Needed,
        "owner, manager, mail_manager, webmaster ou reader",
        "owner, manager, mail_manager, webmaster or reader",
    ),
    input(
        "days",
        Kind::SomeNumber,
        "Pendant combien de jours (sinon jusqu’à nouvel ordre)",
        "For how many days (else until further notice)",
    ),
];
const INVITATION: &[&str] = &["email", "role", "by", "account.name", "member.name", "expires_at", "id"];
const TOKEN: &[&str] = &["name", "scopes", "networks", "created_at", "expires_at", "used_at", "id"];
const USER: &[&str] = &["email", "staff", "lang", "factors", "suspended_at", "created_at", "id"];

pub const NOUNS: &[Noun] = &[
    Noun {
        name: "member",
        about: text("Les membres de la coopérative", "The cooperative's members"),
        verbs: &[
            list("/members", &[SEARCH], MEMBER),
            show("/members/{member}", MEMBER),
            create("/members", &[input("name", Kind::Word, "Son nom", "Its name")], MEMBER),
            update(
                "PATCH",
                "/members/{member}",
                &[input("name", Kind::Word, "Son nouveau nom", "Its new name")],
                MEMBER,
            ),
            delete("/members/{member}"),
            lists(
                "accounts",
                "/members/{member}/accounts",
                text("Ses comptes", "Its accounts"),
                &[],
                ACCOUNT,
            ),
        ],
    },
    Noun {
        name: "account",
        about: text("Les comptes d’hébergement", "Hosting accounts"),
        verbs: &[
            list("/accounts", &[SEARCH, STATE, SORT], ACCOUNT),
            show("/accounts/{account}", ACCOUNT),
            create(
                "/accounts",
                &[
                    input("name", Kind::Word, "Son nom Unix", "Its Unix name"),
                    input("member", Kind::Ref("member"), "À quel membre", "Whose member's"),
                    input("plan", Kind::Ref("plan"), "Avec quelle offre", "With which plan"),
                    input(
                        "host",
                        Kind::SomeRef("host"),
                        "Sur quel hôte (sinon le moins chargé)",
                        "On which host (else the least loaded)",
                    ),
                    input(
                        "owner",
                        Kind::Option,
                        "L’adresse de la personne qui le gère",
                        "The address of the person who manages it",
                    ),
                ],
                &["name", "member.name", "plan.name", "host.name", "state", "link", "id"],
            ),
            update(
                "PATCH",
                "/accounts/{account}",
                &[input("plan", Kind::Ref("plan"), "Une autre offre", "Another plan")],
                ACCOUNT,
            ),
            delete("/accounts/{account}"),
            act(
                "suspend",
                "POST",
                "/accounts/{account}/suspend",
                text("Suspendre", "Suspend"),
                &[input("reason", Kind::Option, "Pourquoi, en clair", "Why, in words")],
                ACCOUNT,
            ),
            act(
                "resume",
                "POST",
                "/accounts/{account}/resume",
                text("Remettre en service", "Resume"),
                &[],
                ACCOUNT,
            ),
            act(
                "restore",
                "POST",
                "/accounts/{account}/restore",
                text("Rétablir un compte supprimé", "Restore a deleted account"),
                &[],
                ACCOUNT,
            ),
            lists(
                "changes",
                "/accounts/{account}/changes",
                text("Ses modifications", "Its changes"),
                &[],
                CHANGE,
            ),
        ],
    },
    Noun {
        name: "site",
        about: text("Les sites d’un compte", "An account's sites"),
        verbs: &[
            list("/accounts/{account}/sites", &[], SITE),
            show("/sites/{site}", SITE),
            create(
                "/accounts/{account}/sites",
                &[input("name", Kind::Word, "Son nom, comme asso.example", "Its name, like asso.example")],
                SITE,
            ),
            update(
                "PATCH",
                "/sites/{site}",
                &[input(
                    "names",
                    Kind::Words,
                    "Tous ses noms, le principal d’abord",
                    "All its names, the main one first",
                )],
                SITE,
            ),
            delete("/sites/{site}"),
        ],
    },
    Noun {
        name: "grant",
        about: text("Qui a quel rôle sur un compte", "Who has which role on an account"),
        verbs: &[
            list("/accounts/{account}/grants", &[], GRANT).whole(),
            create("/accounts/{account}/grants", GRANT_INPUTS, &["email", "role", "link", "id"]),
            delete("/accounts/{account}/grants/{grant}"),
            lists("mine", "/me/grants", text("Vos rôles", "Your roles"), &[], MY_GRANT).whole(),
        ],
    },
    Noun {
        name: "member-grant",
        about: text(
            "Qui a quel rôle sur un membre, et donc sur ses comptes",
            "Who has which role on a member, and so on its accounts",
        ),
        verbs: &[
            list("/members/{member}/grants", &[], GRANT).whole(),
            create("/members/{member}/grants", GRANT_INPUTS, &["email", "role", "link", "id"]),
            delete("/members/{member}/grants/{grant}"),
        ],
    },
    Noun {
        name: "invitation",
        about: text("Les rôles proposés et pas encore acceptés", "Roles offered and not accepted yet"),
        verbs: &[
            list("/accounts/{account}/invitations", &[], INVITATION).whole(),
            delete("/accounts/{account}/invitations/{invitation}"),
            lists(
                "mine",
                "/me/invitations",
                text("Celles qui vous attendent", "Those that wait for you"),
                &[],
                INVITATION,
            )
            .whole(),
        ],
    },
    Noun {
        name: "member-invitation",
        about: text("Les rôles proposés sur un membre", "Roles offered on a member"),
        verbs: &[
            list("/members/{member}/invitations", &[], INVITATION).whole(),
            delete("/members/{member}/invitations/{invitation}"),
        ],
    },
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
        name: "plan",
        about: text("Les offres", "Hosting plans"),
        verbs: &[
            list("/plans", &[SEARCH], PLAN),
            show("/plans/{plan}", PLAN),
            create("/plans", PLAN_INPUTS, PLAN),
            update("PUT", "/plans/{plan}", PLAN_INPUTS, PLAN),
            delete("/plans/{plan}"),
        ],
    },
    Noun {
        name: "host",
        about: text("Les serveurs et leurs agents", "Servers and their agents"),
        verbs: &[
            list("/hosts", &[SEARCH], HOST),
            show("/hosts/{host}", HOST),
            create(
                "/hosts",
                &[
                    input("name", Kind::Word, "Son nom court", "Its short name"),
                    input("ipv4", Kind::Option, "Son adresse IPv4", "Its IPv4 address"),
                    input("ipv6", Kind::Option, "Son adresse IPv6", "Its IPv6 address"),
                ],
                HOST_NEW,
            ),
            update(
                "PATCH",
                "/hosts/{host}",
                &[
                    input("name", Kind::Option, "Son nouveau nom", "Its new name"),
                    input("ipv4", Kind::Option, "Son adresse IPv4", "Its IPv4 address"),
                    input("ipv6", Kind::Option, "Son adresse IPv6", "Its IPv6 address"),
                ],
                HOST,
            ),
            act(
                "enrol",
                "POST",
                "/hosts/{host}/enrol",
                text("Une nouvelle commande d’enrôlement", "A new command to enrol it"),
                &[],
                HOST_NEW,
            ),
            act(
                "drain",
                "POST",
                "/hosts/{host}/drain",
                text("N’y placer aucun nouveau compte", "Place no new accounts on it"),
                &[],
                HOST,
            ),
            act(
                "activate",
                "POST",
                "/hosts/{host}/activate",
                text("Y placer de nouveau des comptes", "Place accounts on it again"),
                &[],
                HOST,
            ),
            act(
                "revoke",
                "POST",
                "/hosts/{host}/revoke",
                text("Ne plus laisser entrer son agent", "Let its agent in no more"),
                &[],
                HOST,
            ),
            act(
                "retire",
                "POST",
                "/hosts/{host}/retire",
                text("Retirer un hôte vide", "Retire an empty host"),
                &[],
                HOST,
            ),
            lists(
                "resources",
                "/hosts/{host}/resources",
                text("Ce qu’il porte", "What it holds"),
                &[STATE],
                &["kind", "label", "state", "text", "key"],
            ),
            act(
                "decide",
                "POST",
                "/hosts/{host}/resources/{kind}/{key}/consent",
                text("Trancher une modification faite à la main", "Decide about an edit made by hand"),
                &[input("consent", Kind::Word, "put_back, keep ou delete", "put_back, keep or delete")],
                &["kind", "label", "state", "text", "key"],
            ),
            act(
                "confirm-deletions",
                "POST",
                "/hosts/{host}/deletions/consent",
                text("Confirmer les suppressions retenues", "Confirm the deletions it holds back"),
                &[],
                &["deletions"],
            ),
            lists(
                "difference",
                "/hosts/{host}/difference",
                text("Ce qu’adopter un hôte figé changerait", "What adopting a frozen host would change"),
                &[],
                &["side", "kind", "label", "key"],
            )
            .whole(),
            act(
                "adopt",
                "POST",
                "/hosts/{host}/adopt",
                text("L’état du panneau fait foi", "The panel's state is the one that counts"),
                &[],
                HOST,
            ),
            lists("changes", "/hosts/{host}/changes", text("Ses modifications", "Its changes"), &[], CHANGE),
        ],
    },
    Noun {
        name: "change",
        about: text("Qui a fait quoi, et où cela en est", "Who did what, and where it stands"),
        verbs: &[
            list("/changes", &[], CHANGE),
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
        name: "user",
        about: text("Les personnes qui se connectent", "The people who sign in"),
        verbs: &[
            list("/users", &[SEARCH, SORT], USER),
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
        ],
    },
    Noun {
        name: "search",
        about: text(
            "Tout ce que vous pouvez voir, par les débuts des mots",
            "All you may see, by the beginnings of words",
        ),
        verbs: &[list(
            "/search",
            &[
                input(
                    "q",
                    Kind::Word,
                    "Les mots cherchés, entre guillemets s’il y en a plusieurs",
                    "The words, in quotes if several",
                ),
                input(
                    "kind",
                    Kind::Option,
                    "account, site, member, user ou host",
                    "account, site, member, user or host",
                ),
            ],
            &["kind", "name", "account.name", "member.name", "id"],
        )],
    },
    Noun {
        name: "factor",
        about: text("Les seconds facteurs", "Second factors"),
        verbs: &[
            act(
                "list",
                "GET",
                "/me/factors",
                text("Les vôtres", "Your own"),
                &[],
                &["factors", "codes_left"],
            ),
            act(
                "policy",
                "GET",
                "/settings/second-factor",
                text("De qui il est demandé", "Of whom one is asked"),
                &[],
                &["asked_of"],
            ),
            act(
                "ask",
                "PUT",
                "/settings/second-factor",
                text("Le demander à nobody, staff ou everybody", "Ask it of nobody, staff or everybody"),
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

#[cfg(all(test, feature = "ssr"))]
mod tests;
