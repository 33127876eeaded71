//! How states are shown and summed up: pure.

use super::StateView;
use model::{ChangeState, Text};

/// An agent says something at least every 30 seconds; four of them missed is away.
const SILENCE_MS: i64 = 120_000;

/// Whether a host cannot be reached now, or takes nothing.
pub fn host_away(
    connected_at: Option<i64>,
    last_seen_at: Option<i64>,
    frozen_at: Option<i64>,
    now: i64,
) -> bool {
    connected_at.is_none() || frozen_at.is_some() || last_seen_at.is_none_or(|seen| now - seen > SILENCE_MS)
}

/// What is wanted of a host that is away is waiting.
pub fn shown(state: ChangeState, away: bool) -> ChangeState {
    if away && state == ChangeState::Wanted { ChangeState::Waiting } else { state }
}

/// Several resources and hosts sum up to the worst, with its reason. No host concerned: what the panel committed is applied.
pub fn worst(states: &[StateView]) -> (ChangeState, Option<Text>) {
    let worst = states.iter().max_by_key(|state| (state.state, state.text.is_some()));
    worst.map_or((ChangeState::Applied, None), |worst| (worst.state, worst.text.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Kind;

    #[test]
    fn the_worst_wins_and_brings_its_reason() {
        let state = |state, text: Option<&'static str>| StateView {
            host: "web1".into(),
            kind: Kind::Site,
            key: uuid::Uuid::nil(),
            state,
            text: text.map(|text| Text::new(text, text)),
            at: 1,
        };
        let states = [
            state(ChangeState::Verified, None),
            state(ChangeState::Failed, Some("disque plein")),
            state(ChangeState::Wanted, None),
        ];
        assert_eq!(worst(&states), (ChangeState::Failed, Some(Text::new("disque plein", "disque plein"))));
        assert_eq!(worst(&[]), (ChangeState::Applied, None));
    }

    #[test]
    fn away_is_waiting() {
        assert!(host_away(None, Some(1), None, 1));
        assert!(host_away(Some(1), Some(1), Some(1), 1));
        assert!(host_away(Some(1), Some(1), None, 200_000));
        assert!(!host_away(Some(1), Some(1), None, 60_000));
        assert_eq!(shown(ChangeState::Wanted, true), ChangeState::Waiting);
        assert_eq!(shown(ChangeState::Applied, true), ChangeState::Applied);
    }
}
