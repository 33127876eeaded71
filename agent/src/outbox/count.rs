//! How much an account sent, and whether it may send more: pure, the moment is passed in.

use model::{AccountMail, Day, MailDay, Outbox, RefusedMail, WhyNot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was sent is counted in pieces of ten minutes: an hour is the last six of them, the one that runs included.
const PIECE_MS: u64 = 10 * 60_000;
const HOUR: u64 = 6;
const DAY: u64 = 24 * HOUR;

/// What is kept of an account, on disk and in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Sent, by pieces since 1970.
    pieces: BTreeMap<u64, u32>,
    days: BTreeMap<Day, Of>,
    refused: Vec<RefusedMail>,
    pub held: u32,
    pub since: Option<u64>,
    /// Up to which wish what was held has left, or was thrown away.
    pub released: u64,
    pub discarded: u64,
    /// What was held until then is leaving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releasing: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Of {
    sent: u32,
    held: u32,
    refused: u32,
}

impl Counts {
    fn within(&self, now: u64, pieces: u64) -> u32 {
        let last = now / PIECE_MS;
        let first = last.saturating_sub(pieces - 1);
        self.pieces.range(first..=last).fold(0, |sum, (_, sent)| sum.saturating_add(*sent))
    }

    /// Whether so many more may leave now.
    pub fn allows(&self, caps: &AccountMail, more: u32, now: u64) -> bool {
        self.within(now, HOUR).saturating_add(more) <= caps.hour
            && self.within(now, DAY).saturating_add(more) <= caps.day
    }

    fn day(&mut self, now: u64) -> &mut Of {
        let day = Day::from_ms(i64::try_from(now).unwrap_or(0));
        while self.days.len() > Outbox::DAYS {
            self.days.pop_first();
        }
        self.days.entry(day).or_default()
    }

    pub fn sent(&mut self, to: u32, now: u64) {
        let piece = now / PIECE_MS;
        self.pieces = self.pieces.split_off(&piece.saturating_sub(DAY));
        let sent = self.pieces.entry(piece).or_default();
        *sent = sent.saturating_add(to);
        let day = self.day(now);
        day.sent = day.sent.saturating_add(to);
    }

    /// It did not leave after all.
    pub fn not_sent(&mut self, to: u32, counted: u64) {
        if let Some(sent) = self.pieces.get_mut(&(counted / PIECE_MS)) {
            *sent = sent.saturating_sub(to);
        }
        let day = self.day(counted);
        day.sent = day.sent.saturating_sub(to);
    }

    pub fn hold(&mut self, to: u32, now: u64) {
        self.held += 1;
        self.since.get_or_insert(now);
        let day = self.day(now);
        day.held = day.held.saturating_add(to);
    }

    /// So many are held now.
    pub fn left(&mut self, held: u32) {
        self.held = held;
        if held == 0 {
            self.since = None;
        }
    }

    pub fn refuse(&mut self, why: WhyNot, to: u32, from: Option<String>, now: u64) {
        self.refused.insert(0, RefusedMail { at: now, why, to, from });
        self.refused.truncate(Outbox::REFUSED);
        let day = self.day(now);
        day.refused = day.refused.saturating_add(1);
    }

    /// As people are shown it.
    pub fn shown(&self, now: u64) -> Outbox {
        let days: Vec<MailDay> = self
            .days
            .iter()
            .map(|(day, of)| MailDay { day: *day, sent: of.sent, held: of.held, refused: of.refused })
            .collect();
        let first = days.len().saturating_sub(Outbox::DAYS);
        Outbox {
            hour: self.within(now, HOUR),
            day: self.within(now, DAY),
            days: days.into_iter().skip(first).collect(),
            held: self.held,
            since: self.since,
            refused: self.refused.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = 3_600_000;

    #[test]
    fn an_hour_and_a_day_have_their_caps() {
        let caps = AccountMail { hour: 3, day: 5, ..AccountMail::default() };
        let mut counts = Counts::default();
        let start = 1000 * HOUR_MS;
        assert!(counts.allows(&caps, 3, start) && !counts.allows(&caps, 4, start));
        counts.sent(3, start);
        assert!(!counts.allows(&caps, 1, start + HOUR_MS - 1));
        assert!(counts.allows(&caps, 2, start + HOUR_MS));
        counts.sent(2, start + HOUR_MS);
        assert!(!counts.allows(&caps, 1, start + 3 * HOUR_MS), "the day's");
        counts.not_sent(2, start + HOUR_MS);
        assert!(counts.allows(&caps, 2, start + 3 * HOUR_MS));
        assert!(counts.allows(&caps, 3, start + 24 * HOUR_MS));
        let shown = counts.shown(start + HOUR_MS);
        assert_eq!((shown.hour, shown.day, shown.days.iter().map(|day| day.sent).sum()), (0, 3, 3u32));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut counts = Counts::default();
        for day in 0..100u64 {
            for n in 0..3 {
                counts.sent(1, day * 24 * HOUR_MS + n * HOUR_MS);
                counts.refuse(WhyNot::Nobody, 0, None, day * 24 * HOUR_MS);
            }
        }
        let shown = counts.shown(100 * 24 * HOUR_MS);
        assert_eq!((shown.days.len(), shown.refused.len()), (Outbox::DAYS, Outbox::REFUSED));
        assert!(counts.pieces.len() <= 7, "{}", counts.pieces.len());
        let text = serde_json::to_string(&counts).unwrap();
        assert_eq!(serde_json::from_str::<Counts>(&text).unwrap(), counts);
    }
}
