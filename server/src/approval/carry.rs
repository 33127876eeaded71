//! What each kind of act means to those who decide, and what happens when they say yes.

use super::Ask;
use crate::{Actor, Server, actor::Staff, grant, member, store::Tx, user};
use model::{EmailAddress, Problem, Secret, StaffRole, Text, text};

/// What it means, line by line, as things stand now.
pub(super) async fn details(server: &Server, asked: &Ask) -> Result<Vec<Text>, Problem> {
    match asked {
        Ask::Admin { .. } => Ok(vec![]),
        Ask::DeleteMember { member, .. } => member::lines(server, *member).await,
        Ask::Recover { email, reason, .. } => Ok(vec![
            text!("Nouvelle adresse\u{a0}: {email}", "New address: {email}"),
            text!("Vérification de l’identité\u{a0}: {reason}", "How they were recognised: {reason}"),
        ]),
    }
}

impl Ask {
    /// Why this one, whose duty it is, cannot approve it; `staff`: what whoever it is about does for the cooperative.
    pub(super) fn hindrance(&self, actor: &Actor, staff: Staff) -> Option<Problem> {
        match self {
            Ask::Admin { .. } | Ask::DeleteMember { .. } => None,
            Ask::Recover { user, .. } => user::recovery_hindrance(actor, *user, staff),
        }
    }
}

/// Locks what it is about, as who asks for it does before the approval is written.
pub(super) async fn hold(tx: &mut Tx, asked: &Ask) -> Result<(), Problem> {
    match asked {
        // Making an admin begins with the panel's row; asking for one holds nothing.
        Ask::Admin { .. } => Ok(()),
        Ask::DeleteMember { member, .. } => member::hold(tx, *member).await.map(drop),
        Ask::Recover { user, .. } => user::hold(tx, *user).await,
    }
}

/// Nothing comes of it: who was told that it is asked for is told this too.
pub(super) async fn turn_down(tx: &mut Tx, server: &Server, asked: &Ask) -> Result<(), Problem> {
    match asked {
        Ask::Admin { .. } | Ask::DeleteMember { .. } => Ok(()),
        Ask::Recover { user, email, .. } => {
            user::recovery_refused(tx, server, *user, &EmailAddress::parse(email)?).await
        }
    }
}

/// It happens; gives a one-time link that has to be passed on by hand.
pub(super) async fn carry_out(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    (asked, asked_at): (Ask, i64),
) -> Result<Option<Secret>, Problem> {
    match asked {
        Ask::Admin { email, days } => {
            let email = EmailAddress::parse(&email)?;
            grant::hold_staff(tx, server, actor, &email, StaffRole::Admin, days).await.map(|(_, link)| link)
        }
        Ask::DeleteMember { member, accounts } => {
            member::end(tx, server, actor, member, &accounts).await.map(|()| None)
        }
        Ask::Recover { user, email, reason } => {
            let email = EmailAddress::parse(&email)?;
            user::recover(tx, server, actor, (user, asked_at), &email, &reason).await.map(|()| None)
        }
    }
}
