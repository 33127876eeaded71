//! Roles as members live with them: invited, accepted, left, handed over, run out; staff given by two.

use crate::{
    api::Client,
    bench::{Bench, Household, PASSWORD, as_user, staff},
    mails::keeping,
    members::renamed,
};
use axum::http::StatusCode;
use model::{Problem, Role, Secret, StaffRole};
use serde_json::json;
use server::{
    Actor, Server, account,
    actor::Staff,
    approval,
    grant::{self, AddedStaff, Given, InvitationView, NewGrant, NewStaff, On},
    jobs,
    paging::Listing,
    site,
    store::sql,
    user,
};
use std::task::Poll;

fn role(email: &str, role: &str, days: Option<u32>) -> NewGrant {
    NewGrant { email: email.into(), role: role.into(), days, mail: None }
}

/// A member's user invites somebody.
async fn invite(server: &Server, by: &Actor, on: On, new: NewGrant) -> Result<InvitationView, Problem> {
    match grant::create(server, by, on, new).await? {
        Given::Asked(asked) => Ok(asked),
        Given::Held(..) => panic!("nobody was asked"),
    }
}

/// The cooperative gives a role outright.
async fn give(server: &Server, by: &Actor, on: On, new: NewGrant) -> model::GrantId {
    match grant::create(server, by, on, new).await.unwrap() {
        Given::Held(grant, _) => grant.id,
        Given::Asked(..) => panic!("the cooperative asks nobody"),
    }
}

async fn owners(server: &Server, by: &Actor, on: On) -> Vec<String> {
    let grants = grant::list(server, by, on).await.unwrap();
    grants.into_iter().filter(|grant| grant.role == Role::Owner).map(|grant| grant.email).collect()
}

pub async fn an_invitation_holds_once_it_is_accepted(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let on = On::Account(home.account);
    let asked =
        invite(&server, &home.owner, on, role("beta@membre.example", "webmaster", Some(30))).await.unwrap();
    assert_eq!((asked.role, asked.hands_over), (Role::Webmaster, false));
    // Nothing yet: neither seen nor counted.
    assert_eq!(account::show(&server, &other.owner, home.account).await.unwrap_err().code, "not_found");
    assert!(
        grant::list(&server, &home.owner, on).await.unwrap().iter().all(|grant| grant.role == Role::Owner)
    );
    // The mail went to them, in words.
    server::mail::send_due(&server).await.unwrap();
    let mails: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    assert!(
        mails.iter().any(|mail| mail.contains("beta@membre.example") && mail.contains("webmestre")),
        "{mails:?}"
    );
    // A stranger cannot answer in their place, nor learn of it.
    let stranger = bench.household("gamma").await;
    for answer in [
        grant::accept(&server, &stranger.owner, asked.id).await.map(drop),
        grant::decline(&server, &stranger.owner, asked.id).await,
        grant::withdraw(&server, &stranger.owner, on, asked.id).await,
        grant::withdraw(&server, &home.owner, On::Member(home.member), asked.id).await,
    ] {
        assert_eq!(answer.unwrap_err().code, "not_found");
    }
    let mine = grant::my_invitations(&server, &other.owner).await.unwrap();
    assert_eq!(mine, std::slice::from_ref(&asked));
    let held = grant::accept(&server, &other.owner, asked.id).await.unwrap();
    assert_eq!(held.role, Role::Webmaster);
    let days = (held.expires_at.unwrap() - bench.server.world.now_ms()) / (24 * 3_600_000);
    assert_eq!(days, 29);
    assert_eq!(grant::accept(&server, &other.owner, asked.id).await.unwrap_err().code, "not_found");
    site::create(&server, &other.owner, home.account, "neuf.example").await.unwrap();
    // What a webmaster may not: others' roles, the plan.
    let refused = invite(&server, &other.owner, on, role("x@y.example", "reader", None)).await.unwrap_err();
    assert_eq!(refused.code, "role_lacks");
    // Declined and withdrawn ones are over.
    let asked = invite(&server, &home.owner, on, role("gamma@membre.example", "reader", None)).await.unwrap();
    grant::decline(&server, &stranger.owner, asked.id).await.unwrap();
    assert!(grant::my_invitations(&server, &stranger.owner).await.unwrap().is_empty());
    let asked = invite(&server, &home.owner, on, role("gamma@membre.example", "reader", None)).await.unwrap();
    grant::withdraw(&server, &home.owner, on, asked.id).await.unwrap();
    assert_eq!(grant::accept(&server, &stranger.owner, asked.id).await.unwrap_err().code, "not_found");
    // The newest one counts; and it waits for fourteen days.
    let old = invite(&server, &home.owner, on, role("gamma@membre.example", "manager", None)).await.unwrap();
    let new = invite(&server, &home.owner, on, role("gamma@membre.example", "reader", None)).await.unwrap();
    assert_eq!(grant::accept(&server, &stranger.owner, old.id).await.unwrap_err().code, "not_found");
    bench.world.pass(14 * 24 * 3_600_000);
    assert_eq!(grant::accept(&server, &stranger.owner, new.id).await.unwrap_err().code, "not_found");
}

