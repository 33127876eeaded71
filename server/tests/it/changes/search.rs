//! The change log searched, filtered, and carried away as a file that proves itself.

use crate::{
    api::Client,
    bench::{Bench, Household},
};
use axum::{body::to_bytes, http::StatusCode};
use model::ChangeId;
use serde_json::Value;
use server::{
    Actor,
    change::{self, Filter, Format, Of, Wanted},
    paging::Listing,
    site,
};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

/// Filters by name.
type Query<'a> = &'a [(&'a str, &'a str)];

fn wanted(query: Query<'_>) -> Filter {
    let mut wanted = Wanted::default();
    for (name, value) in query {
        let value = (*value).to_owned();
        match *name {
            "q" => wanted.q = value,
            "verb" => wanted.verb = value,
            "member" => wanted.member = value,
            "account" => wanted.account = value,
            "host" => wanted.host = value,
            "via" => wanted.via = value,
            "from" => wanted.from = value,
            "to" => wanted.to = value,
            other => panic!("{other}"),
        }
    }
    wanted.filter().unwrap()
}

/// Verb and subject of what is found, all pages of two.
async fn found(bench: &Bench, filter: &Filter) -> Vec<String> {
    let mut said = Vec::new();
    let mut listing = Listing { limit: Some(2), ..Listing::default() };
    loop {
        let page = change::search(&bench.server, &bench.admin, filter, &listing).await.unwrap();
        said.extend(page.items.into_iter().map(|change| format!("{} {}", change.verb, change.subject.label)));
        match page.next {
            Some(next) => listing.cursor = Some(next),
            None => return said,
        }
    }
}

/// Two households, the second with a site of three lives.
async fn lived(bench: &Bench) -> (Household, Household) {
    let (alpha, beta) = (bench.household("alpha").await, bench.household("beta").await);
    let (server, me) = (&bench.server, &beta.owner);
    let made = site::create(server, me, beta.account, "été.example").await.unwrap().item.id;
    let names = ["été.example".to_owned(), "www.été.example".to_owned()];
    site::set_names(server, me, made, None, &names).await.unwrap();
    site::delete(server, &bench.admin, made, None).await.unwrap();
    (alpha, beta)
}

