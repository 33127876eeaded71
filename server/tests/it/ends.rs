//! What ends sessions, tokens and open event streams: each within five seconds, by the wake of the act and by no clock.

use crate::{
    api::Client,
    bench::{Bench, Household, PASSWORD, verified},
    factors::set_up,
    people::by_cookie,
    roles::{give, role},
    viewing::Support,
};
use axum::{
    body::BodyDataStream,
    http::{StatusCode, header},
};
use futures_util::StreamExt;
use model::Secret;
use serde_json::json;
use server::{
    account, factor,
    grant::{self, AddedStaff, NewGrant, NewStaff, On},
    jobs, session, site,
    store::sql,
    token, user, viewing,
};
use std::{task::Poll, time::Duration};
use tower::ServiceExt;

/// Somebody's session, token, and an event stream of each.
struct Open {
    client: Client,
    bearer: String,
}

/// Event streams that wait.
struct Streams(Vec<BodyDataStream>);

impl Streams {
    async fn end(&mut self) {
        for stream in &mut self.0 {
            let end = async { while stream.next().await.is_some() {} };
            tokio::time::timeout(Duration::from_secs(5), end).await.expect("a stream goes on");
        }
    }
}

impl Open {
    async fn new(bench: &Bench, home: &Household) -> (Open, Streams) {
        let client = Client::of(bench, home.owner.user).await;
        let made = client.ask("POST", "/tokens", Some(json!({ "name": "t" }))).await;
        let bearer = format!("Bearer {}", made.body["secret"].as_str().unwrap());
        let mut streams = Vec::new();
        for by_token in [false, true] {
            let mut request = client.request("GET", &format!("/accounts/{}/events", home.account), None);
            if by_token {
                request.headers_mut().remove(header::COOKIE);
                request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
            }
            let response = client.router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            streams.push(response.into_body().into_data_stream());
        }
        (Open { client, bearer }, Streams(streams))
    }

    async fn by_token(&self) -> StatusCode {
        let mut request = self.client.request("GET", "/me", None);
        request.headers_mut().remove(header::COOKIE);
        request.headers_mut().insert(header::AUTHORIZATION, self.bearer.parse().unwrap());
        self.client.send(request).await.status
    }

