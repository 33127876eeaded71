//! The refusal table of law 6, and a ledger that survives a crash at any file.

use super::*;
use crate::testing::{account, change, panel, site, wanted};
use model::PanelId;

fn frame(epoch: u64, from: u64, to: u64, resources: Vec<Resource>) -> Changes {
    Changes { panel: panel(), epoch, from, to, resources, more: false }
}

fn written(generation: u64, touched: &[&Resource]) -> Taken {
    Taken::Written { generation, touched: touched.iter().map(|resource| resource.at()).collect() }
}

fn open(dir: &tempfile::TempDir) -> Ledger {
    Ledger::open(&dir.path().join("ledger")).unwrap()
}

#[test]
fn the_refusal_table() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(&dir);
    let first = wanted(&Body::Account(account("asso", 1)), 1);
    let second = wanted(&Body::Site(site("asso", 1, 2, &["asso.example"])), 2);
    assert_eq!(ledger.take(frame(1, 5, 6, vec![])).unwrap(), Taken::Refused(Refusal::Gap));
    let both = frame(1, 0, 2, vec![first.clone(), second.clone()]);
    assert_eq!(ledger.take(both.clone()).unwrap(), written(2, &[&first, &second]));

    // The same frame again is acknowledged again, and so is its tail.
    assert_eq!(ledger.take(both.clone()).unwrap(), written(2, &[]));
    assert_eq!(ledger.take(frame(1, 1, 2, vec![second.clone()])).unwrap(), written(2, &[]));

    let mut other = both.clone();
    other.panel = PanelId::new(99, &[9; 10]);
    let mut rewritten = both.clone();
    rewritten.resources[1].body.as_mut().unwrap()["state"] = "suspended".into();
    let mut unsorted = both.clone();
    unsorted.resources.reverse();
    let mut beyond = both.clone();
    beyond.resources[1].generation = 7;
    let mut twice = frame(1, 2, 4, vec![second.clone(), second.clone()]);
    twice.resources[0].generation = 3;
    twice.resources[1].generation = 4;
    let table = [
        ("another panel", other, Refusal::OtherPanel),
        ("an older epoch", frame(0, 0, 9, vec![]), Refusal::Older),
        ("an older generation", frame(1, 0, 1, vec![first.clone()]), Refusal::Older),
        ("the same generation, other content", rewritten, Refusal::OtherContent),
        ("a gap", frame(1, 3, 4, vec![]), Refusal::Gap),
        ("unsorted", unsorted, Refusal::Gap),
        ("beyond its bounds", beyond, Refusal::Gap),
        ("one resource twice", twice, Refusal::Gap),
        ("a new epoch that does not start at 0", frame(2, 2, 3, vec![]), Refusal::Gap),
        ("backwards", frame(1, 4, 3, vec![]), Refusal::Gap),
    ];
    let before = (ledger.position(), ledger.keys());
    for (what, frame, refusal) in table {
        assert_eq!(ledger.take(frame).unwrap(), Taken::Refused(refusal), "{what}");
        assert_eq!((ledger.position(), ledger.keys()), before, "{what}");
        assert_eq!((open(&dir).position(), open(&dir).keys()), before, "{what}");
    }
}

#[test]
fn a_new_epoch_replaces_everything_and_only_when_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(&dir);
    let kept = wanted(&Body::Account(account("asso", 1)), 1);
    let gone = wanted(&Body::Account(account("other", 2)), 2);
    ledger.take(frame(1, 0, 2, vec![kept.clone(), gone.clone()])).unwrap();

    let mut again = kept.clone();
    again.generation = 3;
    let fresh = wanted(&Body::Account(account("fresh", 3)), 4);
    let mut part = frame(2, 0, 3, vec![again.clone()]);
    part.more = true;
    assert_eq!(ledger.take(part.clone()).unwrap(), Taken::Waiting);
    assert_eq!(ledger.position().unwrap().epoch, 1);
    // Interrupted by a frame that does not follow: nothing of the parts is kept.
    assert_eq!(ledger.take(frame(2, 9, 10, vec![])).unwrap(), Taken::Refused(Refusal::Gap));
    assert_eq!(ledger.take(frame(2, 3, 4, vec![fresh.clone()])).unwrap(), Taken::Refused(Refusal::Gap));

    assert_eq!(ledger.take(part).unwrap(), Taken::Waiting);
    let Taken::Written { generation: 4, touched } = ledger.take(frame(2, 3, 4, vec![fresh.clone()])).unwrap()
    else {
        panic!("not taken")
    };
    assert_eq!(touched.len(), 3);
    let ledger = open(&dir);
    assert_eq!(ledger.position().unwrap().epoch, 2);
    assert_eq!(ledger.get(gone.at()).unwrap().body, None);
    assert_eq!(ledger.get(kept.at()).unwrap().generation, 3);
    assert_eq!(ledger.present(), 2);
}

