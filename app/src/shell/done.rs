//! The word after an act that went well. The code in the URL picks one of these texts: a forged link can say nothing else.

use model::{Lang, Text};

pub fn said(code: &str, lang: Lang) -> Option<String> {
    let text = match code {
        "site_added" => Text::new("Le site est ajouté.", "The site is added."),
        "site_deleted" => Text::new("Le site est supprimé.", "The site is deleted."),
        "database_deleted" => Text::new(
            "La base est supprimée\u{a0}; ses données peuvent revenir jusqu’à leur effacement.",
            "The database is deleted; its data can come back until it is erased.",
        ),
        "database_restored" => Text::new("La base est rétablie.", "The database is brought back."),
        "database_rights" => Text::new("Les droits sont changés.", "The rights are changed."),
        "database_user_deleted" => Text::new("L’utilisateur est supprimé.", "The user is deleted."),
        "database_imported" => Text::new(
            "L’import est fini\u{a0}: toutes les instructions du fichier ont été exécutées.",
            "The import is done: all statements of the file were run.",
        ),
        "name_added" => Text::new("Le nom est ajouté.", "The name is added."),
        "name_removed" => Text::new("Le nom est retiré.", "The name is removed."),
        "name_first" => Text::new("Le nom principal est changé.", "The main name is changed."),
        "cron_job_added" => Text::new("La tâche est ajoutée.", "The cron job is added."),
        "cron_job_saved" => Text::new("La tâche est modifiée.", "The cron job is changed."),
        "cron_job_run" => Text::new(
            "L’exécution est demandée\u{a0}: elle commence dans quelques secondes.",
            "The run is asked for: it begins within seconds.",
        ),
        "cron_job_paused" => Text::new("La tâche est en pause.", "The cron job is paused."),
        "cron_job_resumed" => Text::new("La tâche a repris.", "The cron job is resumed."),
        "cron_job_deleted" => Text::new("La tâche est supprimée.", "The cron job is deleted."),
        "ssh_key_added" => Text::new(
            "La clé est ajoutée\u{a0}: elle ouvre dans un instant.",
            "The key is added: it opens in a moment.",
        ),
        "ssh_key_deleted" => Text::new("La clé n’ouvre plus rien.", "The key opens nothing any more."),
        "sftp_login_added" => Text::new(
            "L’accès est ajouté\u{a0}: il ouvre dans un instant.",
            "The login is added: it opens in a moment.",
        ),
        "sftp_login_deleted" => Text::new("L’accès n’ouvre plus rien.", "The login opens nothing any more."),
        "folder_made" => Text::new("Le dossier est créé.", "The folder is made."),
        "files_uploaded" => Text::new("Les fichiers sont en place.", "The files are in place."),
        "file_packed" => {
            Text::new("L’archive est faite\u{a0}: la voici.", "The archive is made: here it is.")
        }
        "file_unpacked" => {
            Text::new("L’archive est déballée dans ce dossier.", "The archive is unpacked into this folder.")
        }
        "files_deleted" => Text::new(
            "C’est à la corbeille\u{a0}: cela peut en revenir pendant trente jours.",
            "It is in the trash: it can come back for thirty days.",
        ),
        "file_moved" => Text::new("C’est fait\u{a0}: le voici.", "It is done: here it is."),
        "file_mode" => Text::new("Les droits sont changés.", "The permissions are changed."),
        "file_saved" => Text::new("Le texte est enregistré.", "The text is saved."),
        "file_restored" => Text::new("C’est revenu à sa place.", "It is back in its place."),
        "file_restored_beside" => Text::new(
            "Sa place était prise\u{a0}: c’est revenu à côté, sous ce nom.",
            "Something else has its place: it is back beside it, under this name.",
        ),
        "file_erased" => Text::new("C’est effacé pour de bon.", "It is erased for good."),
        "app_removed" => Text::new(
            "L’application n’est plus dans la liste\u{a0}; tout le reste est comme avant.",
            "The application is off the list; all else is as before.",
        ),
        "mail_released" => Text::new(
            "C’est décidé\u{a0}: le courrier retenu part dans un instant.",
            "It is decided: the mail that was held leaves in a moment.",
        ),
        "mail_discarded" => Text::new(
            "C’est décidé\u{a0}: l’hôte jette le courrier retenu.",
            "It is decided: the host throws the held mail away.",
        ),
        "https_set" => Text::new(
            "C’est réglé\u{a0}: l’hôte suit dans un instant.",
            "It is set: the host follows in a moment.",
        ),
        "site_told" => Text::new(
            "C’est enregistré\u{a0}: l’hôte suit dans un instant.",
            "It is saved: the host follows in a moment.",
        ),
        "site_restarted" => Text::new(
            "C’est demandé\u{a0}: le programme redémarre dans un instant.",
            "It is asked for: the program starts again in a moment.",
        ),
        "certificate_tried" => Text::new(
            "Le panneau regarde maintenant\u{a0}: rechargez cette page dans un instant.",
            "The panel is looking now: reload this page in a moment.",
        ),
        "certificate_brought" => Text::new(
            "Votre certificat est pris\u{a0}: l’hôte le montre dans un instant.",
            "Your certificate is taken: the host shows it in a moment.",
        ),
        "certificate_back" => Text::new(
            "Le panneau demande un certificat\u{a0}; le vôtre sert jusque-là.",
            "The panel asks for a certificate; yours serves until then.",
        ),
        "undone" => Text::new(
            "C’est annulé\u{a0}: l’état précédent revient.",
            "It is undone: the previous state comes back.",
        ),
        "account_created" => Text::new("Le compte est créé.", "The account is created."),
        "account_suspended" => Text::new("Le compte est suspendu.", "The account is suspended."),
        "account_resumed" => Text::new("Le compte est remis en service.", "The account is resumed."),
        "account_deleted" => Text::new(
            "Le compte est supprimé\u{a0}; tout peut revenir jusqu’à son effacement.",
            "The account is deleted; everything can come back until it is erased.",
        ),
        "account_restored" => Text::new("Le compte est rétabli.", "The account is restored."),
        "account_saved" => Text::new("Le compte est modifié.", "The account is changed."),
        "member_created" => Text::new("Le membre est créé.", "The member is created."),
        "member_saved" => Text::new("Le membre est modifié.", "The member is changed."),
        "details_saved" => Text::new("Vos coordonnées sont enregistrées.", "Your details are saved."),
        "details_confirmed" => {
            Text::new("Merci\u{a0}: c’est noté pour un an.", "Thank you: it is noted for a year.")
        }
        "members_imported" => Text::new("Les membres sont importés.", "The members are imported."),
        "invited" => Text::new("Les invitations partent par courriel.", "The invitations go out by mail."),
        "pace_saved" => Text::new("Le rythme est enregistré.", "The pace is saved."),
        "member_deleted" => Text::new("Le membre est supprimé.", "The member is deleted."),
        "member_kept" => Text::new(
            "Le membre reste\u{a0}: rétablissez ses comptes un par un.",
            "The member stays: restore its accounts one by one.",
        ),
        "plan_deleted" => Text::new("L’offre est supprimée.", "The plan is deleted."),
        "role_given" => Text::new("Le rôle est donné.", "The role is given."),
        "account_mailed" => Text::new(
            "Le compte est créé\u{a0}; l’invitation part par courriel.",
            "The account is created; the invitation goes out by mail.",
        ),
        "role_mailed" => Text::new(
            "Le rôle est donné\u{a0}; l’invitation part par courriel.",
            "The role is given; the invitation goes out by mail.",
        ),
        "invitation_sent" => Text::new(
            "L’invitation part par courriel\u{a0}; le rôle vaudra dès qu’elle sera acceptée.",
            "The invitation goes out by mail; the role holds as soon as it is accepted.",
        ),
        "invitation_withdrawn" => Text::new("L’invitation est annulée.", "The invitation is withdrawn."),
        "invitation_accepted" => {
            Text::new("Vous avez accepté\u{a0}: le rôle est à vous.", "You have accepted: the role is yours.")
        }
        "invitation_declined" => {
            Text::new("Vous avez refusé l’invitation.", "You have declined the invitation.")
        }
        "hand_over_offered" => Text::new(
            "La proposition part par courriel\u{a0}; rien ne change avant son accord.",
            "The offer goes out by mail; nothing changes before they accept.",
        ),
        "role_left" => Text::new(
            "C’est fait\u{a0}: vous n’avez plus ce rôle.",
            "It is done: you no longer have that role.",
        ),
        "viewing_started" => {
            Text::new("Vous regardez maintenant comme un membre.", "You now look as a member does.")
        }
        "viewing_ended" => Text::new("La vue est terminée.", "The view is ended."),
        "viewing_asked" => Text::new(
            "L’accord est demandé\u{a0}: les personnes responsables le voient sur leur page d’accueil.",
            "Consent is asked for: the owners see it on their home page.",
        ),
        "viewing_consented" => Text::new(
            "L’équipe peut agir pour le reste de l’heure\u{a0}; tout figure dans l’historique.",
            "Staff may act for the rest of the hour; all of it stands in the history.",
        ),
        "staff_added" => Text::new("La fonction est confiée.", "The staff role is given."),
        "staff_removed" => Text::new("La fonction est retirée.", "The staff role is withdrawn."),
        "approval_asked" => Text::new(
            "C’est demandé\u{a0}: une deuxième personne a sept jours pour donner son accord.",
            "It is asked for: a second person has seven days to approve.",
        ),
        "approved" => {
            Text::new("Votre accord est donné\u{a0}: c’est fait.", "You have approved: it is done.")
        }
        "approval_refused" => Text::new("La demande est écartée.", "The request is set aside."),
        "mail_again" => Text::new("Le courriel repart.", "The mail goes out again."),
        "mail_tried" => Text::new(
            "Le courriel est essayé dans quelques secondes.",
            "The mail is tried within a few seconds.",
        ),
        "role_withdrawn" => Text::new("Le rôle est retiré.", "The role is withdrawn."),
        "plan_created" => Text::new("L’offre est créée.", "The plan is created."),
        "plan_saved" => Text::new("L’offre est modifiée.", "The plan is changed."),
        "host_saved" => Text::new("L’hôte est modifié.", "The host is changed."),
        "host_revoked" => Text::new(
            "L’hôte n’est plus admis\u{a0}; ses sites restent en service.",
            "The host is no longer admitted; its sites stay in service.",
        ),
        "host_retired" => Text::new("L’hôte est retiré.", "The host is retired."),
        "consented" => Text::new("Votre accord est enregistré.", "Your consent is recorded."),
        "host_adopted" => Text::new(
            "L’hôte est adopté\u{a0}: il reçoit l’état du panneau.",
            "The host is adopted: it receives the panel's state.",
        ),
        "token_revoked" => Text::new("Le jeton ne vaut plus rien.", "The token is worth nothing any more."),
        "profile_saved" => Text::new("Vos préférences sont enregistrées.", "Your preferences are saved."),
        "password_saved" => Text::new("Votre mot de passe est changé.", "Your password is changed."),
        "passkey_added" => Text::new("La clé d’accès est enregistrée.", "The passkey is registered."),
        "factor_renamed" => Text::new("Le nouveau nom est enregistré.", "The new name is saved."),
        "factor_removed" => Text::new(
            "Ce moyen est retiré de votre double authentification\u{a0}; vos autres sessions et vos jetons ont pris fin.",
            "It is removed from your two-step sign-in; your other sessions and your tokens have ended.",
        ),
        "session_ended" => Text::new("Cette session est terminée.", "That session is ended."),
        "sessions_ended" => {
            Text::new("Toutes vos autres sessions sont terminées.", "All your other sessions are ended.")
        }
        "halfway_over" => Text::new(
            "Les cinq minutes sont passées\u{a0}: donnez à nouveau votre mot de passe.",
            "The five minutes are over: give your password again.",
        ),
        "link_sent" => Text::new("Le lien part par courriel.", "The link goes out by mail."),
        "user_suspended" => Text::new("L’utilisateur est suspendu.", "The user is suspended."),
        "user_resumed" => {
            Text::new("L’utilisateur peut à nouveau se connecter.", "The user may sign in again.")
        }
        "factors_reset" => Text::new(
            "La double authentification de cet utilisateur est retirée\u{a0}; ses sessions ont pris fin.",
            "This user's two-step sign-in is removed; their sessions have ended.",
        ),
        "policy_saved" => Text::new(
            "La règle de la double authentification est enregistrée.",
            "The rule of two-step sign-in is saved.",
        ),
        "signed_out" => Text::new("Vous avez quitté le panneau.", "You are signed out."),
        _ => return None,
    };
    Some(text.pick(lang).to_owned())
}
