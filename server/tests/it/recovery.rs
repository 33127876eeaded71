//! Somebody who has lost everything is given access again at another address, by two people, and nobody else is.

use crate::{
    api::Client,
    bench::{Bench, Household, PASSWORD, as_user, staff, verified},
    factors::set_up,
    mails::{keeping, kept, listed},
    people::{by_cookie, try_begin},
    smtp::link_in,
    viewing::Support,
};
use axum::http::{StatusCode, header};
use model::{Lang, Secret, StaffRole, UserId};
use serde_json::json;
use server::{
    Actor, Server,
    actor::Staff,
    approval::{self, ApprovalView, Kind},
    change,
    grant::{self, AddedStaff, Given, NewGrant, NewStaff, On},
    mail,
    paging::Listing,
    session, token,
    user::{self, NewRecovery},
    viewing,
};

pub async fn colleague(bench: &Bench, name: &str, role: StaffRole) -> Actor {
    let email = format!("{name}@coop.example");
    let new = NewStaff { email: email.clone(), role: role.code().into(), days: None };
    let AddedStaff::Held(view, link) = grant::add_staff(&bench.server, &bench.admin, new).await.unwrap()
    else {
        panic!("waits")
    };
    let password = Secret::new(PASSWORD);
    user::set_password_by_link(&bench.server, link.unwrap().reveal(), &password).await.unwrap();
    as_user(view.user, &email, Staff::of(&[role]))
}

fn new(email: &str) -> NewRecovery {
    NewRecovery { email: email.into(), reason: "Appel du 3 mars, pièce vue avec Ana".into() }
}

async fn ask(server: &Server, by: &Actor, user: UserId, email: &str) -> ApprovalView {
    user::ask_recovery(server, by, user, new(email)).await.unwrap()
}

async fn home(bench: &Bench) -> (Household, UserId) {
    let home = bench.household("alpha").await;
    let user = home.owner.user.unwrap();
    (home, user)
}

