//! Databases and their users.

use super::SEARCH;
use crate::table::{Kind, Noun, act, create, delete, file, input, list, lists, show, text};

const DATABASE: &[&str] = &["name", "engine", "state", "text", "host.name", "erase_at", "id"];
const USER: &[&str] = &["name", "rights", "id"];
/// The password is told once, in these answers alone.
const MADE: &[&str] = &["name", "state", "password", "id"];

pub const NOUNS: &[Noun] = &[Noun {
    name: "database",
    about: text("Les bases de données d’un compte", "An account's databases"),
    verbs: &[
        list("/accounts/{account}/databases", &[SEARCH], DATABASE),
        show("/databases/{database}", USER)
            .beside("users", &["name", "engine", "state", "text", "host.name", "erase_at"]),
        create(
            "/accounts/{account}/databases",
            &[
                input("name", Kind::Word, "Son nom, comme wiki", "Its name, like wiki"),
                input(
                    "user",
                    Kind::Option,
                    "Son utilisateur, sinon du même nom",
                    "Its user, else of the same name",
                ),
            ],
            MADE,
        ),
        delete("/databases/{database}"),
        act(
            "restore",
            "POST",
            "/databases/{database}/restore",
            text(
                "Rétablir une base supprimée, avec ses données",
                "Bring a deleted database back, with its data",
            ),
            &[],
            DATABASE,
        ),
        lists(
            "sizes",
            "/accounts/{account}/databases/sizes",
            text("Combien d’octets elles contiennent", "How many octets they hold"),
            &[],
            &["name", "octets"],
        )
        .whole(),
        act(
            "add-user",
            "POST",
            "/databases/{database}/users",
            text("Ajouter un utilisateur", "Add a user"),
            &[
                input("name", Kind::Word, "Son nom, comme lecture", "Its name, like reader"),
                input("rights", Kind::Word, "all, write ou read", "all, write or read"),
            ],
            MADE,
        ),
        act(
            "rights",
            "PATCH",
            "/databases/{database}/users/{database_user}",
            text("Changer les droits d’un utilisateur", "Change a user's rights"),
            &[input("rights", Kind::Word, "all, write ou read", "all, write or read")],
            DATABASE,
        ),
        act(
            "password",
            "POST",
            "/databases/{database}/users/{database_user}/password",
            text("Un nouveau mot de passe pour un utilisateur", "A new password for a user"),
            &[],
            MADE,
        ),
        act(
            "remove-user",
            "DELETE",
            "/databases/{database}/users/{database_user}",
            text("Supprimer un utilisateur", "Delete a user"),
            &[],
            DATABASE,
        ),
        file(
            "export",
            "/databases/{database}/dump",
            text("L’écrire sur la sortie (.sql.gz)", "Write it to the output (.sql.gz)"),
            &[],
        ),
        act(
            "import",
            "PUT",
            "/databases/{database}/dump",
            text("Y exécuter un fichier .sql ou .sql.gz", "Run a .sql or .sql.gz file in it"),
            &[input("file", Kind::Octets, "Le fichier", "The file")],
            &[],
        ),
    ],
}];
