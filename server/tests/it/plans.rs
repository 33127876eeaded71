//! Plans: what an account takes of its own, and one that becomes smaller.

use crate::bench::Bench;
use server::{
    account,
    plan::{self, PlanInput},
    site,
};

/// A smaller plan, or less in a plan, says first what would be above it; accepted, nothing is lost and nothing more comes in.
pub async fn what_would_be_above_a_plan_is_said_first(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    for n in 0..3 {
        site::create(server, &home.owner, home.account, &format!("s{n}.example")).await.unwrap();
    }
    let small = PlanInput { name: "Petite".into(), sites_max: 2, names_max: 4, ..input() };
    let small = plan::create(server, admin, small).await.unwrap().item.id;
    let told = account::set_plan(server, admin, home.account, None, small, false).await.unwrap_err();
    assert_eq!((told.code, told.field), ("plan_above", Some("above")));
    assert!(told.text.en.contains("3 sites for 2"), "{}", told.text.en);
    assert_eq!(account::show(server, admin, home.account).await.unwrap().plan.id, bench.plan);
    account::set_plan(server, admin, home.account, None, small, true).await.unwrap();
    assert_eq!(account::show(server, admin, home.account).await.unwrap().sites, 3);
    let refused = site::create(server, &home.owner, home.account, "s4.example").await.unwrap_err();
    assert_eq!(refused.code, "sites_limit");
    // The plan itself: who would be above it is named; the same or more asks nothing.
    let less = PlanInput { name: "Petite".into(), sites_max: 1, names_max: 4, ..input() };
    let told = plan::update(server, admin, small, None, less.clone()).await.unwrap_err();
    assert_eq!(told.code, "plan_above");
    assert!(told.text.fr.contains("alpha"), "{}", told.text.fr);
    plan::update(server, admin, small, None, PlanInput { above: true, ..less.clone() }).await.unwrap();
    plan::update(server, admin, small, None, PlanInput { sites_max: 9, ..less }).await.unwrap();
}

fn input() -> PlanInput {
    PlanInput { php_workers: 4, disk_mb: 1024, memory_mb: 256, ..PlanInput::default() }
}

/// What is counted is told against its limit; of what nobody counts yet only the limit is, and no nought.
pub async fn what_an_account_has_taken_of_its_plan(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let other = bench.household("beta").await;
    site::create(server, &home.owner, home.account, "un.example").await.unwrap();
    let two = site::create(server, &home.owner, home.account, "deux.example").await.unwrap().item.id;
    let names = ["deux.example".to_owned(), "www.deux.example".to_owned(), "2.deux.example".to_owned()];
    site::set_names(server, &home.owner, two, None, &names).await.unwrap();
    let told = account::usage(server, &home.owner, home.account).await.unwrap();
    let told: Vec<_> = told.iter().map(|limit| (limit.what, limit.used, limit.most)).collect();
    use account::Limited::{
        CpuPercent, Databases, DiskMb, Files, MemoryMb, Names, PhpWorkers, Processes, Sites,
    };
    let wanted = [
        (Sites, Some(2), 5),
        (Names, Some(3), 4),
        (Databases, Some(0), 3),
        (DiskMb, None, 1024),
        (Files, None, 1_000_000),
        (MemoryMb, None, 256),
        (PhpWorkers, None, 4),
        (CpuPercent, None, 200),
        (Processes, None, 400),
    ];
    assert_eq!(told, wanted);
    let none = account::usage(server, &other.owner, other.account).await.unwrap();
    assert_eq!((none[0].used, none[1].used), (Some(0), Some(0)));
    assert_eq!(account::usage(server, &other.owner, home.account).await.unwrap_err().code, "not_found");
}
