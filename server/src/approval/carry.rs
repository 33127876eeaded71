//! What each kind of act means to those who decide, and what happens when they say yes.

use super::Ask;
use crate::{Actor, Server, grant, member, store::Tx, user};
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
