//! A member with accounts is deleted by two admins, and comes back as long as one of its accounts does.

use crate::{
    api::Client,
    bench::{Bench, Household, staff},
    mails::{keeping, kept, listed},
    viewing::Support,
};
use axum::http::StatusCode;
use model::Lang;
use serde_json::json;
use server::{
    Server,
    account::{self, NewAccount, Standing},
    approval::{self, ApprovalView, Kind},
    grant::{self, Given, NewGrant, On},
    mail, member,
    paging::Listing,
    site,
    store::sql,
    viewing,
};

const DAY_MS: i64 = 24 * 3_600_000;

fn account_of(bench: &Bench, home: &Household, name: &str) -> NewAccount {
    NewAccount {
        member: home.member.to_string(),
        plan: bench.plan.to_string(),
        name: name.into(),
        ..Default::default()
    }
}

async fn ask(server: &Server, bench: &Bench, home: &Household) -> ApprovalView {
    member::ask_deletion(server, &bench.admin, home.member).await.unwrap()
}

async fn standings(bench: &Bench, home: &Household) -> Vec<(String, Standing)> {
    let listing = Listing::default();
    let of = account::list_of_member(&bench.server, &bench.admin, home.member, &listing).await.unwrap();
    of.items.into_iter().map(|account| (account.name.to_string(), account.state)).collect()
}

pub async fn a_member_with_accounts_is_ended_by_two(bench: Bench) {
    let server = &bench.server;
    let second = staff(server, "deux@coop.example").await;
    let home = bench.household("alpha").await;
    site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    account::create(server, &bench.admin, account_of(&bench, &home, "deuxieme")).await.unwrap();
    // One alone can ask, and no more.
    assert_eq!(
        member::delete(server, &bench.admin, home.member, None).await.unwrap_err().code,
        "member_has_accounts"
    );
    let stale = server::Actor { proved_at: Some(0), ..bench.admin.clone() };
    let unproved = member::ask_deletion(server, &stale, home.member).await.unwrap_err();
    assert_eq!(unproved.code, "proof_needed");
    let theirs = member::ask_deletion(server, &home.owner, home.member).await.unwrap_err();
    assert_eq!(theirs.code, "not_found");
    let lost = member::losses(server, &bench.admin, home.member).await.unwrap();
    assert_eq!(lost.accounts.len(), 2);
    assert_eq!(lost.accounts[0].sites[0].to_string(), "asso.example");
    assert_eq!(lost.accounts[0].users[0].email, "alpha@membre.example");
    let asked = ask(server, &bench, &home).await;
    let twice = member::ask_deletion(server, &bench.admin, home.member).await.unwrap_err();
    assert_eq!(twice.code, "approval_open");
    // Who decides reads what it is about.
    let waits = approval::list(server, &second).await.unwrap().remove(0);
    assert_eq!((waits.kind, waits.own, waits.may), (Kind::DeleteMember, false, true));
    let said = waits.details[0].pick(Lang::En);
    assert!(said.contains("asso.example") && said.contains("alpha@membre.example"), "{said}");
    assert_eq!(approval::approve(server, &bench.admin, asked.id).await.unwrap_err().code, "approval_own");
    assert!(standings(&bench, &home).await.iter().all(|(_, state)| *state == Standing::Active));
    // Refused: nothing happened, and it can be asked anew. So when its time is over.
    approval::refuse(server, &second, asked.id).await.unwrap();
    assert_eq!(approval::approve(server, &second, asked.id).await.unwrap_err().code, "not_found");
    let late = ask(server, &bench, &home).await;
    bench.world.pass(approval::OPEN_MS);
    assert_eq!(approval::approve(server, &second, late.id).await.unwrap_err().code, "not_found");
    // What came in since was not named.
    let old = ask(server, &bench, &home).await;
    account::create(server, &bench.admin, account_of(&bench, &home, "troisieme")).await.unwrap();
    assert_eq!(approval::approve(server, &second, old.id).await.unwrap_err().code, "member_changed");
    assert!(standings(&bench, &home).await.iter().all(|(_, state)| *state == Standing::Active));
    approval::refuse(server, &bench.admin, old.id).await.unwrap();
    let asked = ask(server, &bench, &home).await;
    approval::approve(server, &second, asked.id).await.unwrap();
    let after = standings(&bench, &home).await;
    assert_eq!(after.len(), 3);
    assert!(after.iter().all(|(_, state)| *state == Standing::Deleted), "{after:?}");
    let ending = member::show(server, &bench.admin, home.member).await.unwrap();
    let of_account = account::show(server, &bench.admin, home.account).await.unwrap();
    assert!(ending.erase_at >= of_account.erase_at && of_account.erase_at.is_some());
    // Its owner still sees both; nothing new comes in, and it is not asked for twice.
    account::show(server, &home.owner, home.account).await.unwrap();
    let more = account::create(server, &bench.admin, account_of(&bench, &home, "encore")).await.unwrap_err();
    assert_eq!((more.code, more.field), ("member_ending", Some("member")));
    let twice = member::ask_deletion(server, &bench.admin, home.member).await.unwrap_err();
    assert_eq!(twice.code, "member_ending");
    // One account restored, whole, and the member stays for it.
    bench.world.pass(29 * DAY_MS);
    account::restore(server, &bench.admin, home.account, None).await.unwrap();
    assert_eq!(member::show(server, &bench.admin, home.member).await.unwrap().erase_at, None);
    let sites = site::list(server, &home.owner, home.account, &Listing::default()).await.unwrap().items;
    assert_eq!(sites[0].names[0].to_string(), "asso.example");
    bench.world.pass(2 * DAY_MS);
    assert_eq!((account::purge(server).await.unwrap(), member::purge(server).await.unwrap()), (2, 0));
    member::show(server, &bench.admin, home.member).await.unwrap();
    let verbs: Vec<String> = sql("SELECT verb FROM changes WHERE subject_id = $1 ORDER BY id")
        .bind(home.member)
        .all(server.store.on(), |row| row.get("verb"))
        .await
        .unwrap();
    assert_eq!(verbs, ["member.create", "member.end", "member.keep"]);
}

