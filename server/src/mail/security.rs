//! Mails about what lets somebody in: one for each act, so that nobody does it unnoticed.

use super::{
    Facts, Kind, Letter,
    people::{About, tell},
    queue,
};
use crate::{Server, approval::ApprovalView, store::Tx};
use model::{EmailAddress, Lang, Problem, Secret, UserId};

/// Tells a user that a factor came or went; an app has no name.
pub(crate) async fn factor(
    tx: &mut Tx,
    server: &Server,
    kind: Kind,
    user: UserId,
    factor: &str,
    name: Option<&str>,
) -> Result<(), Problem> {
    let facts = Facts { factor: Some(factor.to_owned()), name: name.map(str::to_owned), ..Facts::default() };
    tell(tx, server, kind, user, About { facts, ..About::default() }).await
}

/// A user's access on its way from one address to another.
pub(crate) struct Moved<'a> {
    pub user: UserId,
    pub old: &'a EmailAddress,
    pub lang: Lang,
    pub new: &'a EmailAddress,
}

/// Tells the old address that it is asked for.
pub(crate) async fn recovery_asked(
    tx: &mut Tx,
    server: &Server,
    moved: &Moved<'_>,
    asked: &ApprovalView,
) -> Result<(), Problem> {
    let facts =
        Facts { email: Some(moved.new.masked()), answer_until: Some(asked.expires_at), ..Facts::default() };
    let letter =
        Letter { about: Some(asked.id.to_string()), ..letter(Kind::RecoveryAsked, moved, moved.old, facts) };
    queue(tx, server, &letter).await.map(drop)
}

/// Tells it that nothing comes of it.
pub(crate) async fn recovery_refused(tx: &mut Tx, server: &Server, moved: &Moved<'_>) -> Result<(), Problem> {
    let facts = Facts { email: Some(moved.new.masked()), ..Facts::default() };
    queue(tx, server, &letter(Kind::RecoveryRefused, moved, moved.old, facts)).await.map(drop)
}

/// Tells the old address that it is done, and brings the new one the link.
pub(crate) async fn recovered(
    tx: &mut Tx,
    server: &Server,
    moved: &Moved<'_>,
    link: &Secret,
) -> Result<(), Problem> {
    let facts = Facts { email: Some(moved.new.masked()), ..Facts::default() };
    queue(tx, server, &letter(Kind::Recovered, moved, moved.old, facts)).await?;
    let brought = letter(Kind::NewAddress, moved, moved.new, Facts::default());
    queue(tx, server, &Letter { link: Some(link), ..brought }).await.map(drop)
}

fn letter<'a>(kind: Kind, moved: &Moved<'_>, to: &'a EmailAddress, facts: Facts) -> Letter<'a> {
    Letter {
        kind,
        to,
        lang: moved.lang,
        user: Some(moved.user),
        member: None,
        account: None,
        about: None,
        facts,
        link: None,
    }
}
