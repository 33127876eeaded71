//! The files of accounts.

use crate::table::{Answer, Input, Kind, Noun, Verb, act, create, delete, input, list, text};

const FILE: &[&str] = &["kind", "path", "size", "modified_at", "mode", "target"];
const TRASH: &[&str] = &["from", "kind", "size", "deleted_at", "erase_at", "id"];
const PATH: Input = input(
    "path",
    Kind::Needed,
    "Son chemin depuis le dossier du compte",
    "Its path from the account's folder",
);
const FROM: Input = input("from", Kind::Needed, "Où il est", "Where it is");
const TO: Input =
    input("to", Kind::Needed, "Où il sera, son nom compris", "Where it shall be, its name included");
const ITEM: Input = input("item", Kind::Needed, "Son id dans la corbeille", "Its id in the trash");
const LISTED: &[Input] = &[
    input("path", Kind::Option, "Un dossier (sinon celui du compte)", "A folder (else the account's)"),
    input(
        "sort",
        Kind::Option,
        "L’ordre\u{a0}: name, size, modified, ou l’un d’eux avec un tiret devant",
        "The order: name, size, modified, or one of them with a hyphen before it",
    ),
    input(
        "q",
        Kind::Option,
        "Chercher des mots dans les noms, ici et au-dessous",
        "Search words in names, here and below",
    ),
];
const PUT: &[Input] = &[
    input("file", Kind::Octets, "Le fichier à envoyer", "The file to put there"),
    PATH,
    input(
        "over",
        Kind::Option,
        "replace\u{a0}: remplacer celui qui y est",
        "replace: replace the one that is there",
    ),
    input(
        "stamp",
        Kind::Option,
        "Le remplacer s’il est encore celui-là",
        "Replace it while it is still this one",
    ),
];

const UPLOAD: &[Input] = &[
    PATH,
    input("size", Kind::Needed, "La taille du fichier entier", "The size of the whole file"),
    input("mark", Kind::Option, "Ce qui le distingue d’un autre", "What tells it from another"),
];
const WORK: &[&str] =
    &["does", "path", "to", "state", "entries", "octets", "left", "text", "who", "began_at"];
const ARCHIVE: Input =
    input("kind", Kind::Option, "zip (d’ordinaire) ou tar.gz", "zip (the usual one) or tar.gz");
const PACK: &[Input] = &[
    input("paths", Kind::Words, "Ce qui va dedans", "What goes into it"),
    input("to", Kind::Needed, "L’archive à faire, son nom compris", "The archive to make, its name included"),
    ARCHIVE,
];
const UNPACK: &[Input] = &[
    PATH,
    input(
        "into",
        Kind::Needed,
        "Le dossier où la déballer\u{a0}; il est créé s’il n’y est pas",
        "The folder to unpack it into; it is made if it is not there",
    ),
];
const GET_PACKED: &[Input] = &[
    input(
        "paths",
        Kind::Needed,
        "Ce qui va dedans\u{a0}: un chemin, ou plusieurs, un par ligne",
        "What goes into it: a path, or several, one a line",
    ),
    ARCHIVE,
];

const KEY: &[&str] = &["label", "algorithm", "fingerprint", "created_at", "made_by", "maker_left", "id"];
const LOGIN: &[&str] =
    &["name", "folder", "opens_by", "fingerprint", "created_at", "made_by", "maker_left", "id"];

