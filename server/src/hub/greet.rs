//! The first word of a connection: may this agent's host be served, and from where on.

use super::{
    freeze,
    position::{self, Ours, Verdict},
    store::{self, Hello},
};
use crate::{Server, store::Tx};
use model::{
    HostId, Problem, Text,
    wire::{PROTOCOL, Position},
};

/// Where a connection begins.
#[derive(Debug)]
pub struct Start {
    pub epoch: u64,
    pub verdict: Verdict,
}

/// A panel counts its restorations by ones: no history is that long, and counting on would overflow.
const MOST_EPOCH: u64 = 1 << 53;

/// Why an agent is sent away at once.
pub fn refusal(hello: &Hello, now: i64) -> Option<Text> {
    if hello.protocol < PROTOCOL.saturating_sub(1).max(1) {
        return Some(Text::new(
            "Cet agent est trop ancien pour ce panneau\u{a0}: mettez à jour le paquet alveole-agent.",
            "This agent is too old for this panel: update the package alveole-agent.",
        ));
    }
    if hello.protocol > PROTOCOL {
        return Some(Text::new(
            "Cet agent est plus récent que le panneau\u{a0}: mettez d’abord à jour le paquet alveole-panel.",
            "This agent is newer than the panel: update the package alveole-panel first.",
        ));
    }
    if hello.position.is_some_and(|position| position.epoch > MOST_EPOCH) {
        return Some(Text::new(
            "Cet agent annonce une histoire impossible\u{a0}: enrôlez l’hôte à nouveau.",
            "This agent tells an impossible history: enrol the host anew.",
        ));
    }
    position::clock(hello.offset(now))
}

/// Enters the connection in the store, and judges where the host stands.
pub async fn start(
    server: &Server,
    host: HostId,
    fingerprint: &str,
    mark: &str,
    hello: &Hello,
) -> Result<Start, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    store::revoke_older(&mut tx, host, fingerprint, now).await?;
    let standing = store::connect(&mut tx, host, mark, hello, now).await?;
    let verdict = judge(server, &mut tx, host, standing, hello.position).await?;
    let theirs = hello.position.map_or(0, |position| position.epoch);
    let epoch = match &verdict {
        Verdict::Frozen(text) => freeze::freeze(server, &mut tx, host, theirs, text).await?,
        Verdict::Whole => {
            store::thaw(&mut tx, host).await?;
            // The host has none of it, or has it from another history: what was reported before says nothing now.
            store::forget_reports(&mut tx, host).await?;
            standing.epoch
        }
        Verdict::Newer(_) => {
            store::thaw(&mut tx, host).await?;
            standing.epoch
        }
    };
    // Whoever held this host's connection before looks, and goes.
    tx.wake_host(host);
    tx.commit().await?;
    Ok(Start { epoch, verdict })
}

pub async fn judge(
    server: &Server,
    tx: &mut Tx,
    host: HostId,
    standing: store::Standing,
    theirs: Option<Position>,
) -> Result<Verdict, Problem> {
    let known = match theirs {
        Some(Position { generation, change: Some(change), .. }) if generation > 0 => {
            store::is_known(tx, host, generation, change).await?
        }
        _ => false,
    };
    let store::Standing { epoch, generation } = standing;
    Ok(position::judge(Ours { panel: server.store.panel(), epoch, generation, known }, theirs))
}
