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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_move_visits_to_https_and_have_browsers_keep_to_it() {
    let stage = Stage::certifying().await;
    in_place(&stage).await;
    let (path, form) = (stage.filled("/sites/{site}"), stage.filled("/sites/{site}/https"));
    let page = stage.member.get(&path).await;
    let said = words(&page.html);
    assert!(said.contains("will move to HTTPS by themselves as soon as each name"), "{said}");
    assert!(said.contains("This choice opens when each name has its certificate."), "{said}");
    // One name waits still: what the form does not offer is refused with the reason.
    let got = stage.member.post(&form, &[("hsts", "names")]).await;
    check(&got.html);
    assert_eq!(got.status, StatusCode::CONFLICT);
    assert!(words(&got.html).contains("does not have its certificate yet"), "{}", got.html);
    let got = stage.member.post(&form, &[("redirect", "off")]).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, &*format!("{path}?done=https_set")));
    let page = stage.member.get(got.location()).await;
    check(&page.html);
    assert!(page.html.contains("Visits over HTTP stay there") && page.html.contains("It is set"));
    // Both are in place: it moves at once, and HSTS says what it means.
    let mut tx = stage.server.store.write().await.unwrap();
    sql("UPDATE certificates SET proven_at = 1").run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    stage.member.post(&form, &[("redirect", "auto")]).await;
    let page = stage.member.get(&path).await;
    let tags = check(&page.html);
    assert!(page.html.contains("Visits over HTTP move to HTTPS, for each name"), "{}", page.html);
    assert!(page.html.contains("It cannot be undone quickly"), "{}", page.html);
    assert!(
        tags.iter().all(|tag| tag.get("name") != Some("hsts") || tag.get("checked").is_none()),
        "nobody chose yet"
    );
    let french = words(&stage.member.reading("fr").get(&path).await.html);
    assert!(french.contains("Cela ne s’annule pas vite\u{a0}:"), "{french}");
    let got = stage.member.post(&form, &[("hsts", "always")]).await;
    check(&got.html);
    assert!(got.html.contains("id=\"f-hsts-error\""), "{}", got.html);
    stage.member.post(&form, &[("hsts", "subdomains")]).await;
    let page = stage.member.get(&path).await;
    check(&page.html);
    let said = words(&page.html);
    assert!(
        said.contains("for the names of this site and all below them")
            && said.contains("for a day, and from"),
        "{said}"
    );
    assert!(!said.contains("No longer move to HTTPS"), "HSTS ends first");
    let got = stage.member.post(&form, &[("redirect", "off")]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    check(&got.html);
    assert!(got.html.contains("end HSTS first"), "{}", got.html);
    stage.member.post(&form, &[("hsts", "off")]).await;
    assert!(stage.member.get(&path).await.html.contains("HSTS has ended"));
    let history = words(&stage.member.get(&stage.filled("/accounts/{account}/changes")).await.html);
    assert!(
        history.contains("Site's HTTPS set") && history.contains("HSTS: and all names below them"),
        "{history}"
    );
    // Who reads alone is told, and offered nothing.
    let page = stage.reader.get(&path).await;
    assert!(page.html.contains("Visits over HTTP move to HTTPS") && !page.html.contains(&form));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_one_s_own_is_pasted_and_taken_back() {
    let stage = Stage::certifying().await;
    let (site, form) = (stage.filled("/sites/{site}"), stage.filled("/sites/{site}/certificate"));
    assert!(stage.member.get(&site).await.html.contains(&format!("href=\"{form}\"")));
    let page = stage.member.get(&form).await;
    check(&page.html);
    assert!(words(&page.html).contains("the panel takes over"));
    // What is wrong is said at its field; the key is not shown again, the rest is.
    let chain = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    let got = stage.member.post(&form, &[("chain", chain), ("key", "geheim-4711")]).await;
    check(&got.html);
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(got.html.contains("BEGIN CERTIFICATE") && !got.html.contains("geheim-4711"), "{}", got.html);
    assert!(words(&got.html).contains("is damaged: copy it again, whole"), "{}", got.html);
    assert_eq!(stage.reader.get(&form).await.status, StatusCode::FORBIDDEN);
    // One that is in place can be left to the panel.
    in_place(&stage).await;
    stage.run("UPDATE certificates SET given = '{\"key\":1,\"sealed\":\"AAAA\"}' WHERE chain IS NOT NULL AND $1 <> ''", "x").await;
    let page = stage.member.get(&site).await;
    check(&page.html);
    assert!(words(&page.html).contains("brought, in place"), "{}", words(&page.html));
    let back = page.html.split("action=\"").find(|rest| rest.contains("/back\"")).unwrap();
    let back = back.split('"').next().unwrap().to_owned();
    let got = stage.member.post(&back, &[]).await;
    assert_eq!(got.location(), format!("{site}?done=certificate_back"));
    assert!(!words(&stage.member.get(&site).await.html).contains("brought, in place"));
}
