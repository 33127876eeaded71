//! The panel's side of the wire, against an agent that speaks it for real; a file per verb of the hub.

pub mod enrol;
pub mod freeze;
pub mod greet;
pub mod push;
pub mod report;

use crate::{
    agent::{Agent, Identity, Ledger, PATIENCE, Port},
    bench::{Bench, Household},
};
use model::{ChangeId, ChangeState, HostId, Resource};
use server::{
    Server, change,
    host::{self, NewHost},
    store::sql,
};
use std::future::Future;
use tokio::time::timeout;

/// Waits for a condition; the hub works beside us.
pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// Adds a host; gives its id and the command to paste.
pub async fn add(bench: &Bench, name: &str) -> (HostId, String) {
    let new = NewHost { name: name.into(), ipv4: "127.0.0.1".into(), ..NewHost::default() };
    let added = host::add(&bench.server, &bench.admin, new).await.unwrap().item;
    (added.host.id, added.command.reveal().to_owned())
}

/// Enrols the bench's own host, on which its accounts are.
pub async fn enrolled(bench: &Bench, port: &Port) -> Identity {
    let command = host::new_token(&bench.server, &bench.admin, bench.host).await.unwrap().item.command;
    port.enrol(command.reveal()).await.unwrap()
}

/// An account, and the agent of its host, connected; it has taken nothing yet.
pub async fn connected(bench: &Bench) -> (Port, Household, Identity, Agent) {
    let port = Port::open(&bench.server).await;
    let home = bench.household("asso").await;
    let identity = enrolled(bench, &port).await;
    let agent = port.connect(&identity, Ledger::default()).await;
    (port, home, identity, agent)
}

pub async fn state_of(server: &Server, resource: &Resource) -> String {
    sql("SELECT state FROM resources WHERE kind = $1 AND key = $2")
        .bind(resource.kind.code())
        .bind(resource.key)
        .one(server.store.on(), |row| row.get("state"))
        .await
        .unwrap()
}

pub async fn change_state(bench: &Bench, change: ChangeId) -> ChangeState {
    change::show(&bench.server, &bench.admin, change).await.unwrap().state
}
