//! Every noun and verb of the command line: what it is called, which route of the API it is, what it takes and what it shows.
//! A test compares this table with the API's own description, so that neither knows more than the other.

use crate::table::{Input, Kind, Noun, act, create, delete, file, input, list, lists, show, text, update};

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
const VIA: Input =
    input("via", Kind::Option, "Par session, token ou panel", "Through session, token or panel");
const FROM: Input = input(
    "from",
    Kind::Option,
    "Depuis ce jour (2026-11-27, en UTC)",
    "From this day on (2026-11-27, in UTC)",
);
const TO: Input = input("to", Kind::Option, "Jusqu’à ce jour compris", "Up to this day, which counts");
const FORMAT: Input =
    input("format", Kind::Option, "csv, ou jsonl (le défaut)", "csv, or jsonl (the default)");
const OF_MEMBER: Input = input("member", Kind::SomeRef("member"), "De ce membre", "Of this member");
const OF_ACCOUNT: Input = input("account", Kind::SomeRef("account"), "De ce compte", "Of this account");
const OF_HOST: Input = input("host", Kind::SomeRef("host"), "De cet hôte", "Of this host");
/// What a log is filtered by: everybody's, a member's, an account's.
const ALL_FILTERS: &[Input] = &[WORDS, VERB, OF_MEMBER, OF_ACCOUNT, OF_HOST, VIA, FROM, TO];
const ALL_EXPORT: &[Input] = &[WORDS, VERB, OF_MEMBER, OF_ACCOUNT, OF_HOST, VIA, FROM, TO, FORMAT];
const FILTERS: &[Input] = &[WORDS, VERB, VIA, FROM, TO];
const EXPORT: &[Input] = &[WORDS, VERB, VIA, FROM, TO, FORMAT];
const MEMBER: &[&str] = &["number", "name", "kind", "status", "since", "lang", "accounts", "id"];
const MEMBER_SEARCH: &[Input] = &[
    SEARCH,
    input(
        "status",
        Kind::Option,
        "applicant, member, client, left ou struck_off",
        "applicant, member, client, left or struck_off",
    ),
    input("kind", Kind::Option, "person ou organisation", "person or organisation"),
    input("sort", Kind::Option, "name, number ou newest", "name, number or newest"),
];
const MEMBER_NUMBER: Input = input("number", Kind::SomeNumber, "Son numéro", "Its number");
const MEMBER_KIND: Input = input("kind", Kind::Option, "person ou organisation", "person or organisation");
const MEMBER_STATUS: Input = input(
    "status",
    Kind::Option,
    "applicant, member, client, left ou struck_off",
    "applicant, member, client, left or struck_off",
);
const MEMBER_SINCE: Input =
    input("since", Kind::Option, "Le jour où ce statut commence", "The day this status begins");
const MEMBER_LANG: Input = input("lang", Kind::Option, "fr ou en", "fr or en");
const MEMBER_ADDRESS: Input = input("address", Kind::Option, "Son adresse postale", "Its postal address");
const MEMBER_NOTES: Input =
    input("notes", Kind::Option, "Notes pour la coopérative seule", "Notes for the cooperative alone");
const IMPORT: &[&str] = &["good", "wrong", "owners", "id"];
const INVITATIONS: &[&str] = &["waiting", "invited", "hourly", "mails"];
const SORT: Input = input(
    "sort",
    Kind::Option,
    "L’ordre\u{a0}: name, -name, created ou -created",
    "The order: name, -name, created or -created",
);
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
            list("/members", MEMBER_SEARCH, MEMBER),
            show(
                "/members/{member}",
                &[
                    "number",
                    "name",
                    "kind",
                    "status",
                    "since",
                    "lang",
                    "address",
                    "contacts",
                    "notes",
                    "accounts",
                    "confirmed_at",
                    "id",
                ],
            ),
            create(
                "/members",
                &[
                    input("name", Kind::Word, "Son nom", "Its name"),
                    MEMBER_NUMBER,
                    MEMBER_KIND,
                    MEMBER_STATUS,
                    MEMBER_SINCE,
                    MEMBER_LANG,
                    MEMBER_ADDRESS,
                    MEMBER_NOTES,
                ],
                MEMBER,
            ),
            update(
                "PATCH",
                "/members/{member}",
                &[
                    input("name", Kind::Option, "Son nouveau nom", "Its new name"),
                    MEMBER_NUMBER,
                    MEMBER_KIND,
                    MEMBER_STATUS,
                    MEMBER_SINCE,
                    MEMBER_LANG,
                    MEMBER_ADDRESS,
                    MEMBER_NOTES,
                ],
                MEMBER,
            ),
            delete("/members/{member}"),
            lists(
                "statuses",
                "/members/{member}/statuses",
                text("Ses statuts, le plus récent d’abord", "Its statuses, the newest first"),
                &[],
                &["since", "status", "id"],
            )
            .whole(),
            act(
                "confirm",
                "POST",
                "/members/{member}/confirm",
                text(
                    "Ses contacts et sa langue sont toujours justes",
                    "Its contacts and language are still right",
                ),
                &[],
                &["number", "name", "confirmed_at", "id"],
            ),
            act(
                "check",
                "POST",
                "/members/imports",
                text("Essayer l’import d’un fichier CSV", "Try the import of a CSV file"),
                &[
                    input("csv", Kind::File, "Le fichier, en UTF-8", "The file, in UTF-8"),
                    input(
                        "same_email",
                        Kind::Flag,
                        "Une adresse peut servir à plusieurs membres",
                        "An address may stand at several members",
                    ),
                ],
                IMPORT,
            ),
            act(
                "report",
                "GET",
                "/members/imports/{import}",
                text(
                    "Ce qu’a dit l’essai, ligne par ligne (--json)",
                    "What the dry run said, row by row (--json)",
                ),
                &[],
                IMPORT,
            ),
            act(
                "import",
                "POST",
                "/members/imports/{import}/apply",
                text(
                    "Importer ce que l’essai a montré, tout ou rien",
                    "Import what the dry run showed, all or nothing",
                ),
                &[],
                IMPORT,
            ),
            lists(
                "export",
                "/members/export",
                text("Les membres en CSV", "The members as CSV"),
                MEMBER_SEARCH,
                &[],
            )
            .file(),
            act(
                "invitations",
                "GET",
                "/members/invitations",
                text(
                    "Les responsables importés qui attendent leur invitation",
                    "Imported owners who wait for their invitation",
                ),
                &[],
                INVITATIONS,
            ),
            act(
                "invite",
                "POST",
                "/members/invitations",
                text("Inviter les suivants", "Invite the next ones"),
                &[input("count", Kind::Number, "Combien", "How many")],
                INVITATIONS,
            ),
            act(
                "invite-hourly",
                "PUT",
                "/members/invitations",
                text(
                    "Combien sont invités par heure, tout seul",
                    "How many are invited in an hour, by itself",
                ),
                &[input("hourly", Kind::SomeNumber, "Combien (sinon aucun)", "How many (else none)")],
                INVITATIONS,
            ),
            lists(
                "accounts",
                "/members/{member}/accounts",
                text("Ses comptes", "Its accounts"),
                &[],
                ACCOUNT,
            ),
            lists(
                "changes",
                "/members/{member}/changes",
                text("Ses modifications", "Its changes"),
                FILTERS,
                CHANGE,
            ),
            file(
                "export-changes",
                "/members/{member}/changes/export",
                text("Ses modifications, en un fichier", "Its changes, as a file"),
                EXPORT,
            ),
        ],
    },
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
