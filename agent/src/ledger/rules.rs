//! Whether a frame of changes may be taken. Pure: position, ledger and frame in, verdict out.

use super::Changes;
use model::{
    PanelId, Resource, ResourceKey,
    wire::{Position, Refusal},
};
use std::collections::HashSet;

#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Goes on where the ledger ends.
    Append,
    /// Everything in it is in the ledger already: acknowledge again.
    Known,
    /// (A part of) a new epoch's full state.
    Replace,
}

/// What a frame is judged against.
#[derive(Clone, Copy)]
pub struct Known<'a, 'r> {
    pub position: Option<&'a Position>,
    pub have: &'a dyn Fn(ResourceKey) -> Option<&'r Resource>,
    /// The parts of a new epoch's full state that came before it.
    pub coming: Option<&'a Changes>,
    /// The panel that root enrolled this host with.
    pub enrolled: Option<PanelId>,
}

/// Judges one frame.
pub fn judge(known: Known<'_, '_>, frame: &Changes) -> Result<Verdict, Refusal> {
    let Known { position, have, coming, enrolled } = known;
    if !well_formed(frame) {
        return Err(Refusal::Gap);
    }
    let Some(position) = position else {
        // A new host takes a first state in one piece or in many, each acknowledged.
        return if frame.from == 0 && !frame.more { Ok(Verdict::Append) } else { part(coming, frame) };
    };
    if frame.panel != position.panel {
        // Adopted: enrolled anew by root, and the new panel's admin raised the epoch. The full state is still
        // guarded against mass deletion.
        let adopted = enrolled == Some(frame.panel) && frame.epoch > position.epoch;
        return if adopted { part(coming, frame) } else { Err(Refusal::OtherPanel) };
    }
    if frame.epoch < position.epoch {
        return Err(Refusal::Older);
    }
    if frame.epoch > position.epoch {
        return part(coming, frame);
    }
    if frame.more {
        return Err(Refusal::Gap);
    }
    if frame.to < position.generation {
        return Err(Refusal::Older);
    }
    if frame.from > position.generation {
        return Err(Refusal::Gap);
    }
    for resource in frame.resources.iter().filter(|resource| resource.generation <= position.generation) {
        let same = match have(resource.at()) {
            // Gone, and forgotten since.
            None => resource.body.is_none(),
            Some(ours) if ours.generation > resource.generation => return Err(Refusal::Older),
            Some(ours) => ours == resource,
        };
        // After an unreadable ledger the position stands at 0, so this never bars the way to a full copy.
        if !same {
            return Err(Refusal::OtherContent);
        }
    }
    Ok(if frame.to == position.generation { Verdict::Known } else { Verdict::Append })
}

/// A part of a full state: the first starts at 0, each other where the one before it ended.
fn part(coming: Option<&Changes>, frame: &Changes) -> Result<Verdict, Refusal> {
    let goes_on = coming.is_some_and(|coming| {
        coming.panel == frame.panel && coming.epoch == frame.epoch && coming.to == frame.from
    });
    if frame.from == 0 || goes_on { Ok(Verdict::Replace) } else { Err(Refusal::Gap) }
}

fn well_formed(frame: &Changes) -> bool {
    let mut seen = HashSet::new();
    let within = |generation: u64| frame.from < generation && generation <= frame.to;
    frame.from <= frame.to
        && frame.resources.iter().all(|resource| within(resource.generation) && seen.insert(resource.at()))
        && frame.resources.is_sorted_by_key(|resource| resource.generation)
}

/// The parts so far and the next one.
pub fn join(coming: Option<Changes>, frame: Changes) -> Changes {
    match coming {
        Some(mut whole) if frame.from != 0 => {
            let again: HashSet<ResourceKey> = frame.resources.iter().map(Resource::at).collect();
            whole.resources.retain(|resource| !again.contains(&resource.at()));
            whole.resources.extend(frame.resources);
            whole.to = frame.to;
            whole.more = frame.more;
            whole
        }
        _ => frame,
    }
}

/// A full state names all that shall be: what the ledger holds besides is to go.
pub fn with_deletions<'a>(mut whole: Changes, held: impl Iterator<Item = &'a Resource>) -> Changes {
    let named: HashSet<ResourceKey> = whole.resources.iter().map(Resource::at).collect();
    let to = whole.to;
    let gone = held.filter(|resource| !named.contains(&resource.at())).map(|resource| Resource {
        generation: to,
        body: None,
        consent: None,
        ..resource.clone()
    });
    whole.resources.extend(gone);
    whole
}