pub async fn nobody_gives_what_they_do_not_have(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let home = bench.household("alpha").await;
    let on = On::Account(home.account);
    let manager = bench.household("beta").await.owner;
    give(&server, &bench.admin, on, role("beta@membre.example", "manager", None)).await;
    for above in ["owner", "manager"] {
        let refused = invite(&server, &manager, on, role("x@y.example", above, None)).await.unwrap_err();
        assert_eq!((refused.code, refused.field), ("role_above", Some("role")));
    }
    let own = grant::list(&server, &manager, on).await.unwrap();
    let owner = own.iter().find(|grant| grant.role == Role::Owner).unwrap().id;
    assert_eq!(grant::revoke(&server, &manager, on, owner).await.unwrap_err().code, "role_above");
    assert_eq!(grant::hand_over(&server, &manager, on, "x@y.example").await.unwrap_err().code, "role_lacks");
    invite(&server, &manager, on, role("x@y.example", "webmaster", None)).await.unwrap();
    // An invitation is worth no more than its giver: a manager who is none any more has invited nobody.
    let invited = bench.household("gamma").await.owner;
    let asked = invite(&server, &manager, on, role("gamma@membre.example", "webmaster", None)).await.unwrap();
    let of_manager = own.iter().find(|grant| grant.role == Role::Manager).unwrap().id;
    grant::revoke(&server, &home.owner, on, of_manager).await.unwrap();
    assert_eq!(grant::accept(&server, &invited, asked.id).await.unwrap_err().code, "not_found");
    // Wrong input names its field.
    for (new, field) in [
        (role("nobody", "reader", None), "email"),
        (role("x@y.example", "king", None), "role"),
        (role("x@y.example", "reader", Some(0)), "days"),
        (role("x@y.example", "reader", Some(4000)), "days"),
        (role("x@y.example", "owner", Some(3)), "days"),
    ] {
        assert_eq!(invite(&server, &home.owner, on, new).await.unwrap_err().field, Some(field));
    }
    // And nobody writes to the whole world.
    let mut last = None;
    for n in 0..30 {
        last = invite(&server, &home.owner, on, role(&format!("x{n}@y.example"), "reader", None)).await.err();
    }
    assert_eq!(last.unwrap().code, "too_many_tries");
}

pub async fn the_last_owner_cannot_vanish(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let home = bench.household("alpha").await;
    let on = On::Account(home.account);
    let mine = grant::mine(&server, &home.owner).await.unwrap();
    let own = mine[0].id;
    // Staff reads the same of a user; others do not learn that there is one.
    let user = home.owner.user.unwrap();
    assert_eq!(grant::of_user(&server, &bench.admin, user).await.unwrap(), mine);
    assert_eq!(grant::of_user(&server, &home.owner, user).await.unwrap_err().code, "not_found");
    assert_eq!(grant::of_user(&server, &bench.admin, server.world.id()).await.unwrap_err().code, "not_found");
    // Pages ask beforehand what would be refused.
    let stays = async || {
        let asked = grant::leaving(&server, &home.owner, own).await.unwrap();
        asked.stays.map(|why| why.code)
    };
    assert_eq!(stays().await, Some("last_owner"));
    for refused in [
        grant::leave(&server, &home.owner, own).await,
        grant::revoke(&server, &home.owner, on, own).await,
        grant::revoke(&server, &bench.admin, on, own).await,
    ] {
        assert_eq!(refused.unwrap_err().code, "last_owner");
    }
    // The member's owner is the account's too.
    let second = bench.household("beta").await.owner;
    give(&server, &bench.admin, On::Member(home.member), role("beta@membre.example", "owner", None)).await;
    grant::leave(&server, &home.owner, own).await.unwrap();
    assert_eq!(account::show(&server, &home.owner, home.account).await.unwrap_err().code, "not_found");
    account::show(&server, &second, home.account).await.unwrap();
    // Two that leave at once: one stays.
    let two = bench.household("gamma").await;
    give(&server, &bench.admin, On::Account(two.account), role("alpha@membre.example", "owner", None)).await;
    let of = async |who: &Actor| {
        let mine = grant::mine(&server, who).await.unwrap();
        mine.into_iter()
            .find(|grant| grant.account.as_ref().is_some_and(|of| of.id == two.account))
            .unwrap()
            .id
    };
    let (a, b) = (of(&home.owner).await, of(&two.owner).await);
    let (a, b) = tokio::join!(grant::leave(&server, &home.owner, a), grant::leave(&server, &two.owner, b));
    assert_eq!([a.is_ok(), b.is_ok()].into_iter().filter(|left| *left).count(), 1, "{a:?} {b:?}");
    assert_eq!(owners(&server, &bench.admin, On::Account(two.account)).await.len(), 1);
}