pub async fn each_is_told_once_of_all_that_goes(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let second = staff(&server, "deux@coop.example").await;
    let home = bench.household("alpha").await;
    for name in ["deuxieme", "troisieme"] {
        let mut new = account_of(&bench, &home, name);
        new.owner = Some("alpha@membre.example".into());
        account::create(&bench.server, &bench.admin, new).await.unwrap();
    }
    let early = account::create(&bench.server, &bench.admin, account_of(&bench, &home, "tot")).await.unwrap();
    account::delete(&bench.server, &bench.admin, early.item.id, None).await.unwrap();
    let role = |email: &str| NewGrant { email: email.into(), role: "webmaster".into(), ..Default::default() };
    let on = On::Account(home.account);
    grant::create(&bench.server, &bench.admin, on, role("web@y.example")).await.unwrap();
    let on = On::Member(home.member);
    grant::create(&bench.server, &bench.admin, on, role("tout@y.example")).await.unwrap();
    let contact = member::ContactInput {
        purpose: "legal".into(),
        email: Some("bureau@y.example".into()),
        ..Default::default()
    };
    let patch = member::MemberPatch { contacts: Some(vec![contact]), ..Default::default() };
    member::update(&bench.server, &bench.admin, home.member, None, patch).await.unwrap();
    let asked = ask(&server, &bench, &home).await;
    approval::approve(&server, &second, asked.id).await.unwrap();
    let told = listed(&server, &bench).await;
    assert!(told.iter().all(|mail| mail.kind == mail::Kind::MemberDeleted), "{told:?}");
    assert_eq!(mail::send_due(&server).await.unwrap(), 4);
    let mails = kept(&folder);
    let to = |who: &str| {
        let mut of = mails.iter().filter(|mail| mail.contains(&format!("To: {who}")));
        (of.next().unwrap().clone(), of.next().is_none())
    };
    for who in ["alpha@membre.example", "tout@y.example", "bureau@y.example"] {
        let (said, once) = to(who);
        assert!(once && ["- alpha", "- deuxieme", "- troisieme"].iter().all(|name| said.contains(name)));
        assert!(said.contains("Association alpha") && !said.contains("- tot"), "{said}");
    }
    // Who had to do with one account is told of that one.
    let (said, once) = to("web@y.example");
    assert!(once && said.contains("- alpha") && !said.contains("deuxieme"), "{said}");
}

