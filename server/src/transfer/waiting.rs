//! Which sessions are open, and which an agent has been asked to dial.

use crate::secrets;
use axum::extract::ws::WebSocket;
use model::{AccountId, HostId, Problem, ProblemKind, Text};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Sessions at once, with one host and of one account. An agent bears some more of each.
const MOST_OF_HOST: usize = 20;
const MOST_OF_ACCOUNT: usize = 5;

/// This process's sessions; cheap to clone.
#[derive(Clone, Default)]
pub struct Transfers(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    open: HashMap<(HostId, AccountId), usize>,
    /// By the hash of their secret.
    dialled: HashMap<String, (HostId, oneshot::Sender<WebSocket>)>,
}

impl Transfers {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self, host: HostId, account: AccountId) -> Result<Place, Problem> {
        let mut inner = self.inner();
        let of_host: usize =
            inner.open.iter().filter(|((known, _), _)| *known == host).map(|(_, count)| count).sum();
        let of_account = inner.open.get(&(host, account)).copied().unwrap_or(0);
        if of_host >= MOST_OF_HOST || of_account >= MOST_OF_ACCOUNT {
            return Err(Problem::new(
                ProblemKind::TooMany,
                "too_many_sessions",
                Text::new(
                    "Trop de transferts en même temps\u{a0}: attendez que l’un d’eux finisse.",
                    "Too many transfers at once: wait until one of them ends.",
                ),
            ));
        }
        *inner.open.entry((host, account)).or_default() += 1;
        Ok(Place { transfers: self.clone(), at: (host, account) })
    }

    /// From here on the agent of this host, and no other, may dial with this secret, once.
    pub(super) fn wait(&self, secret: &str, host: HostId) -> Dialled {
        let (give, taken) = oneshot::channel();
        let hash = secrets::hashed(secret);
        self.inner().dialled.insert(hash.clone(), (host, give));
        Dialled { transfers: self.clone(), hash, taken }
    }

    /// Who waits for what this host dials; another host's secret is nobody's.
    pub(super) fn claim(&self, secret: &str, host: HostId) -> Option<oneshot::Sender<WebSocket>> {
        let hash = secrets::hashed(secret);
        let mut inner = self.inner();
        if inner.dialled.get(&hash).is_none_or(|(known, _)| *known != host) {
            return None;
        }
        inner.dialled.remove(&hash).map(|(_, give)| give)
    }

    /// How many sessions are open.
    pub fn count(&self) -> usize {
        self.inner().open.values().sum()
    }
}

/// A session's place; free when dropped.
pub(super) struct Place {
    transfers: Transfers,
    at: (HostId, AccountId),
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.transfers.inner();
        if let Some(count) = inner.open.get_mut(&self.at) {
            *count -= 1;
            if *count == 0 {
                inner.open.remove(&self.at);
            }
        }
    }
}

/// A session that is being dialled; its secret is worth nothing once this is dropped.
pub(super) struct Dialled {
    transfers: Transfers,
    hash: String,
    taken: oneshot::Receiver<WebSocket>,
}

impl Dialled {
    pub(super) async fn socket(&mut self) -> Option<WebSocket> {
        (&mut self.taken).await.ok()
    }
}

impl Drop for Dialled {
    fn drop(&mut self) {
        self.transfers.inner().dialled.remove(&self.hash);
    }
}
