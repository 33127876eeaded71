//! What the panel is told of each resource: the newest word of each, said once, and said again when it may have been lost.

use crate::reconcile::{Done, trouble::Trouble};
use model::{
    ResourceKey, Text, text,
    wire::{Drift, ReportItem, ReportState},
};
use std::{
    collections::BTreeMap,
    io,
    sync::{Mutex, MutexGuard},
};
use tokio::sync::Notify;

/// Items in one report frame, at most.
const MOST: usize = 500;

#[derive(Default)]
pub struct Reports {
    inner: Mutex<Inner>,
    /// Something is to be said.
    pub news: Notify,
}

#[derive(Default)]
struct Inner {
    session: u64,
    said: BTreeMap<ResourceKey, Said>,
}

struct Said {
    item: ReportItem,
    /// The connection it went over; `None` while it waits.
    session: Option<u64>,
}

impl Reports {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The panel wants to hear of these again, even if nothing changes.
    pub fn expect(&self, keys: &[ResourceKey]) {
        let mut inner = self.inner();
        for key in keys {
            inner.said.remove(key);
        }
    }

    /// A resource stands so now.
    pub fn tell(&self, done: &Done) {
        let item = item(done);
        let mut inner = self.inner();
        let quiet = item.text.is_none() && item.drift.is_none();
        if let Some(said) = inner.said.get(&done.at) {
            let same = (said.item.generation, said.item.state) == (item.generation, item.state);
            // That something was healed stays said until there is other news.
            let request = said.item.request == item.request;
            if said.item == item || (same && quiet && request && item.state == ReportState::Applied) {
                return;
            }
        }
        inner.said.insert(done.at, Said { item, session: None });
        drop(inner);
        self.news.notify_one();
    }

    /// A new connection: what went over the last one may have been lost on the way.
    pub fn connected(&self) {
        let mut inner = self.inner();
        let last = inner.session;
        inner.session += 1;
        for said in inner.said.values_mut().filter(|said| said.session == Some(last)) {
            said.session = None;
        }
        drop(inner);
        self.news.notify_one();
    }

    /// What is to be said now, a frame's worth; it counts as said over this connection.
    pub fn take(&self) -> Vec<ReportItem> {
        let mut inner = self.inner();
        let session = inner.session;
        let waiting = inner.said.values_mut().filter(|said| said.session.is_none()).take(MOST);
        waiting
            .map(|said| {
                said.session = Some(session);
                said.item.clone()
            })
            .collect()
    }

    /// How all resources stand, for `status`.
    pub fn standing(&self) -> Vec<ReportItem> {
        self.inner().said.values().map(|said| said.item.clone()).collect()
    }
}

/// Of what could not be written into the ledger (its disk is full): nothing was done, and the reason.
pub fn not_taken(asked: &[(ResourceKey, u64)], error: &io::Error) -> Vec<ReportItem> {
    let text = match error.raw_os_error() {
        Some(code) => Trouble::io("ledger", io::Error::from_raw_os_error(code)),
        None => Trouble::io("ledger", io::Error::other(error.to_string())),
    }
    .text();
    let item = |(at, generation): &(ResourceKey, u64)| ReportItem {
        kind: at.kind,
        key: at.key,
        generation: *generation,
        state: ReportState::Failed,
        text: Some(text.clone()),
        drift: None,
        request: None,
    };
    asked.iter().map(item).collect()
}

fn item(done: &Done) -> ReportItem {
    let mut item = ReportItem {
        kind: done.at.kind,
        key: done.at.key,
        generation: done.generation,
        state: done.outcome.state,
        text: done.outcome.text.clone(),
        drift: done.outcome.drift.clone(),
        request: done.request.clone(),
    };
    if done.healed {
        let changed: String = done.changed.iter().take(40).map(|line| format!("{line}\n")).collect();
        let path = done.changed.first().and_then(|line| line.split_once(' ')).map_or("", |(_, about)| about);
        item.text = Some(healed(done.changed.len()));
        item.drift = Some(Drift { path: path.to_owned(), diff: changed });
    }
    item
}

fn healed(count: usize) -> Text {
    text!(
        "{count} élément(s) manquai(en)t ou étai(en)t faux sur l’hôte\u{a0}; l’agent les a rétablis.",
        "{count} item(s) were missing or wrong on the host; the agent put them right."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Kind;

    #[test]
    fn a_full_disk_is_told_of_each_resource_in_words() {
        let at = ResourceKey { kind: Kind::Site, key: uuid::Uuid::nil() };
        let full = io::Error::from_raw_os_error(nix::errno::Errno::ENOSPC as i32);
        let [item] = not_taken(&[(at, 7)], &full).try_into().unwrap();
        assert_eq!((item.generation, item.state), (7, ReportState::Failed));
        let text = item.text.unwrap();
        assert!(text.fr.contains("plein") && text.en.contains("full"), "{text:?}");
    }
}
