//! The host itself empties trashes of what was deleted thirty days ago: once in a while, one account after the other, each by its own process.

use super::{Helper, Sessions, active};
use crate::{
    files::{Frame, HEAD, head, longest},
    ledger::Ledger,
};
use model::{Account, AccountId, Kind, files::FileAsk};
use std::{
    io::{self, ErrorKind},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, interval_at, timeout},
};

/// After a start, and from then on.
const FIRST: Duration = Duration::from_secs(15 * 60);
const EVERY: Duration = Duration::from_secs(12 * 3600);
/// For one account.
const PATIENCE: Duration = Duration::from_secs(600);

/// Goes on as long as the agent does.
pub async fn keep_empty(sessions: Sessions, ledger: std::sync::Arc<Mutex<Ledger>>) {
    let mut clock = interval_at(Instant::now() + FIRST, EVERY);
    loop {
        clock.tick().await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        for id in accounts(&ledger) {
            let Some(of) = active(&ledger, id) else { continue };
            match timeout(PATIENCE, empty(&sessions, &of, now)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(account = %of.name, %error, "its trash could not be emptied")
                }
                Err(_) => tracing::warn!(account = %of.name, "emptying its trash took too long"),
            }
        }
    }
}

fn accounts(ledger: &Mutex<Ledger>) -> Vec<AccountId> {
    let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let accounts = ledger.keys().into_iter().filter(|at| at.kind == Kind::Account);
    accounts.filter_map(|at| at.key.to_string().parse().ok()).collect()
}

pub(super) async fn empty(sessions: &Sessions, of: &Account, now: i64) -> io::Result<()> {
    let Helper { mut input, mut output, child: _child } = (sessions.start)(of, None)?;
    let ask = serde_json::to_string(&FileAsk::EmptyTrash { now }).map_err(io::Error::other)?;
    let frame = Frame::Text(ask);
    let (said, octets) = head(&frame)?;
    input.write_all(&said).await?;
    input.write_all(octets).await?;
    input.flush().await?;
    let mut heard = [0; HEAD];
    output.read_exact(&mut heard).await?;
    let length = u32::from_be_bytes([heard[1], heard[2], heard[3], heard[4]]) as usize;
    if longest(heard[0]).is_none_or(|longest| length > longest) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut octets = vec![0; length];
    output.read_exact(&mut octets).await?;
    match serde_json::from_slice(&octets).map_err(io::Error::other)? {
        model::files::FileSaid::Done { .. } => Ok(()),
        other => Err(io::Error::other(format!("{other:?}"))),
    }
}
