//! Signing in, tokens, links, grants.

use crate::bench::{Bench, PASSWORD};
use axum::http::{HeaderMap, header};
use model::{ProblemKind, Secret};
use server::{
    Actor, Server,
    account::{self, NewAccount},
    actor::Once,
    grant::{self, Given, NewGrant, On},
    member::{self, NewMember},
    paging::Listing,
    session::{self, Begun, Seen, SignIn, SignedIn},
    site, token, user,
};

pub async fn try_begin(
    server: &Server,
    address: &str,
    email: &str,
    password: &str,
    device: Option<Secret>,
) -> Result<Begun, session::Refusal> {
    let asked = SignIn {
        email: email.into(),
        password: Secret::new(password),
        seen: Seen { address: Some(address.parse().unwrap()), browser: None, device },
    };
    session::sign_in(server, asked).await
}

async fn try_from(
    server: &Server,
    address: &str,
    email: &str,
    password: &str,
    device: Option<Secret>,
) -> Result<SignedIn, session::Refusal> {
    try_begin(server, address, email, password, device).await.map(|begun| begun.whole().unwrap())
}

pub async fn by_cookie(server: &Server, session: &Secret) -> Option<Actor> {
    let mut headers = HeaderMap::new();
    let cookie = format!("{}={}", session::SESSION_COOKIE, session.reveal());
    headers.insert(header::COOKIE, cookie.parse().unwrap());
    session::caller(server, &headers, None).await.unwrap().map(|(actor, _)| actor)
}

pub async fn sign_in_and_out(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let email = "Alpha@membre.example";
    let signed_in = try_from(server, "192.0.2.9", email, PASSWORD, None).await.unwrap();
    let actor = by_cookie(server, &signed_in.session).await.unwrap();
    assert_eq!(
        (actor.user, actor.staff.is_any(), actor.who.as_str()),
        (home.owner.user, false, "alpha@membre.example")
    );
    // A new secret each time.
    let again = try_from(server, "192.0.2.9", email, PASSWORD, None).await.unwrap();
    assert_ne!(again.session.reveal(), signed_in.session.reveal());
    session::sign_out(server, &actor).await.unwrap();
    assert!(by_cookie(server, &signed_in.session).await.is_none());
    assert!(session::ended(server, &actor).await.unwrap());
    // Used now and then it lives on, but never longer than the longest.
    for _ in 0..5 {
        bench.world.pass(6 * 24 * 3_600_000);
        if by_cookie(server, &again.session).await.is_none() {
            break;
        }
    }
    assert!(by_cookie(server, &again.session).await.is_none());
    let idle = try_from(server, "192.0.2.9", email, PASSWORD, None).await.unwrap();
    bench.world.pass(session::IDLE_MS);
    assert!(by_cookie(server, &idle.session).await.is_none());
    for (email, password) in [(email, "mauvais mot de passe"), ("personne@coop.example", PASSWORD), ("", "")]
    {
        let refusal = try_from(server, "192.0.2.9", email, password, None).await.unwrap_err();
        assert_eq!(refusal.problem.code, "sign_in_wrong");
    }
    // A changed password ends the other sessions.
    let here = try_from(server, "192.0.2.9", email, PASSWORD, None).await.unwrap();
    let there = try_from(server, "192.0.2.9", email, PASSWORD, None).await.unwrap();
    let actor = by_cookie(server, &here.session).await.unwrap();
    let new = Secret::new("cinq autres mots au hasard");
    let problem = user::change_password(server, &actor, &Secret::new("faux"), &new).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("password_wrong", Some("current")));
    user::change_password(server, &actor, &Secret::new(PASSWORD), &new).await.unwrap();
    assert!(by_cookie(server, &here.session).await.is_some());
    assert!(by_cookie(server, &there.session).await.is_none());
    try_from(server, "192.0.2.9", email, new.reveal(), None).await.unwrap();
}

