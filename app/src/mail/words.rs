//! What a mail is for and where it stands, in words.

use model::Lang;
use server::mail::{Kind, State};

pub fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Invitation => lang.pick("invitation", "invitation"),
        Kind::Reset => lang.pick("mot de passe oublié", "forgotten password"),
        Kind::Suspended => lang.pick("compte suspendu", "account suspended"),
        Kind::Resumed => lang.pick("compte remis en service", "account resumed"),
        Kind::Deleted => lang.pick("compte supprimé", "account deleted"),
        Kind::MemberDeleted => lang.pick("membre supprimé", "member deleted"),
        Kind::Restored => lang.pick("compte rétabli", "account restored"),
        Kind::Asked => lang.pick("rôle proposé", "role offered"),
        Kind::Staff => lang.pick("fonction confiée", "staff role given"),
        Kind::PasswordChanged => lang.pick("mot de passe changé", "password changed"),
        Kind::FactorAdded => {
            lang.pick("double authentification, moyen ajouté", "two-step sign-in, way added")
        }
        Kind::FactorRemoved => {
            lang.pick("double authentification, moyen retiré", "two-step sign-in, way removed")
        }
        Kind::FactorsReset => {
            lang.pick("double authentification retirée par l’équipe", "two-step sign-in removed by staff")
        }
        Kind::RecoveryAsked => lang.pick("nouvelle adresse demandée", "new address asked for"),
        Kind::RecoveryRefused => lang.pick("nouvelle adresse refusée", "new address refused"),
        Kind::Recovered => lang.pick("accès passé à une autre adresse", "access moved to another address"),
        Kind::NewAddress => lang.pick("nouvelle adresse", "new address"),
        Kind::CertificateEnds => lang.pick("HTTPS d’un site s’arrête", "a site's HTTPS ends"),
        Kind::CronFails => lang.pick("une tâche planifiée échoue", "a cron job fails"),
        Kind::CronWorks => lang.pick("une tâche planifiée marche de nouveau", "a cron job works again"),
        Kind::LimitNear => lang.pick("une limite de l’offre approche", "a limit of the plan comes near"),
        Kind::MailHeld => lang.pick("du courrier d’un compte est retenu", "mail of an account is held"),
        Kind::ChainHead => lang.pick("empreinte de l’historique", "hash of the history"),
    }
}

pub fn state(state: State, lang: Lang) -> &'static str {
    match state {
        State::Queued => lang.pick("en attente", "queued"),
        State::Sent => lang.pick("parti", "sent"),
        State::Failed => lang.pick("abandonné", "given up"),
    }
}

pub fn class(state: State) -> &'static str {
    match state {
        State::Queued => "state state-waiting",
        State::Sent => "state state-good",
        State::Failed => "state state-bad",
    }
}