pub async fn an_ended_member_goes_with_its_last_account(bench: Bench) {
    let server = &bench.server;
    let second = staff(server, "deux@coop.example").await;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    // An account deleted long before is not kept longer.
    let early = account::create(server, &bench.admin, account_of(&bench, &home, "tot")).await.unwrap().item;
    account::delete(server, &bench.admin, early.id, None).await.unwrap();
    bench.world.pass(20 * DAY_MS);
    // All that can hang on a member and its accounts.
    let (mailing, _) = keeping(&bench).await;
    site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    let asked_in = NewGrant { email: "n@y.example".into(), role: "reader".into(), ..Default::default() };
    let Given::Asked(_) =
        grant::create(&mailing, &home.owner, On::Account(home.account), asked_in.clone()).await.unwrap()
    else {
        panic!("nobody was asked")
    };
    grant::create(server, &bench.admin, On::Member(home.member), asked_in).await.unwrap();
    let contact = member::ContactInput {
        purpose: "legal".into(),
        email: Some("bureau@y.example".into()),
        ..Default::default()
    };
    let patch = member::MemberPatch { contacts: Some(vec![contact]), ..Default::default() };
    member::update(server, &bench.admin, home.member, None, patch).await.unwrap();
    let support = Support::new(&bench).await.now(server).await;
    viewing::start(server, &support, On::Member(home.member), "ticket 12").await.unwrap();
    let number = member::show(server, &bench.admin, home.member).await.unwrap().number;
    let client = Client::of(&bench, bench.admin.user).await;
    let path = format!("/members/{}/deletion", home.member);
    let asked = client.ask("POST", &path, None).await;
    assert_eq!((asked.status, asked.body["kind"].as_str()), (StatusCode::CREATED, Some("delete_member")));
    approval::approve(server, &second, asked.body["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
    // Kept, and asked for again.
    let kept = client.ask("DELETE", &path, None).await;
    assert_eq!((kept.status, &kept.body["erase_at"]), (StatusCode::OK, &json!(null)));
    let asked = client.ask("POST", &path, None).await.body["id"].as_str().unwrap().parse().unwrap();
    approval::approve_by_command(server, asked).await.unwrap();
    bench.world.pass(11 * DAY_MS);
    assert_eq!((account::purge(server).await.unwrap(), member::purge(server).await.unwrap()), (1, 0));
    bench.world.pass(19 * DAY_MS);
    // Its time is over, and an account is still there: it waits for it.
    assert_eq!(member::purge(server).await.unwrap(), 0);
    assert_eq!((account::purge(server).await.unwrap(), member::purge(server).await.unwrap()), (1, 1));
    assert_eq!(member::show(server, &bench.admin, home.member).await.unwrap_err().code, "not_found");
    for left in [
        "SELECT COUNT(*) FROM accounts WHERE state = 'erased'",
        "SELECT COUNT(*) FROM names WHERE name = 'asso.example'",
        "SELECT COUNT(*) FROM invitations",
        "SELECT COUNT(*) FROM viewings",
        "SELECT COUNT(*) FROM member_contacts",
        "SELECT COUNT(*) FROM grants g JOIN users u ON u.id = g.user_id WHERE u.email_key IN ('alpha@membre.example', 'n@y.example')",
    ] {
        assert_eq!(bench.count(left).await, 0, "{left}");
    }
    // Nothing of it keeps the name of its site from others.
    site::create(server, &other.owner, other.account, "asso.example").await.unwrap();
    // Neither its number nor its accounts' names are given again.
    let mut again = account_of(&bench, &other, "alpha");
    let taken = account::create(server, &bench.admin, again.clone()).await.unwrap_err();
    assert_eq!((taken.code, taken.field), ("account_name_taken", Some("name")));
    again.name = "gamma".into();
    account::create(server, &bench.admin, again).await.unwrap();
    let new = member::NewMember { name: "Suivante".into(), ..Default::default() };
    assert!(member::create(server, &bench.admin, new).await.unwrap().item.number > number);
    // One that never had an account needs nobody else.
    let new = member::NewMember { name: "Sans compte".into(), ..Default::default() };
    let bare = member::create(server, &bench.admin, new).await.unwrap().item.id;
    let asked = member::ask_deletion(server, &bench.admin, bare).await.unwrap_err();
    assert_eq!(asked.code, "member_without_accounts");
    member::delete(server, &bench.admin, bare, None).await.unwrap();
}