pub async fn tries_are_limited_without_locking_the_owner_out(bench: Bench) {
    let server = &bench.server;
    bench.household("alpha").await;
    let email = "alpha@membre.example";
    let mine = try_from(server, "192.0.2.9", email, PASSWORD, None).await.unwrap();
    for n in 0..10 {
        let refusal = try_from(server, &format!("198.51.100.{n}"), email, "devine", None).await.unwrap_err();
        assert_eq!(refusal.problem.code, "sign_in_wrong");
    }
    // Now even the right password has to wait from elsewhere,
    let refusal = try_from(server, "198.51.100.99", email, PASSWORD, None).await.unwrap_err();
    assert_eq!((refusal.problem.kind, refusal.retry_after_s.is_some()), (ProblemKind::TooMany, true));
    // not from the owner's own browser,
    let device = Some(mine.device.clone());
    try_from(server, "192.0.2.9", email, PASSWORD, device.clone()).await.unwrap();
    // and not for good.
    bench.world.pass(15 * 60_000);
    try_from(server, "198.51.100.99", email, PASSWORD, None).await.unwrap();
    // A browser that is known has its own limit; another user's browser is not known.
    for _ in 0..10 {
        try_from(server, "192.0.2.9", email, "devine", device.clone()).await.unwrap_err();
    }
    let refusal = try_from(server, "192.0.2.9", email, PASSWORD, device.clone()).await.unwrap_err();
    assert_eq!(refusal.problem.kind, ProblemKind::TooMany);
    bench.world.pass(15 * 60_000);
    // One address tries many users.
    for n in 0..40 {
        try_from(server, "2001:db8::1", &format!("u{n}@membre.example"), "devine", None).await.unwrap_err();
    }
    let refusal = try_from(server, "2001:db8::2", email, PASSWORD, None).await.unwrap_err();
    assert_eq!(refusal.problem.kind, ProblemKind::TooMany);
    try_from(server, "2001:db8:0:1::2", email, PASSWORD, None).await.unwrap();
    // Many at the same instant count one another.
    bench.world.pass(15 * 60_000);
    let tries: Vec<_> = (0..16)
        .map(|_| {
            let server = server.clone();
            tokio::spawn(async move { try_from(&server, "192.0.2.9", email, "devine", None).await })
        })
        .collect();
    let mut verified = 0;
    for answer in tries {
        let refusal = answer.await.unwrap().unwrap_err();
        verified += u32::from(refusal.problem.code == "sign_in_wrong");
    }
    assert_eq!(verified, 10);
}

pub async fn links_work_once_and_for_an_hour(bench: Bench) {
    let server = &bench.server;
    let link = user::create_admin(server, "neuf@coop.example").await.unwrap();
    assert_eq!(user::open_link(server, link.reveal()).await.unwrap().email, "neuf@coop.example");
    let weak = user::set_password_by_link(server, link.reveal(), &Secret::new("court")).await.unwrap_err();
    assert_eq!((weak.code, weak.field), ("password_short", Some("password")));
    user::set_password_by_link(server, link.reveal(), &Secret::new(PASSWORD)).await.unwrap();
    let used = user::set_password_by_link(server, link.reveal(), &Secret::new(PASSWORD)).await.unwrap_err();
    assert_eq!(used.code, "link_dead");
    let link = user::create_admin(server, "neuf@coop.example").await.unwrap();
    let newer = user::create_admin(server, "neuf@coop.example").await.unwrap();
    assert_eq!(user::open_link(server, link.reveal()).await.unwrap_err().code, "link_dead");
    bench.world.pass(user::LINK_MS);
    assert_eq!(user::open_link(server, newer.reveal()).await.unwrap_err().code, "link_dead");
    assert_eq!(user::open_link(server, "").await.unwrap_err().code, "link_dead");
}

pub async fn tokens_work_until_revoked(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let new = token::NewToken { name: "script".into(), days: Some(1), ..Default::default() };
    let (view, secret) = token::create(server, &home.owner, new).await.unwrap();
    assert!(secret.reveal().starts_with("alv_") && secret.reveal().len() == 47);
    let bearer = |secret: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
        headers
    };
    let headers = bearer(secret.reveal());
    let (actor, _) = session::caller(server, &headers, None).await.unwrap().unwrap();
    assert_eq!((actor.user, actor.staff.is_any()), (home.owner.user, false));
    // It is worth what its user is worth, but cannot make more of itself.
    site::create(server, &actor, home.account, "asso.example").await.unwrap();
    let new = || token::NewToken { name: "autre".into(), ..Default::default() };
    assert_eq!(token::create(server, &actor, new()).await.unwrap_err().code, "session_needed");
    assert!(token::list(server, &home.owner).await.unwrap()[0].used_at.is_some());
    bench.world.pass(24 * 3_600_000);
    assert_eq!(session::caller(server, &headers, None).await.unwrap_err().code, "bad_token");
    let (view2, secret) = token::create(server, &home.owner, new()).await.unwrap();
    let headers = bearer(secret.reveal());
    let other = bench.household("beta").await;
    assert_eq!(token::revoke(server, &other.owner, view2.id).await.unwrap_err().code, "not_found");
    session::caller(server, &headers, None).await.unwrap();
    token::revoke(server, &home.owner, view2.id).await.unwrap();
    assert_eq!(session::caller(server, &headers, None).await.unwrap_err().kind, ProblemKind::SignIn);
    assert_eq!(token::list(server, &home.owner).await.unwrap(), []);
    assert_ne!(view.id, view2.id);
    // Of a role that was taken away it keeps nothing (CVE-2018-20895).
    let second = crate::bench::staff(server, "deux@coop.example").await;
    let (_, secret) = token::create(server, &second, new()).await.unwrap();
    let headers = bearer(secret.reveal());
    assert!(session::caller(server, &headers, None).await.unwrap().unwrap().0.staff.is_any());
    let held = grant::list_staff(server, &bench.admin).await.unwrap();
    let held = held.iter().find(|held| held.email == "deux@coop.example").unwrap().id;
    grant::remove_staff(server, &bench.admin, held).await.unwrap();
    assert!(!session::caller(server, &headers, None).await.unwrap().unwrap().0.staff.is_any());
    // Neither secret nor hash stands in what is kept of the act.
    let traces = bench.count("SELECT COUNT(*) FROM changes WHERE after_json LIKE '%alv_%'").await;
    assert_eq!(traces, 0);
}

