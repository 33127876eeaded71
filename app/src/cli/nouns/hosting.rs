//! What is hosted, where, with which limits.

use super::{ACCOUNT, CHANGE, EXPORT, FILTERS, SEARCH, SORT, STATE, log, site};
use crate::table::{Input, Kind, Noun, act, create, delete, file, input, list, lists, show, text, update};

const SITE: &[&str] = &["names", "state", "text", "host.name", "id"];
const SITE_HTTPS: &[&str] = &["names", "https.redirect", "https.hsts", "state", "id"];
const CERTIFICATE: &[&str] = &["name", "state", "text", "not_after", "renew_at", "next_at", "id"];
const PLAN: &[&str] = &[
    "name",
    "sites_max",
    "names_max",
    "databases_max",
    "php_workers",
    "disk_mb",
    "memory_mb",
    "accounts",
    "id",
];
const PLAN_INPUTS: &[Input] = &[
    input("name", Kind::Needed, "Son nom", "Its name"),
    input("sites_max", Kind::Number, "Sites au plus", "Sites at most"),
    input("names_max", Kind::Number, "Noms par site au plus", "Names of a site at most"),
    input("databases_max", Kind::Option, "Bases de données au plus (10)", "Databases at most (10)"),
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

pub const NOUNS: &[Noun] = &[
    Noun {
        name: "account",
        about: text("Les comptes d’hébergement", "Hosting accounts"),
        verbs: &[
            list(
                "/accounts",
                &[
                    SEARCH,
                    STATE,
                    SORT,
                    input("code", Kind::Option, "Suspendus pour cette raison", "Suspended for this reason"),
                ],
                ACCOUNT,
            ),
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
                &[
                    input("plan", Kind::Ref("plan"), "Une autre offre", "Another plan"),
                    input(
                        "above",
                        Kind::Flag,
                        "Même si le compte est alors au-dessus",
                        "Also when the account is above it then",
                    ),
                ],
                ACCOUNT,
            ),
            lists(
                "use",
                "/accounts/{account}/use",
                text("Ce qu’il a pris de son offre", "What it has taken of its plan"),
                &[],
                &["what", "used", "most"],
            )
            .whole(),
            log::SPACE,
            delete("/accounts/{account}"),
            act(
                "suspend",
                "POST",
                "/accounts/{account}/suspend",
                text("Suspendre", "Suspend"),
                &[
                    input(
                        "code",
                        Kind::Needed,
                        "unpaid, threat, legal_order ou at_request",
                        "unpaid, threat, legal_order or at_request",
                    ),
                    input("reason", Kind::Needed, "Ce que le membre lira", "What the member will read"),
                    input(
                        "reference",
                        Kind::Option,
                        "La référence d’un ordre légal",
                        "The reference of a legal order",
                    ),
                ],
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
                FILTERS,
                CHANGE,
            ),
            file(
                "export-changes",
                "/accounts/{account}/changes/export",
                text("Ses modifications, en un fichier", "Its changes, as a file"),
                EXPORT,
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
            act(
                "https",
                "PATCH",
                "/sites/{site}/https",
                text("Passer les visites à HTTPS", "Move visits to HTTPS"),
                &[
                    input(
                        "redirect",
                        Kind::Option,
                        "auto (dès que chaque nom a son certificat), on ou off",
                        "auto (as soon as each name has its certificate), on or off",
                    ),
                    input(
                        "hsts",
                        Kind::Option,
                        "off, names ou subdomains\u{a0}: les navigateurs n’acceptent plus que HTTPS, et cela ne s’annule pas vite",
                        "off, names or subdomains: browsers accept HTTPS alone, and it cannot be undone quickly",
                    ),
                ],
                SITE_HTTPS,
            ),
            site::PHP,
            site::REDIRECT,
            site::REMOVE,
            site::MOVE,
            site::MAIN_NAME,
            site::MAINTENANCE,
            site::VISITORS,
            site::ERRORS,
            site::ROOT,
            log::LOGS,
            log::DOWNLOAD,
            log::STATISTICS,
            delete("/sites/{site}"),
            lists(
                "certificates",
                "/sites/{site}/certificates",
                text("Les certificats de ses noms", "Its names' certificates"),
                &[],
                CERTIFICATE,
            ),
            act(
                "bring-certificate",
                "POST",
                "/sites/{site}/certificates",
                text("Apporter un certificat à soi, en PEM", "Bring a certificate of one's own, in PEM"),
                &[
                    input(
                        "chain",
                        Kind::File,
                        "Le certificat et ceux qui l’accompagnent",
                        "The certificate and those that came with it",
                    ),
                    input(
                        "key",
                        Kind::File,
                        "Sa clé privée, sans mot de passe",
                        "Its private key, without a password",
                    ),
                ],
                &["names", "others", "issuer", "not_after"],
            ),
        ],
    },
    Noun {
        name: "certificate",
        about: text("Les certificats des noms, pour HTTPS", "The names' certificates, for HTTPS"),
        verbs: &[
            list("/certificates", &[SEARCH], CERTIFICATE),
            act(
                "try",
                "POST",
                "/certificates/{certificate}/try",
                text("Essayer maintenant ce qui manque encore", "Try now what is missing still"),
                &[],
                CERTIFICATE,
            ),
            act(
                "back",
                "POST",
                "/certificates/{certificate}/back",
                text("Laisser le panneau en demander un", "Let the panel ask for one"),
                &[],
                CERTIFICATE,
            ),
        ],
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
];
