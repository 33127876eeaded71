//! What a site can be told beyond its names.

use crate::table::{Input, Kind, Verb, act, input, text};

const FROM: Input = input("from", Kind::Word, "Un chemin du site\u{a0}: /ancien", "A path on the site: /old");
const BELOW: Input = input("below", Kind::Flag, "Tout ce qui est en dessous aussi", "All below it too");
const ADDRESSES: Input = input(
    "addresses",
    Kind::Option,
    "Des adresses IP ou des réseaux, séparés par des virgules",
    "IP addresses or networks, with commas between them",
);

const PHP_INPUTS: &[Input] = &[
    input(
        "php",
        Kind::Option,
        "La version, ou un texte vide pour celle du compte",
        "The version, or an empty text for the account's",
    ),
    input("memory_limit", Kind::Option, "La mémoire d’une page\u{a0}: 128M", "The memory of one page: 128M"),
    input(
        "upload_max_filesize",
        Kind::Option,
        "Le plus gros fichier envoyé\u{a0}: 64M",
        "The largest file sent: 64M",
    ),
    input("post_max_size", Kind::Option, "Le plus gros envoi\u{a0}: 64M", "The largest form sent: 64M"),
    input(
        "max_execution_time",
        Kind::Option,
        "La durée d’une page, en secondes",
        "The time of one page, in seconds",
    ),
    input(
        "max_input_time",
        Kind::Option,
        "La durée de lecture d’un envoi, en secondes",
        "The time to read what is sent, in seconds",
    ),
    input("max_input_vars", Kind::Option, "Les champs d’un formulaire", "The fields of a form"),
    input("display_errors", Kind::Option, "on ou off", "on or off"),
    input(
        "date.timezone",
        Kind::Option,
        "Le fuseau horaire\u{a0}: Europe/Paris",
        "The time zone: Europe/Paris",
    ),
    input(
        "session.gc_maxlifetime",
        Kind::Option,
        "La durée d’une session, en secondes",
        "The life of a session, in seconds",
    ),
    input("opcache.enable", Kind::Option, "on ou off", "on or off"),
];
const REDIRECT_INPUTS: &[Input] = &[
    FROM,
    input("to", Kind::Word, "Une adresse, ou un chemin du site", "An address, or a path on the site"),
    BELOW,
    input("keep", Kind::Flag, "Garder la suite du chemin", "Keep the rest of the path"),
    input("code", Kind::SomeNumber, "301 (sinon), 302, 307 ou 308", "301 (else), 302, 307 or 308"),
    input(
        "place",
        Kind::SomeNumber,
        "Sa place, à partir de 1\u{a0}; sinon la dernière",
        "Its place, from 1; else the last",
    ),
];
const WHICH_INPUTS: &[Input] = &[
    FROM,
    BELOW,
    input("place", Kind::SomeNumber, "Sa nouvelle place, à partir de 1", "Its new place, from 1"),
];
const MAIN_NAME_INPUTS: &[Input] = &[input("others", Kind::Word, "redirect ou serve", "redirect or serve")];
const MAINTENANCE_INPUTS: &[Input] = &[input("switch", Kind::Option, "on ou off", "on or off"), ADDRESSES];
const VISITORS_INPUTS: &[Input] =
    &[input("who", Kind::Option, "everybody, listed ou others", "everybody, listed or others"), ADDRESSES];
const ERRORS_INPUTS: &[Input] = &[
    input("403", Kind::Option, "La page d’un refus\u{a0}: /403.html", "The page of a refusal: /403.html"),
    input("404", Kind::Option, "La page d’une page introuvable", "The page for one not found"),
    input("500", Kind::Option, "La page d’une erreur du site", "The page of the site's error"),
    input("503", Kind::Option, "La page d’un site indisponible", "The page of a site not available"),
];
const ROOT_INPUTS: &[Input] = &[input(
    "root",
    Kind::Word,
    "Le dossier, en dessous de celui du site\u{a0}: web/dist",
    "The folder, below the site's: web/dist",
)];
const PROGRAM_INPUTS: &[Input] = &[
    input("serves", Kind::Option, "php, files ou program", "php, files or program"),
    input(
        "command",
        Kind::Option,
        "La commande d’un programme\u{a0}: node server.js",
        "A program's command: node server.js",
    ),
    input(
        "folder",
        Kind::Option,
        "Son dossier de départ, sinon celui du site",
        "The folder it begins in, else the site's",
    ),
];
const VARIABLE_INPUTS: &[Input] = &[
    input("name", Kind::Word, "Son nom\u{a0}: DATABASE_URL", "Its name: DATABASE_URL"),
    input("value", Kind::File, "Le fichier où se trouve sa valeur", "The file that holds its value"),
];
const PREVIEW_INPUTS: &[Input] = &[input("switch", Kind::Word, "on ou off", "on or off")];
const WHICH_VARIABLE: &[Input] = &[input("name", Kind::Word, "Son nom", "Its name")];

