//! Members: numbers, statuses through time, contacts, who sees and who corrects, undo; the list of them in `list`.

pub mod deletion;
pub mod list;

use crate::{
    api::Client,
    bench::{Bench, as_user},
};
use axum::http::StatusCode;
use model::{MemberId, MemberStatus, Problem, ProblemKind};
use serde_json::json;
use server::{
    Actor, Server, change,
    grant::{self, Given, NewGrant, On},
    member::{self, ContactInput, Filter, MemberPatch, MemberView, NewMember},
    paging::Listing,
    store::sql,
};

const DAY_MS: i64 = 24 * 3_600_000;

pub async fn made(bench: &Bench, new: NewMember) -> MemberView {
    member::create(&bench.server, &bench.admin, new).await.unwrap().item
}

pub fn named(name: &str) -> NewMember {
    NewMember { name: name.into(), ..NewMember::default() }
}

fn contact(purpose: &str, email: &str) -> ContactInput {
    ContactInput { purpose: purpose.into(), email: Some(email.into()), ..ContactInput::default() }
}

/// Gives a member another name.
pub async fn renamed(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    name: &str,
) -> Result<server::change::Done<MemberView>, Problem> {
    let patch = MemberPatch { name: Some(name.into()), ..Default::default() };
    member::update(server, actor, member, None, patch).await
}

async fn patched(
    server: &Server,
    actor: &Actor,
    id: MemberId,
    patch: MemberPatch,
) -> Result<MemberView, Problem> {
    member::update(server, actor, id, None, patch).await.map(|done| done.item)
}

pub async fn numbers_are_given_once(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let first = made(&bench, named("Un")).await;
    let typed = made(&bench, NewMember { number: Some(40), ..named("Quarante") }).await;
    let next = made(&bench, named("Suivant")).await;
    assert_eq!([first.number.get(), typed.number.get(), next.number.get()], [1, 40, 41]);
    let twice =
        member::create(server, admin, NewMember { number: Some(40), ..named("Autre") }).await.unwrap_err();
    assert_eq!(
        (twice.code, twice.field, twice.kind),
        ("number_taken", Some("number"), ProblemKind::Conflict)
    );
    let taken =
        patched(server, admin, first.id, MemberPatch { number: Some(41), ..Default::default() }).await;
    assert_eq!(taken.unwrap_err().code, "number_taken");
    // A number typed by mistake can be mended without leaving a hole; a deleted member's is not given again.
    let far = made(&bench, NewMember { number: Some(9_000), ..named("Loin") }).await;
    patched(server, admin, far.id, MemberPatch { number: Some(42), ..Default::default() }).await.unwrap();
    assert_eq!(made(&bench, named("Après")).await.number.get(), 43);
    let last = made(&bench, named("Dernier")).await;
    member::delete(server, admin, last.id, None).await.unwrap();
    assert_eq!((last.number.get(), made(&bench, named("Neuf")).await.number.get()), (44, 45));
    // However many are made at the same time.
    let many: Vec<_> = (0..12)
        .map(|n| {
            let (server, admin) = (server.clone(), admin.clone());
            tokio::spawn(async move {
                member::create(&server, &admin, named(&format!("M{n}"))).await.unwrap().item.number
            })
        })
        .collect();
    let mut numbers = vec![];
    for one in many {
        numbers.push(one.await.unwrap().get());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (46..58).collect::<Vec<_>>());
    let over = member::create(server, admin, NewMember { number: Some(999_999_999), ..named("Fin") })
        .await
        .unwrap()
        .item;
    assert_eq!(member::create(server, admin, named("Trop")).await.unwrap_err().code, "numbers_over");
    member::delete(server, admin, over.id, None).await.unwrap();
}

