//! HTTPS on the page of a site, and the list of certificates.

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;
use server::store::sql;

/// The main name has its certificate, for a month.
async fn in_place(stage: &Stage) {
    let now = stage.server.world.now_ms();
    let mut tx = stage.server.store.write().await.unwrap();
    sql("INSERT INTO certificates (id, name, account_id, host_id, key_number, chain, chain_key, issuer, not_before, not_after, renew_at,
           tries, refusals, next_at, created_at, version)
         SELECT $1, 'asso.example', a.id, a.host_id, 1, '[\"AAAA\"]', 1, $2, $3, $4, $4, 0, 0, $3, 1, 1
         FROM accounts a WHERE a.id = $5")
    .bind(stage.server.world.id::<()>().to_string())
    .bind("<b>Autorité</b>")
    .bind(now)
    .bind(now + 30 * 24 * 3_600_000)
    .bind(stage.account)
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn next_at(stage: &Stage) -> i64 {
    sql("SELECT next_at FROM certificates WHERE name = 'www.asso.example'")
        .one(stage.server.store.on(), |row| row.get("next_at"))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_says_of_each_name_what_its_certificate_waits_for() {
    let stage = Stage::certifying().await;
    let path = stage.filled("/sites/{site}");
    let page = stage.member.get(&path).await;
    check(&page.html);
    let said = words(&page.html);
    assert!(said.contains("will be asked for in a moment"), "the main name has no row yet: {said}");
    assert!(page.html.contains("href=\"http://asso.example/\""));
    in_place(&stage).await;
    let page = stage.member.get(&path).await;
    check(&page.html);
    let said = words(&page.html);
    assert!(said.contains("Valid until") && said.contains("(&lt;b&gt;Autorité&lt;/b&gt;)"), "{said}");
    assert!(said.contains("something is missing") && said.contains("This name leads nowhere."), "{said}");
    assert!(page.html.contains("href=\"https://asso.example/\""));
    let french = words(&stage.member.reading("fr").get(&path).await.html);
    assert!(
        french.contains("Ce nom ne mène nulle part.") && french.contains("Essayer maintenant"),
        "{french}"
    );
    // Trying now: its turn comes at once.
    let again = stage.filled("/sites/{site}/certificates/{certificate}/try");
    assert_eq!(page.html.matches("/try\"").count(), 1, "what is in place needs no try");
    assert!(page.html.contains(&format!("action=\"{again}\"")));
    assert!(next_at(&stage).await > stage.server.world.now_ms());
    let got = stage.member.post(&again, &[]).await;
    assert_eq!(
        (got.status, got.location()),
        (StatusCode::SEE_OTHER, &*format!("{path}?done=certificate_tried"))
    );
    assert!(next_at(&stage).await <= stage.server.world.now_ms());
    assert!(stage.member.get(got.location()).await.html.contains("The panel is looking now"));
    // Who reads alone is told the same, and offered no button.
    let page = stage.reader.get(&path).await;
    assert!(page.html.contains("This name leads nowhere.") && !page.html.contains("/try\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_sees_certificates_by_their_end() {
    let stage = Stage::certifying().await;
    in_place(&stage).await;
    let page = stage.admin.get("/certificates").await;
    check(&page.html);
    let said = words(&page.html);
    let (missing, valid) = (said.find("This name leads nowhere.").unwrap(), said.rfind("in place").unwrap());
    assert!(missing < valid, "{said}");
    assert!(page.html.contains(&stage.filled("href=\"/sites/{site}\"")));
    assert!(!words(&stage.admin.get("/certificates?q=WWW.").await.html).contains("in place"));
    assert!(stage.admin.get("/certificates?q=nobody").await.html.contains("Nothing matches"));
    assert!(stage.admin.get("/").await.html.contains("href=\"/certificates\""));
    assert_eq!(stage.member.get("/certificates").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_authority_pages_say_so() {
    let stage = Stage::new().await;
    let page = stage.member.get(&stage.filled("/sites/{site}")).await;
    assert!(page.html.contains("has not chosen a certificate authority yet"), "{}", page.html);
    assert!(!page.html.contains("This name leads nowhere."));
    let got = stage.member.post(&stage.filled("/sites/{site}/certificates/{certificate}/try"), &[]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    check(&got.html);
    assert!(got.html.contains("has no certificate authority"), "{}", got.html);
    assert!(stage.admin.get("/certificates").await.html.contains("add the table [acme]"));
}
