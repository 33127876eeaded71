//! Where an agent stands against our history, and what follows from it (DESIGN.md, law 6); pure.

use model::{
    PanelId, Text,
    wire::{Position, Refusal},
};

/// What to do with a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send what is newer than this generation.
    Newer(u64),
    /// Send everything, from nothing: a fresh host, or one that an admin has given a new epoch.
    Whole,
    /// Send nothing: its history is not ours. An admin decides.
    Frozen(Text),
}

/// Our side: the panel, the host's epoch, and whether (epoch, generation, change) stands in the host's history.
#[derive(Clone, Copy, Debug)]
pub struct Ours {
    pub panel: PanelId,
    pub epoch: u64,
    pub generation: u64,
    pub known: bool,
}

pub fn judge(ours: Ours, theirs: Option<Position>) -> Verdict {
    let Some(theirs) = theirs else { return Verdict::Whole };
    // Our epoch is raised by an admin's decision alone: whoever is behind it gets the whole state, whatever it had.
    if theirs.epoch < ours.epoch {
        return Verdict::Whole;
    }
    if theirs.panel != ours.panel {
        return Verdict::Frozen(super::freeze::text_of(Refusal::OtherPanel));
    }
    if theirs.epoch > ours.epoch || theirs.generation > ours.generation {
        return Verdict::Frozen(Text::new(
            "Cet hôte en sait plus que le panneau, qui a sans doute été restauré depuis une copie plus ancienne\u{a0}: l’hôte continue de servir, et rien ne lui est envoyé. Comparez, puis adoptez-le.",
            "This host knows more than the panel, which was probably restored from an older copy: the host goes on serving, and nothing is sent to it. Compare, then adopt it.",
        ));
    }
    if theirs.generation == 0 {
        return Verdict::Newer(0);
    }
    if !ours.known {
        return Verdict::Frozen(Text::new(
            "L’histoire de cet hôte n’est pas celle du panneau, qui a sans doute été restauré puis modifié\u{a0}: l’hôte continue de servir, et rien ne lui est envoyé. Comparez, puis adoptez-le.",
            "This host's history is not the panel's, which was probably restored and then changed: the host goes on serving, and nothing is sent to it. Compare, then adopt it.",
        ));
    }
    Verdict::Newer(theirs.generation)
}

/// How far a host's clock may be from ours. Beyond it, certificates and every date shown would be wrong.
pub const MOST_CLOCK_OFFSET_MS: i64 = 12 * 3_600_000;

/// Why a host with such a clock is refused, if it is.
pub fn clock(offset_ms: i64) -> Option<Text> {
    let hours = (offset_ms.unsigned_abs() + 1_800_000) / 3_600_000;
    (offset_ms.abs() > MOST_CLOCK_OFFSET_MS).then(|| {
        model::text!(
            "L’horloge de cet hôte a {hours} heures d’écart avec celle du panneau\u{a0}: réglez-la (timedatectl set-ntp true), l’agent se reconnectera.",
            "This host's clock is {hours} hours away from the panel's: set it (timedatectl set-ntp true), the agent will connect again."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ChangeId;

    #[test]
    fn the_table() {
        let (us, other) = (PanelId::new(1, &[1; 10]), PanelId::new(2, &[2; 10]));
        let at = |panel, epoch, generation| {
            let change = (generation > 0).then(|| ChangeId::new(generation, &[3; 10]));
            Some(Position { panel, epoch, generation, change })
        };
        let judged = |theirs, known| match judge(Ours { panel: us, epoch: 2, generation: 50, known }, theirs)
        {
            Verdict::Newer(from) => format!("newer than {from}"),
            Verdict::Whole => "whole".into(),
            Verdict::Frozen(_) => "frozen".into(),
        };
        for (theirs, known, verdict) in [
            (None, false, "whole"),
            (at(us, 1, 70), false, "whole"),
            (at(other, 1, 70), false, "whole"),
            (at(other, 2, 7), false, "frozen"),
            (at(us, 3, 7), false, "frozen"),
            (at(us, 2, 51), false, "frozen"),
            (at(us, 2, 51), true, "frozen"),
            (at(us, 2, 50), false, "frozen"),
            (at(us, 2, 50), true, "newer than 50"),
            (at(us, 2, 49), true, "newer than 49"),
            (at(us, 2, 0), false, "newer than 0"),
        ] {
            assert_eq!(judged(theirs, known), verdict, "{theirs:?} {known}");
        }
    }

    #[test]
    fn minutes_pass_and_a_day_does_not() {
        let minute = 60_000;
        for offset in [0, 5 * minute, -5 * minute, -60 * minute] {
            assert_eq!(clock(offset), None);
        }
        for offset in [24 * 60 * minute, -24 * 60 * minute] {
            assert!(clock(offset).is_some_and(|text| text.en.contains("24 hours")));
        }
    }
}
