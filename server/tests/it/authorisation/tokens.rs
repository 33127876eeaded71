//! Tokens of each scope, on every route, for what is one's own, others' and absent. A token of another scope is told the same whatever it asks
//! for; one of the right scope sees and does what its user may, and nothing more.

use super::{
    Got,
    cast::{Cast, Outcome, Part},
    hidden,
    things::{Things, body},
};
use crate::{api::Client, bench::Bench};
use axum::http::{StatusCode, header};
use model::{Role, Scope, StaffRole};
use serde_json::Value;
use server::{
    api::{self, Answer, Needs, Route, Verb},
    token::{self, NewToken},
};

struct Bearer {
    part: Part,
    scope: Scope,
    line: String,
}

async fn bearers(bench: &Bench, cast: &Cast) -> Vec<Bearer> {
    let mut bearers = Vec::new();
    for part in [Part::OfAccount(Role::Owner), Part::Stranger, Part::Staff(StaffRole::Admin)] {
        for scope in Scope::ALL {
            let scopes = Some(vec![scope.code().to_owned()]);
            let new = NewToken { name: scope.code().into(), scopes, ..Default::default() };
            let (_, secret) = token::create(&bench.server, cast.actor(part), new).await.unwrap();
            bearers.push(Bearer { part, scope, line: format!("Bearer {}", secret.reveal()) });
        }
    }
    bearers
}

async fn ask(bench: &Bench, bearer: &Bearer, route: &Route, things: &Things, name: &str) -> Got {
    let nobody = Client::nobody(bench);
    let method = route.verb.method().to_string();
    let mut request = nobody.request(&method, &things.path(route), body(route, bench, name).as_ref());
    request.headers_mut().insert(header::AUTHORIZATION, bearer.line.parse().unwrap());
    if matches!(route.answer, Answer::Events) {
        // A stream that is granted does not end: its head says enough.
        let response = tower::ServiceExt::oneshot(nobody.router.clone(), request).await.unwrap();
        return (response.status(), Value::Null);
    }
    let answered = nobody.send(request).await;
    (answered.status, answered.body)
}

pub async fn each_scope_opens_its_routes_and_shows_what_its_user_may_see(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let bearers = bearers(&bench, &cast).await;
    let (mut shared, mut shared_name) = (Things::of(&bench, &cast, "ruche").await, "ruche".to_owned());
    for (n, route) in api::table().filter(|route| route.needs != Needs::Nothing).enumerate() {
        if route.path.contains("{import}") {
            // Only the last import that somebody checked is kept, and other things have been made since.
            shared_name = format!("ruche{n}");
            shared = Things::of(&bench, &cast, &shared_name).await;
        }
        let absent = shared.absent(&bench);
        for (turn, bearer) in bearers.iter().enumerate() {
            let (part, scope) = (bearer.part, bearer.scope);
            let line = format!("{:?} {}: {part:?} with {scope:?}", route.verb, route.path);
            let none = ask(&bench, bearer, route, &absent, &shared_name).await;
            let gate = match route.needs {
                Needs::Token(needed) if needed == scope => None,
                Needs::Token(_) => Some("scope_needed"),
                _ => Some("session_needed"),
            };
            let outcome = part.by_the_table(route);
            let made;
            let (theirs, name) = if gate.is_none() && outcome == Outcome::Passes && route.verb != Verb::Get {
                let name = format!("jeton{n}x{turn}");
                bench.open_host().await;
                made = Things::of(&bench, &cast, &name).await;
                (&made, name)
            } else {
                (&shared, shared_name.clone())
            };
            let got = ask(&bench, bearer, route, theirs, &name).await;
            match (gate, outcome) {
                (Some(code), _) => {
                    let events = matches!(route.answer, Answer::Events);
                    assert!(got.1["code"] == code || events, "{line}: {got:?}");
                    assert_eq!((got.0, &got), (StatusCode::FORBIDDEN, &none), "{line}");
                }
                (None, Outcome::NotFound) => {
                    assert_eq!((got.0, &got), (StatusCode::NOT_FOUND, &none), "{line}");
                }
                (None, Outcome::Passes) => {
                    // (What takes a person at the keyboard, the rules ask again.)
                    let person = got.1["code"] == "session_needed";
                    assert!(person || !hidden(&got), "{line} got {got:?}");
                }
                (None, outcome) => {
                    assert_eq!(got.0, StatusCode::FORBIDDEN, "{line}: {outcome:?}, got {got:?}")
                }
            }
        }
    }
}