pub const NOUNS: &[Noun] = &[
    SSH_KEY,
    SFTP_LOGIN,
    Noun {
        name: "file",
        about: text("Les fichiers d’un compte", "An account's files"),
        verbs: &[
            list("/accounts/{account}/files", LISTED, FILE),
            Verb {
                name: "get",
                about: text("L’écrire sur la sortie", "Write it to the output"),
                method: "GET",
                path: "/accounts/{account}/files/contents",
                inputs: &[PATH],
                columns: &[],
                answer: Answer::File,
            },
            act(
                "put",
                "PUT",
                "/accounts/{account}/files/contents",
                text("Envoyer un fichier", "Put a file there"),
                PUT,
                &[],
            ),
            Verb {
                name: "upload",
                about: text(
                    "Ce qui est arrivé d’un envoi coupé (put reprend là de lui-même)",
                    "What has arrived of a cut upload (put goes on there by itself)",
                ),
                method: "GET",
                path: "/accounts/{account}/files/upload",
                inputs: UPLOAD,
                columns: &["octets"],
                answer: Answer::One,
            },
            act(
                "make-folder",
                "POST",
                "/accounts/{account}/files/folders",
                text("Créer un dossier", "Make a folder"),
                &[PATH],
                &[],
            ),
            act(
                "move",
                "POST",
                "/accounts/{account}/files/move",
                text("Déplacer ou renommer", "Move or rename"),
                &[FROM, TO],
                &[],
            ),
            act("copy", "POST", "/accounts/{account}/files/copy", text("Copier", "Copy"), &[FROM, TO], &[]),
            act(
                "mode",
                "POST",
                "/accounts/{account}/files/mode",
                text("Changer ses droits", "Set its permissions"),
                &[
                    PATH,
                    input(
                        "mode",
                        Kind::Needed,
                        "Trois chiffres, par exemple 640",
                        "Three digits, such as 640",
                    ),
                ],
                &[],
            ),
            act(
                "delete",
                "POST",
                "/accounts/{account}/files/delete",
                text("Mettre à la corbeille", "Put into the trash"),
                &[PATH],
                &[],
            ),
            act(
                "pack",
                "POST",
                "/accounts/{account}/files/pack",
                text("Mettre des fichiers dans une archive", "Put files into an archive"),
                PACK,
                WORK,
            ),
            act(
                "unpack",
                "POST",
                "/accounts/{account}/files/unpack",
                text("Déballer une archive zip, tar ou tar.gz", "Unpack a zip, tar or tar.gz archive"),
                UNPACK,
                WORK,
            ),
            Verb {
                name: "get-packed",
                about: text(
                    "Écrire sur la sortie une archive de fichiers ou de dossiers",
                    "Write an archive of files or folders to the output",
                ),
                method: "GET",
                path: "/accounts/{account}/files/packed",
                inputs: GET_PACKED,
                columns: &[],
                answer: Answer::File,
            },
            Verb {
                name: "works",
                about: text(
                    "Les dernières archives, et où elles en sont",
                    "The last archives, and how far they are",
                ),
                method: "GET",
                path: "/accounts/{account}/files/works",
                inputs: &[],
                columns: WORK,
                answer: Answer::List,
            },
            Verb {
                name: "trash",
                about: text("Ce qui est dans la corbeille", "What is in the trash"),
                method: "GET",
                path: "/accounts/{account}/files/trash",
                inputs: &[],
                columns: TRASH,
                answer: Answer::List,
            },
            act(
                "restore",
                "POST",
                "/accounts/{account}/files/trash/restore",
                text(
                    "Remettre à sa place, ou à côté si elle est prise",
                    "Put back to its place, or beside it if it is taken",
                ),
                &[ITEM],
                &["path"],
            ),
            act(
                "erase",
                "POST",
                "/accounts/{account}/files/trash/erase",
                text("Effacer de la corbeille pour de bon", "Erase from the trash for good"),
                &[ITEM],
                &[],
            ),
        ],
    },
];

const SSH_KEY: Noun = Noun {
    name: "ssh-key",
    about: text("Les clés SSH d’un compte, pour SFTP", "An account's SSH keys, for SFTP"),
    verbs: &[
        list("/accounts/{account}/ssh-keys", &[input("q", Kind::Option, "Chercher", "Search")], KEY),
        create(
            "/accounts/{account}/ssh-keys",
            &[
                input(
                    "key",
                    Kind::File,
                    "Le fichier de la clé publique (.pub)",
                    "The public key's file (.pub)",
                ),
                input("label", Kind::Option, "Son nom", "Its name"),
            ],
            KEY,
        ),
        delete("/ssh-keys/{ssh_key}"),
    ],
};

const SFTP_LOGIN: Noun = Noun {
    name: "sftp-login",
    about: text("Les accès SFTP limités à un dossier", "SFTP logins limited to a folder"),
    verbs: &[
        Verb {
            name: "list",
            about: text("Lister", "List"),
            method: "GET",
            path: "/accounts/{account}/sftp-logins",
            inputs: &[],
            columns: LOGIN,
            answer: Answer::List,
        },
        create(
            "/accounts/{account}/sftp-logins",
            &[
                input("name", Kind::Word, "Son nom, après celui du compte", "Its name, after the account's"),
                input("folder", Kind::Needed, "Tout ce qu’il voit", "All it sees"),
                input(
                    "key",
                    Kind::Option,
                    "Une clé publique\u{a0}; sans elle un mot de passe est fait, et montré une fois",
                    "A public key; without it a password is made, and shown once",
                ),
            ],
            &["name", "folder", "opens_by", "password", "id"],
        ),
        delete("/sftp-logins/{sftp_login}"),
        Verb {
            name: "sign-ins",
            about: text(
                "Qui est venu par SFTP ces trente derniers jours",
                "Who came in over SFTP in the last thirty days",
            ),
            method: "GET",
            path: "/accounts/{account}/sftp-sign-ins",
            inputs: &[],
            columns: &["at", "name", "address", "fingerprint"],
            answer: Answer::Within("sign_ins"),
        },
    ],
};