#[test]
fn a_crash_before_the_position_is_completed_by_the_next_frame() {
    let dir = tempfile::tempdir().unwrap();
    let first = wanted(&Body::Account(account("asso", 1)), 1);
    let second = wanted(&Body::Account(account("other", 2)), 2);
    let mut ledger = open(&dir);
    ledger.take(frame(1, 0, 1, vec![first])).unwrap();
    let old = std::fs::read(dir.path().join("ledger/position.json")).unwrap();
    let next = frame(1, 1, 2, vec![second.clone()]);
    ledger.take(next.clone()).unwrap();
    // As if the power had gone after the resource's file and before the position's.
    std::fs::write(dir.path().join("ledger/position.json"), old).unwrap();
    let mut ledger = open(&dir);
    assert_eq!(ledger.position().unwrap().generation, 1);
    assert_eq!(ledger.take(next).unwrap(), written(2, &[&second]));
}

#[test]
fn an_unreadable_file_makes_the_host_ask_again_from_the_same_panel() {
    let dir = tempfile::tempdir().unwrap();
    let first = wanted(&Body::Account(account("asso", 1)), 1);
    let mut ledger = open(&dir);
    ledger.take(frame(3, 0, 1, vec![first.clone()])).unwrap();
    let file = dir.path().join(format!("ledger/account/{}.json", first.key));
    std::fs::write(file, b"{\"kind\":").unwrap();
    let mut ledger = open(&dir);
    let position = ledger.position().unwrap();
    assert_eq!((position.panel, position.epoch, position.generation), (panel(), 3, 0));
    assert_eq!(ledger.take(frame(3, 0, 1, vec![first.clone()])).unwrap(), written(1, &[&first]));
    assert_eq!(open(&dir).get(first.at()), Some(&first));
}

#[test]
fn claims_follow_the_names_and_tombstones_can_be_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(&dir);
    let one = wanted(&Body::Site(site("asso", 1, 2, &["a.example", "b.example"])), 1);
    ledger.take(frame(1, 0, 1, vec![one.clone()])).unwrap();
    assert_eq!(ledger.claimants(Kind::Site, "b.example"), [one.key]);
    let mut less = wanted(&Body::Site(site("asso", 1, 2, &["a.example"])), 2);
    less.change = change(2);
    ledger.take(frame(1, 1, 2, vec![less.clone()])).unwrap();
    assert!(ledger.claimants(Kind::Site, "b.example").is_empty());
    assert_eq!(ledger.position().unwrap().change, Some(change(2)));
    let gone = Resource { body: None, generation: 3, ..less.clone() };
    ledger.forget(Duration::ZERO, |_| false).unwrap();
    assert!(ledger.get(less.at()).is_some(), "only what shall be gone is forgotten");
    ledger.take(frame(1, 2, 3, vec![gone.clone()])).unwrap();
    assert_eq!(ledger.forget(Duration::from_secs(9), |_| false).unwrap(), 0, "not so soon");
    assert_eq!(ledger.forget(Duration::ZERO, |_| true).unwrap(), 0, "something of it is left");
    assert_eq!(ledger.forget(Duration::ZERO, |_| false).unwrap(), 1);
    assert!(open(&dir).get(gone.at()).is_none());
    assert_eq!(ledger.take(frame(1, 2, 3, vec![gone])).unwrap(), written(3, &[]));
}

#[test]
fn a_new_panel_takes_over_only_by_roots_and_its_admins_will() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(&dir);
    let first = wanted(&Body::Account(account("asso", 1)), 1);
    ledger.take(frame(1, 0, 1, vec![first.clone()])).unwrap();
    let new = PanelId::new(99, &[9; 10]);
    let adopting = |epoch| Changes { panel: new, ..frame(epoch, 0, 1, vec![first.clone()]) };
    assert_eq!(ledger.take(adopting(2)).unwrap(), Taken::Refused(Refusal::OtherPanel), "not enrolled there");
    ledger.follow(new);
    assert_eq!(ledger.take(adopting(1)).unwrap(), Taken::Refused(Refusal::OtherPanel), "not adopted");
    assert_eq!(ledger.take(adopting(2)).unwrap(), written(1, &[&first]));
    assert_eq!(ledger.position().unwrap().panel, new);
    assert_eq!(
        ledger.take(frame(3, 0, 1, vec![])).unwrap(),
        Taken::Refused(Refusal::OtherPanel),
        "the old one"
    );
}
