//! The authorisation table: every route, asked by everybody there can be, for what is there and what is not. What somebody gets is what
//! the route table says of them; what one may not see answers exactly as what does not exist, and as fast.

pub mod agents;
mod cast;
pub mod hostile;
pub mod misuse;
pub mod streams;
mod things;
pub mod tokens;

use crate::{
    api::Client,
    bench::{Bench, host},
};
use axum::http::StatusCode;
pub use cast::Cast;
use cast::{Outcome, Part};
use serde_json::Value;
use server::{
    api::{self, Answer, Route, Verb},
    session,
    store::sql,
};
use std::time::{Duration, Instant};
pub use things::{Things, body};

type Got = (StatusCode, Value);

async fn ask(bench: &Bench, who: &Client, route: &Route, things: &Things, name: &str) -> Got {
    let method = route.verb.method().to_string();
    if matches!(route.answer, Answer::Events) {
        // A stream that is granted does not end: its head says enough.
        let request = who.request(&method, &things.path(route), None);
        let response = tower::ServiceExt::oneshot(who.router.clone(), request).await.unwrap();
        if response.status().is_success() {
            return (response.status(), Value::Null);
        }
    }
    let answered = who.ask(&method, &things.path(route), body(route, bench, name)).await;
    (answered.status, answered.body)
}

async fn client(bench: &Bench, cast: &Cast, part: Part) -> Client {
    match part {
        Part::Nobody => Client::nobody(bench),
        part => Client::of(bench, cast.user(part)).await,
    }
}

/// Whether a route speaks of somebody's own things by an id.
fn own(route: &Route) -> bool {
    route.path.contains('{')
}

pub async fn everybody_gets_what_the_table_says(bench: Bench) {
    let cast = Cast::new(&bench).await;
    // One whose session goes on while the user is suspended.
    let suspended = client(&bench, &cast, Part::Suspended).await;
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE users SET suspended_at = 1 WHERE id = $1")
        .bind(cast.user(Part::Suspended))
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for (n, route) in api::table().filter(|route| !matches!(route.answer, Answer::OpenApi)).enumerate() {
        let line = format!("{:?} {}", route.verb, route.path);
        let fresh = async |turn: usize| {
            let name = format!("ruche{n}x{turn}");
            // Some routes take hosts out of service: there is always one that takes the account.
            bench.open_host().await;
            (Things::of(&bench, &cast, &name).await, name)
        };
        let (theirs, name) = fresh(0).await;
        let absent = theirs.absent(&bench);
        // Who gets nothing changes nothing: all of them look at the same things.
        let outcome = |part: Part| part.by_the_table(route);
        for part in Part::all().into_iter().filter(|part| outcome(*part) != Outcome::Passes) {
            let who = match part {
                Part::Suspended => Client { cookie: suspended.cookie.clone(), ..Client::nobody(&bench) },
                part => client(&bench, &cast, part).await,
            };
            let got = ask(&bench, &who, route, &theirs, &name).await;
            let none = ask(&bench, &who, route, &absent, &name).await;
            match outcome(part) {
                Outcome::SignIn => {
                    assert_eq!((got.0, &got), (StatusCode::UNAUTHORIZED, &none), "{line}: {part:?}");
                }
                Outcome::NotFound => {
                    assert_eq!((got.0, &got), (StatusCode::NOT_FOUND, &none), "{line}: {part:?}");
                }
                _ => {
                    assert_eq!(got.0, StatusCode::FORBIDDEN, "{line}: {part:?} got {got:?}");
                    let code = got.1["code"].as_str().unwrap();
                    assert!(["staff_only", "role_lacks"].contains(&code), "{line}: {part:?}: {code}");
                    // One who sees, asking for what is not there.
                    let hidden = matches!(none.0, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN);
                    assert!(hidden, "{line}: {part:?} got {none:?}");
                }
            }
        }
        for (turn, part) in
            Part::all().into_iter().filter(|part| outcome(*part) == Outcome::Passes).enumerate()
        {
            let who = match part {
                Part::Suspended => continue,
                part => client(&bench, &cast, part).await,
            };
            let (theirs, name) = match route.verb {
                Verb::Get => (&theirs, name.clone()),
                _ => {
                    let (things, name) = fresh(turn + 1).await;
                    (&*Box::leak(Box::new(things)), name)
                }
            };
            let got = ask(&bench, &who, route, theirs, &name).await;
            if route.who == api::Who::Anyone {
                // (A second factor without a password before is a 401 of its own.)
                assert_ne!(got.1["code"], "sign_in", "{line}: {part:?}");
            } else {
                assert!(!hidden(&got), "{line}: {part:?} got {got:?}");
            }
        }
    }
}

fn hidden((status, body): &Got) -> bool {
    // What everybody's rules refuse (mail is off, the last owner…) is no matter of authorisation.
    let denied = *status == StatusCode::FORBIDDEN && body["code"] != "not_undoable";
    denied || matches!(*status, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND) || status.is_server_error()
}

/// A session that ended is nobody's, on every route.
pub async fn a_session_that_ended_opens_nothing(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let part = Part::OfAccount(model::Role::Owner);
    let who = client(&bench, &cast, part).await;
    let actor = server::Actor {
        via: server::Via::Session(server::secrets::hashed(who.cookie.split_once('=').unwrap().1)),
        ..cast.actor(part).clone()
    };
    session::sign_out(&bench.server, &actor).await.unwrap();
    for route in api::table().filter(|route| route.who != api::Who::Anyone) {
        let got = ask(&bench, &who, route, &things, "ruche").await;
        assert_eq!(got.0, StatusCode::UNAUTHORIZED, "{:?} {}", route.verb, route.path);
    }
}

/// What is others' and what does not exist take the same time, to five milliseconds at the median. A busy machine may set one round
/// apart; what the rules themselves do differently sets all of them apart.
pub async fn time_tells_nothing(bench: Bench) {
    let cast = Cast::new(&bench).await;
    host(&bench.server, "web9").await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let absent = things.absent(&bench);
    let who = client(&bench, &cast, Part::Stranger).await;
    for route in api::table().filter(|route| own(route) && route.who != api::Who::Anyone) {
        let mut rounds = Vec::new();
        while rounds.last().is_none_or(|apart| *apart >= Duration::from_millis(5)) {
            assert!(rounds.len() < ROUNDS, "{:?} {}: {rounds:?} apart", route.verb, route.path);
            let mut taken = [Vec::new(), Vec::new()];
            // In turns, so that what else the machine does slows both alike.
            for n in 0..30 {
                let asked = [&things, &absent][n % 2];
                let begun = Instant::now();
                let got = ask(&bench, &who, route, asked, "ruche").await;
                taken[n % 2].push(begun.elapsed());
                assert_eq!(got.0, StatusCode::NOT_FOUND, "{:?} {}", route.verb, route.path);
            }
            let [theirs, none] = taken.map(|mut times| {
                times.sort();
                times[times.len() / 2]
            });
            rounds.push(theirs.abs_diff(none));
        }
    }
}

const ROUNDS: usize = 5;