pub async fn two_give_access_back_and_neither_sees_the_link(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let (home, user) = home(&bench).await;
    set_up(&bench, &home.owner).await;
    session::begin(&server, verified(&server, user).await, Default::default()).await.unwrap();
    token::create(&server, &home.owner, token::NewToken { name: "t".into(), ..Default::default() })
        .await
        .unwrap();
    let one = colleague(&bench, "une", StaffRole::Support).await;
    let two = colleague(&bench, "deux", StaffRole::Support).await;
    let board = colleague(&bench, "conseil", StaffRole::Board).await;
    let shared = NewGrant { email: "avec@membre.example".into(), role: "owner".into(), ..Default::default() };
    let (on, on_member) = (On::Account(home.account), On::Member(home.member));
    let Given::Held(with, _) = grant::create(&bench.server, &bench.admin, on, shared).await.unwrap() else {
        panic!("the cooperative asks nobody")
    };
    let of_member = NewGrant { email: home.owner.who.clone(), role: "reader".into(), ..Default::default() };
    grant::create(&bench.server, &bench.admin, on_member, of_member).await.unwrap();
    // Who may not, and what will not do.
    for (by, code) in [(&board, "staff_only"), (&home.owner, "not_found")] {
        let refused = user::ask_recovery(&server, by, user, new("n@y.example")).await.unwrap_err();
        assert_eq!(refused.code, code);
    }
    for (asked, field) in [
        (new("nobody"), "email"),
        (new("ALPHA@membre.example"), "email"),
        (new("une@coop.example"), "email"),
        (NewRecovery { reason: "oui".into(), ..new("n@y.example") }, "reason"),
    ] {
        let refused = user::ask_recovery(&server, &one, user, asked).await.unwrap_err();
        assert_eq!(refused.field, Some(field));
    }
    let stale = Actor { proved_at: Some(0), ..one.clone() };
    let refused = user::ask_recovery(&server, &stale, user, new("n@y.example")).await.unwrap_err();
    assert_eq!(refused.code, "proof_needed");
    let refused = user::ask_recovery(&bench.server, &one, user, new("n@y.example")).await.unwrap_err();
    assert_eq!(refused.code, "mail_off");
    let by_token = Actor { via: server::Via::Token(server.world.id()), ..one.clone() };
    let refused = user::ask_recovery(&server, &by_token, user, new("n@y.example")).await.unwrap_err();
    assert_eq!(refused.code, "session_needed");
    assert_eq!(listed(&server, &bench).await, []);

    let asked = ask(&server, &one, user, "Neuve@membre.example").await;
    assert_eq!((asked.kind, asked.own, asked.may), (Kind::Recover, true, true));
    mail::send_due(&server).await.unwrap();
    let told = kept(&folder).pop().unwrap();
    assert!(told.contains("To: alpha@membre.example") && told.contains("N…@membre.example"), "{told}");
    assert!(!told.contains("Neuve@"), "{told}");
    // Who decides reads the address and the reason. The asker cannot, the board cannot, an admin's own acts support cannot.
    let waits = approval::list(&server, &two).await.unwrap().remove(0);
    let said: Vec<&str> = waits.details.iter().map(|line| line.pick(Lang::Fr)).collect();
    assert!(said[0].contains("Neuve@membre.example") && said[1].contains("Appel du 3 mars"), "{said:?}");
    // Two sessions of one person are one person; a token is none, and who looks as a member is none of the staff meanwhile.
    let elsewhere = Actor { via: server::Via::Session("elsewhere".into()), ..one.clone() };
    for own in [&one, &elsewhere] {
        assert_eq!(approval::approve(&server, own, asked.id).await.unwrap_err().code, "approval_own");
    }
    let by_token = Actor { via: server::Via::Token(server.world.id()), ..two.clone() };
    assert_eq!(approval::approve(&server, &by_token, asked.id).await.unwrap_err().code, "session_needed");
    assert_eq!(approval::refuse(&server, &by_token, asked.id).await.unwrap_err().code, "session_needed");
    let third = Support::new(&bench).await;
    viewing::start(&server, &third.now(&server).await, on_member, "ticket 12").await.unwrap();
    let looks = third.now(&server).await;
    assert_eq!(approval::approve(&server, &looks, asked.id).await.unwrap_err().code, "not_found");
    assert_eq!(approval::approve(&server, &board, asked.id).await.unwrap_err().code, "staff_only");
    assert!(!approval::list(&server, &board).await.unwrap()[0].may);
    approval::approve(&server, &two, asked.id).await.unwrap();
    // Nothing that let in lets in any more.
    assert_eq!(bench.count("SELECT COUNT(*) FROM factors").await, 0);
    let left = "SELECT COUNT(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email_key = 'neuve@membre.example' AND s.ended_at IS NULL";
    assert_eq!(bench.count(left).await, 0);
    assert_eq!(bench.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NULL").await, 0);
    for email in ["alpha@membre.example", "neuve@membre.example"] {
        assert!(try_begin(&server, "192.0.2.9", email, PASSWORD, None).await.is_err());
    }
    // One mail to the old address without a link, one to the new with it.
    assert_eq!(mail::send_due(&server).await.unwrap(), 2);
    let mails = kept(&folder);
    assert_eq!(mails.len(), 3);
    let to = |who: &str| mails.iter().rev().find(|mail| mail.contains(&format!("To: {who}"))).unwrap();
    assert_eq!(link_in(to("alpha@membre.example")), None);
    assert!(to("alpha@membre.example").contains("une autre adresse"));
    let link = link_in(to("Neuve@membre.example")).unwrap();
    let back =
        user::set_password_by_link(&server, &link, &Secret::new("cinq autres mots au hasard")).await.unwrap();
    assert_eq!(back.user, user);
    // All of it stands in the history, the link nowhere.
    let log = change::list_all(&server, &bench.admin, &Listing::default()).await.unwrap().items;
    let done = log.iter().find(|change| change.verb == "user.recover").unwrap();
    assert_eq!(done.who, "deux@coop.example");
    assert_eq!(done.before.as_ref().unwrap()["email"], "alpha@membre.example");
    assert!(log.iter().any(|change| change.verb == "approval.create" && change.who == "une@coop.example"));
    assert!(!serde_json::to_string(&log).unwrap().contains(&link));
    // Who owns the account too reads there that it happened and by whom, and no more of it.
    let with = as_user(with.user, "avec@membre.example", Staff::NONE);
    let theirs = change::list(&server, &with, home.account, &Listing::default()).await.unwrap().items;
    assert_eq!((theirs[0].verb.as_str(), theirs[0].who.as_str()), ("grant.move", "deux@coop.example"));
    assert_eq!(theirs[0].subject.label, "Neuve@membre.example");
    assert!(!serde_json::to_string(&theirs).unwrap().contains("pièce vue"));
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'grant.move'").await, 2);
    // The address is found anew, and forgotten passwords go to it.
    let found = user::list(&server, &bench.admin, &Listing::default()).await.unwrap().items;
    assert!(found.iter().any(|user| user.email == "Neuve@membre.example"));
}

pub async fn a_recovery_stops_where_somebody_is_still_there(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let (home, user) = home(&bench).await;
    let one = colleague(&bench, "une", StaffRole::Support).await;
    let two = colleague(&bench, "deux", StaffRole::Support).await;
    // A token that works is a sign of life, too.
    let new = token::NewToken { name: "script".into(), ..Default::default() };
    let (_, secret) = token::create(&server, &home.owner, new).await.unwrap();
    let asked = ask(&server, &one, user, "neuve@membre.example").await;
    bench.world.pass(60_000);
    let nobody = Client::nobody(&bench);
    let mut request = nobody.request("GET", "/me", None);
    let bearer = format!("Bearer {}", secret.reveal());
    request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
    assert_eq!(nobody.send(request).await.status, StatusCode::OK);
    assert_eq!(approval::approve(&server, &two, asked.id).await.unwrap_err().code, "user_signed_in");
    approval::refuse(&server, &two, asked.id).await.unwrap();
    mail::send_due(&server).await.unwrap();
    // Signed in before: that says nothing. Since, or there since by a session of before: it does.
    let before = session::begin(&server, verified(&server, user).await, Default::default()).await.unwrap();
    let asked = ask(&server, &one, user, "neuve@membre.example").await;
    bench.world.pass(60_000);
    by_cookie(&server, &before.whole().unwrap().session).await.unwrap();
    assert_eq!(approval::approve(&server, &two, asked.id).await.unwrap_err().code, "user_signed_in");
    mail::send_due(&server).await.unwrap();
    approval::refuse(&server, &two, asked.id).await.unwrap();
    // Who was told that it was asked for is told what became of it.
    assert_eq!(mail::send_due(&server).await.unwrap(), 1);
    let told = kept(&folder).pop().unwrap();
    assert!(told.contains("To: alpha@membre.example") && told.contains("refusée ou retirée"), "{told}");
    assert!(told.contains("n…@membre.example") && link_in(&told).is_none(), "{told}");
    let asked = ask(&server, &one, user, "neuve@membre.example").await;
    session::begin(&server, verified(&server, user).await, Default::default()).await.unwrap();
    assert_eq!(approval::approve(&server, &two, asked.id).await.unwrap_err().code, "user_signed_in");
    approval::refuse(&server, &two, asked.id).await.unwrap();
    // Nobody waits for ever; and an address that was taken meanwhile is another's.
    let asked = ask(&server, &one, user, "neuve@membre.example").await;
    bench.household("neuve").await;
    assert_eq!(approval::approve(&server, &two, asked.id).await.unwrap_err().code, "email_taken");
    bench.world.pass(approval::OPEN_MS);
    assert_eq!(approval::approve(&server, &two, asked.id).await.unwrap_err().code, "not_found");
    // Who asked and is no longer of the staff has asked for nothing.
    let asked = ask(&server, &one, user, "autre@membre.example").await;
    let grants = grant::list_staff(&server, &bench.admin).await.unwrap();
    let of_one = grants.iter().find(|grant| grant.email == "une@coop.example").unwrap().id;
    grant::remove_staff(&server, &bench.admin, of_one).await.unwrap();
    assert_eq!(approval::approve(&server, &two, asked.id).await.unwrap_err().code, "not_found");
}

/// What takes two admins is worth nothing if others can become one.
pub async fn no_two_become_another_of_the_staff(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let second = staff(&server, "admin2@coop.example").await;
    let one = colleague(&bench, "une", StaffRole::Support).await;
    let two = colleague(&bench, "deux", StaffRole::Support).await;
    let operator = colleague(&bench, "hotes", StaffRole::Operator).await;
    for by in [&one, &bench.admin] {
        let user = second.user.unwrap();
        let refused = user::ask_recovery(&server, by, user, new("n@y.example")).await.unwrap_err();
        assert_eq!(refused.code, "user_is_admin");
    }
    let own = user::ask_recovery(&server, &one, one.user.unwrap(), new("n@y.example")).await.unwrap_err();
    assert_eq!(own.code, "user_self");
    // Another of the staff: with an admin's approval alone, and nobody else is offered to give it.
    let asked = ask(&server, &one, operator.user.unwrap(), "hotes@y.example").await;
    let hindrance = async |by: &Actor| {
        let waits = approval::list(&server, by).await.unwrap().remove(0);
        assert!(waits.may);
        waits.hindrance.map(|why| why.en.into_owned())
    };
    assert!(hindrance(&two).await.unwrap().contains("only an admin"));
    assert!(hindrance(&one).await.unwrap().contains("You asked for it"));
    assert_eq!(hindrance(&second).await, None);
    assert_eq!(approval::approve(&server, &two, asked.id).await.unwrap_err().code, "staff_only");
    // One's own cannot be approved by oneself either.
    assert_eq!(
        approval::approve(&server, &Actor { staff: Staff::ADMIN, ..operator.clone() }, asked.id)
            .await
            .unwrap_err()
            .code,
        "user_self"
    );
    approval::approve(&server, &second, asked.id).await.unwrap();
    // One who became an admin meanwhile is one.
    let asked = ask(&server, &one, two.user.unwrap(), "deux@y.example").await;
    let new = NewStaff { email: "deux@coop.example".into(), role: "admin".into(), days: None };
    let AddedStaff::Waits(admin) = grant::add_staff(&server, &bench.admin, new).await.unwrap() else {
        panic!("an admin by one alone")
    };
    // Support answers for recoveries, and for nothing else.
    let refused = approval::approve(&server, &one, admin.id).await.unwrap_err();
    assert_eq!(refused.code, "staff_only");
    assert_eq!(approval::refuse(&server, &one, admin.id).await.unwrap_err().code, "staff_only");
    approval::approve(&server, &second, admin.id).await.unwrap();
    assert!(hindrance(&second).await.unwrap().contains("is an admin"));
    assert_eq!(approval::approve(&server, &second, asked.id).await.unwrap_err().code, "user_is_admin");
    // Over the API, by a session.
    let client = Client { router: server::api::router(server.clone()), ..Client::of(&bench, one.user).await };
    let home = bench.household("alpha").await;
    let path = format!("/users/{}/recovery", home.owner.user.unwrap());
    let body = json!({ "email": "n2@y.example", "reason": "Vue au local, dossier 12" });
    let got = client.ask("POST", &path, Some(body)).await;
    assert_eq!(
        (got.status, got.body["kind"].as_str()),
        (StatusCode::CREATED, Some("recover")),
        "{}",
        got.body
    );
}
