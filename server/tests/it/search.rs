//! The search: what is found by which words, and by whom.

use crate::{
    api::Client,
    bench::{Bench, as_user},
};
use axum::http::StatusCode;
use model::{MemberId, StaffRole};
use server::{
    Actor, Server, account,
    actor::Staff,
    host::{self, NewHost},
    member::{self, NewMember},
    paging::Listing,
    search::{self, Kind},
    site,
    store::sql,
};

/// What somebody finds, as "kind name", in the order of the names.
async fn finds(server: &Server, actor: &Actor, typed: &str) -> Vec<String> {
    let listing = Listing { limit: Some(200), q: Some(typed.into()), ..Listing::default() };
    let found = search::list(server, actor, &listing, None).await.unwrap();
    assert_eq!(found.next, None);
    let mut found: Vec<_> =
        found.items.iter().map(|found| format!("{} {}", found.kind.code(), found.name)).collect();
    found.sort();
    found
}

async fn member(bench: &Bench, name: &str) -> MemberId {
    let new = NewMember { name: name.into(), ..Default::default() };
    member::create(&bench.server, &bench.admin, new).await.unwrap().item.id
}

/// Reader of a member.
async fn role(bench: &Bench, user: &Actor, member: MemberId, until: Option<i64>) {
    let mut tx = bench.server.store.write().await.unwrap();
    sql("INSERT INTO grants (id, user_id, member_id, role, created_at, expires_at) VALUES ($1, $2, $3, 'reader', 1, $4)")
        .bind(bench.server.world.id::<model::Grant>())
        .bind(user.user)
        .bind(member)
        .bind(until)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

pub async fn everything_is_found_by_the_beginnings_of_its_words(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("amis-velo").await;
    let created = site::create(server, &home.owner, home.account, "www.miel.example").await.unwrap().item;
    let new = NewHost { name: "ruche7".into(), ipv4: "192.0.2.7".into(), ..Default::default() };
    host::add(server, admin, new).await.unwrap();
    let rename = async |name: &str| crate::members::renamed(server, admin, home.member, name).await.unwrap();
    rename("Crèmerie de l’Été & Œuvres").await;

    for typed in ["crem", "CRÈMERIE", "été", "ete oeuv", "l'ete crem", "œuvres"] {
        assert_eq!(finds(server, admin, typed).await, ["member Crèmerie de l’Été & Œuvres"], "{typed}");
    }
    let both = ["account amis-velo", "user amis-velo@membre.example"];
    for typed in ["amis", "velo", "amis-velo", "vel ami"] {
        assert_eq!(finds(server, admin, typed).await, both, "{typed}");
    }
    for typed in ["amis-velo@mem", "velo@membre.example", "Amis-Velo@Membre.Example"] {
        assert_eq!(finds(server, admin, typed).await, both[1..], "{typed}");
    }
    for typed in ["www.miel.exa", "miel.example", "miel", "exam mie", "https://www.miel.example/wiki?x"] {
        assert_eq!(finds(server, admin, typed).await, ["site www.miel.example"], "{typed}");
    }
    assert_eq!(finds(server, admin, "ruche").await, ["host ruche7"]);
    // Not by what stands in the midst of a word, by one word of two, by signs, by nothing.
    for typed in ["iel", "remerie", "miel amis", "%", "_", "", " ", "'", "m\u{0}iel"] {
        assert_eq!(finds(server, admin, typed).await, Vec::<String>::new(), "{typed}");
    }

    // Names that went are found no more.
    assert_eq!(finds(server, admin, "association").await, Vec::<String>::new());
    let names = ["été.example".to_owned(), "rucher.example".to_owned()];
    site::set_names(server, &home.owner, created.id, None, &names).await.unwrap();
    assert_eq!(finds(server, admin, "miel").await, Vec::<String>::new());
    for typed in ["ete.ex", "Été.example", "xn--", "rucher"] {
        assert_eq!(finds(server, admin, typed).await, ["site xn--t-9fab.example"], "{typed}");
    }
    site::delete(server, &home.owner, created.id, None).await.unwrap();
    assert_eq!(finds(server, admin, "rucher").await, Vec::<String>::new());
    let gone = member(&bench, "Passante").await;
    assert_eq!(finds(server, admin, "passante").await.len(), 1);
    member::delete(server, admin, gone, None).await.unwrap();
    assert_eq!(finds(server, admin, "passante").await, Vec::<String>::new());

    // A deleted account can still be found, to be brought back; an erased one not.
    site::create(server, &home.owner, home.account, "fin.example").await.unwrap();
    account::delete(server, admin, home.account, None).await.unwrap();
    assert_eq!(finds(server, admin, "amis").await, both);
    bench.world.pass(31 * 24 * 3_600_000);
    assert_eq!(account::purge(server).await.unwrap(), 1);
    assert_eq!(finds(server, admin, "amis").await, both[1..]);
    assert_eq!(finds(server, admin, "fin").await, Vec::<String>::new());
    assert_eq!(
        bench.count("SELECT COUNT(*) FROM search_words WHERE kind IN ('account', 'site')").await,
        0,
        "words of nothing are left"
    );
}

pub async fn others_things_are_not_even_counted(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let (alpha, beta) = (bench.household("alpha").await, bench.household("beta").await);
    for (home, name) in [(&alpha, "ruche.example"), (&beta, "rucher.example")] {
        site::create(server, &home.owner, home.account, name).await.unwrap();
    }
    let new = NewHost { name: "ruche7".into(), ipv4: "192.0.2.7".into(), ..Default::default() };
    host::add(server, admin, new).await.unwrap();
    // An account's owner answers for a member that nobody owns, and so finds it.
    let mine = ["account alpha", "member Association alpha", "site ruche.example"];
    assert_eq!(finds(server, &alpha.owner, "ruche").await, mine[2..]);
    assert_eq!(finds(server, &alpha.owner, "a").await, mine[..2]);
    assert_eq!(finds(server, &alpha.owner, "asso").await, mine[1..2]);
    for typed in ["beta", "rucher", "membre", "admin", "ruche7", "b"] {
        assert_eq!(finds(server, &alpha.owner, typed).await, Vec::<String>::new(), "{typed}");
    }
    let whose = search::groups(server, &alpha.owner, "ruche", 5).await.unwrap();
    assert_eq!(whose.len(), 1);
    let found = &whose[0].items[0];
    assert_eq!(found.account.as_ref().unwrap().name, "alpha");
    assert_eq!(found.member.as_ref().unwrap().name, "Association alpha");
    let kinds = [Kind::Account, Kind::Site, Kind::Database, Kind::Member];
    assert_eq!(search::kinds(&alpha.owner), kinds);

    // A role on the member shows the member and all its accounts, for as long as it lasts.
    let until = server.world.now_ms() + 1_000_000;
    role(&bench, &alpha.owner, beta.member, Some(until)).await;
    assert_eq!(finds(server, &alpha.owner, "b").await, ["account beta", "member Association beta"]);
    assert_eq!(finds(server, &alpha.owner, "ruche").await, ["site ruche.example", "site rucher.example"]);
    bench.world.pass(1_000_000);
    assert_eq!(finds(server, &alpha.owner, "b").await, Vec::<String>::new());
    // Once somebody owns the member itself, the owner of one of its accounts opens it no more, and other roles on an account never did.
    let mut tx = server.store.write().await.unwrap();
    let give = "INSERT INTO grants (id, user_id, member_id, account_id, role, created_at) VALUES ($1, $2, $3, $4, $5, 1)";
    let on = [(Some(alpha.member), None, "owner"), (None, Some(alpha.account), "webmaster")];
    for (member, account, role) in on {
        let id = server.world.id::<model::Grant>();
        sql(give)
            .bind(id)
            .bind(beta.owner.user)
            .bind(member)
            .bind(account)
            .bind(role)
            .run(tx.on())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(finds(server, &alpha.owner, "asso").await, Vec::<String>::new());
    assert_eq!(
        finds(server, &beta.owner, "asso").await,
        ["member Association alpha", "member Association beta"]
    );
    let mut tx = server.store.write().await.unwrap();
    let end = "UPDATE grants SET revoked_at = 1 WHERE user_id = $1 AND member_id = $2";
    sql(end).bind(beta.owner.user).bind(alpha.member).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(finds(server, &alpha.owner, "asso").await, ["member Association alpha"]);
    assert_eq!(finds(server, &beta.owner, "asso").await, ["member Association beta"]);
    let mut tx = server.store.write().await.unwrap();
    let end = "UPDATE grants SET revoked_at = 1 WHERE user_id = $1 AND account_id = $2";
    sql(end).bind(beta.owner.user).bind(alpha.account).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    // A second role on what one sees already shows it once.
    role(&bench, &beta.owner, beta.member, None).await;
    assert_eq!(finds(server, &beta.owner, "rucher").await, ["site rucher.example"]);

    // Staff sees what its duties show.
    let all = ["host ruche7", "site ruche.example", "site rucher.example"];
    let users = |found: Vec<String>| found.iter().filter(|found| found.starts_with("user")).count();
    for (role, hosts, sees_users) in [
        (StaffRole::Admin, true, true),
        (StaffRole::Support, true, true),
        (StaffRole::Board, true, true),
        (StaffRole::Operator, true, false),
        (StaffRole::Treasurer, false, false),
    ] {
        let actor = as_user(server.world.id(), "equipe@coop.example", Staff::of(&[role]));
        assert_eq!(finds(server, &actor, "ruche").await, all[usize::from(!hosts)..], "{role:?}");
        assert_eq!(users(finds(server, &actor, "membre").await), if sees_users { 2 } else { 0 }, "{role:?}");
    }

    // Over the API the same.
    let client = Client::of(&bench, alpha.owner.user).await;
    let answered = client.ask("GET", "/search?q=ruche&limit=9", None).await;
    assert_eq!(answered.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(answered.body["items"][0]["account"]["name"], "alpha");
    let answered = client.ask("GET", "/search?q=ruche&kind=user", None).await;
    assert_eq!(
        (&answered.body["items"], &answered.body["next"]),
        (&serde_json::json!([]), &serde_json::Value::Null)
    );
    let answered = client.ask("GET", "/search?q=ruche&kind=zone", None).await;
    assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A cursor of another kind than one may search, or of rows that were not asked for, is none.
    let staffs = Listing { limit: Some(1), q: Some("membre".into()), ..Listing::default() };
    let next = search::list(server, admin, &staffs, Some(Kind::User)).await.unwrap().next.unwrap();
    for (actor, typed) in [(&alpha.owner, "membre"), (admin, "ruche")] {
        let forged = Listing { limit: None, cursor: Some(next.clone()), q: Some(typed.into()) };
        let refused = search::list(server, actor, &forged, None).await.unwrap_err();
        assert_eq!(refused.code, "bad_cursor", "{typed}");
    }
}

pub async fn pages_bring_each_thing_once(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    for n in 0..17 {
        // Two words of each begin so.
        member(&bench, &format!("Ruche {n} ruchette")).await;
    }
    let home = bench.household("ruche").await;
    site::create(server, &home.owner, home.account, "ruche.ruche.example").await.unwrap();
    for limit in [1, 4, 5, 200] {
        let mut listing = Listing { limit: Some(limit), q: Some("r".into()), ..Listing::default() };
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let page = search::list(server, admin, &listing, None).await.unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.iter().map(|found| (found.kind.code(), found.id)));
            pages += 1;
            assert!(pages < 40);
            listing.cursor = page.next;
            if listing.cursor.is_none() {
                break;
            }
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        // The household's account, site, member and user besides.
        assert_eq!((seen.len(), all), (21, 21), "{limit} at a time");
    }
    let groups = search::groups(server, admin, "ruche", 5).await.unwrap();
    let many: Vec<_> = groups.iter().map(|g| (g.kind, g.items.len(), g.next.is_some())).collect();
    assert_eq!(
        many,
        [(Kind::Account, 1, false), (Kind::Site, 1, false), (Kind::Member, 5, true), (Kind::User, 1, false)]
    );

    // Two words that very many have, and hardly any both: no page looks through more than a piece of the index.
    member(&bench, "Compost Rareté").await;
    let mut tx = server.store.write().await.unwrap();
    for word in ["commun", "rarb"] {
        sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3100)
             INSERT INTO search_words (kind, word, id) SELECT 'member', $1, $2 || CAST(i AS TEXT) FROM n")
        .bind(word.as_bytes().to_vec())
        .bind(word)
        .run(tx.on())
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let mut listing = Listing { q: Some("com rar".into()), ..Listing::default() };
    let first = search::list(server, admin, &listing, Some(Kind::Member)).await.unwrap();
    assert_eq!(first.items, []);
    listing.cursor = first.next;
    let second = search::list(server, admin, &listing, Some(Kind::Member)).await.unwrap();
    assert_eq!((second.items[0].name.as_str(), second.next), ("Compost Rareté", None));
    // One word that few have leads at once.
    assert_eq!(finds(server, admin, "com rarete").await, ["member Compost Rareté"]);
}

pub async fn what_was_there_before_is_found_too(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    site::create(server, &home.owner, home.account, "été.example").await.unwrap();
    member(&bench, "…").await;
    // The bench's host was never put in.
    assert_eq!(finds(server, admin, "web1").await, Vec::<String>::new());
    let words = bench.count("SELECT COUNT(*) FROM search_words").await;
    let mut tx = server.store.write().await.unwrap();
    sql("DELETE FROM search_words").run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(finds(server, admin, "alpha").await, Vec::<String>::new());
    search::backfill(server).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM search_words").await, words + 1);
    assert_eq!(finds(server, admin, "alpha").await.len(), 3);
    assert_eq!(finds(server, admin, "ete").await.len(), 1);
    assert_eq!(finds(server, admin, "web1").await, ["host web1"]);
    // What has words is left alone.
    assert_eq!(search::backfill(server).await.unwrap(), 0);
}
