//! The end of a member is told in one mail to each of its people, however many accounts go with it.

use super::{Facts, Kind, Letter, queue, readers::Reader};
use crate::{
    Server,
    account::AccountView,
    member::MemberView,
    store::{Tx, sql},
};
use model::{AccountId, Problem};

/// Tells everybody with a role on the member or on one of these accounts, and its contacts: those of the whole of everything, the others of
/// what they had a role on.
pub(crate) async fn member_ended(
    tx: &mut Tx,
    server: &Server,
    member: &MemberView,
    gone: &[AccountView],
) -> Result<(), Problem> {
    if server.carrier.is_none() {
        return Ok(());
    }
    let held = sql("SELECT u.id, u.email, u.lang, g.account_id FROM grants g JOIN users u ON u.id = g.user_id
         WHERE u.suspended_at IS NULL AND (g.member_id = $1 OR g.account_id IN (SELECT a.id FROM accounts a WHERE a.member_id = $1))
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2) ORDER BY u.id")
    .bind(member.id)
    .bind(server.world.now_ms())
    .all(tx.on(), |row| {
        let reader =
            Reader { user: Some(row.get("id")?), email: row.get("email")?, lang: row.get("lang")? };
        Ok((reader, row.get::<Option<AccountId>>("account_id")?))
    })
    .await?;
    // Each with the accounts they are told of; none stands for all.
    let mut readers: Vec<(Reader, Option<Vec<AccountId>>)> = Vec::new();
    for (reader, on) in held {
        match (readers.last_mut().filter(|(last, _)| last.user == reader.user), on) {
            (Some((_, accounts)), None) => *accounts = None,
            (Some((_, accounts)), Some(on)) => accounts.iter_mut().for_each(|some| some.push(on)),
            (None, on) => readers.push((reader, on.map(|on| vec![on]))),
        }
    }
    for contact in &member.contacts {
        let Some(email) = &contact.email else { continue };
        match readers.iter_mut().find(|(known, _)| known.email.key() == email.key()) {
            Some((_, accounts)) => *accounts = None,
            None => {
                let reader = Reader { user: None, email: email.clone(), lang: Some(member.lang) };
                readers.push((reader, None));
            }
        }
    }
    for (reader, on) in readers {
        let told = |account: &&AccountView| on.as_ref().is_none_or(|on| on.contains(&account.id));
        let accounts: Vec<String> =
            gone.iter().filter(told).map(|account| account.name.to_string()).collect();
        if on.is_some() && accounts.is_empty() {
            continue;
        }
        let facts =
            Facts { member: Some(member.name.clone()), accounts, until: member.erase_at, ..Facts::default() };
        let letter = Letter {
            kind: Kind::MemberDeleted,
            to: &reader.email,
            lang: reader.lang.unwrap_or_default(),
            user: reader.user,
            member: Some(member.id),
            account: None,
            about: None,
            facts,
            link: None,
        };
        queue(tx, server, &letter).await?;
    }
    Ok(())
}