pub async fn every_field_is_refused_with_the_reason(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let many = vec![contact("billing", "a@b.example"); 13];
    let of = |contact: ContactInput| MemberPatch { contacts: Some(vec![contact]), ..Default::default() };
    let text = |text: &str| Some(text.to_owned());
    let id = made(&bench, named("Ana")).await.id;
    for (patch, field, code) in [
        (MemberPatch { name: text(" "), ..Default::default() }, "name", "text_empty"),
        (MemberPatch { number: Some(0), ..Default::default() }, "number", "number_malformed"),
        (MemberPatch { kind: text("firm"), ..Default::default() }, "kind", "choice_absent"),
        (MemberPatch { status: text("ex"), ..Default::default() }, "status", "choice_absent"),
        (MemberPatch { since: text("2024-01-01"), ..Default::default() }, "status", "status_missing"),
        (
            MemberPatch { status: text("left"), since: text("hier"), ..Default::default() },
            "since",
            "day_malformed",
        ),
        (
            MemberPatch { status: text("left"), since: text("2199-01-01"), ..Default::default() },
            "since",
            "day_to_come",
        ),
        (MemberPatch { lang: text("de"), ..Default::default() }, "lang", "bad_lang"),
        (MemberPatch { address: Some("é".repeat(501)), ..Default::default() }, "address", "text_too_long"),
        (MemberPatch { notes: text("a\u{202e}b"), ..Default::default() }, "notes", "text_hidden_character"),
        (MemberPatch { contacts: Some(many), ..Default::default() }, "contacts", "contacts_many"),
        (of(contact("sales", "a@b.example")), "contacts.0.purpose", "choice_absent"),
        (of(contact("legal", "a@b")), "contacts.0.email", "name_one_label"),
        (
            of(ContactInput { phone: text("12"), ..contact("legal", "") }),
            "contacts.0.phone",
            "phone_malformed",
        ),
    ] {
        let problem = patched(server, admin, id, patch).await.unwrap_err();
        assert_eq!(problem.field, Some(field), "{problem}");
        assert!(problem.code == code || code == "name_one_label", "{problem}");
    }
    let now = member::show(server, admin, id).await.unwrap();
    assert_eq!((now.version, now.name.as_str()), (1, "Ana"));
}

pub async fn statuses_are_a_history(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let new =
        NewMember { status: Some("applicant".into()), since: Some("2020-03-01".into()), ..named("Ana") };
    let id = made(&bench, new).await.id;
    let to = async |status: &str, since: Option<&str>| {
        let patch = MemberPatch {
            status: Some(status.into()),
            since: since.map(str::to_owned),
            ..Default::default()
        };
        member::update(server, admin, id, None, patch).await.unwrap()
    };
    let history = async || -> Vec<String> {
        let steps = member::statuses(server, admin, id).await.unwrap();
        steps.iter().map(|step| format!("{} {}", step.since, step.status.code())).collect()
    };
    to("member", Some("2021-06-15")).await;
    let left = to("left", Some("2024-12-31")).await;
    assert_eq!((left.item.status, left.item.since.to_string()), (MemberStatus::Left, "2024-12-31".into()));
    // A day gone by completes the history; the newest still counts.
    let between = to("client", Some("2023-01-01")).await;
    assert_eq!(between.item.status, MemberStatus::Left);
    assert_eq!(
        history().await,
        ["2024-12-31 left", "2023-01-01 client", "2021-06-15 member", "2020-03-01 applicant"]
    );
    // What holds already is no step.
    assert_eq!(to("left", None).await.change, None);
    assert_eq!(to("client", Some("2024-06-01")).await.change, None);
    // Each step can be undone, whatever came later, and that too.
    let shown = change::show(server, admin, left.change.unwrap()).await.unwrap();
    assert!(shown.undoable && shown.verb == "member.status");
    assert_eq!(shown.before.unwrap(), json!({ "status": "member", "since": "2021-06-15" }));
    let undone = change::undo(server, admin, left.change.unwrap()).await.unwrap();
    let now = member::show(server, admin, id).await.unwrap();
    assert_eq!((now.status, now.since.to_string()), (MemberStatus::Client, "2023-01-01".into()));
    change::undo(server, admin, undone.change.unwrap()).await.unwrap();
    assert_eq!(member::show(server, admin, id).await.unwrap().status, MemberStatus::Left);
    // Today, unless said; the list knows.
    let back = to("member", None).await.item;
    assert!(back.since.to_string().starts_with("2026-"), "{}", back.since);
    let filter = Filter { status: Some(MemberStatus::Member), ..Filter::default() };
    let members = member::list(server, admin, &Listing::default(), &filter).await.unwrap().items;
    assert_eq!(members.iter().map(|member| member.id).collect::<Vec<_>>(), [id]);
}

