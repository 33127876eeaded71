//! Two accounts ask for one name at the same instant, ten thousand times: one has it, the other is told so, and the host serves the one.

use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::time::{Duration, Instant};
use tests::audit::{all, history_is_whole};
use tests::own::Own;
use tests::panel::Ports;
use tests::play::text;
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::while_served;

const RACES: usize = 10_000;
/// Races of one pair of accounts: a cell's Apache reads all sites of its account at each change.
const BATCH: usize = 250;

/// For the host to have caught up with what the panel took.
const CATCH_UP: Duration = Duration::from_secs(300);

fn name(race: usize) -> String {
    format!("race{race}.example")
}

fn both<T>(one: Result<T, String>, other: Result<T, String>) -> (T, T) {
    (one.unwrap(), other.unwrap())
}

/// Both ask at the same instant; who won each race.
fn run(own: &Own, first: usize, accounts: [&str; 2]) -> Vec<usize> {
    let start = Barrier::new(2);
    let side = |account: &str| {
        let panel = own.stage.admin().unwrap();
        let path = format!("/api/v1/accounts/{account}/sites");
        let race = |race| {
            start.wait();
            panel.json("POST", &path, &json!({"name": name(race)}))
        };
        (first..first + BATCH).map(race).collect::<Vec<_>>()
    };
    let [ours, theirs] = std::thread::scope(|scope| {
        accounts.map(|account| scope.spawn(move || side(account))).map(|side| side.join().unwrap())
    });
    let winner = |(race, (one, other))| {
        // Only now: who fails alone would leave the other at the barrier for ever.
        let (one, other): (tests::http::Reply, tests::http::Reply) = both(one, other);
        let (winner, loser) = match (one.status, other.status) {
            (201, 409) => (0, other),
            (409, 201) => (1, one),
            (one_status, other_status) => {
                panic!("{}: {one_status} and {other_status}: {} {}", name(first + race), one.body, other.body)
            }
        };
        assert_eq!(loser.json()["code"], "name_taken", "{}", loser.body);
        winner
    };
    ours.into_iter().zip(theirs).enumerate().map(winner).collect()
}

#[test]
fn of_two_accounts_that_want_one_name_at_once_one_has_it() {
    let own = Own::up("races", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    let near = own.tenant("bystander").unwrap();
    let neighbour = near.site("bystander.example").unwrap();
    let mut winners: BTreeMap<String, String> = BTreeMap::new();
    let mut accounts = Vec::new();
    let began = Instant::now();
    let asked = while_served(&own, &neighbour.name, || {
        for batch in 0..RACES / BATCH {
            let pair = ["left", "right"].map(|side| own.tenant(&format!("{side}{batch}")).unwrap());
            let won = run(&own, batch * BATCH, [&pair[0].id, &pair[1].id]);
            for (race, side) in won.into_iter().enumerate() {
                winners.insert(name(batch * BATCH + race), pair[side].name.clone());
            }
            accounts.extend(pair.map(|tenant| (tenant.name, tenant.id)));
            eprintln!("  {} races, {:?}", (batch + 1) * BATCH, began.elapsed());
        }
    });
    let raced = began.elapsed();
    for (account, id) in &accounts {
        let sites = all(&own.admin, &format!("/api/v1/accounts/{id}/sites")).unwrap();
        let have: BTreeSet<String> = sites.iter().map(|site| text(site, "folder")).collect();
        let won: BTreeSet<String> =
            winners.iter().filter(|(_, winner)| *winner == account).map(|(name, _)| name.clone()).collect();
        assert_eq!(have, won, "{account}");
    }
    until("the host has it all", CATCH_UP, || {
        let host = own.admin.get(&format!("/api/v1/hosts/{}", own.host_id()?))?.ok("host")?;
        let counts = &host["resources"];
        if counts["pending"] == 0 && counts["failed"] == 0 { Ok(()) } else { Err(counts.to_string()) }
    })
    .unwrap();
    let links = own.shell("find /var/lib/alveole/names -name 'race*' -printf '%f %l\\n'").unwrap();
    let served: BTreeMap<String, String> = links
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, target)| {
            (
                name.to_owned(),
                target.trim_end_matches(".sock").rsplit('/').next().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    assert_eq!(served, winners, "a name leads to its winner's cell");
    history_is_whole(&own).unwrap();
    let left = winners.values().filter(|winner| winner.starts_with("left")).count();
    println!(
        "{RACES} races: {} single winners in {:.0} s ({left} left, {} right); the host served all of them after {:.0} s; a neighbour was asked {asked} times, 0 failures",
        winners.len(),
        raced.as_secs_f64(),
        winners.len() - left,
        began.elapsed().as_secs_f64()
    );
}
