//! What was done, in words: the verbs of changes in both languages.

use model::Text;

/// Every verb there is, by noun: what the log can be filtered by.
pub const VERBS: [&str; 46] = [
    "account.create",
    "account.suspend",
    "account.resume",
    "account.delete",
    "account.restore",
    "account.plan",
    "account.erase",
    "site.create",
    "site.names",
    "site.delete",
    "certificate.request",
    "certificate.issue",
    "certificate.delete",
    "member.create",
    "member.rename",
    "member.delete",
    "plan.create",
    "plan.update",
    "plan.delete",
    "grant.create",
    "grant.revoke",
    "user.create",
    "user.password",
    "user.suspend",
    "user.resume",
    "factor.create",
    "factor.delete",
    "factor.reset",
    "factor.codes",
    "panel.second_factor",
    "user.link",
    "mail.again",
    "token.create",
    "token.revoke",
    "host.create",
    "host.rename",
    "host.enrol",
    "host.renew",
    "host.token",
    "host.drain",
    "host.activate",
    "host.revoke",
    "host.retire",
    "host.update",
    "host.adopt",
    "resource.consent",
];

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
        "certificate.request" => ("Certificat demandé", "Certificate asked for"),
        "certificate.issue" => ("Certificat en place", "Certificate in place"),
        "certificate.delete" => ("Certificat retiré", "Certificate taken away"),
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
        "grant.create" => ("Rôle donné", "Role given"),
        "grant.revoke" => ("Rôle retiré", "Role withdrawn"),
        "grant.leave" => ("Rôle rendu", "Role given up"),
        "grant.hand_over" => ("Cession proposée", "Handing over offered"),
        "invitation.create" => ("Invitation envoyée", "Invitation sent"),
        "invitation.decline" => ("Invitation refusée", "Invitation declined"),
        "invitation.withdraw" => ("Invitation annulée", "Invitation withdrawn"),
        "staff.create" => ("Fonction confiée", "Staff role given"),
        "staff.revoke" => ("Fonction retirée", "Staff role withdrawn"),
        "approval.create" => ("Accord demandé", "Approval asked for"),
        "approval.approve" => ("Accord donné", "Approval given"),
        "approval.refuse" => ("Accord refusé", "Approval refused"),
        "approval.withdraw" => ("Demande d’accord retirée", "Request for approval withdrawn"),
        "user.create" => ("Utilisateur créé", "User created"),
        "user.password" => ("Mot de passe changé", "Password changed"),
        "user.suspend" => ("Utilisateur suspendu", "User suspended"),
        "user.resume" => ("Utilisateur remis en service", "User resumed"),
        "factor.create" => ("Second facteur mis en place", "Second factor set up"),
        "factor.rename" => ("Second facteur renommé", "Second factor renamed"),
        "factor.delete" => ("Second facteur retiré", "Second factor removed"),
        "factor.suspect" => (
            "Clé d’accès refusée\u{a0}: il en existe peut-être une copie",
            "Passkey refused: there may be a copy of it",
        ),
        "factor.reset" => ("Seconds facteurs d’un utilisateur retirés", "A user's second factors removed"),
        "factor.codes" => ("Codes de secours renouvelés", "Recovery codes renewed"),
        "panel.second_factor" => ("Règle du second facteur changée", "Rule of the second factor changed"),
        "user.send_link" => ("Lien de connexion envoyé", "Sign-in link sent"),
        "user.link" => ("Lien de connexion donné", "Sign-in link given"),
        "mail.again" => ("Courriel renvoyé", "Mail sent again"),
        "viewing.start" => ("Vue par l’équipe commencée", "View by staff begun"),
        "viewing.end" => ("Vue par l’équipe terminée", "View by staff ended"),
        "viewing.consent" => ("L’équipe peut agir pendant une heure", "Staff may act for the hour"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_its_words() {
        for code in VERBS {
            assert_ne!(verb(code).fr, code);
        }
    }
}