    async fn all_ends(&self, mut streams: Streams) {
        streams.end().await;
        assert_eq!(self.client.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(self.by_token().await, StatusCode::UNAUTHORIZED);
    }
}

pub async fn a_changed_password_ends_the_rest_at_once(bench: Bench) {
    let home = bench.household("alpha").await;
    let (open, streams) = Open::new(&bench, &home).await;
    let here = Client::of(&bench, home.owner.user).await;
    let change = json!({ "current": PASSWORD, "new": "cinq autres mots au hasard" });
    assert_eq!(here.ask("PUT", "/me/password", Some(change)).await.status, StatusCode::NO_CONTENT);
    open.all_ends(streams).await;
    assert_eq!(here.ask("GET", "/me", None).await.status, StatusCode::OK);
    // By a one-time link as well.
    let (open, streams) = Open::new(&bench, &home).await;
    let link = user::link(&bench.server, &bench.admin, home.owner.user.unwrap()).await.unwrap();
    user::set_password_by_link(&bench.server, link.reveal(), &Secret::new(PASSWORD)).await.unwrap();
    open.all_ends(streams).await;
}

pub async fn a_removed_grant_ends_streams_at_once(bench: Bench) {
    let home = bench.household("alpha").await;
    let (open, mut streams) = Open::new(&bench, &home).await;
    // Another owner stays: the last one cannot go.
    let new = NewGrant { email: "autre@membre.example".into(), role: "owner".into(), ..Default::default() };
    grant::create(&bench.server, &bench.admin, On::Account(home.account), new).await.unwrap();
    let grants = grant::list(&bench.server, &bench.admin, On::Account(home.account)).await.unwrap();
    grant::revoke(&bench.server, &bench.admin, On::Account(home.account), grants[0].id).await.unwrap();
    streams.end().await;
    // The user stays signed in, for what else is theirs.
    assert_eq!(open.client.ask("GET", "/me", None).await.status, StatusCode::OK);
    let account = open.client.ask("GET", &format!("/accounts/{}", home.account), None).await;
    assert_eq!(account.status, StatusCode::NOT_FOUND);
}

pub async fn a_suspended_user_is_out_at_once(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let user = home.owner.user.unwrap();
    let (open, streams) = Open::new(&bench, &home).await;
    let link = user::link(server, admin, user).await.unwrap();
    user::suspend(server, admin, user).await.unwrap();
    open.all_ends(streams).await;
    let credentials = json!({ "email": "alpha@membre.example", "password": PASSWORD });
    let refused = Client::nobody(&bench).ask("POST", "/session", Some(credentials.clone())).await;
    assert_eq!(refused.body["code"], "sign_in_wrong", "and nothing tells why");
    assert_eq!(user::open_link(server, link.reveal()).await.unwrap_err().code, "link_dead");
    assert_eq!(user::suspend(server, &home.owner, user).await.unwrap_err().code, "not_found");
    assert_eq!(user::suspend(server, admin, admin.user.unwrap()).await.unwrap_err().code, "user_self");
    user::resume(server, admin, user).await.unwrap();
    assert_eq!(open.by_token().await, StatusCode::OK, "tokens have rested");
    assert_eq!(open.client.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    let again = Client::nobody(&bench).ask("POST", "/session", Some(credentials)).await;
    assert_eq!(again.status, StatusCode::NO_CONTENT);
}

pub async fn a_reset_factor_ends_everything_at_once(bench: Bench) {
    let home = bench.household("alpha").await;
    let (open, streams) = Open::new(&bench, &home).await;
    // The first factor ends the sessions that were begun without, but for the one it is set up in; tokens stay.
    let other = Client::of(&bench, home.owner.user).await;
    let own = open.client.cookie.split_once('=').unwrap().1;
    let me = session::by_secret(&bench.server, own).await.unwrap().unwrap();
    set_up(&bench, &me).await;
    assert_eq!(other.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(open.client.ask("GET", "/me", None).await.status, StatusCode::OK);
    assert_eq!(open.by_token().await, StatusCode::OK);
    factor::reset(&bench.server, &bench.admin, home.owner.user.unwrap()).await.unwrap();
    open.all_ends(streams).await;
}

pub async fn a_revoked_token_ends_its_stream_alone(bench: Bench) {
    let home = bench.household("alpha").await;
    let (open, mut streams) = Open::new(&bench, &home).await;
    let listed = token::list(&bench.server, &home.owner).await.unwrap();
    token::revoke(&bench.server, &home.owner, listed[0].id).await.unwrap();
    let by_session = streams.0.remove(0);
    streams.end().await;
    assert_eq!(open.by_token().await, StatusCode::UNAUTHORIZED);
    assert_eq!(open.client.ask("GET", "/me", None).await.status, StatusCode::OK);
    // The session's stream is told of what moves next.
    site::create(&bench.server, &home.owner, home.account, "asso.example").await.unwrap();
    let told = async {
        let mut stream = by_session;
        while let Some(chunk) = stream.next().await {
            if String::from_utf8_lossy(&chunk.unwrap()).contains("wanted") {
                return true;
            }
        }
        false
    };
    assert!(tokio::time::timeout(Duration::from_secs(5), told).await.expect("nothing was told"));
}

pub async fn one_signs_out_one_session_or_all_others(bench: Bench) {
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let (there, mut streams) = Open::new(&bench, &home).await;
    let elsewhere = Client::of(&bench, home.owner.user).await;
    let here = Client::of(&bench, home.owner.user).await;
    let listed = here.ask("GET", "/me/sessions", None).await;
    let listed: Vec<_> = listed.body.as_array().unwrap().iter().filter(|one| one["this"] == false).collect();
    // The latest first.
    let (elsewhere_id, there_id) = (listed[0]["id"].as_str().unwrap(), listed[1]["id"].as_str().unwrap());
    // A handle opens nothing, and another's session is none.
    let stranger = Client::of(&bench, other.owner.user).await;
    for handle in [there_id, "%25", "0123456789abcdef", "____"] {
        let refused = stranger.ask("DELETE", &format!("/me/sessions/{handle}"), None).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{handle}");
    }
    assert!(by_cookie(&bench.server, &Secret::new(there_id)).await.is_none());
    let ended = here.ask("DELETE", &format!("/me/sessions/{there_id}"), None).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(there.client.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    streams.0.truncate(1);
    streams.end().await;
    assert_eq!(elsewhere.ask("GET", "/me", None).await.status, StatusCode::OK);
    assert!(!elsewhere_id.is_empty());
    assert_eq!(here.ask("DELETE", "/me/sessions", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(elsewhere.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(here.ask("GET", "/me", None).await.status, StatusCode::OK);
    assert_eq!(there.by_token().await, StatusCode::OK, "tokens are no sessions");
    assert!(session::list(&bench.server, &other.owner).await.unwrap().iter().all(|one| !one.this));
}

/// What was verified before a change opens nothing after it: a sign-in takes time, and its password may be a thief's.
pub async fn a_sign_in_under_way_ends_with_what_it_was_right_against(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let user = home.owner.user.unwrap();
    let new_link = async || user::link(server, &bench.admin, user).await.unwrap();
    let set = async |link: &Secret, to: &str| {
        user::set_password_by_link(server, link.reveal(), &Secret::new(to)).await
    };
    set(&new_link().await, PASSWORD).await.unwrap();
    let before = verified(server, user).await;
    let kept = session::begin(server, before.clone(), Default::default()).await.unwrap();
    assert!(kept.whole().is_some());
    // Another password.
    set(&new_link().await, "cinq tout autres mots choisis").await.unwrap();
    let late = session::begin(server, before, Default::default()).await.map(drop).unwrap_err();
    assert_eq!(late.code, "sign_in_wrong");
    // Suspended.
    let before = verified(server, user).await;
    user::suspend(server, &bench.admin, user).await.unwrap();
    let late = session::begin(server, before.clone(), Default::default()).await.map(drop).unwrap_err();
    assert_eq!(late.code, "sign_in_wrong");
    user::resume(server, &bench.admin, user).await.unwrap();
    assert!(session::begin(server, before, Default::default()).await.is_ok());
}

pub async fn one_time_links_end_with_the_password_and_with_a_suspension(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let user = home.owner.user.unwrap();
    let signed_in = async |password: &str| {
        let link = user::link(server, &bench.admin, user).await.unwrap();
        let verified =
            user::set_password_by_link(server, link.reveal(), &Secret::new(password)).await.unwrap();
        let begun = session::begin(server, verified, Default::default()).await.unwrap().whole().unwrap();
        session::by_secret(server, begun.session.reveal()).await.unwrap().unwrap()
    };
    let me = signed_in(PASSWORD).await;
    let link = user::link(server, &bench.admin, user).await.unwrap();
    let new = Secret::new("cinq tout autres mots choisis");
    user::change_password(server, &me, &Secret::new(PASSWORD), &new).await.unwrap();
    assert_eq!(user::open_link(server, link.reveal()).await.unwrap_err().code, "link_dead");
    let link = user::link(server, &bench.admin, user).await.unwrap();
    user::suspend(server, &bench.admin, user).await.unwrap();
    user::resume(server, &bench.admin, user).await.unwrap();
    assert_eq!(user::open_link(server, link.reveal()).await.unwrap_err().code, "link_dead");
    // A stolen token gives no way to a password or around a factor, one's own included.
    let mut admin = bench.admin.clone();
    admin.via = server::Via::Token(server.world.id());
    assert_eq!(user::link(server, &admin, user).await.map(drop).unwrap_err().code, "session_needed");
    assert_eq!(server::factor::reset(server, &admin, user).await.unwrap_err().code, "session_needed");
}

pub async fn roles_run_out_and_close_what_is_open(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let on = On::Account(home.account);
    give(server, &bench.admin, on, role("beta@membre.example", "reader", Some(1))).await;
    let client = Client::of(&bench, other.owner.user).await;
    let request = client.request("GET", &format!("/accounts/{}/events", home.account), None);
    let response = client.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut stream = response.into_body().into_data_stream();
    // Whatever else the panel is busy with: here a writer keeps its hourly upkeep waiting.
    let mut busy = server.store.write().await.unwrap();
    sql("UPDATE sessions SET created_at = created_at").run(busy.on()).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut work = std::pin::pin!(jobs::run(server.clone(), stopped));
    // It looks from now on.
    std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending())).await;
    bench.world.pass(24 * 3_600_000);
    let end = async {
        tokio::select! {
            () = async { while stream.next().await.is_some() {} } => {}
            () = work.as_mut() => {}
        }
    };
    tokio::time::timeout(Duration::from_secs(5), end).await.expect("the stream goes on");
    // Who stops the panel waits for no upkeep either.
    stop.send_replace(true);
    tokio::time::timeout(Duration::from_secs(5), work).await.expect("the jobs stop");
    drop(busy);
    assert_eq!(account::show(server, &other.owner, home.account).await.unwrap_err().code, "not_found");
    // A longer one takes the place of a shorter one, and not the other way round.
    let until = async || grant::list(server, &bench.admin, on).await.unwrap().pop().unwrap().expires_at;
    give(server, &bench.admin, on, role("beta@membre.example", "reader", Some(9))).await;
    let nine = until().await;
    give(server, &bench.admin, on, role("beta@membre.example", "reader", Some(2))).await;
    assert_eq!(until().await, nine);
    give(server, &bench.admin, on, role("beta@membre.example", "reader", None)).await;
    assert_eq!(until().await, None);
}

/// What was made for somebody before they work for the cooperative, and what they had open when they last did, opens nothing.
pub async fn a_role_of_staff_begins_with_nothing_open(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let staff = async |email: &str| {
        let new = NewStaff { email: email.into(), role: "support".into(), days: None };
        let AddedStaff::Held(view, _) = grant::add_staff(server, admin, new).await.unwrap() else {
            panic!("waits")
        };
        view.id
    };
    let link = user::link(server, admin, home.owner.user.unwrap()).await.unwrap();
    staff("alpha@membre.example").await;
    let password = Secret::new("quatre autres mots au hasard");
    let dead = user::set_password_by_link(server, link.reveal(), &password).await.unwrap_err();
    assert_eq!(dead.code, "link_dead");
    // A view does not come back with the role.
    let support = Support::new(&bench).await;
    let on = On::Account(home.account);
    viewing::start(server, &support.now(server).await, on, "ticket 12").await.unwrap();
    assert!(support.now(server).await.viewing.is_some());
    let held = grant::list_staff(server, admin).await.unwrap();
    let held = held.iter().find(|held| held.email == "aide@coop.example").unwrap().id;
    grant::remove_staff(server, admin, held).await.unwrap();
    staff("aide@coop.example").await;
    assert!(support.now(server).await.viewing.is_none());
}
