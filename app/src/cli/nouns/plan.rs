//! What is asked and shown of a plan.

use super::outbox;
use crate::table::{Input, Kind, input};

pub const SHOWN: &[&str] = &[
    "name",
    "sites_max",
    "names_max",
    "databases_max",
    "php_workers",
    "disk_mb",
    "memory_mb",
    "files_max",
    "cpu_percent",
    "processes_max",
    "mails_hour",
    "mails_day",
    "accounts",
    "id",
];
pub const INPUTS: &[Input] = &[
    input("name", Kind::Needed, "Son nom", "Its name"),
    input("sites_max", Kind::Number, "Sites au plus", "Sites at most"),
    input("names_max", Kind::Number, "Noms par site au plus", "Names of a site at most"),
    input("databases_max", Kind::Option, "Bases de données au plus (10)", "Databases at most (10)"),
    input("php_workers", Kind::Number, "Processus PHP au plus", "PHP workers at most"),
    input("disk_mb", Kind::Number, "Espace, en Mo", "Space, in MB"),
    input("memory_mb", Kind::Number, "Mémoire, en Mo", "Memory, in MB"),
    input(
        "files_max",
        Kind::Option,
        "Fichiers et dossiers au plus (1000000)",
        "Files and folders at most (1000000)",
    ),
    input("cpu_percent", Kind::Option, "Centièmes d’un cœur (200)", "Hundredths of a core (200)"),
    input(
        "processes_max",
        Kind::Option,
        "Processus et fils au plus (400)",
        "Processes and threads at most (400)",
    ),
    outbox::HOUR,
    outbox::DAY,
];