pub async fn ownership_is_handed_over_by_both(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let (home, heir) = (bench.household("alpha").await, bench.household("beta").await.owner);
    let on = On::Account(home.account);
    let own = grant::hand_over(&server, &home.owner, on, "ALPHA@membre.example").await.unwrap_err();
    assert_eq!((own.code, own.field), ("hand_over_self", Some("email")));
    let stale = Actor { proved_at: Some(0), ..home.owner.clone() };
    let unproved = grant::hand_over(&server, &stale, on, "beta@membre.example").await.unwrap_err();
    assert_eq!(unproved.code, "proof_needed");
    let asked = grant::hand_over(&server, &home.owner, on, "beta@membre.example").await.unwrap();
    assert!(asked.hands_over);
    assert_eq!(owners(&server, &bench.admin, on).await, ["alpha@membre.example"]);
    grant::accept(&server, &heir, asked.id).await.unwrap();
    assert_eq!(owners(&server, &bench.admin, on).await, ["beta@membre.example"]);
    assert_eq!(account::show(&server, &home.owner, home.account).await.unwrap_err().code, "not_found");
    // Who is owner by the member hands nothing over on the account.
    let by_member = bench.household("gamma").await;
    give(&server, &bench.admin, On::Member(by_member.member), role("alpha@membre.example", "owner", None))
        .await;
    let on = On::Account(by_member.account);
    let problem = grant::hand_over(&server, &home.owner, on, "x@y.example").await.unwrap_err();
    assert_eq!(problem.code, "not_owner_here");
}

pub async fn roles_run_out_and_close_what_is_open(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let on = On::Account(home.account);
    give(server, &bench.admin, on, role("beta@membre.example", "reader", Some(1))).await;
    let client = Client::of(&bench, other.owner.user).await;
    let request = client.request("GET", &format!("/accounts/{}/events", home.account), None);
    let response = tower::ServiceExt::oneshot(client.router.clone(), request).await.unwrap();
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
            () = async { while futures_util::StreamExt::next(&mut stream).await.is_some() {} } => {}
            () = work.as_mut() => {}
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), end).await.expect("the stream goes on");
    // Who stops the panel waits for no upkeep either.
    stop.send_replace(true);
    tokio::time::timeout(std::time::Duration::from_secs(5), work).await.expect("the jobs stop");
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

pub async fn one_user_over_many(bench: Bench) {
    let server = &bench.server;
    let (one, two) = (bench.household("alpha").await, bench.household("beta").await);
    give(server, &bench.admin, On::Member(two.member), role("alpha@membre.example", "webmaster", None)).await;
    let seen = account::list(server, &one.owner, &Listing::default(), None).await.unwrap().items;
    assert_eq!(seen.len(), 2);
    site::create(server, &one.owner, two.account, "deux.example").await.unwrap();
    let mine = grant::mine(server, &one.owner).await.unwrap();
    let shown: Vec<_> = mine.iter().map(|grant| (grant.role, grant.account.is_some())).collect();
    assert_eq!(shown, [(Role::Owner, true), (Role::Webmaster, false)]);
    // The member itself is seen by who has a role on it, not by who has one on an account.
    grant::access_to_member(server, &one.owner, two.member).await.unwrap();
    assert!(grant::access_to_member(server, &two.owner, two.member).await.is_err());
}

