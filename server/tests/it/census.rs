//! How many there are, and were: counted by one process, kept a figure a day, read as lists, lines and totals.

use crate::bench::{Bench, as_user, unpaid};
use model::Day;
use server::{
    account,
    actor::Staff,
    census::{self, Asked, What},
    member::{self, MemberPatch, NewMember},
    paging::Listing,
    site,
    store::sql,
};

const DAY: i64 = 24 * 3_600_000;

fn listing(q: &str, limit: u32) -> Listing {
    Listing { limit: Some(limit), q: Some(q.into()), ..Listing::default() }
}

/// What stands of one thing, the newest day first.
async fn of(bench: &Bench, what: What) -> Vec<(i64, i64)> {
    let all = census::read(&bench.server, &bench.admin).await.unwrap().series(what, 366, 1);
    all.iter().rev().map(|(day, count)| (day.ms(), *count)).collect()
}

pub async fn a_day_has_one_figure_and_its_last_holds(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let other = bench.another().await;
    let home = bench.household("alpha").await;
    let today = Day::from_ms(server.world.now_ms()).ms();
    // Of two processes at once one counts; nor does the same one so soon again.
    let (one, two) = tokio::join!(census::take(server), census::take(&other));
    assert_eq!(u8::from(one.unwrap()) + u8::from(two.unwrap()), 1);
    assert!(!census::take(server).await.unwrap());
    assert_eq!(of(&bench, What::Sites).await, [(today, 0)]);
    let acts = of(&bench, What::Changes).await[0];
    assert_eq!(acts.1, bench.count("SELECT COUNT(*) FROM changes").await);
    site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    bench.world.pass(300_000);
    assert!(census::take(&other).await.unwrap());
    assert_eq!(of(&bench, What::Sites).await, [(today, 1)]);
    assert_eq!(of(&bench, What::Changes).await[0], (today, acts.1 + 1));
    // An act after the day's last count is still the day's; what there is, is today's. A day nobody counted has no figure of its own.
    account::suspend(server, admin, home.account, None, unpaid("Impayé")).await.unwrap();
    bench.world.pass(3 * DAY);
    assert!(census::take(server).await.unwrap());
    let now = today + 3 * DAY;
    assert_eq!(of(&bench, What::Sites).await, [(now, 1), (today, 1)]);
    assert_eq!(
        of(&bench, What::Changes).await,
        [(now, 0), (now - DAY, 0), (now - 2 * DAY, 0), (today, acts.1 + 2)]
    );
    assert_eq!(of(&bench, What::UnpaidAccounts).await, [(now, 1), (today, 0)]);
    account::delete(server, admin, home.account, None).await.unwrap();
    bench.world.pass(300_000);
    assert!(census::take(server).await.unwrap());
    let latest = census::read(server, admin).await.unwrap();
    let counts =
        [What::Accounts, What::SuspendedAccounts, What::Sites, What::Members].map(|what| latest.of(what));
    assert_eq!(counts, [0, 0, 0, 1]);
    assert!(latest.at.is_some_and(|at| server.world.now_ms() - at < 60_000));
    // Over a year a point is a week, and its acts are the week's.
    let weeks = latest.series(What::Changes, 364, 7);
    assert_eq!(weeks, [(Day::from_ms(now), acts.1 + 3)]);
    let nobody = as_user(admin.user.unwrap(), "x@coop.example", Staff::NONE);
    assert_eq!(census::read(server, &nobody).await.unwrap_err().code, "not_found");
}

pub async fn the_first_count_fills_the_past_with_what_is_known(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let today = Day::from_ms(server.world.now_ms()).ms();
    let since = |days: i64| Some(Day::from_ms(today - days * DAY).to_string());
    let new = |name: &str, status: &str, days| NewMember {
        name: name.into(),
        status: Some(status.into()),
        since: since(days),
        ..NewMember::default()
    };
    member::create(server, admin, new("Ancienne", "member", 2_000)).await.unwrap();
    let candidate = member::create(server, admin, new("Candidate", "applicant", 10)).await.unwrap().item.id;
    let patch = MemberPatch { status: Some("member".into()), since: since(4), ..MemberPatch::default() };
    member::update(server, admin, candidate, None, patch).await.unwrap();
    let home = bench.household("alpha").await;
    let mut tx = server.store.write().await.unwrap();
    for (statement, at) in [
        ("UPDATE accounts SET created_at = $1", today - 20 * DAY + 5),
        ("UPDATE users SET created_at = $1", today - 20 * DAY + 5),
    ] {
        sql(statement).bind(at).run(tx.on()).await.unwrap();
    }
    tx.commit().await.unwrap();
    account::delete(server, admin, home.account, None).await.unwrap();
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE accounts SET deleted_at = $1").bind(today - 2 * DAY + 5).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(census::take(server).await.unwrap());
    let on = |points: &[(i64, i64)], days: i64| {
        points.iter().find(|(day, _)| *day == today - days * DAY).map(|(_, n)| *n)
    };
    let members = of(&bench, What::Members).await;
    assert_eq!(
        [on(&members, 360), on(&members, 5), on(&members, 4), on(&members, 0)],
        [Some(1), Some(1), Some(2), Some(3)]
    );
    let applicants = of(&bench, What::Applicants).await;
    assert_eq!(
        [
            on(&applicants, 11),
            on(&applicants, 10),
            on(&applicants, 5),
            on(&applicants, 4),
            on(&applicants, 0)
        ],
        [None, Some(1), Some(1), Some(0), Some(0)]
    );
    let accounts = of(&bench, What::Accounts).await;
    assert_eq!(
        [on(&accounts, 21), on(&accounts, 20), on(&accounts, 3), on(&accounts, 2), on(&accounts, 0)],
        [None, Some(1), Some(1), Some(0), Some(0)]
    );
    assert_eq!(on(&of(&bench, What::Users).await, 20), Some(2));
    // Nobody knows how many sites there were.
    assert_eq!(of(&bench, What::Sites).await.len(), 1);
}

pub async fn figures_are_listed_a_page_at_a_time(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    for _ in 0..3 {
        assert!(census::take(server).await.unwrap());
        bench.world.pass(DAY);
    }
    let mut asked = listing("", 4);
    let mut found = Vec::new();
    loop {
        let page = census::list(server, admin, &asked, Asked::default()).await.unwrap();
        found
            .extend(page.items.into_iter().map(|sample| (std::cmp::Reverse(sample.day), sample.what.code())));
        match page.next {
            Some(next) => asked.cursor = Some(next),
            None => break,
        }
    }
    let days: std::collections::BTreeSet<_> = found.iter().map(|(day, _)| *day).collect();
    assert!(found.len() >= What::ALL.len() && days.len() == 3, "{found:?}");
    let mut sorted = found.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), found.len(), "each once");
    assert!(found.is_sorted_by_key(|(day, _)| *day));
    let newest = days.first().unwrap().0;
    let of_day = Asked { from: Some(newest), to: Some(newest) };
    let sites = census::list(server, admin, &listing("SITES", 50), of_day).await.unwrap().items;
    let [sample] = sites.as_slice() else { panic!("{sites:?}") };
    assert_eq!(serde_json::json!(sample), serde_json::json!({ "day": newest, "what": "sites", "count": 0 }));
    let bad = Listing { cursor: Some("YQpi".into()), ..Listing::default() };
    assert_eq!(census::list(server, admin, &bad, Asked::default()).await.unwrap_err().code, "bad_cursor");
}
