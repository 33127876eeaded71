//! Why a host did not do something with files, in words.

use model::{Problem, ProblemKind, Text, files::FileRefusal};

pub(crate) fn refused(why: FileRefusal) -> Problem {
    let (kind, code, text) = match why {
        FileRefusal::Gone => (
            ProblemKind::Conflict,
            "file_gone",
            Text::new(
                "Il n’y a rien à cet endroit\u{a0}: quelqu’un l’a peut-être déplacé ou supprimé.",
                "There is nothing at that place: somebody may have moved or deleted it.",
            ),
        ),
        FileRefusal::Exists => (
            ProblemKind::Conflict,
            "file_exists",
            Text::new(
                "Il y a déjà quelque chose de ce nom\u{a0}: choisissez-en un autre.",
                "There is something of that name already: choose another.",
            ),
        ),
        FileRefusal::Denied => (
            ProblemKind::Conflict,
            "file_denied",
            Text::new(
                "Les droits du fichier ou du dossier ne le permettent pas au compte\u{a0}: changez-les d’abord.",
                "The permissions of the file or folder do not let the account do this: change them first.",
            ),
        ),
        FileRefusal::NotAFolder => (
            ProblemKind::Conflict,
            "not_a_folder",
            Text::new("Ce n’est pas un dossier.", "This is not a folder."),
        ),
        FileRefusal::NotAFile => (
            ProblemKind::Conflict,
            "not_a_file",
            Text::new(
                "Ce n’est pas un fichier ordinaire, ou ce qui est demandé n’en contient pas que\u{a0}: les liens, les tubes et les prises ne se traitent pas ainsi.",
                "This is no ordinary file, or holds something that is none: links, pipes and sockets are not dealt with so.",
            ),
        ),
        FileRefusal::Outside => (
            ProblemKind::Conflict,
            "file_outside",
            Text::new(
                "Ce chemin passe par un lien qui sort du dossier du compte, ou tourne en rond\u{a0}: il n’est pas suivi.",
                "This path goes through a link that leaves the account's folder, or in a circle: it is not followed.",
            ),
        ),
        FileRefusal::Full => (
            ProblemKind::Conflict,
            "file_full",
            Text::new(
                "Il n’y a plus de place\u{a0}: supprimez quelque chose, videz la corbeille, ou demandez plus d’espace.",
                "There is no room left: delete something, empty the trash, or ask for more space.",
            ),
        ),
        FileRefusal::TooLarge => (
            ProblemKind::Invalid,
            "file_too_large",
            Text::new(
                "C’est trop gros pour passer par ici (8\u{a0}Go au plus)\u{a0}: prenez SFTP.",
                "This is too large to go through here (8 GB at most): use SFTP.",
            ),
        ),
        FileRefusal::TooMany => (
            ProblemKind::Conflict,
            "files_too_many",
            Text::new(
                "Il y a trop de fichiers ou de dossiers les uns dans les autres pour le faire en une fois.",
                "There are too many files, or folders within one another, to do this at once.",
            ),
        ),
        FileRefusal::Changed => (
            ProblemKind::Stale,
            "file_changed",
            Text::new(
                "Le fichier a changé entre-temps\u{a0}: comparez avec ce qui y est maintenant avant d’enregistrer.",
                "The file was changed meanwhile: compare with what is there now before you save.",
            ),
        ),
        FileRefusal::Link => (
            ProblemKind::Conflict,
            "file_link",
            Text::new(
                "C’est un lien\u{a0}: ouvrez plutôt le fichier auquel il mène, à sa propre place.",
                "This is a link: open the file it leads to instead, at its own place.",
            ),
        ),
        FileRefusal::FolderThere => (
            ProblemKind::Conflict,
            "folder_there",
            Text::new(
                "Il y a un dossier de ce nom, et un fichier ne le remplace pas\u{a0}: renommez l’un des deux.",
                "There is a folder of that name, and no file replaces it: rename one of the two.",
            ),
        ),
        FileRefusal::IntoItself => (
            ProblemKind::Invalid,
            "file_into_itself",
            Text::new("Un dossier ne se met pas en lui-même.", "A folder cannot be put into itself."),
        ),
        FileRefusal::Ours => (
            ProblemKind::Conflict,
            "file_ours",
            Text::new(
                "Ce dossier tient le compte debout\u{a0}: on travaille dedans, on ne le change pas lui-même. Les fichiers vont dans sites, private, tmp ou logs.",
                "This folder holds the account up: work goes on inside it, it is not changed itself. Files go into sites, private, tmp or logs.",
            ),
        ),
        FileRefusal::NoArchive => (
            ProblemKind::Conflict,
            "no_archive",
            Text::new(
                "Ce n’est pas une archive zip, tar ou tar.gz\u{a0}: rien n’a été déballé.",
                "This is no zip, tar or tar.gz archive: nothing was unpacked.",
            ),
        ),
        FileRefusal::Broken => (
            ProblemKind::Conflict,
            "archive_broken",
            Text::new(
                "L’archive est abîmée ou incomplète\u{a0}: rien n’a été déballé. Renvoyez-la.",
                "The archive is damaged or incomplete: nothing was unpacked. Send it again.",
            ),
        ),
        FileRefusal::Bomb => (
            ProblemKind::Conflict,
            "archive_bomb",
            Text::new(
                "Déballée, cette archive deviendrait plus de 250 fois plus grosse\u{a0}: elle est refusée, et rien n’en a été déballé.",
                "Unpacked, this archive would become more than 250 times its size: it is refused, and nothing of it was unpacked.",
            ),
        ),
        FileRefusal::TooLong => (
            ProblemKind::Conflict,
            "archive_too_long",
            Text::new(
                "Cela durait depuis plus de vingt minutes\u{a0}: c’est arrêté, et rien n’a été changé. Faites-le en plusieurs fois, ou prenez SFTP.",
                "It took more than twenty minutes: it was stopped, and nothing was changed. Do it in several parts, or use SFTP.",
            ),
        ),
        FileRefusal::Busy => (
            ProblemKind::Conflict,
            "upload_busy",
            Text::new(
                "Une autre connexion envoie encore ce fichier\u{a0}: réessayez dans un moment.",
                "Another connection is still sending this file: try again in a moment.",
            ),
        ),
        FileRefusal::Offset => (
            ProblemKind::Conflict,
            "upload_offset",
            Text::new(
                "L’envoi ne reprend pas là où il s’était arrêté\u{a0}: demandez d’abord combien est arrivé.",
                "The upload does not go on where it ended: ask first how much has arrived.",
            ),
        ),
        FileRefusal::Unreadable => (
            ProblemKind::Conflict,
            "file_unreadable",
            Text::new(
                "L’hôte n’a pas compris la demande\u{a0}: il attend peut-être une mise à jour.",
                "The host did not understand what was asked: it may wait for an update.",
            ),
        ),
        FileRefusal::Failed => (
            ProblemKind::Conflict,
            "file_failed",
            Text::new(
                "Le disque de l’hôte ne l’a pas fait\u{a0}: réessayez, puis dites-le à la coopérative.",
                "The host's disk did not do it: try again, then tell the cooperative.",
            ),
        ),
    };
    let problem = Problem::new(kind, code, text);
    match why {
        FileRefusal::Exists | FileRefusal::IntoItself => problem.on("name"),
        _ => problem,
    }
}