async fn ask_admin(server: &Server, by: &Actor, email: &str) -> approval::ApprovalView {
    let new = NewStaff { email: email.into(), role: "admin".into(), days: None };
    match grant::add_staff(server, by, new).await.unwrap() {
        AddedStaff::Waits(asked) => asked,
        AddedStaff::Held(..) => panic!("an admin by one alone"),
    }
}

pub async fn an_admin_is_made_by_two(bench: Bench) {
    let server = &bench.server;
    let asked = ask_admin(server, &bench.admin, "neuf@coop.example").await;
    let twice = NewStaff { email: "neuf@coop.example".into(), role: "admin".into(), days: None };
    assert_eq!(grant::add_staff(server, &bench.admin, twice).await.unwrap_err().code, "approval_open");
    assert_eq!(approval::approve(server, &bench.admin, asked.id).await.unwrap_err().code, "approval_own");
    let admins = bench.count("SELECT COUNT(*) FROM grants WHERE role = 'admin' AND revoked_at IS NULL").await;
    assert_eq!(admins, 1);
    let second = staff(server, "deux@coop.example").await;
    let stale = Actor { proved_at: Some(0), ..second.clone() };
    assert_eq!(approval::approve(server, &stale, asked.id).await.unwrap_err().code, "proof_needed");
    let done = approval::approve(server, &second, asked.id).await.unwrap();
    assert!(done.link.is_some(), "a new user on a panel without mail needs the link");
    assert_eq!(approval::approve(server, &second, asked.id).await.unwrap_err().code, "not_found");
    let admins = bench.count("SELECT COUNT(*) FROM grants WHERE role = 'admin' AND revoked_at IS NULL").await;
    assert_eq!(admins, 3);
    // Seven days, then it is over, and can be asked for anew.
    let old = ask_admin(server, &bench.admin, "dix@coop.example").await;
    bench.world.pass(7 * 24 * 3_600_000);
    assert_eq!(approval::approve(server, &second, old.id).await.unwrap_err().code, "not_found");
    let new = ask_admin(server, &bench.admin, "dix@coop.example").await;
    // Who asked and is no admin any more has asked for nothing.
    let first = grant::list_staff(server, &second).await.unwrap();
    let first = first.iter().find(|one| one.email == "admin@coop.example").unwrap().id;
    grant::remove_staff(server, &second, first).await.unwrap();
    assert_eq!(approval::approve(server, &second, new.id).await.unwrap_err().code, "not_found");
    approval::refuse(server, &second, new.id).await.unwrap();
    assert!(approval::list(server, &second).await.unwrap().is_empty());
    // The way out for a cooperative with one admin: root on the panel.
    let alone = ask_admin(server, &second, "onze@coop.example").await;
    approval::approve_by_command(server, alone.id).await.unwrap();
}

