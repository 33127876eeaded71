//! To whom an act is told: the users of an account, or the one user concerned.

use super::{
    Facts, Kind, Letter, queue,
    readers::{Reader, Those, tell_those},
};
use crate::{
    Server,
    account::{AccountView, Standing},
    grant::InvitationView,
    store::{Tx, sql},
};
use model::{AccountId, GrantId, Lang, MemberId, Problem, Secret, StaffRole, UserId};

/// Tells everybody who has a role on the account, and the member's contacts, what became of it, each in their own language, once.
pub(crate) async fn tell_people(
    tx: &mut Tx,
    server: &Server,
    kind: Kind,
    account: &AccountView,
) -> Result<(), Problem> {
    if server.carrier.is_none() {
        return Ok(());
    }
    tell_those(tx, server, account, Those::Concerned, (kind, None, facts(account))).await.map(drop)
}

/// Invites a user to an account; `link` for one who has no password yet.
pub(crate) async fn invite(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    account: &AccountView,
    link: Option<&Secret>,
) -> Result<(), Problem> {
    let facts = Facts { account: Some(account.name.to_string()), ..Facts::default() };
    let about =
        About { member: Some(account.member.id), account: Some(account.id), facts, link, ..About::default() };
    tell(tx, server, Kind::Invitation, user, about).await
}

/// Invites a user to members, named in one line, and so to all their accounts; the first one's language, until the user has one. By one
/// `grant`, or several.
pub(crate) async fn invite_to_members(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    (member, lang): (MemberId, Lang),
    names: &str,
    grant: Option<GrantId>,
    link: Option<&Secret>,
) -> Result<(), Problem> {
    let facts = Facts { member: Some(names.to_owned()), ..Facts::default() };
    let matter = grant.map(|grant| grant.to_string());
    let about = About { member: Some(member), matter, lang, facts, link, ..About::default() };
    tell(tx, server, Kind::Invitation, user, about).await
}

/// Tells a user that a member's user asks them to take a role.
pub(crate) async fn asked(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    asked: &InvitationView,
    link: Option<&Secret>,
) -> Result<(), Problem> {
    let facts = Facts {
        account: asked.account.as_ref().map(|account| account.name.clone()),
        member: Some(asked.member.name.clone()),
        role: Some(asked.role.code().to_owned()),
        by: Some(asked.by.clone()),
        answer_until: Some(asked.expires_at),
        hands_over: asked.hands_over,
        ..Facts::default()
    };
    let matter = Some(asked.id.to_string());
    let about = About { member: Some(asked.member.id), matter, facts, link, ..About::default() };
    tell(tx, server, Kind::Asked, user, about).await
}

/// Tells a user of a staff role.
pub(crate) async fn staffed(
    tx: &mut Tx,
    server: &Server,
    user: UserId,
    (grant, role): (GrantId, StaffRole),
    link: Option<&Secret>,
) -> Result<(), Problem> {
    let facts = Facts { role: Some(role.code().to_owned()), ..Facts::default() };
    let matter = Some(grant.to_string());
    tell(tx, server, Kind::Staff, user, About { matter, facts, link, ..About::default() }).await
}

/// What one user is told of.
#[derive(Default)]
pub(super) struct About<'a> {
    pub member: Option<MemberId>,
    pub account: Option<AccountId>,
    /// The invitation, grant or approval it is about.
    pub matter: Option<String>,
    /// Until the user has chosen one.
    pub lang: Lang,
    pub facts: Facts,
    /// For one who has no password yet.
    pub link: Option<&'a Secret>,
}

/// Writes to one user, in their language, if this panel sends mail.
pub(super) async fn tell(
    tx: &mut Tx,
    server: &Server,
    kind: Kind,
    user: UserId,
    about: About<'_>,
) -> Result<(), Problem> {
    if server.carrier.is_none() {
        return Ok(());
    }
    let About { member, account, matter, lang, facts, link } = about;
    let reader = reader(tx, user).await?;
    let lang = reader.lang.unwrap_or(lang);
    let letter = Letter {
        kind,
        to: &reader.email,
        lang,
        user: Some(user),
        member,
        account,
        about: matter,
        facts,
        link,
    };
    queue(tx, server, &letter).await.map(drop)
}

/// Tells a user what concerns no account.
pub(crate) async fn tell_user(
    tx: &mut Tx,
    server: &Server,
    kind: Kind,
    user: UserId,
    link: Option<&Secret>,
) -> Result<(), Problem> {
    tell(tx, server, kind, user, About { link, ..About::default() }).await
}

async fn reader(tx: &mut Tx, user: UserId) -> Result<Reader, Problem> {
    sql("SELECT id, email, lang FROM users WHERE id = $1")
        .bind(user)
        .one(tx.on(), |row| {
            Ok(Reader { user: Some(row.get("id")?), email: row.get("email")?, lang: row.get("lang")? })
        })
        .await
}

fn facts(account: &AccountView) -> Facts {
    Facts {
        account: Some(account.name.to_string()),
        reason: account.reason.clone(),
        code: account.code.map(|code| code.code().to_owned()),
        reference: account.reference.clone(),
        until: account.erase_at,
        suspended: account.state == Standing::Suspended,
        ..Facts::default()
    }
}
