//! Sessions: what people transfer travels on a connection of its own, which the agent dials (DESIGN.md, law 1), so that no upload delays a
//! change. Each is one account's and one person's, bounded in number and time, and ends when that person's right ends, or their sign-in,
//! or the account's service.

mod door;
mod session;
mod waiting;

pub(crate) use door::door;
pub use session::{Heard, Session};
pub use waiting::Transfers;

use crate::{
    Actor, Server,
    account::{self, AccountView, Standing},
    secrets,
    store::sql,
};
use model::{
    AccountId, DatabaseName, HostId, Problem, ProblemKind, Right, Text,
    transfer::SessionKey,
    wire::{Answer, Query},
};
use std::time::Duration;
use tokio::time::timeout;

/// For the agent to dial.
const DIAL: Duration = Duration::from_secs(10);

/// Whose session it is, and by which right.
#[derive(Clone, Debug)]
pub struct For {
    pub actor: Actor,
    pub account: AccountId,
    pub right: Right,
}

impl For {
    /// The account, while it may be done.
    async fn may(&self, server: &Server) -> Result<AccountView, Problem> {
        let of = account::show(server, &self.actor, self.account).await?;
        crate::grant::access(server, &self.actor, self.account).await?.must(self.right)?;
        match of.state {
            Standing::Active => Ok(of),
            Standing::Suspended => Err(conflict(
                "account_suspended",
                Text::new(
                    "Ce compte est suspendu\u{a0}: ses fichiers restent, et attendent qu’il soit remis en service.",
                    "This account is suspended: its files stay, and wait until it is in service again.",
                ),
            )),
            Standing::Deleted => account::must_stay(&of).map(|()| of),
        }
    }
}

/// Opens a session for the account's files, once it is sure that it may be.
pub async fn open(server: &Server, whose: For) -> Result<Session, Problem> {
    let not_ready = conflict(
        "no_sessions",
        Text::new(
            "L’hôte de ce compte n’est pas encore prêt pour les fichiers\u{a0}: la coopérative doit y mettre à jour Alvéole.",
            "This account's host is not ready for files yet: the cooperative has to update Alvéole there.",
        ),
    );
    begin(server, whose, ("sessions", not_ready), |session, account| Query::OpenSession { session, account })
        .await
}

/// Opens a session for a dump of a database of the account's.
pub async fn open_dump(server: &Server, whose: For, database: DatabaseName) -> Result<Session, Problem> {
    let not_ready = conflict(
        "no_dumps",
        Text::new(
            "L’hôte de ce compte n’est pas encore prêt pour cela\u{a0}: la coopérative doit y mettre à jour Alvéole.",
            "This account's host is not ready for this yet: the cooperative has to update Alvéole there.",
        ),
    );
    begin(server, whose, ("dumps", not_ready), |session, account| Query::OpenDump {
        session,
        account,
        database,
    })
    .await
}

async fn begin(
    server: &Server,
    whose: For,
    (fact, not_ready): (&str, Problem),
    query: impl FnOnce(SessionKey, AccountId) -> Query,
) -> Result<Session, Problem> {
    let of = whose.may(server).await?;
    let place = server.transfers.enter(of.host.id, of.id)?;
    if !can(server, of.host.id, fact).await? {
        return Err(not_ready);
    }
    let secret = secrets::fresh(&*server.world);
    let key: SessionKey = secret.reveal().parse()?;
    let mut dialled = server.transfers.wait(secret.reveal(), of.host.id);
    match server.hub.ask(of.host.id, query(key, of.id)).await {
        Ok(Answer::Dialling) => {}
        Ok(Answer::Failed { text }) => return Err(conflict("session_refused", text)),
        Ok(_) | Err(_) => return Err(away()),
    }
    let socket = timeout(DIAL, dialled.socket()).await.map_err(|_| away())?.ok_or_else(away)?;
    Ok(Session::begin(server, whose, of, socket, place))
}

/// Whether a host's agent says that it does this.
async fn can(server: &Server, host: HostId, fact: &str) -> Result<bool, Problem> {
    let facts: Option<Option<serde_json::Value>> = sql("SELECT facts FROM hosts WHERE id = $1")
        .bind(host)
        .optional(server.store.on(), |row| row.get("facts"))
        .await?;
    Ok(facts.flatten().is_some_and(|facts| facts[fact] == true))
}

fn conflict(code: &'static str, text: Text) -> Problem {
    Problem::new(ProblemKind::Conflict, code, text)
}

/// The host cannot be asked now.
fn away() -> Problem {
    conflict(
        "host_away",
        Text::new(
            "L’hôte ne répond pas pour l’instant\u{a0}: les fichiers y sont toujours\u{a0}; réessayez dans un moment.",
            "The host does not answer now: the files are still there; try again in a moment.",
        ),
    )
}
