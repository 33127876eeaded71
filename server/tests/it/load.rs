//! How long the rules behind the pages take with 10,000 members: a measure, run by hand
//! (`cargo nextest run --release -p server --run-ignored only --no-capture load`).

use crate::bench::Bench;
use server::{account, change, member, paging::Listing, session, site, store::sql};
use std::time::{Duration, Instant};

const MEMBERS: i64 = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measure, not a test"]
async fn load() {
    measure(Bench::new(None).await).await;
    let postgres = crate::postgres::Postgres::start().await;
    measure(Bench::new(Some(&postgres)).await).await;
}

async fn measure(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    fill(&bench).await;
    println!("{:?}", server.store.engine());
    let search = Listing { q: Some("ruche 99".into()), ..Listing::default() };
    let deep = member::list(server, &bench.admin, &Listing { limit: Some(200), ..Listing::default() })
        .await
        .unwrap();
    let deep = Listing { cursor: deep.next, ..Listing::default() };
    let all = Listing::default();
    let signed_in = session::start(server, home.owner.user.unwrap(), None).await.unwrap();
    macro_rules! time {
        ($name:literal, $call:expr) => {{
            let mut times: Vec<Duration> = Vec::new();
            for _ in 0..200 {
                let begun = Instant::now();
                $call.await.unwrap();
                times.push(begun.elapsed());
            }
            times.sort();
            println!("{:<32} median {:>9.2?}  p99 {:>9.2?}", $name, times[100], times[197]);
        }};
    }
    time!("session", session::by_secret(server, signed_in.session.reveal()));
    time!("members", member::list(server, &bench.admin, &all));
    time!("members, a later page", member::list(server, &bench.admin, &deep));
    time!("members, searched", member::list(server, &bench.admin, &search));
    time!("accounts", account::list(server, &bench.admin, &all, None));
    time!("accounts, searched", account::list(server, &bench.admin, &search, None));
    time!("a member's accounts", account::list(server, &home.owner, &all, None));
    time!("an account", account::show(server, &home.owner, home.account));
    time!("its sites", site::list(server, &home.owner, home.account, &all));
    time!("its changes", change::list(server, &home.owner, home.account, &all));
    time!("its events", change::events(server, &home.owner, home.account));
    let mut n = 0;
    time!("a site created and deleted", async {
        n += 1;
        let made = site::create(server, &home.owner, home.account, &format!("n{n}.example")).await?;
        site::delete(server, &home.owner, made.item.id, None).await
    });
}

/// Members, accounts and sites as creating them one by one leaves them.
async fn fill(bench: &Bench) {
    let (server, now) = (&bench.server, bench.server.world.now_ms());
    let mut tx = server.store.write().await.unwrap();
    let change: String = sql("SELECT id FROM changes LIMIT 1").one(tx.on(), |row| row.first()).await.unwrap();
    for n in 0..MEMBERS {
        let id = server.world.id::<()>().to_string();
        let name = format!("Ruche {n}");
        sql("INSERT INTO members (id, name, name_key, created_at, version) VALUES ($1, $2, $3, $4, 1)")
            .bind(id.as_str())
            .bind(name.as_str())
            .bind(name.to_lowercase())
            .bind(now)
            .run(tx.on())
            .await
            .unwrap();
        sql("INSERT INTO accounts (id, member_id, plan_id, host_id, name, uid, php, state, created_at, version)
             VALUES ($1, $1, $2, $3, $4, $5, '8.4', 'active', $6, 1)")
        .bind(id.as_str())
        .bind(bench.plan)
        .bind(bench.host)
        .bind(format!("ruche{n}"))
        .bind(210_000 + n)
        .bind(now)
        .run(tx.on())
        .await
        .unwrap();
        sql("INSERT INTO domains (name, account_id, created_at) VALUES ($1, $2, $3)")
            .bind(format!("ruche{n}.example"))
            .bind(id.as_str())
            .bind(now)
            .run(tx.on())
            .await
            .unwrap();
        sql("INSERT INTO sites (id, account_id, folder, created_at, version) VALUES ($1, $1, $2, $3, 1)")
            .bind(id.as_str())
            .bind(format!("ruche{n}.example"))
            .bind(now)
            .run(tx.on())
            .await
            .unwrap();
        sql("INSERT INTO names (name, site_id, position, domain) VALUES ($1, $2, 0, $1)")
            .bind(format!("ruche{n}.example"))
            .bind(id.as_str())
            .run(tx.on())
            .await
            .unwrap();
        sql("INSERT INTO resources (host_id, kind, key, account_id, generation, change_id, state) VALUES ($1, 'site', $2, $2, $3, $4, 'verified')")
            .bind(bench.host)
            .bind(id.as_str())
            .bind(1000 + n)
            .bind(change.as_str())
            .run(tx.on())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    // As autovacuum does on its own.
    sql("ANALYZE").run(server.store.on()).await.unwrap();
}
