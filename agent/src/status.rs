//! What a running agent shows of itself: a small file, rewritten when it changes, read by `alveole-agent status`. No port.

use crate::{fs, paths::Paths, report::Reports};
use model::{
    Lang, Text,
    wire::{Position, ReportItem, ReportState},
};
use serde::{Deserialize, Serialize};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub version: String,
    pub pid: u32,
    pub panel: String,
    /// Since when, in milliseconds since 1970 UTC; `None` while not connected.
    pub connected_since_ms: Option<u64>,
    /// Why not, if not.
    pub trouble: Option<Text>,
    pub position: Option<Position>,
    pub applied: usize,
    pub checked: usize,
    pub failed: usize,
    pub held: usize,
    /// What failed or waits, at most 100.
    pub attention: Vec<ReportItem>,
}

#[derive(Default)]
pub struct Status {
    shown: Mutex<Shown>,
    changed: Notify,
}

impl Status {
    pub fn new(panel: String, position: Option<Position>) -> Status {
        let shown = Shown {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            panel,
            position,
            ..Shown::default()
        };
        Status { shown: Mutex::new(shown), changed: Notify::new() }
    }

    fn change(&self, change: impl FnOnce(&mut Shown)) {
        change(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    pub fn position(&self, position: Option<Position>) {
        self.change(|shown| shown.position = position);
    }

    pub fn connected(&self, since_ms: u64) {
        self.change(|shown| (shown.connected_since_ms, shown.trouble) = (Some(since_ms), None));
    }

    pub fn disconnected(&self, why: Text) {
        self.change(|shown| (shown.connected_since_ms, shown.trouble) = (None, Some(why)));
    }

    /// Something was reconciled.
    pub fn stirred(&self) {
        self.changed.notify_one();
    }

    /// Keeps the file fresh; at most once a second.
    pub async fn keep(self: Arc<Self>, paths: Paths, reports: Arc<Reports>) {
        loop {
            self.changed.notified().await;
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
            count(&mut shown, &reports.standing());
            let path = paths.status();
            let written = tokio::task::spawn_blocking(move || {
                fs::write_lightly(&path, &serde_json::to_vec(&shown).map_err(io::Error::from)?, 0o600)
            });
            if let Ok(Err(error)) = written.await {
                tracing::debug!(%error, "writing the status file");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

fn count(shown: &mut Shown, standing: &[ReportItem]) {
    let of = |state| standing.iter().filter(|item| item.state == state).count();
    shown.applied = of(ReportState::Applied);
    shown.checked = of(ReportState::Checked);
    shown.failed = of(ReportState::Failed);
    shown.held = of(ReportState::Held);
    let needs = |item: &&ReportItem| matches!(item.state, ReportState::Failed | ReportState::Held);
    shown.attention = standing.iter().filter(needs).take(100).cloned().collect();
}

/// The file of a running agent; `None` when none runs.
pub fn read(paths: &Paths) -> io::Result<Option<Shown>> {
    let shown: Shown = match std::fs::read(paths.status()) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let name = std::fs::read_to_string(format!("/proc/{}/comm", shown.pid)).unwrap_or_default();
    Ok((name.trim() == "alveole-agent").then_some(shown))
}

/// For people.
pub fn describe(shown: Option<&Shown>, lang: Lang) -> String {
    let Some(shown) = shown else {
        return lang
            .pick(
                "L’agent ne tourne pas (systemctl status alveole-agent). Les sites de l’hôte n’en ont pas besoin.\n",
                "The agent is not running (systemctl status alveole-agent). The host's sites do not need it.\n",
            )
            .to_owned();
    };
    let mut out = match (&shown.connected_since_ms, &shown.trouble) {
        (Some(_), _) => {
            lang.pick("Connecté au panneau", "Connected to the panel").to_owned() + " " + &shown.panel
        }
        (None, Some(why)) => {
            format!("{} {}", lang.pick("Non connecté.", "Not connected."), why.pick(lang))
        }
        (None, None) => lang.pick("Pas encore connecté.", "Not connected yet.").to_owned(),
    };
    out.push('\n');
    if let Some(position) = &shown.position {
        let words = lang.pick("époque, génération", "epoch, generation");
        out.push_str(&format!("{words}: {}, {}\n", position.epoch, position.generation));
    }
    let counts = [
        (shown.applied, lang.pick("en place", "in place")),
        (shown.checked, lang.pick("en cours", "under way")),
        (shown.held, lang.pick("en attente d’une personne", "waiting for a person")),
        (shown.failed, lang.pick("en échec", "failed")),
    ];
    for (count, words) in counts {
        out.push_str(&format!("{count:>6} {words}\n"));
    }
    for item in &shown.attention {
        let text = item.text.as_ref().map_or("", |text| text.pick(lang));
        out.push_str(&format!("- {} {}: {text}\n", item.kind.code(), item.key));
    }
    out
}
