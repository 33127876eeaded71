//! What was done, in words: the verbs of changes in both languages.

use model::Text;

/// "Site ajouté": the verb of a change as a short sentence without its subject.
pub fn verb(code: &str) -> Text {
    let (fr, en) = match code {
        "account.create" => ("Compte créé", "Account created"),
        "account.suspend" => ("Compte suspendu", "Account suspended"),
        "account.resume" => ("Compte remis en service", "Account resumed"),
        "account.delete" => ("Compte supprimé", "Account deleted"),
        "account.restore" => ("Compte rétabli", "Account restored"),
        "account.plan" => ("Offre du compte changée", "Account's plan changed"),
        "account.erase" => ("Compte effacé", "Account erased"),
        "site.create" => ("Site ajouté", "Site added"),
        "site.names" => ("Noms du site changés", "Site's names changed"),
        "site.delete" => ("Site supprimé", "Site deleted"),
        "member.create" => ("Membre créé", "Member created"),
        "member.update" => ("Membre modifié", "Member changed"),
        "member.status" => ("Statut du membre changé", "Member's status changed"),
        "member.notes" => ("Notes sur le membre changées", "Notes on the member changed"),
        "member.confirm" => ("Coordonnées confirmées", "Contacts confirmed"),
        "member.import" => ("Membres importés", "Members imported"),
        "member.invite" => ("Invitations envoyées", "Invitations sent"),
        "panel.invite_hourly" => ("Rythme des invitations changé", "Pace of invitations changed"),
        "member.rename" => ("Membre renommé", "Member renamed"),
        "member.delete" => ("Membre supprimé", "Member deleted"),
        "plan.create" => ("Offre créée", "Plan created"),
        "plan.update" => ("Offre modifiée", "Plan changed"),
        "plan.delete" => ("Offre supprimée", "Plan deleted"),
        "grant.create" => ("Accès donné", "Access given"),
        "grant.revoke" => ("Accès retiré", "Access withdrawn"),
        "user.create" => ("Utilisateur créé", "User created"),
        "user.password" => ("Mot de passe changé", "Password changed"),
        "user.suspend" => ("Utilisateur suspendu", "User suspended"),
        "user.resume" => ("Utilisateur remis en service", "User resumed"),
        "factor.create" => ("Second facteur mis en place", "Second factor set up"),
        "factor.delete" => ("Second facteur retiré", "Second factor removed"),
        "factor.reset" => ("Seconds facteurs d’un utilisateur retirés", "A user's second factors removed"),
        "factor.codes" => ("Codes de secours renouvelés", "Recovery codes renewed"),
        "panel.second_factor" => ("Règle du second facteur changée", "Rule of the second factor changed"),
        "user.link" => ("Lien de connexion donné", "Sign-in link given"),
        "mail.again" => ("Courriel renvoyé", "Mail sent again"),
        "token.create" => ("Jeton créé", "Token created"),
        "token.revoke" => ("Jeton révoqué", "Token revoked"),
        "host.create" => ("Hôte ajouté", "Host added"),
        "host.rename" => ("Hôte renommé", "Host renamed"),
        "host.enrol" => ("Hôte enrôlé", "Host enrolled"),
        "host.renew" => ("Certificat de l’hôte renouvelé", "Host's certificate renewed"),
        "host.token" => ("Jeton d’enrôlement donné", "Enrolment token given"),
        "host.drain" => ("Hôte fermé aux nouveaux comptes", "Host closed to new accounts"),
        "host.activate" => ("Hôte rouvert", "Host opened again"),
        "host.revoke" => ("Accès de l’hôte révoqué", "Host's access revoked"),
        "host.retire" => ("Hôte retiré", "Host retired"),
        "host.update" => ("Hôte modifié", "Host changed"),
        "host.adopt" => ("Hôte adopté", "Host adopted"),
        "resource.consent" => {
            ("Décision sur une modification faite à la main", "Decision on an edit made by hand")
        }
        other => return Text { fr: other.to_owned().into(), en: other.to_owned().into() },
    };
    Text::new(fr, en)
}
