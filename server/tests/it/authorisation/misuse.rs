//! What other panels were broken by (CVE numbers beside each case), tried on every route of the API.

use super::{
    cast::{Cast, Part},
    client,
    things::{Things, body},
};
use crate::{
    api::Client,
    bench::{Bench, PASSWORD},
};
use axum::http::{StatusCode, header};
use model::{Role, StaffRole};
use serde_json::{Value, json};
use server::{
    api::{self, Answer, Verb},
    secrets,
    session::SESSION_COOKIE,
    store::sql,
};

/// One's own thing named first and another's within it (CVE-2026-113676): as if there were none.
pub async fn ones_own_id_brings_nobody_to_anothers(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let (mine, theirs) =
        (Things::of(&bench, &cast, "ruche").await, Things::of(&bench, &cast, "essaim").await);
    let absent = mine.absent(&bench);
    let mut asked = 0;
    for part in [Part::OfMember(Role::Owner), Part::Staff(StaffRole::Admin)] {
        let who = client(&bench, &cast, part).await;
        for route in api::table().filter(|route| route.path.matches('{').count() == 2) {
            let (method, body) = (route.verb.method().to_string(), body(route, &bench, "ruche"));
            let got = who.ask(&method, &mine.path_into(&theirs, route), body.clone()).await;
            let none = who.ask(&method, &mine.path_into(&absent, route), body).await;
            let line = format!("{part:?} {method} {}", route.path);
            assert_eq!((got.status, &got.body), (StatusCode::NOT_FOUND, &none.body), "{line}");
            asked += 1;
        }
    }
    assert!(asked >= 8, "{asked}");
}

/// No field of a body decides who or whose something is, unless the route says so (CVE-2026-41233): what it does not know, it refuses.
pub async fn no_body_takes_a_field_it_does_not_know(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let acts = bench.count("SELECT COUNT(*) FROM changes").await;
    let who = client(&bench, &cast, Part::Staff(StaffRole::Admin)).await;
    let mut asked = 0;
    for route in api::table() {
        let Some(Value::Object(body)) = body(route, &bench, "neuve") else { continue };
        for field in ["id", "user_id", "admin", "version", "state", "uid", "account_id", "__proto__"] {
            let mut body = body.clone();
            body.insert(field.into(), json!("x"));
            let method = route.verb.method().to_string();
            let got = who.ask(&method, &things.path(route), Some(body.into())).await;
            let line = format!("{method} {} with {field}", route.path);
            assert_eq!(got.body["code"], "body_unreadable", "{line}: {:?}", got.body);
            asked += 1;
        }
    }
    assert_eq!(asked, 8 * api::table().filter(|route| route.body.is_some()).count());
    assert!(asked > 200, "{asked}");
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes").await, acts);
}

/// Neither hash nor seed is in any answer (CVE-2026-62988), not even for admins: not in what reading gives, and not in what acts give.
pub async fn no_answer_holds_a_secret(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let mut told = [0, 0];
    for part in [Part::OfAccount(Role::Owner), Part::OfMember(Role::Owner), Part::Staff(StaffRole::Admin)] {
        for (n, route) in api::table().enumerate() {
            if matches!(route.answer, Answer::Events) {
                continue;
            }
            let reads = route.verb == Verb::Get;
            if !reads && part == Part::OfAccount(Role::Owner) {
                continue;
            }
            let name = format!(
                "{}x{n}",
                format!("{part:?}").replace(|c: char| !c.is_alphabetic(), "").to_lowercase()
            );
            let made;
            let (theirs, name) = if reads {
                (&things, "ruche")
            } else {
                // Acts change things, and some end the session.
                bench.open_host().await;
                made = Things::of(&bench, &cast, &name).await;
                (&made, name.as_str())
            };
            // (A seed that is being set up is told by the act that makes it; those of before are not.)
            let seeds = secrets_in(&bench, &["SELECT secret FROM factors"]).await;
            let who = client(&bench, &cast, part).await;
            let method = route.verb.method().to_string();
            let request = who.request(&method, &theirs.path(route), body(route, &bench, name).as_ref());
            let response = tower::ServiceExt::oneshot(who.router.clone(), request).await.unwrap();
            told[usize::from(!reads)] += usize::from(response.status().is_success());
            let bytes = axum::body::to_bytes(response.into_body(), 16 << 20).await.unwrap();
            let said = String::from_utf8_lossy(&bytes);
            for secret in seeds.into_iter().chain(secrets_in(&bench, HASHES).await) {
                assert!(!said.contains(&secret), "{part:?} {method} {} tells {secret}", route.path);
            }
        }
    }
    assert!(told[0] > 90 && told[1] > 60, "{told:?}");
}

