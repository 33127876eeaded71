//! Who came in over SFTP of late: its host's log knows, and is asked when somebody looks.

use crate::{Actor, Server, account, actor::not_found, log, ssh_key, store::sql};
use model::{
    AccountId, HostId, Problem, ProblemKind, Right, SftpSignIn, Text, UnixName,
    wire::{Answer, Query},
};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignInView {
    pub at: i64,
    /// The account's name, or a login's.
    pub name: String,
    pub address: String,
    /// Of the key; without one it was by a password.
    pub fingerprint: Option<String>,
}

/// The last fifty of thirty days, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignInsView {
    pub sign_ins: Vec<SignInView>,
    /// Why the host did not say.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
}

pub async fn sign_ins(server: &Server, actor: &Actor, id: AccountId) -> Result<SignInsView, Problem> {
    crate::grant::access(server, actor, id).await?.must(Right::Sites)?;
    account::must_see(server, actor, id).await?;
    let found = sql("SELECT name, host_id FROM accounts WHERE id = $1")
        .bind(id)
        .optional(server.store.on(), |row| Ok((row.get::<UnixName>("name")?, row.get::<HostId>("host_id")?)))
        .await?;
    let (account, host) = found.ok_or_else(not_found)?;
    let nothing = |text: Text| SignInsView { text: Some(text), ..SignInsView::default() };
    if !ssh_key::has_logins(server.store.on(), host).await? {
        return Ok(nothing(log::older_agent()));
    }
    let view = |SftpSignIn { at, name, address, fingerprint }| SignInView { at, name, address, fingerprint };
    Ok(match server.hub.ask(host, Query::SftpSignIns { account }).await {
        Ok(Answer::SftpSignIns { sign_ins }) => {
            SignInsView { sign_ins: sign_ins.into_iter().map(view).collect(), text: None }
        }
        Ok(Answer::Failed { text }) => nothing(text),
        Ok(_) => nothing(log::strange()),
        Err(problem) if problem.kind == ProblemKind::Unavailable => nothing(problem.text),
        Err(problem) => return Err(problem),
    })
}
