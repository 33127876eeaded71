//! What home pages ask for, on both engines: sites that stand still, who waits, who is locked out, who owes.

use crate::bench::{Bench, unpaid};
use server::{
    account::{self, NewAccount},
    mail,
    paging::Listing,
    search, session, site,
    store::sql,
    user,
};

async fn run(bench: &Bench, statement: &'static str, value: &str) {
    let mut tx = bench.server.store.write().await.unwrap();
    sql(statement).bind(value).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

pub async fn members_see_which_of_their_sites_stand_still(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let mut made = Vec::new();
    for name in ["un.example", "deux.example"] {
        made.push(site::create(server, &home.owner, home.account, name).await.unwrap().item.id);
    }
    let theirs = site::create(server, &other.owner, other.account, "trois.example").await.unwrap().item.id;
    assert!(site::care(server, &home.owner, 9).await.unwrap().is_empty());
    for (state, id) in [("failed", made[1]), ("held", theirs)] {
        let statement = match state {
            "failed" => "UPDATE resources SET state = 'failed' WHERE key = $1",
            _ => "UPDATE resources SET state = 'held' WHERE key = $1",
        };
        run(&bench, statement, &id.to_string()).await;
    }
    let still = site::care(server, &home.owner, 9).await.unwrap();
    let names: Vec<_> = still.iter().map(|site| site.names[0].to_string()).collect();
    assert_eq!(names, ["deux.example"], "others' are others'");
    let accounts = account::list(server, &home.owner, &Listing::default(), None).await.unwrap().items;
    let named = site::main_names(server, &accounts, 9).await.unwrap();
    let named: Vec<_> = named.iter().map(|(of, id, name)| (*of, *id, name.to_string())).collect();
    assert_eq!(
        named,
        [
            (home.account, made[0], "un.example".to_owned()),
            (home.account, made[1], "deux.example".to_owned())
        ]
    );
    assert_eq!(site::main_names(server, &accounts, 1).await.unwrap().len(), 1);
    // What is suggested while one types is what one may see, kind by kind.
    let found = search::groups(server, &home.owner, "EXAM", 4).await.unwrap();
    let mut found: Vec<_> =
        found.iter().flat_map(|group| group.items.iter().map(|one| one.name.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, ["deux.example", "un.example"]);
}

pub async fn staff_sees_who_waits(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let (home, paid) = (bench.household("alpha").await, bench.household("beta").await);
    account::suspend(server, admin, home.account, None, unpaid("Impayé")).await.unwrap();
    let threat =
        account::Suspension { code: "threat".into(), reference: None, reason: Some("Pourriels".into()) };
    account::suspend(server, admin, paid.account, None, threat).await.unwrap();
    let owing = account::unpaid(server, admin, 5).await.unwrap();
    assert_eq!(owing.iter().map(|account| account.id).collect::<Vec<_>>(), [home.account]);
    // Who was let in and has not come yet.
    let new = NewAccount {
        member: home.member.to_string(),
        plan: bench.plan.to_string(),
        name: "gamma".into(),
        host: None,
        owner: Some("neuve@membre.example".into()),
        mail: None,
    };
    account::create(server, admin, new).await.unwrap();
    let waiting = async |q: &str| -> Vec<String> {
        let listing = Listing { q: Some(q.into()), ..Listing::default() };
        user::waiting(server, admin, &listing)
            .await
            .unwrap()
            .items
            .into_iter()
            .map(|user| user.email)
            .collect()
    };
    assert_eq!(waiting("").await, ["neuve@membre.example"]);
    assert_eq!(waiting("alpha").await, Vec::<String>::new());
    // Who is locked out: at the second factor by name, at the password by number.
    assert_eq!(session::locked_out(server, admin).await.unwrap(), session::LockedOut::default());
    let now = server.world.now_ms();
    let mut tx = server.store.write().await.unwrap();
    for n in 0..10 {
        for bucket in [format!("factor:{}", home.owner.user.unwrap()), "user:0a0b".to_owned()] {
            sql("INSERT INTO attempts (id, bucket, at) VALUES ($1, $2, $3)")
                .bind(format!("{bucket}{n}"))
                .bind(bucket)
                .bind(now)
                .run(tx.on())
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
    let locked = session::locked_out(server, admin).await.unwrap();
    assert_eq!((locked.users.len(), locked.addresses), (1, 1));
    assert_eq!((locked.users[0].user.name.as_str(), locked.users[0].at), ("alpha@membre.example", now));
    bench.world.pass(15 * 60_000);
    assert_eq!(session::locked_out(server, admin).await.unwrap(), session::LockedOut::default());
    assert_eq!(session::locked_out(server, &home.owner).await.unwrap_err().code, "not_found");
    // Mails that were given up, while nobody has sent them again.
    assert!(mail::failed(server, admin, 5).await.unwrap().is_empty());
    let failed =
        "INSERT INTO mails (id, at, address, address_key, kind, lang, subject, facts, state, tries, next_at)
        VALUES ($1, 1, 'x@asso.example', 'x@asso.example', 'invitation', 'fr', 'x', '{}', 'failed', 1, 1)";
    let id: model::MailId = server.world.id();
    run(&bench, failed, &id.to_string()).await;
    assert_eq!(mail::failed(server, admin, 5).await.unwrap().len(), 1);
    run(&bench, "UPDATE mails SET again_id = $1", "y").await;
    assert!(mail::failed(server, admin, 5).await.unwrap().is_empty());
}