const HASHES: &[&str] = &[
    "SELECT password FROM users WHERE password IS NOT NULL",
    "SELECT secret_hash FROM tokens",
    "SELECT password FROM database_users",
    "SELECT id FROM sessions",
    "SELECT id FROM links",
    "SELECT id FROM devices",
];

/// What the store keeps of secrets.
async fn secrets_in(bench: &Bench, queries: &[&'static str]) -> Vec<String> {
    let mut hidden: Vec<String> = vec!["$argon2".into()];
    for query in queries {
        let found = sql(query).all(bench.server.store.on(), |row| row.first::<String>()).await.unwrap();
        hidden.extend(found);
    }
    assert!(hidden.len() > 1, "{queries:?}");
    hidden
}

/// "Log in as", reading only, is no flag that an act may forget (CVE-2026-111627).
pub async fn a_view_that_reads_does_nothing_else(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let part = Part::Staff(StaffRole::Support);
    let who = client(&bench, &cast, part).await;
    let session = secrets::hashed(who.cookie.split_once('=').unwrap().1);
    let mut tx = bench.server.store.write().await.unwrap();
    sql("INSERT INTO viewings (id, session_id, user_id, who, member_id, reason, started_at, expires_at)
         VALUES ($1, $2, $3, 'x', $4, 'ticket 12', 1, $5)")
    .bind(bench.server.world.id::<model::Viewing>())
    .bind(session)
    .bind(cast.user(part))
    .bind(things.id::<model::MemberId>("{member}"))
    .bind(i64::MAX)
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let acts = bench.count("SELECT COUNT(*) FROM changes").await;
    let (mut read, mut refused) = (0, 0);
    for route in api::table().filter(|route| route.who != api::Who::Anyone) {
        // (Ending it, asking for consent, signing out, proving to be there.)
        if ["/viewing", "/viewing/ask", "/session", "/session/proof", "/session/proof/passkey"]
            .contains(&route.path)
        {
            continue;
        }
        let (method, line) = (route.verb.method().to_string(), format!("{:?} {}", route.verb, route.path));
        if route.verb == Verb::Get {
            // What it reads is of the member alone: nothing that takes a duty of staff's.
            if let api::Who::Staff(..) = route.who {
                let got = who.ask(&method, &things.path(route), None).await;
                assert_eq!(got.status, StatusCode::NOT_FOUND, "{line}");
                read += 1;
            }
            continue;
        }
        let got = who.ask(&method, &things.path(route), body(route, &bench, "ruche")).await;
        assert!(matches!(got.status.as_u16(), 403 | 404), "{line}: {} {:?}", got.status, got.body);
        refused += 1;
    }
    assert!(read > 15 && refused > 60, "{read} read, {refused} refused");
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes").await, acts);
}

/// A session that somebody else chose (CVE-2024-56529, CVE-2023-3192) is not the one that a sign-in begins, nor one at all.
pub async fn a_session_chosen_by_others_is_nobodys(bench: Bench) {
    bench.household("alpha").await;
    let chosen = Client { cookie: format!("{SESSION_COOKIE}={}", "a".repeat(43)), ..Client::nobody(&bench) };
    assert_eq!(chosen.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    let credentials = json!({ "email": "alpha@membre.example", "password": PASSWORD });
    let signed_in = chosen.ask("POST", "/session", Some(credentials.clone())).await;
    assert_eq!(signed_in.status, StatusCode::NO_CONTENT);
    let given = |answered: &crate::api::Answered| {
        let lines = answered.headers.get_all(header::SET_COOKIE).iter();
        let mut lines = lines.map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned());
        lines.find(|line| line.starts_with(SESSION_COOKIE)).unwrap()
    };
    let first = given(&signed_in);
    assert_ne!(first, chosen.cookie);
    assert_eq!(chosen.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    // One that runs is not taken over by the next sign-in either.
    let again = Client { cookie: first.clone(), ..Client::nobody(&bench) };
    let second = given(&again.ask("POST", "/session", Some(credentials)).await);
    assert_ne!(second, first);
    // What the store keeps is no key: a stolen hash opens nothing.
    for table in ["SELECT id FROM sessions", "SELECT id FROM devices"] {
        let stored: Vec<String> =
            sql(table).all(bench.server.store.on(), |row| row.first::<String>()).await.unwrap();
        assert!(!stored.is_empty());
        for id in stored {
            let thief = Client { cookie: format!("{SESSION_COOKIE}={id}"), ..Client::nobody(&bench) };
            assert_eq!(thief.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
        }
    }
}