pub async fn changes_are_recorded_and_undone_part_by_part(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let id = made(&bench, NewMember { notes: Some("secret un".into()), ..named("Ana") }).await.id;
    let patch = MemberPatch {
        name: Some("Anna".into()),
        lang: Some("en".into()),
        address: Some("3 rue A\r\nRennes".into()),
        contacts: Some(vec![
            contact("technical", "T@Asso.example"),
            contact("billing", ""),
            contact("legal", "l@asso.example"),
        ]),
        notes: Some("secret deux".into()),
        ..Default::default()
    };
    let done = member::update(server, admin, id, Some(1), patch.clone()).await.unwrap();
    // An empty contact is none.
    assert_eq!((done.item.contacts.len(), done.item.address.as_deref()), (2, Some("3 rue A\nRennes")));
    let change = done.change.unwrap();
    let shown = change::show(server, admin, change).await.unwrap();
    assert_eq!(
        (shown.verb.as_str(), &shown.before.as_ref().unwrap()["name"]),
        ("member.update", &json!("Ana"))
    );
    assert_eq!(shown.after.as_ref().unwrap()["contacts"][0]["email"], "T@asso.example");
    assert!(shown.after.as_ref().unwrap().get("kind").is_none(), "only what changed");
    // Equal values are no step; what changed meanwhile is not overwritten.
    let again = member::update(server, admin, id, None, patch.clone()).await.unwrap();
    assert_eq!((again.change, again.item.version), (None, done.item.version));
    let stale = member::update(server, admin, id, Some(1), patch).await.unwrap_err();
    assert_eq!(stale.kind, ProblemKind::Stale);
    // Notes leave a trace without a word of them.
    let traces =
        bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'member.notes' AND member_id IS NULL").await;
    assert_eq!(traces, 1);
    let kept = bench.count("SELECT COUNT(*) FROM changes WHERE COALESCE(before_json, '') || COALESCE(after_json, '') LIKE '%secret%'").await;
    assert_eq!(kept, 0);
    change::undo(server, admin, change).await.unwrap();
    let now = member::show(server, admin, id).await.unwrap();
    assert_eq!((now.name.as_str(), now.contacts.len(), now.address, now.lang.code()), ("Ana", 0, None, "fr"));
    assert_eq!(now.notes.as_deref(), Some("secret deux"), "notes stay");
    // After a later change of the same kind, the earlier one stays as it is.
    let one =
        member::update(server, admin, id, None, MemberPatch { name: Some("B".into()), ..Default::default() })
            .await
            .unwrap();
    member::update(
        server,
        admin,
        id,
        None,
        MemberPatch { kind: Some("person".into()), ..Default::default() },
    )
    .await
    .unwrap();
    let refused = change::undo(server, admin, one.change.unwrap()).await.unwrap_err();
    assert_eq!(refused.code, "changed_since");
}