pub async fn words_and_filters_find_the_same_before_and_after_indexing(bench: Bench) {
    let (_, beta) = lived(&bench).await;
    let (member, account) = (beta.member.to_string(), beta.account.to_string());
    let sites = ["site.delete été.example", "site.names été.example", "site.create été.example"];
    let cases: [(Query<'_>, &[&str]); 14] = [
        (&[("q", "ete")], &sites),
        (&[("q", "Été.EX")], &sites),
        (&[("q", "xn--t-9fab")], &sites),
        (&[("q", "été membre")], &sites[1..]),
        (&[("q", "ete admin@coop.example")], &sites[..1]),
        (&[("q", "ete"), ("verb", "site.names")], &sites[1..2]),
        (&[("verb", "site")], &sites),
        (&[("verb", "member.create"), ("q", "association bet")], &["member.create Association beta"]),
        (&[("verb", "site"), ("account", &account), ("member", &member)], &sites),
        (&[("q", "te")], &[]),
        (&[("q", "ete"), ("via", "token")], &[]),
        (&[("q", "?!")], &[]),
        (&[("q", "ete"), ("from", "2036-01-01")], &[]),
        (&[("q", "ete"), ("from", "2026-01-01"), ("to", "2036-01-01")], &sites),
    ];
    // Nothing is chained; all is chained; half is indexed; all is; and acts came since.
    for stage in 0..4 {
        for (query, expected) in &cases {
            assert_eq!(found(&bench, &wanted(query)).await, *expected, "{stage}: {query:?}");
        }
        match stage {
            0 => drop(change::extend(&bench.server).await.unwrap()),
            1 => assert!(change::index(&bench.server).await.unwrap() > 10),
            _ => {
                assert_eq!(change::index(&bench.server).await.unwrap(), 0);
                bench.household(["gamma", "delta"][stage - 2]).await;
            }
        }
    }
    // A page that begins in what is not indexed yet goes on in the index, though it was indexed meanwhile.
    let all = found(&bench, &wanted(&[("q", "coop.example")])).await;
    let listing = |cursor| Listing { limit: Some(3), cursor, q: None };
    let filter = wanted(&[("q", "coop.example")]);
    let first = change::search(&bench.server, &bench.admin, &filter, &listing(None)).await.unwrap();
    change::extend(&bench.server).await.unwrap();
    let chained = change::search(&bench.server, &bench.admin, &filter, &listing(first.next.clone())).await;
    change::index(&bench.server).await.unwrap();
    let indexed = change::search(&bench.server, &bench.admin, &filter, &listing(first.next)).await.unwrap();
    assert_eq!(chained.unwrap(), indexed);
    let seen: Vec<String> =
        first.items.iter().chain(&indexed.items).map(|c| format!("{} {}", c.verb, c.subject.label)).collect();
    assert_eq!(seen, all[..6]);
}

pub async fn times_are_filtered_with_and_without_words(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let at = async |n: usize| {
        bench.world.pass(86_400_000);
        let change =
            crate::members::renamed(server, admin, home.member, &format!("Nom {n}")).await.unwrap().change;
        change::show(server, admin, change.unwrap()).await.unwrap().at
    };
    let (first, second, third) = (at(1).await, at(2).await, at(3).await);
    for indexed in [false, true] {
        for q in ["", "nom"] {
            let between = async |from: i64, to: i64| {
                found(&bench, &Filter { from: Some(from), to: Some(to), ..wanted(&[("q", q)]) }).await
            };
            let hour = 3_600_000;
            assert_eq!(between(second - hour, second + hour).await, ["member.update Nom 2"], "{indexed} {q}");
            assert_eq!(
                between(first - hour, third - hour).await[..2],
                ["member.update Nom 2", "member.update Nom 1"],
                "{indexed} {q}"
            );
            assert_eq!(between(third + hour, third + 2 * hour).await, Vec::<String>::new(), "{indexed} {q}");
        }
        change::extend(server).await.unwrap();
        change::index(server).await.unwrap();
    }
}

pub async fn a_log_is_filtered_within_what_one_may_see(bench: Bench) {
    let (alpha, beta) = lived(&bench).await;
    change::extend(&bench.server).await.unwrap();
    change::index(&bench.server).await.unwrap();
    let (admin, owner) =
        (Client::of(&bench, bench.admin.user).await, Client::of(&bench, beta.owner.user).await);
    let of = |id: String, query: &str| format!("/accounts/{id}/changes?{query}");
    let listed = owner.ask("GET", &of(beta.account.to_string(), "q=ete&verb=site.create"), None).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "{}", listed.body);
    // Another account or member in the filter opens nothing.
    let other = of(beta.account.to_string(), &format!("account={}&q=alpha", alpha.account));
    let other = owner.ask("GET", &other, None).await;
    assert_eq!(other.body["items"], serde_json::json!([]));
    for path in [
        of(alpha.account.to_string(), "q=alpha"),
        format!("/accounts/{}/changes/export?format=csv", alpha.account),
        format!("/members/{}/changes?q=beta", beta.member),
        format!("/members/{}/changes/export?format=odt", beta.member),
        "/changes?verb=%00".to_owned(),
        "/changes/head".to_owned(),
    ] {
        assert_eq!(owner.ask("GET", &path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let of_member = admin.ask("GET", &format!("/members/{}/changes?limit=200", beta.member), None).await;
    let verbs: Vec<&str> =
        of_member.body["items"].as_array().unwrap().iter().map(|c| c["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["site.delete", "site.names", "site.create", "account.create", "member.create"]);
    for (query, field) in
        [("verb=S", "verb"), ("via=x", "via"), ("member=x", "member"), ("from=hier", "from")]
    {
        let refused = admin.ask("GET", &format!("/changes?{query}"), None).await;
        assert_eq!(refused.body["field"].as_str(), Some(field), "{}", refused.body);
    }
}

async fn exported(client: &Client, path: &str) -> String {
    let response = client.router.clone().oneshot(client.request("GET", path, None)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
    String::from_utf8(to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()).unwrap()
}

/// docs/history.md, read by an outsider: gives the last position and hash of lines that follow each other, or the first that is wrong.
fn verified(lines: &str) -> Result<(i64, String), String> {
    let parts = [
        "id",
        "at",
        "user_id",
        "who",
        "via",
        "verb",
        "member_id",
        "account_id",
        "host_id",
        "subject_kind",
        "subject_id",
        "subject_label",
        "before_json",
        "after_json",
        "undoes",
    ];
    let mut last: Option<(i64, String)> = None;
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let mut hash = Sha256::new_with_prefix(line["previous"].as_str().unwrap());
        for part in parts {
            let text = match &line[part] {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            match text {
                None => hash.update([0]),
                Some(text) => {
                    hash.update([1]);
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text);
                }
            }
        }
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let (position, said) = (line["position"].as_i64().unwrap(), line["hash"].as_str().unwrap());
        let follows = last.as_ref().is_none_or(|(before, hash)| {
            position > *before && (position != before + 1 || line["previous"] == hash.as_str())
        });
        if hash != said || !follows {
            return Err(line["id"].as_str().unwrap().to_owned());
        }
        last = Some((position, hash));
    }
    last.ok_or_else(|| "nothing".to_owned())
}

pub async fn an_export_proves_the_chain_to_an_outsider(bench: Bench) {
    let (_, beta) = lived(&bench).await;
    let admin = Client::of(&bench, bench.admin.user).await;
    let all = exported(&admin, "/changes/export").await;
    let head = admin.ask("GET", "/changes/head", None).await.body;
    let (position, hash) = verified(&all).unwrap();
    assert_eq!(
        (position, hash.as_str()),
        (head["position"].as_i64().unwrap(), head["hash"].as_str().unwrap())
    );
    assert_eq!(position, bench.count("SELECT COUNT(*) FROM changes").await);
    let first: Value = serde_json::from_str(all.lines().next().unwrap()).unwrap();
    assert_eq!((&first["previous"], first["position"].as_i64()), (&head["start"], Some(1)));
    // Filtered, each line still proves itself; indexed or not.
    let path = format!("/members/{}/changes/export?q=ete&format=jsonl", beta.member);
    let before = exported(&admin, &path).await;
    assert_eq!(change::index(&bench.server).await.unwrap() as i64, position);
    let after = exported(&admin, &path).await;
    assert_eq!((before.lines().count(), &before), (3, &after));
    verified(&after).unwrap();
    // One letter changed, a line taken out of the middle.
    let forged = all.replacen("\"verb\":\"member.create\"", "\"verb\":\"member.delete\"", 1);
    let culprit = all.lines().find(|line| line.contains("\"member.create\"")).unwrap();
    let culprit: Value = serde_json::from_str(culprit).unwrap();
    assert_eq!(verified(&forged).unwrap_err(), culprit["id"].as_str().unwrap());
    let renumbered: String = all
        .lines()
        .filter(|line| !line.contains("\"site.names\""))
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if line["verb"] == "site.delete" {
                line["position"] = (line["position"].as_i64().unwrap() - 1).into();
            }
            format!("{line}\n")
        })
        .collect();
    assert!(verified(&renumbered).is_err());
}

pub async fn a_csv_is_safe_to_open_and_longer_than_a_page(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    crate::members::renamed(server, admin, home.member, "=HYPERLINK(\"https://evil.example\")")
        .await
        .unwrap();
    for n in 0..600 {
        crate::members::renamed(server, admin, home.member, &format!("Nom, {n}")).await.unwrap();
    }
    let client = Client::of(&bench, bench.admin.user).await;
    let csv = exported(&client, "/changes/export?format=csv&verb=member.update").await;
    assert!(csv.starts_with("\u{feff}position,time,who,"), "{}", &csv[..60]);
    assert_eq!(csv.lines().count(), 602);
    let evil = csv.lines().nth(1).unwrap();
    assert!(evil.contains(",\"'=HYPERLINK(\"\"https://evil.example\"\")\","), "{evil}");
    assert!(csv.lines().nth(2).unwrap().contains(",\"Nom, 0\","));
    // Whoever is signed out meanwhile gets no further page.
    let none = Actor { via: server::Via::Session("ended".into()), ..admin.clone() };
    let pieces = change::export(server, &none, Of::All, &Filter::default(), Format::Csv).await.unwrap();
    let pieces: Vec<_> = futures_util::StreamExt::collect(pieces).await;
    assert_eq!((pieces.len(), pieces[0].is_ok(), pieces[1].is_err()), (2, true, true));
}

pub async fn the_head_is_mailed_once_a_week(bench: Bench) {
    let (server, folder) = crate::mails::keeping(&bench).await;
    let (another, _) = crate::mails::keeping(&bench).await;
    assert_eq!(change::mail_head(&server).await.unwrap(), 0, "nothing is chained yet");
    bench.household("alpha").await;
    change::extend(&server).await.unwrap();
    let (one, two) = tokio::join!(change::mail_head(&server), change::mail_head(&another));
    assert_eq!(one.unwrap() + two.unwrap(), 1, "two processes, one mail to the one admin");
    bench.world.pass(6 * 86_400_000);
    assert_eq!(change::mail_head(&server).await.unwrap(), 0);
    bench.world.pass(86_400_000);
    assert_eq!(change::mail_head(&server).await.unwrap(), 1);
    server::mail::send_due(&server).await.unwrap();
    let head = change::head(&server, &bench.admin).await.unwrap();
    let mails = crate::mails::kept(&folder);
    let mail = mails.iter().find(|mail| mail.contains(&head.hash)).unwrap();
    assert!(
        mail.contains("To: admin@coop.example") && mail.contains(&format!(": {}", head.position)),
        "{mail}"
    );
    // History grows; the head of then stays a proof.
    bench.household("beta").await;
    change::extend(&server).await.unwrap();
    assert!(change::goes_through(&server, &bench.admin, &head.hash).await.unwrap());
    // To the addresses that are written down, or to nobody.
    let told = |to: &[&str]| {
        let mut config = server.config.clone();
        let address = |to: &&str| model::EmailAddress::parse(to).unwrap();
        config.changes.mail_head_to = Some(to.iter().map(address).collect());
        server::Server::open(config, bench.world.clone())
    };
    bench.world.pass(7 * 86_400_000);
    assert_eq!(change::mail_head(&told(&[]).await.unwrap()).await.unwrap(), 0);
    let board = told(&["conseil@coop.example", "archive@coop.example"]).await.unwrap();
    assert_eq!(change::mail_head(&board).await.unwrap(), 2);
}

/// Ids stay in order where a page of the log is asked by id.
pub async fn an_open_filter_is_the_whole_log(bench: Bench) {
    lived(&bench).await;
    let listing = Listing { limit: Some(200), ..Listing::default() };
    let all = change::list_all(&bench.server, &bench.admin, &listing).await.unwrap();
    let all: Vec<ChangeId> = all.items.iter().map(|change| change.id).collect();
    let mut sorted = all.clone();
    sorted.sort_by(|a, b| b.cmp(a));
    assert_eq!(all, sorted);
    assert_eq!(found(&bench, &Filter::default()).await.len(), all.len());
}
