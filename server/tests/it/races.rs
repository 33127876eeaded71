//! What happens at the same instant.

use crate::bench::{Bench, staff};
use server::{approval, member, site, store::sql};

pub async fn one_name_two_accounts_one_winner(bench: Bench) {
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    for round in 0..50 {
        let name = format!("n{round}.course{round}.example");
        let ask = |who: &crate::bench::Household| {
            let (server, owner, account, name) =
                (bench.server.clone(), who.owner.clone(), who.account, name.clone());
            tokio::spawn(async move { site::create(&server, &owner, account, &name).await })
        };
        let (a, b) = tokio::join!(ask(&home), ask(&other));
        let (winner, loser) = match (a.unwrap(), b.unwrap()) {
            (Ok(site), Err(problem)) => ((site, &home.owner), problem),
            (Err(problem), Ok(site)) => ((site, &other.owner), problem),
            other => panic!("round {round}: not exactly one won: {other:?}"),
        };
        assert_eq!(loser.code, "name_taken", "round {round}");
        site::delete(&bench.server, winner.1, winner.0.item.id, None).await.unwrap();
    }
}

/// Each waits for the other's turn and none fails: both take what it is about first, then the approval.
pub async fn one_approves_what_another_asks_for_again(bench: Bench) {
    let server = &bench.server;
    let second = staff(server, "deux@coop.example").await;
    let home = bench.household("alpha").await;
    for round in 0..20 {
        let asked = member::ask_deletion(server, &bench.admin, home.member).await.unwrap().id;
        let (again, by) = (server.clone(), bench.admin.clone());
        let again = tokio::spawn(async move { member::ask_deletion(&again, &by, home.member).await });
        let (yes, by) = (server.clone(), second.clone());
        let yes = tokio::spawn(async move { approval::approve(&yes, &by, asked).await });
        let (again, yes) = tokio::join!(again, yes);
        let refused = again.unwrap().unwrap_err();
        assert!(["approval_open", "member_ending"].contains(&refused.code), "round {round}: {refused:?}");
        yes.unwrap().unwrap_or_else(|problem| panic!("round {round}: {problem:?}"));
        member::keep(server, &bench.admin, home.member).await.unwrap();
    }
}

pub async fn limits_hold_under_parallel_requests(bench: Bench) {
    let home = bench.household("alpha").await;
    let asked: Vec<_> = (0..20)
        .map(|n| {
            let (server, owner, account) = (bench.server.clone(), home.owner.clone(), home.account);
            tokio::spawn(async move {
                site::create(&server, &owner, account, &format!("s{n}.asso.example")).await
            })
        })
        .collect();
    let mut made = 0;
    for answer in asked {
        match answer.await.unwrap() {
            Ok(_) => made += 1,
            Err(problem) => assert_eq!(problem.code, "sites_limit"),
        }
    }
    assert_eq!(made, 5);
}

pub async fn generations_never_skip_and_never_double(bench: Bench) {
    let mut asked = vec![];
    for n in 0..8 {
        let home = bench.household(&format!("maison{n}")).await;
        let server = bench.server.clone();
        asked.push(tokio::spawn(async move {
            for m in 0..4 {
                let name = format!("s{m}.maison{n}.example");
                site::create(&server, &home.owner, home.account, &name).await.unwrap();
            }
        }));
    }
    for one in asked {
        one.await.unwrap();
    }
    let host = bench.count("SELECT generation FROM hosts").await;
    let generations: Vec<i64> = sql("SELECT generation FROM change_states ORDER BY generation")
        .all(bench.server.store.on(), |row| row.get("generation"))
        .await
        .unwrap();
    assert_eq!(generations, (1..=host).collect::<Vec<_>>());
    assert_eq!(host, 8 + 32);
}