pub async fn a_members_people_see_it_without_notes_and_correct_contacts(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let notes = MemberPatch { notes: Some("Ne paie jamais".into()), ..Default::default() };
    patched(server, &bench.admin, home.member, notes).await.unwrap();
    let seen = member::show(server, &home.owner, home.member).await.unwrap();
    assert_eq!((seen.notes, seen.accounts), (None, 1));
    assert!(member::show(server, &bench.admin, home.member).await.unwrap().notes.is_some());
    for problem in [
        member::show(server, &other.owner, home.member).await.unwrap_err(),
        member::statuses(server, &other.owner, home.member).await.unwrap_err(),
        member::confirm(server, &other.owner, home.member, None).await.unwrap_err(),
        patched(server, &other.owner, home.member, MemberPatch::default()).await.unwrap_err(),
    ] {
        assert_eq!(problem.code, "not_found");
    }
    // Contacts and language are theirs to correct; the rest is the cooperative's.
    let own = MemberPatch {
        lang: Some("en".into()),
        contacts: Some(vec![contact("billing", "tresor@alpha.example")]),
        ..Default::default()
    };
    let corrected = patched(server, &home.owner, home.member, own).await.unwrap();
    assert!(corrected.confirmed_at.is_some() && corrected.notes.is_none());
    for patch in [
        MemberPatch { name: Some("Autre".into()), ..Default::default() },
        MemberPatch { number: Some(7), ..Default::default() },
        MemberPatch { status: Some("left".into()), ..Default::default() },
        MemberPatch { notes: Some("".into()), ..Default::default() },
    ] {
        assert_eq!(patched(server, &home.owner, home.member, patch).await.unwrap_err().code, "staff_only");
    }
    // Somebody with a lesser role sees and does not correct; once it ended, nothing at all.
    let new = NewGrant { email: "beta@membre.example".into(), role: "reader".into(), ..Default::default() };
    let given = grant::create(server, &bench.admin, On::Member(home.member), new.clone()).await.unwrap();
    let Given::Held(granted, _) = given else { panic!("{given:?}") };
    assert_eq!(member::mine(server, &other.owner).await.unwrap().len(), 2);
    member::must_see(server, &other.owner, home.member).await.unwrap();
    assert_eq!(
        member::must_keep(server, &other.owner, home.member).await.unwrap_err().kind,
        ProblemKind::Denied
    );
    grant::revoke(server, &bench.admin, On::Member(home.member), granted.id).await.unwrap();
    // A lesser role on an account says nothing of whose it is.
    grant::create(server, &bench.admin, On::Account(home.account), new).await.unwrap();
    assert_eq!(member::must_see(server, &other.owner, home.member).await.unwrap_err().code, "not_found");
    // Over the API, the same: and what is told of changes has no notes either.
    let client = Client::of(&bench, home.owner.user).await;
    let got = client.ask("GET", &format!("/members/{}", home.member), None).await;
    assert_eq!((got.status, &got.body["notes"]), (StatusCode::OK, &json!(null)));
    let refused =
        client.ask("PATCH", &format!("/members/{}", home.member), Some(json!({ "notes": "x" }))).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (StatusCode::FORBIDDEN, Some("staff_only")));
    let admins = Client::of(&bench, bench.admin.user).await;
    let all = admins.ask("GET", "/changes?limit=200", None).await.body.to_string();
    assert!(all.contains("member.notes") && !all.contains("Ne paie"), "{all}");
    // A right on the member itself is one on all of it.
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO grants (id, user_id, member_id, role, created_at) VALUES ($1, $2, $3, 'owner', 1)")
        .bind(server.world.id::<model::Grant>())
        .bind(other.owner.user)
        .bind(home.member)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    member::must_keep(server, &other.owner, home.member).await.unwrap();
}

pub async fn once_a_year_they_are_asked(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let due = async || member::due(server, &home.owner).await.unwrap().len();
    assert_eq!(due().await, 0);
    bench.world.pass(member::CONFIRM_AFTER_MS);
    assert_eq!(due().await, 1);
    // The cooperative's corrections are no answer of the member's.
    let patch =
        MemberPatch { contacts: Some(vec![contact("legal", "l@alpha.example")]), ..Default::default() };
    patched(server, &bench.admin, home.member, patch).await.unwrap();
    assert_eq!(due().await, 1);
    let confirmed = member::confirm(server, &home.owner, home.member, None).await.unwrap();
    assert!(confirmed.change.is_some() && confirmed.item.confirmed_at.is_some());
    assert_eq!(due().await, 0);
    bench.world.pass(member::CONFIRM_AFTER_MS - 2 * DAY_MS);
    assert_eq!(due().await, 0);
    bench.world.pass(3 * DAY_MS);
    assert_eq!(due().await, 1);
    // A correction answers too; strangers are asked nothing.
    patched(server, &home.owner, home.member, MemberPatch { lang: Some("fr".into()), ..Default::default() })
        .await
        .unwrap();
    assert_eq!(due().await, 0);
    let stranger = as_user(server.world.id(), "x@y.example", server::actor::Staff::NONE);
    assert_eq!(member::due(server, &stranger).await.unwrap(), []);
}