const PHP_COLUMNS: &[&str] = &["names", "php.version", "php.offered", "state", "id"];
const COLUMNS: &[&str] = &["names", "settings", "state", "id"];

pub const PHP: Verb =
    act("php", "PATCH", "/sites/{site}/php", text("Régler son PHP", "Set its PHP"), PHP_INPUTS, PHP_COLUMNS);
pub const REDIRECT: Verb = act(
    "redirect",
    "POST",
    "/sites/{site}/redirects",
    text("Ajouter une redirection", "Add a redirect"),
    REDIRECT_INPUTS,
    COLUMNS,
);
pub const REMOVE: Verb = act(
    "redirect-remove",
    "POST",
    "/sites/{site}/redirects/remove",
    text("Retirer une redirection", "Take a redirect away"),
    WHICH_INPUTS,
    COLUMNS,
);
pub const MOVE: Verb = act(
    "redirect-move",
    "POST",
    "/sites/{site}/redirects/move",
    text("Donner une autre place à une redirection", "Give a redirect another place"),
    WHICH_INPUTS,
    COLUMNS,
);
pub const MAIN_NAME: Verb = act(
    "main-name",
    "PATCH",
    "/sites/{site}/main-name",
    text("Mener ou non ses autres noms au nom principal", "Lead its other names to the main one or not"),
    MAIN_NAME_INPUTS,
    COLUMNS,
);
pub const MAINTENANCE: Verb = act(
    "maintenance",
    "PATCH",
    "/sites/{site}/maintenance",
    text("Demander aux visites de revenir plus tard", "Ask visits to come back later"),
    MAINTENANCE_INPUTS,
    COLUMNS,
);
pub const VISITORS: Verb = act(
    "visitors",
    "PATCH",
    "/sites/{site}/visitors",
    text("Choisir qui peut venir, par adresse", "Choose who may come, by address"),
    VISITORS_INPUTS,
    COLUMNS,
);
pub const ERRORS: Verb = act(
    "errors",
    "PATCH",
    "/sites/{site}/errors",
    text("Choisir ses pages d’erreur", "Choose its pages for errors"),
    ERRORS_INPUTS,
    COLUMNS,
);
pub const ROOT: Verb = act(
    "root",
    "PATCH",
    "/sites/{site}/root",
    text("Choisir le dossier montré", "Choose the folder shown"),
    ROOT_INPUTS,
    COLUMNS,
);
pub const PROGRAM: Verb = act(
    "program",
    "PATCH",
    "/sites/{site}/program",
    text(
        "Choisir ce qui répond\u{a0}: PHP, fichiers seuls ou programme",
        "Choose what answers: PHP, files alone or a program",
    ),
    PROGRAM_INPUTS,
    COLUMNS,
);
pub const RESTART: Verb = act(
    "restart",
    "POST",
    "/sites/{site}/program/restart",
    text("Redémarrer son programme", "Start its program again"),
    &[],
    COLUMNS,
);
pub const VARIABLE: Verb = act(
    "variable",
    "POST",
    "/sites/{site}/variables",
    text("Donner une variable à son programme", "Give its program a variable"),
    VARIABLE_INPUTS,
    COLUMNS,
);
pub const VARIABLE_REMOVE: Verb = act(
    "variable-remove",
    "POST",
    "/sites/{site}/variables/remove",
    text("Retirer une variable de son programme", "Take a variable of its program away"),
    WHICH_VARIABLE,
    COLUMNS,
);
pub const PREVIEW: Verb = act(
    "preview",
    "PATCH",
    "/sites/{site}/preview",
    text("Ouvrir ou fermer son aperçu", "Switch its preview on or off"),
    PREVIEW_INPUTS,
    &["names", "preview", "state", "id"],
);