pub async fn grants_that_end_end_at_once(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let new = NewGrant { email: "beta@membre.example".into(), role: "owner".into(), ..Default::default() };
    assert_eq!(
        grant::create(server, &home.owner, On::Account(home.account), new.clone()).await.unwrap_err().code,
        "mail_off"
    );
    let given = grant::create(server, &bench.admin, On::Account(home.account), new.clone()).await.unwrap();
    let Given::Held(granted, None) = given.clone() else { panic!("{given:?}") };
    let seen = account::list(server, &other.owner, &Listing::default(), None).await.unwrap();
    assert_eq!(seen.items.len(), 2);
    // Given twice is given once.
    assert_eq!(grant::create(server, &bench.admin, On::Account(home.account), new).await.unwrap(), given);
    grant::revoke(server, &bench.admin, On::Account(home.account), granted.id).await.unwrap();
    assert!(account::show(server, &other.owner, home.account).await.is_err());
    let again = grant::revoke(server, &bench.admin, On::Account(home.account), granted.id).await.unwrap_err();
    assert_eq!(again.code, "not_found");
}

pub async fn an_idempotency_key_makes_one_thing(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let with = |actor: &Actor, request: &str| {
        let once = Some(Once { key: "k1".into(), request: request.into() });
        Actor { once, ..actor.clone() }
    };
    let me = with(&home.owner, "one");
    let first = site::create(server, &me, home.account, "asso.example").await.unwrap();
    let again = site::create(server, &me, home.account, "asso.example").await.unwrap();
    assert_eq!(first, again);
    let other = with(&home.owner, "two");
    let problem = site::create(server, &other, home.account, "b.example").await.unwrap_err();
    assert_eq!(problem.code, "idempotency_key_reused");
    // Another user's same key is another key; a refused creation leaves its key free.
    let admin = with(&bench.admin, "three");
    let new = NewMember::default();
    assert!(member::create(server, &admin, new).await.is_err());
    let new = NewMember { name: "Guêpes".into(), ..NewMember::default() };
    let made = member::create(server, &admin, new.clone()).await.unwrap().item;
    assert_eq!(member::create(server, &admin, new).await.unwrap().item, made);
    let many: Vec<_> = (0..8)
        .map(|_| {
            let (server, mut admin, plan) = (server.clone(), bench.admin.clone(), bench.plan);
            admin.once = Some(Once { key: "k2".into(), request: "r".into() });
            tokio::spawn(async move {
                let new = NewAccount {
                    member: made.id.to_string(),
                    plan: plan.to_string(),
                    name: "guepes".into(),
                    ..NewAccount::default()
                };
                account::create(&server, &admin, new).await.unwrap().item.id
            })
        })
        .collect();
    let mut ids = vec![];
    for one in many {
        ids.push(one.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    // A secret is told once, so a token's creation is not told again.
    let me = Actor { once: Some(Once { key: "k3".into(), request: "t".into() }), ..home.owner.clone() };
    let new = || token::NewToken { name: "script".into(), ..Default::default() };
    token::create(server, &me, new()).await.unwrap();
    assert_eq!(token::create(server, &me, new()).await.unwrap_err().code, "token_made");
    assert_eq!(token::list(server, &me).await.unwrap().len(), 1);
    bench.world.pass(server::once::MEMORY_MS);
    server::jobs::sweep(server).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM idempotency").await, 0);
    let problem = site::create(server, &other, home.account, "b.example").await;
    assert!(problem.is_ok());
}
