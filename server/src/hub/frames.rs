//! Cuts what a host lacks into frames; pure.

use model::{
    PanelId, Resource,
    wire::{FromPanel, MOST_RESOURCES},
};

/// Octets of resources in one frame, about: a quarter of what an agent takes at most.
pub const FRAME_OCTETS: usize = 1024 * 1024;

/// Whose generations the frames carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub panel: PanelId,
    pub epoch: u64,
}

/// The frames that take a host from generation `from` to `to`, from all resources changed in between by ascending
/// generation. A generation is never cut in two, for an agent acknowledges whole ones. With `whole`, the frames are
/// the host's full state: all but the last say `more`, and even nothing at all is said in one frame.
pub fn cut(source: Source, from: u64, to: u64, resources: Vec<Resource>, whole: bool) -> Vec<FromPanel> {
    let mut parts: Vec<Vec<Resource>> = Vec::new();
    let mut octets = 0;
    for generation in by_generation(resources) {
        let size: usize = generation.iter().map(octets_of).sum();
        match parts.last_mut() {
            Some(part)
                if part.len() + generation.len() <= MOST_RESOURCES && octets + size <= FRAME_OCTETS =>
            {
                part.extend(generation);
                octets += size;
            }
            _ => {
                parts.push(generation);
                octets = size;
            }
        }
    }
    if parts.is_empty() && whole {
        parts.push(Vec::new());
    }
    let last = parts.len().saturating_sub(1);
    let mut from = from;
    let frame = |(at, resources): (usize, Vec<Resource>)| {
        let reached = resources.last().map_or(to, |resource| resource.generation);
        let reached = if at == last { to } else { reached };
        let Source { panel, epoch } = source;
        let frame =
            FromPanel::Changes { panel, epoch, from, to: reached, resources, more: whole && at != last };
        from = reached;
        frame
    };
    parts.into_iter().enumerate().map(frame).collect()
}

fn by_generation(resources: Vec<Resource>) -> Vec<Vec<Resource>> {
    let mut generations: Vec<Vec<Resource>> = Vec::new();
    for resource in resources {
        match generations.last_mut() {
            Some(group) if group[0].generation == resource.generation => group.push(resource),
            _ => generations.push(vec![resource]),
        }
    }
    generations
}

/// About what a resource takes as JSON; the fixed part is generous.
fn octets_of(resource: &Resource) -> usize {
    256 + resource.body.as_ref().map_or(4, |body| body.to_string().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ChangeId, Kind};
    use proptest::prelude::*;

    fn resource(generation: u64, size: usize) -> Resource {
        Resource {
            kind: Kind::Site,
            key: ChangeId::new(generation, &[1; 10]).uuid(),
            generation,
            change: ChangeId::new(generation, &[2; 10]),
            body: Some("x".repeat(size).into()),
            consent: None,
        }
    }

    const SOURCE: fn() -> Source = || Source { panel: PanelId::new(1, &[1; 10]), epoch: 3 };

    #[test]
    fn nothing_new_is_no_frame_and_a_whole_nothing_is_one() {
        assert!(cut(SOURCE(), 5, 5, vec![], false).is_empty());
        let frames = cut(SOURCE(), 0, 5, vec![], true);
        assert!(matches!(&frames[..], [FromPanel::Changes { from: 0, to: 5, more: false, .. }]));
    }

    #[test]
    fn five_hundred_at_most() {
        let resources = (1..=1001).map(|generation| resource(generation, 10)).collect();
        let frames = cut(SOURCE(), 0, 1001, resources, true);
        let spans: Vec<_> = frames.iter().map(span).collect();
        assert_eq!(spans, [(0, 500, 500, true), (500, 1000, 500, true), (1000, 1001, 1, false)]);
    }

    fn span(frame: &FromPanel) -> (u64, u64, usize, bool) {
        match frame {
            FromPanel::Changes { from, to, resources, more, .. } => (*from, *to, resources.len(), *more),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn frames_join_without_gap_and_hold_everything_once(
            steps in proptest::collection::vec((0_u64..3, 0_usize..400_000), 0..12), whole: bool,
        ) {
            let mut generation = 7;
            let resources: Vec<Resource> = steps.iter().map(|(step, size)| {
                generation += step;
                resource(generation.max(8), *size)
            }).collect();
            let to = resources.last().map_or(7, |resource| resource.generation);
            let frames = cut(SOURCE(), 7, to, resources.clone(), whole);
            let mut at = 7;
            let mut seen = Vec::new();
            for (index, frame) in frames.iter().enumerate() {
                let FromPanel::Changes { from, to, resources, more, .. } = frame else { panic!() };
                prop_assert_eq!(*from, at);
                prop_assert!(resources.iter().all(|r| *from < r.generation && r.generation <= *to));
                prop_assert_eq!(*more, whole && index + 1 < frames.len());
                let length = model::wire::encode(frame).unwrap().len();
                prop_assert!(length < model::wire::LONGEST_FRAME);
                at = *to;
                seen.extend(resources.iter().cloned());
            }
            prop_assert!(frames.is_empty() || at == to);
            prop_assert_eq!(seen, resources);
        }
    }
}
