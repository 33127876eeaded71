//! What an account may take: on the disk by its uid, and in memory by what runs of it.

use crate::testing::{World, account, limits, wanted};
use model::{AccountState, Body, Limits, Resource, wire::ReportState};

fn asso(limits: Option<Limits>, state: AccountState) -> Resource {
    wanted(&Body::Account(model::Account { limits, state, ..account("asso", 1) }), 0)
}

fn most(world: &World) -> Option<(u64, u64)> {
    let held = world.quotas.held.lock().unwrap();
    held.values().next().map(|held| (held.most.octets, held.most.files))
}

#[test]
fn a_quota_comes_changes_and_goes_with_its_account() {
    let mut world = World::new();
    let kib = |octets: u64| octets.div_ceil(1024) * 1024;
    world.apply(vec![asso(Some(limits()), AccountState::Active)]);
    assert_eq!(most(&world), Some((kib(100_000_000), 5_000)));
    world.daemons.take();
    let less = Limits { disk_mb: 50, files: 10, memory_mb: 128, ..limits() };
    world.apply(vec![asso(Some(less), AccountState::Active)]);
    assert_eq!(most(&world), Some((kib(50_000_000), 10)));
    // What runs of it is held to the new memory, and nobody's cell reads its files again for that.
    assert_eq!(world.daemons.take(), ["limit asso 128"]);
    // A quota that somebody set by hand comes back.
    world.quotas.held.lock().unwrap().values_mut().for_each(|held| held.most.octets = 1);
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied));
    assert_eq!(most(&world), Some((kib(50_000_000), 10)));
    // A panel that says nothing of limits leaves them.
    world.apply(vec![asso(None, AccountState::Active)]);
    assert_eq!(most(&world), Some((kib(50_000_000), 10)));
    // A suspended account keeps its files, and so its quota.
    world.apply(vec![asso(Some(limits()), AccountState::Suspended)]);
    assert_eq!(most(&world), Some((kib(100_000_000), 5_000)));
    world.apply(vec![asso(Some(limits()), AccountState::Erased)]);
    assert_eq!(most(&world), None);
}

#[test]
fn a_quota_that_fails_takes_the_change_back() {
    let mut world = World::new();
    world.apply(vec![asso(Some(limits()), AccountState::Active)]);
    let before = world.snapshot();
    *world.daemons.refuse.lock().unwrap() = Some("pm.max_children = 9".into());
    let mut refused = account("asso", 1);
    (refused.php_workers, refused.limits) = (9, Some(Limits { disk_mb: 1, ..limits() }));
    let done = world.apply(vec![wanted(&Body::Account(refused), 0)]);
    assert_eq!(done[0].outcome.state, ReportState::Failed);
    assert_eq!(world.snapshot(), before);
}
