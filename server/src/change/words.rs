//! What was done, in words: the verbs of changes in both languages.

use model::Text;

/// Every verb there is, by noun, in both languages: what the log can be filtered by.
const WORDS: [(&str, &str, &str); 124] = [
    ("account.create", "Compte créé", "Account created"),
    ("account.suspend", "Compte suspendu", "Account suspended"),
    ("account.resume", "Compte remis en service", "Account resumed"),
    ("account.delete", "Compte supprimé", "Account deleted"),
    ("account.restore", "Compte rétabli", "Account restored"),
    ("account.plan", "Offre du compte changée", "Account's plan changed"),
    ("account.limits", "Limites de l’offre données à l’hôte", "Plan's limits given to the host"),
    ("account.erase", "Compte effacé", "Account erased"),
    ("site.create", "Site ajouté", "Site added"),
    ("site.names", "Noms du site changés", "Site's names changed"),
    ("site.https", "HTTPS du site réglé", "Site's HTTPS set"),
    ("site.secure", "HTTPS du site adapté à ses certificats", "Site's HTTPS fitted to its certificates"),
    ("site.php", "PHP du site réglé", "Site's PHP set"),
    ("site.redirects", "Redirections du site changées", "Site's redirects changed"),
    (
        "site.main_name",
        "Autres noms du site menés au principal ou non",
        "Site's other names led to the main one or not",
    ),
    ("site.maintenance", "Maintenance du site", "Site's maintenance"),
    ("site.visitors", "Visiteurs admis sur le site", "Who may visit the site"),
    ("site.errors", "Pages d’erreur du site", "Site's pages for errors"),
    ("site.root", "Dossier montré par le site", "Folder the site shows"),
    ("site.program", "Ce qui sert le site changé", "What serves the site changed"),
    ("site.restart", "Programme du site redémarré", "Site's program started again"),
    ("site.variables", "Variables du programme du site changées", "Variables of the site's program changed"),
    ("site.preview", "Aperçu du site ouvert ou fermé", "Site's preview switched on or off"),
    ("site.delete", "Site supprimé", "Site deleted"),
    ("cron_job.create", "Tâche planifiée ajoutée", "Cron job added"),
    ("cron_job.update", "Tâche planifiée changée", "Cron job changed"),
    ("cron_job.run", "Tâche planifiée lancée à la main", "Cron job run by hand"),
    ("cron_job.delete", "Tâche planifiée supprimée", "Cron job deleted"),
    ("ssh_key.create", "Clé SSH ajoutée", "SSH key added"),
    ("ssh_key.delete", "Clé SSH retirée", "SSH key removed"),
    ("sftp_login.create", "Accès SFTP ajouté", "SFTP login added"),
    ("sftp_login.delete", "Accès SFTP retiré", "SFTP login removed"),
    ("file.upload", "Fichiers envoyés", "Files uploaded"),
    ("file.edit", "Fichier modifié", "File changed"),
    ("file.make_folder", "Dossier créé", "Folder made"),
    ("file.move", "Fichier ou dossier déplacé", "File or folder moved"),
    ("file.copy", "Fichier ou dossier copié", "File or folder copied"),
    ("file.mode", "Droits d’un fichier changés", "Permissions of a file changed"),
    ("file.delete", "Fichiers mis à la corbeille", "Files put into the trash"),
    ("file.restore", "Fichier sorti de la corbeille", "File taken out of the trash"),
    ("file.pack", "Archive faite", "Archive made"),
    ("file.unpack", "Archive déballée", "Archive unpacked"),
    ("file.erase", "Fichier effacé de la corbeille", "File erased from the trash"),
    ("outbox.release", "Courrier retenu libéré", "Held mail released"),
    ("outbox.discard", "Courrier retenu jeté", "Held mail thrown away"),
    ("app.create", "Application installée", "Application installed"),
    ("app.remove", "Application retirée de la liste", "Application taken off the list"),
    ("certificate.request", "Certificat demandé", "Certificate asked for"),
    ("certificate.issue", "Certificat en place", "Certificate in place"),
    ("certificate.bring", "Certificat apporté", "Certificate brought"),
    ("certificate.delete", "Certificat retiré", "Certificate taken away"),
    ("database.create", "Base de données ajoutée", "Database added"),
    ("database.delete", "Base de données supprimée", "Database deleted"),
    ("database.restore", "Base de données rétablie", "Database brought back"),
    ("database.erase", "Base de données effacée", "Database erased"),
    ("database.export", "Base de données exportée", "Database exported"),
    ("database.import", "Fichier importé dans une base de données", "File imported into a database"),
    ("database_user.create", "Utilisateur de base ajouté", "Database user added"),
    ("database_user.rights", "Droits sur une base changés", "Rights on a database changed"),
    ("database_user.password", "Mot de passe de base changé", "Database password changed"),
    ("database_user.delete", "Utilisateur de base supprimé", "Database user deleted"),
    ("member.create", "Membre créé", "Member created"),
    ("member.rename", "Membre renommé", "Member renamed"),
    ("member.end", "Suppression du membre commencée", "Member's deletion begun"),
    ("member.keep", "Suppression du membre annulée", "Member's deletion called off"),
    ("member.delete", "Membre supprimé", "Member deleted"),
    ("member.update", "Membre modifié", "Member changed"),
    ("member.status", "Statut du membre changé", "Member's status changed"),
    ("member.notes", "Notes sur le membre changées", "Notes on the member changed"),
    ("member.confirm", "Coordonnées confirmées", "Contacts confirmed"),
    ("member.import", "Membres importés", "Members imported"),
    ("member.invite", "Invitations envoyées", "Invitations sent"),
    ("plan.create", "Offre créée", "Plan created"),
    ("plan.update", "Offre modifiée", "Plan changed"),
    ("plan.delete", "Offre supprimée", "Plan deleted"),
    ("grant.create", "Rôle donné", "Role given"),
    ("grant.revoke", "Rôle retiré", "Role withdrawn"),
    ("grant.leave", "Rôle rendu", "Role given up"),
    ("grant.hand_over", "Cession proposée", "Handing over offered"),
    (
        "grant.move",
        "Accès d’une personne passé à une autre adresse",
        "Somebody's access moved to another address",
    ),
    ("user.create", "Utilisateur créé", "User created"),
    ("user.password", "Mot de passe changé", "Password changed"),
    ("user.suspend", "Utilisateur suspendu", "User suspended"),
    ("user.resume", "Utilisateur remis en service", "User resumed"),
    ("user.recover", "Accès passé à une autre adresse", "Access moved to another address"),
    ("user.link", "Lien de connexion donné", "Sign-in link given"),
    ("user.send_link", "Lien de connexion envoyé", "Sign-in link sent"),
    ("factor.create", "Moyen de double authentification ajouté", "Way of two-step sign-in added"),
    ("factor.delete", "Moyen de double authentification retiré", "Way of two-step sign-in removed"),
    ("factor.reset", "Double authentification d’un utilisateur retirée", "A user's two-step sign-in removed"),
    ("factor.codes", "Codes de secours renouvelés", "Recovery codes renewed"),
    ("factor.rename", "Moyen de double authentification renommé", "Way of two-step sign-in renamed"),
    (
        "factor.suspect",
        "Clé d’accès refusée\u{a0}: il en existe peut-être une copie",
        "Passkey refused: there may be a copy of it",
    ),
    (
        "panel.second_factor",
        "Règle de la double authentification changée",
        "Rule of two-step sign-in changed",
    ),
    ("panel.invite_hourly", "Rythme des invitations changé", "Pace of invitations changed"),
    ("mail.again", "Courriel renvoyé", "Mail sent again"),
    ("mail.try", "Courriel essayé sans attendre", "Mail tried at once"),
    ("token.create", "Jeton créé", "Token created"),
    ("token.revoke", "Jeton révoqué", "Token revoked"),
    ("host.create", "Hôte ajouté", "Host added"),
    ("host.rename", "Hôte renommé", "Host renamed"),
    ("host.enrol", "Hôte enrôlé", "Host enrolled"),
    ("host.renew", "Certificat de l’hôte renouvelé", "Host's certificate renewed"),
    ("host.token", "Jeton d’enrôlement donné", "Enrolment token given"),
    ("host.drain", "Hôte fermé aux nouveaux comptes", "Host closed to new accounts"),
    ("host.activate", "Hôte rouvert", "Host opened again"),
    ("host.revoke", "Accès de l’hôte révoqué", "Host's access revoked"),
    ("host.retire", "Hôte retiré", "Host retired"),
    ("host.update", "Hôte modifié", "Host changed"),
    ("host.adopt", "Hôte adopté", "Host adopted"),
    ("host.freeze", "Hôte gelé", "Host frozen"),
    ("resource.consent", "Décision sur une modification faite à la main", "Decision on an edit made by hand"),
    ("invitation.create", "Invitation envoyée", "Invitation sent"),
    ("invitation.decline", "Invitation refusée", "Invitation declined"),
    ("invitation.withdraw", "Invitation annulée", "Invitation withdrawn"),
    ("staff.create", "Fonction confiée", "Staff role given"),
    ("staff.revoke", "Fonction retirée", "Staff role withdrawn"),
    ("approval.create", "Accord demandé", "Approval asked for"),
    ("approval.approve", "Accord donné", "Approval given"),
    ("approval.refuse", "Accord refusé", "Approval refused"),
    ("approval.withdraw", "Demande d’accord retirée", "Request for approval withdrawn"),
    ("viewing.start", "Vue par l’équipe commencée", "View by staff begun"),
    ("viewing.end", "Vue par l’équipe terminée", "View by staff ended"),
    ("viewing.consent", "L’équipe peut agir pendant une heure", "Staff may act for the hour"),
];

/// The verbs alone.
pub fn verbs() -> impl Iterator<Item = &'static str> + Clone {
    WORDS.iter().map(|(code, ..)| *code)
}

/// "Site ajouté": the verb of a change as a short sentence without its subject.
pub fn verb(code: &str) -> Text {
    match WORDS.iter().find(|(known, ..)| *known == code) {
        Some((_, fr, en)) => Text::new(fr, en),
        None => Text { fr: code.to_owned().into(), en: code.to_owned().into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a rule records can be read in both languages, and looked for.
    #[test]
    fn every_verb_has_its_words() {
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ext| ext == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    for rest in text.split("Act::new(\"").skip(1) {
                        let code = rest.split('"').next().unwrap();
                        assert!(verbs().any(|known| known == code), "{code} in {}", path.display());
                        found += 1;
                    }
                }
            }
        }
        assert!(found > 20, "only {found} acts were found");
    }
}
