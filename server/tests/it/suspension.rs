//! Suspensions with a reason's code: what each asks for, who is told how, and those of before the codes.

use crate::{
    api::Client,
    bench::Bench,
    mails::{keeping, kept, listed},
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use server::{
    account::{self, Cause, Standing, Suspension},
    change::{self, undo},
    mail::Kind,
    paging::Listing,
    store::sql,
};

fn why(code: &str, reference: Option<&str>, reason: &str) -> Suspension {
    Suspension { code: code.into(), reference: reference.map(Into::into), reason: Some(reason.into()) }
}

pub async fn each_reason_is_kept_told_and_listed(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let admin = &bench.admin;
    let home = bench.household("alpha").await;
    let other = bench.household("beta").await;
    let refused = async |suspension: Suspension| {
        account::suspend(&server, admin, home.account, None, suspension).await.unwrap_err().field.unwrap()
    };
    for (suspension, field) in [
        (Suspension::default(), "code"),
        (why("because", None, "x"), "code"),
        (why("legal_order", None, "x"), "reference"),
        (why("legal_order", Some("  "), "x"), "reference"),
        (why("unpaid", Some("TJ 26/0417"), "x"), "reference"),
        (why("unpaid", None, "  "), "reason"),
        (Suspension { reason: None, ..why("at_request", None, "") }, "reason"),
    ] {
        assert_eq!(refused(suspension.clone()).await, field, "{suspension:?}");
    }
    assert_eq!(listed(&server, &bench).await, [], "what is refused tells nobody");
    for (cause, reference, way) in [
        (Cause::Unpaid, None, "Réglez ce qui est dû"),
        (Cause::Threat, None, "une fois la cause réparée"),
        (Cause::LegalOrder, Some("TJ Paris, 26/0417"), "référence TJ Paris, 26/0417"),
        (Cause::AtRequest, None, "à la demande du membre"),
    ] {
        let suspension = why(cause.code(), reference, " Dit au membre ");
        let done = account::suspend(&server, admin, home.account, None, suspension).await.unwrap();
        let shown = account::show(&server, &home.owner, home.account).await.unwrap();
        assert_eq!((shown.code, shown.reference.as_deref()), (Some(cause), reference));
        assert_eq!(shown.reason.as_deref(), Some("Dit au membre"));
        let after = change::show(&server, &home.owner, done.change.unwrap()).await.unwrap().after.unwrap();
        assert_eq!((after["code"].as_str(), after["reference"].as_str()), (Some(cause.code()), reference));
        server::mail::send_due(&server).await.unwrap();
        let mails = kept(&folder);
        let told = mails.iter().filter(|mail| mail.contains(way) && mail.contains("Dit au membre"));
        assert_eq!(told.count(), 1, "{cause:?}: {mails:?}");
        for code in Cause::ALL {
            let found =
                account::list_for(&server, admin, &Listing::default(), None, Some(code), Default::default())
                    .await
                    .unwrap();
            assert_eq!(found.items.len(), usize::from(code == cause), "{code:?}");
        }
        // A deleted account keeps why it was suspended, and comes back so.
        account::delete(&server, admin, home.account, None).await.unwrap();
        let back = account::restore(&server, admin, home.account, None).await.unwrap().item;
        assert_eq!(
            (back.state, back.code, back.reference.as_deref()),
            (Standing::Suspended, Some(cause), reference)
        );
        let resumed = account::resume(&server, admin, home.account, None).await.unwrap();
        assert_eq!((resumed.item.code, resumed.item.reference, resumed.item.reason), (None, None, None));
        // Undoing the resumption brings the whole reason back.
        undo(&server, admin, resumed.change.unwrap()).await.unwrap();
        let again = account::show(&server, admin, home.account).await.unwrap();
        assert_eq!((again.code, again.reference.as_deref()), (Some(cause), reference));
        account::resume(&server, admin, home.account, None).await.unwrap();
        bench.world.pass(120_000);
    }
    assert!(listed(&server, &bench).await.iter().any(|mail| mail.kind == Kind::Suspended));
    assert_eq!(account::show(&server, admin, other.account).await.unwrap().code, None);
}

pub async fn suspensions_of_before_have_no_code_and_still_come_back(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let suspended =
        account::suspend(server, admin, home.account, None, crate::bench::unpaid("Depuis longtemps"))
            .await
            .unwrap();
    // As a panel of before has written it.
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE accounts SET reason_code = NULL").run(tx.on()).await.unwrap();
    sql("UPDATE changes SET after_json = $1 WHERE id = $2")
        .bind(json!({ "state": "suspended", "reason": "Depuis longtemps" }).to_string())
        .bind(suspended.change)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let client = Client::of(&bench, admin.user).await;
    let path = format!("/accounts/{}", home.account);
    let shown = client.ask("GET", &path, None).await.body;
    assert_eq!((&shown["code"], shown["reason"].as_str()), (&Value::Null, Some("Depuis longtemps")));
    let resumed = account::resume(server, admin, home.account, None).await.unwrap();
    undo(server, admin, resumed.change.unwrap()).await.unwrap();
    let again = account::show(server, admin, home.account).await.unwrap();
    assert_eq!(
        (again.state, again.code, again.reason.as_deref()),
        (Standing::Suspended, None, Some("Depuis longtemps"))
    );
    undo(server, admin, suspended.change.unwrap()).await.unwrap();
    assert_eq!(account::show(server, admin, home.account).await.unwrap().state, Standing::Active);
    let refused = client.ask("POST", &format!("{path}/suspend"), Some(json!({ "reason": "x" }))).await;
    assert_eq!(
        (refused.status, refused.body["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("code"))
    );
    let listed = client.ask("GET", "/accounts?code=unpaid", None).await.body;
    assert_eq!(listed["items"], json!([]));
    assert_eq!(client.ask("GET", "/accounts?code=because", None).await.body["field"].as_str(), Some("code"));
}

/// The member's contacts are told too, in the member's language, and nobody twice.
pub async fn contacts_are_told_at_once(bench: Bench) {
    let (server, _) = crate::mails::keeping(&bench).await;
    let home = bench.household("alpha").await;
    let contact = |email: &str| server::member::ContactInput {
        purpose: "billing".into(),
        email: Some(email.into()),
        ..Default::default()
    };
    let contacts = vec![contact("tresor@asso.example"), contact("Alpha@membre.example")];
    let patch = server::member::MemberPatch { contacts: Some(contacts), ..Default::default() };
    server::member::update(&server, &bench.admin, home.member, None, patch).await.unwrap();
    account::suspend(&server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap();
    let mut told: Vec<String> =
        crate::mails::listed(&server, &bench).await.into_iter().map(|mail| mail.to).collect();
    told.sort();
    assert_eq!(told, ["alpha@membre.example", "tresor@asso.example"]);
}
