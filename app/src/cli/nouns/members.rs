//! Members, and who has which role on them and on their accounts.

use super::{ACCOUNT, CHANGE, EXPORT, FILTERS, GRANT, SEARCH};
use crate::table::{Input, Kind, Noun, act, create, delete, file, input, list, lists, show, text, update};

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
const MEMBER_CONTACTS: Input = input(
    "contacts",
    Kind::Contacts,
    "Ses contacts, une fois pour chacun\u{a0}: «\u{a0}billing\u{a0}: Nom <adresse> téléphone\u{a0}» (ou technical, legal)\u{a0}; none pour aucun",
    "Its contacts, once for each: “billing: Name <address> telephone” (or technical, legal); none for none",
);
const IMPORT: &[&str] = &["good", "wrong", "owners", "applied_at", "id"];
const INVITATIONS: &[&str] = &["waiting", "invited", "hourly", "mails"];
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
                    MEMBER_CONTACTS,
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
                    MEMBER_CONTACTS,
                    MEMBER_NOTES,
                ],
                MEMBER,
            ),
            delete("/members/{member}"),
            act(
                "losses",
                "GET",
                "/members/{member}/deletion",
                text(
                    "Ce qui serait supprimé avec le membre et ses comptes",
                    "What would be deleted with the member and its accounts",
                ),
                &[],
                &["name", "state", "sites", "databases", "users", "id"],
            )
            .beside("accounts", &["users", "erased"]),
            act(
                "ask-deletion",
                "POST",
                "/members/{member}/deletion",
                text(
                    "Demander sa suppression avec ses comptes\u{a0}; une deuxième personne donne son accord",
                    "Ask for its deletion with its accounts; a second person approves",
                ),
                &[],
                &["kind", "label", "by", "expires_at", "id"],
            ),
            act(
                "keep",
                "DELETE",
                "/members/{member}/deletion",
                text("Annuler sa suppression", "Call its deletion off"),
                &[],
                &["number", "name", "accounts", "id"],
            ),
            lists(
                "contacts",
                "/members/{member}",
                text(
                    "À qui écrire, pour quoi (update --contact les change)",
                    "Whom to write to, about what (update --contact changes them)",
                ),
                &[],
                &["purpose", "name", "email", "phone"],
            )
            .within("contacts"),
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
        name: "grant",
        about: text("Qui a quel rôle sur un compte", "Who has which role on an account"),
        verbs: &[
            list("/accounts/{account}/grants", &[], GRANT).whole(),
            create("/accounts/{account}/grants", GRANT_INPUTS, &["email", "role", "link", "id"]),
            delete("/accounts/{account}/grants/{grant}"),
            lists("mine", "/me/grants", text("Vos rôles", "Your roles"), &[], MY_GRANT).whole(),
            lists(
                "of-user",
                "/users/{user}/grants",
                text("Les rôles d’un utilisateur", "A user's roles"),
                &[],
                MY_GRANT,
            ),
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
];
