//! Event streams of everybody who may have one: each ends within five seconds when the role goes, and is not to be had again.

use super::{
    cast::{Cast, Outcome, Part},
    client,
    things::Things,
};
use crate::{api::Client, bench::Bench};
use axum::{
    body::BodyDataStream,
    http::{StatusCode, header},
};
use futures_util::StreamExt;
use model::{AccountId, MemberId, Role, StaffRole};
use server::{
    Actor,
    api::{self, Answer},
    grant::{self, On},
    session, token, viewing,
};
use std::time::Duration;

/// The streams there are, of one household, asked by cookie or by token.
async fn open(who: &Client, bearer: Option<&str>, things: &Things) -> Vec<(StatusCode, BodyDataStream)> {
    let mut streams = Vec::new();
    for route in api::table().filter(|route| matches!(route.answer, Answer::Events)) {
        let mut request = who.request("GET", &things.path(route), None);
        if let Some(bearer) = bearer {
            request.headers_mut().remove(header::COOKIE);
            request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
        }
        let response = tower::ServiceExt::oneshot(who.router.clone(), request).await.unwrap();
        streams.push((response.status(), response.into_body().into_data_stream()));
    }
    assert_eq!(streams.len(), 2, "an account's and a change's");
    streams
}

async fn end(streams: Vec<(StatusCode, BodyDataStream)>, who: &str) {
    for (status, mut stream) in streams {
        assert_eq!(status, StatusCode::OK, "{who}");
        let end = async { while stream.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(5), end).await.unwrap_or_else(|_| panic!("{who}: goes on"));
    }
}

/// Takes somebody's role on the household away, or that of staff.
async fn take_away(bench: &Bench, part: Part, email: &str, account: AccountId, member: MemberId) {
    let (server, admin) = (&bench.server, &bench.admin);
    let on = match part {
        Part::OfAccount(_) => On::Account(account),
        Part::OfMember(_) => On::Member(member),
        _ => {
            let held = grant::list_staff(server, admin).await.unwrap();
            let held = held.into_iter().find(|held| held.email == email).unwrap();
            return drop(grant::remove_staff(server, admin, held.id).await.unwrap());
        }
    };
    let held = grant::list(server, admin, on).await.unwrap();
    let held = held.into_iter().find(|held| held.email == email).unwrap();
    grant::revoke(server, admin, on, held.id).await.unwrap();
}

pub async fn streams_end_with_the_role(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let (account, member) = (things.id("{account}"), things.id("{member}"));
    let of_account = api::table().find(|route| route.path == "/accounts/{account}/events").unwrap();
    // Another owner stays: the last one cannot go.
    let new =
        grant::NewGrant { email: "reste@membre.example".into(), role: "owner".into(), ..Default::default() };
    grant::create(&bench.server, &bench.admin, On::Member(member), new).await.unwrap();
    let parts: Vec<Part> =
        Part::all().into_iter().filter(|part| part.by_the_table(of_account) == Outcome::Passes).collect();
    assert_eq!(parts.len(), Role::ALL.len() * 2 + StaffRole::ALL.len());
    for part in parts {
        let who = client(&bench, &cast, part).await;
        let actor = cast.actor(part);
        let new =
            token::NewToken { name: "t".into(), scopes: Some(vec!["read".into()]), ..Default::default() };
        let bearer = token::create(&bench.server, actor, new).await.unwrap().1;
        let bearer = format!("Bearer {}", bearer.reveal());
        let (by_cookie, by_token) =
            (open(&who, None, &things).await, open(&who, Some(&bearer), &things).await);
        take_away(&bench, part, &actor.who, account, member).await;
        end(by_cookie, &format!("{part:?}")).await;
        end(by_token, &format!("{part:?} by token")).await;
        for bearer in [None, Some(bearer.as_str())] {
            for (status, _) in open(&who, bearer, &things).await {
                assert_eq!(status, StatusCode::NOT_FOUND, "{part:?}");
            }
        }
        assert_eq!(who.ask("GET", "/me", None).await.status, StatusCode::OK, "{part:?} is still signed in");
    }
}

/// Support that begins to look as a member does is nothing else meanwhile: not in what it has open either.
pub async fn a_view_ends_the_streams_of_what_it_does_not_see(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let (viewed, other) =
        (Things::of(&bench, &cast, "ruche").await, Things::of(&bench, &cast, "essaim").await);
    let who = client(&bench, &cast, Part::Staff(StaffRole::Support)).await;
    let me = async || -> Actor {
        let secret = who.cookie.split_once('=').unwrap().1;
        session::by_secret(&bench.server, secret).await.unwrap().unwrap()
    };
    let streams = open(&who, None, &other).await;
    viewing::start(&bench.server, &me().await, On::Member(viewed.id("{member}")), "ticket 12").await.unwrap();
    end(streams, "support").await;
    let [seen, hidden] = [open(&who, None, &viewed).await, open(&who, None, &other).await];
    assert!(seen.iter().all(|(status, _)| *status == StatusCode::OK));
    assert!(hidden.iter().all(|(status, _)| *status == StatusCode::NOT_FOUND));
    viewing::end(&bench.server, &me().await).await.unwrap();
    assert!(open(&who, None, &other).await.iter().all(|(status, _)| *status == StatusCode::OK));
}