pub async fn staff_does_its_own_and_no_more(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let add = async |role: StaffRole, days: Option<u32>| {
        let email = format!("{}@coop.example", role.code());
        let new = NewStaff { email: email.clone(), role: role.code().into(), days };
        let AddedStaff::Held(view, link) = grant::add_staff(server, &bench.admin, new).await.unwrap() else {
            panic!("waits")
        };
        let password = Secret::new(PASSWORD);
        user::set_password_by_link(server, link.unwrap().reveal(), &password).await.unwrap();
        as_user(view.user, &email, Staff::of(&[role]))
    };
    let support = add(StaffRole::Support, Some(5)).await;
    let treasurer = add(StaffRole::Treasurer, None).await;
    // Sees accounts, changes none; the treasurer keeps members.
    account::show(server, &support, home.account).await.unwrap();
    let refused = site::create(server, &support, home.account, "x.example").await.unwrap_err();
    assert_eq!(refused.code, "role_lacks");
    let refused =
        account::suspend(server, &support, home.account, None, crate::bench::unpaid("x")).await.unwrap_err();
    assert_eq!(refused.code, "staff_only");
    assert_eq!(renamed(server, &support, home.member, "X").await.unwrap_err().code, "staff_only");
    renamed(server, &treasurer, home.member, "Les Amis").await.unwrap();
    assert_eq!(user::list(server, &treasurer, &Listing::default()).await.unwrap_err().code, "not_found");
    // Time-limited: over the API, the sixth day opens nothing.
    let client = Client::of(&bench, support.user).await;
    assert_eq!(client.ask("GET", "/users", None).await.status, StatusCode::OK);
    bench.world.pass(5 * 24 * 3_600_000);
    assert_eq!(client.ask("GET", "/users", None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.ask("GET", "/me", None).await.body["staff"], json!([]));
    // The last admin stays.
    let last = grant::list_staff(server, &bench.admin).await.unwrap();
    let last = last.iter().find(|one| one.role == StaffRole::Admin).unwrap().id;
    assert_eq!(grant::remove_staff(server, &bench.admin, last).await.unwrap_err().code, "last_admin");
}

/// What takes two admins is worth nothing if one can become the other.
pub async fn no_admin_becomes_another(bench: Bench) {
    let server = &bench.server;
    let second = staff(server, "deux@coop.example").await;
    let user = second.user.unwrap();
    assert_eq!(user::link(server, &bench.admin, user).await.unwrap_err().code, "user_is_admin");
    assert_eq!(server::factor::reset(server, &bench.admin, user).await.unwrap_err().code, "user_is_admin");
    // One who is admin and has no password yet: no link of theirs is told for another role either.
    let asked = ask_admin(server, &bench.admin, "trois@coop.example").await;
    approval::approve(server, &second, asked.id).await.unwrap();
    let home = bench.household("alpha").await;
    let new = role("trois@coop.example", "reader", None);
    let told = grant::create(server, &bench.admin, On::Account(home.account), new).await.unwrap_err();
    assert_eq!(told.code, "user_is_admin");
    user::link(server, &bench.admin, home.owner.user.unwrap()).await.unwrap();
}

/// A manager takes no owner's invitation away, and a suspended owner is nobody to stay behind.
pub async fn lesser_roles_undo_nothing_of_greater_ones(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let home = bench.household("alpha").await;
    let on = On::Account(home.account);
    let manager = bench.household("beta").await.owner;
    give(&server, &bench.admin, on, role("beta@membre.example", "manager", None)).await;
    let heir = bench.household("gamma").await.owner;
    let offered = grant::hand_over(&server, &home.owner, on, "gamma@membre.example").await.unwrap();
    assert_eq!(grant::withdraw(&server, &manager, on, offered.id).await.unwrap_err().code, "role_above");
    let new = role("gamma@membre.example", "reader", None);
    assert_eq!(invite(&server, &manager, on, new).await.unwrap_err().code, "role_above");
    grant::accept(&server, &heir, offered.id).await.unwrap();
    // Days of a role count from when it is taken.
    let asked = invite(&server, &heir, on, role("delta@membre.example", "reader", Some(2))).await.unwrap();
    let delta = bench.household("delta").await.owner;
    bench.world.pass(5 * 24 * 3_600_000);
    let held = grant::accept(&server, &delta, asked.id).await.unwrap();
    assert!(held.expires_at.unwrap() > bench.server.world.now_ms() + 24 * 3_600_000);
    // The other owner is suspended: the last who can act stays.
    give(&server, &bench.admin, on, role("alpha@membre.example", "owner", None)).await;
    user::suspend(&server, &bench.admin, home.owner.user.unwrap()).await.unwrap();
    let own = grant::mine(&server, &heir).await.unwrap();
    let own = own.iter().find(|grant| {
        grant.role == Role::Owner && grant.account.as_ref().is_some_and(|of| of.id == home.account)
    });
    assert_eq!(grant::leave(&server, &heir, own.unwrap().id).await.unwrap_err().code, "last_owner");
}

/// Acts on roles stand in the history of the account, with who did them.
pub async fn roles_leave_their_trace(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let home: Household = bench.household("alpha").await;
    let on = On::Account(home.account);
    invite(&server, &home.owner, on, role("x@y.example", "reader", None)).await.unwrap();
    let seen =
        server::change::list(&server, &home.owner, home.account, &Listing::default()).await.unwrap().items;
    assert_eq!((seen[0].verb.as_str(), seen[0].who.as_str()), ("invitation.create", "alpha@membre.example"));
    assert_eq!(seen[0].after.as_ref().unwrap()["role"], "reader");
    let links = sql("SELECT COUNT(*) FROM changes WHERE after_json LIKE '%/link/%'")
        .one(server.store.on(), |row| row.first::<i64>())
        .await
        .unwrap();
    assert_eq!(links, 0);
}
