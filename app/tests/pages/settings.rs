//! What a site is told beyond its names: a card with each part's state, a form for each, errors at their field.

use crate::html::{check, words};
use crate::stage::Stage;
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_set_php_and_read_what_holds() {
    let stage = Stage::new().await;
    let (path, form) = (stage.filled("/sites/{site}"), stage.filled("/sites/{site}/php"));
    let page = stage.member.get(&path).await;
    check(&page.html);
    assert!(words(&page.html).contains("PHP 8.4"), "{}", page.html);
    let page = stage.member.get(&form).await;
    check(&page.html);
    let said = words(&page.html);
    assert!(said.contains("Now: 256M. Usually 256M; from 32M to"), "{said}");
    assert!(said.contains("/logs/php.log"), "{said}");
    // Refused at its field, with what was typed.
    let got = stage.member.post(&form, &[("memory_limit", "12\"; x"), ("max_input_vars", "5000")]).await;
    let tags = check(&got.html);
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(got.html.contains("id=\"f-memory_limit-error\""), "{}", got.html);
    let typed = tags.iter().find(|tag| tag.get("name") == Some("max_input_vars")).unwrap();
    assert_eq!(typed.get("value"), Some("5000"));
    let got = stage.member.post(&form, &[("memory_limit", "64M"), ("display_errors", "on")]).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, &*format!("{form}?done=site_told")));
    let said = words(&stage.member.get(&path).await.html);
    assert!(said.contains("memory_limit 64M · display_errors on"), "{said}");
    let history = words(&stage.member.get(&stage.filled("/accounts/{account}/changes")).await.html);
    assert!(
        history.contains("Site's PHP set") && history.contains("memory_limit: as usual → 64M"),
        "{history}"
    );
    let french = stage.member.reading("fr").get(&form).await;
    check(&french.html);
    assert!(words(&french.html).contains("Tout remettre comme d’habitude"), "{}", french.html);
    // Who reads alone sees how it stands and is offered no form.
    let page = stage.reader.get(&path).await;
    assert!(words(&page.html).contains("memory_limit 64M") && !page.html.contains(&form));
    assert_eq!(stage.reader.get(&form).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirects_are_added_moved_and_removed() {
    let stage = Stage::new().await;
    let form = stage.filled("/sites/{site}/redirects");
    let got = stage
        .member
        .post(&form, &[("from", "vieux"), ("to", "https://neuf.example/"), ("code", "302"), ("below", "yes")])
        .await;
    let tags = check(&got.html);
    assert!(got.html.contains("id=\"f-from-error\""), "{}", got.html);
    assert!(tags.iter().any(|tag| tag.get("name") == Some("below") && tag.get("checked").is_some()));
    for (from, to) in [("/a", "https://neuf.example/<b>"), ("/c", "/d")] {
        let got = stage.member.post(&form, &[("from", from), ("to", to), ("code", "302")]).await;
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    }
    let page = stage.member.get(&form).await;
    check(&page.html);
    let said = words(&page.html);
    assert!(said.find("https://neuf.example/%3Cb%3E").unwrap() < said.find("→ /d").unwrap(), "{said}");
    let up =
        stage.member.post(&format!("{form}/move"), &[("from", "/c"), ("below", ""), ("place", "1")]).await;
    assert_eq!(up.status, StatusCode::SEE_OTHER, "{}", up.html);
    let said = words(&stage.member.get(&form).await.html);
    assert!(said.find("https://neuf.example/%3Cb%3E").unwrap() > said.find("→ /d").unwrap(), "{said}");
    stage.member.post(&format!("{form}/remove"), &[("from", "/c"), ("below", "")]).await;
    let gone = stage.member.post(&format!("{form}/remove"), &[("from", "/c"), ("below", "")]).await;
    check(&gone.html);
    assert_eq!(gone.status, StatusCode::CONFLICT);
    let form = stage.filled("/sites/{site}/maintenance");
    let got = stage.member.post(&form, &[("switch", "on"), ("addresses", "192.0.2.7\r\nnobody")]).await;
    check(&got.html);
    assert!(got.html.contains("id=\"f-addresses-error\"") && got.html.contains("192.0.2.7"), "{}", got.html);
    stage.member.post(&form, &[("switch", "on"), ("addresses", "192.0.2.7\r\n2001:db8::/32")]).await;
    let page = stage.member.get(&stage.filled("/sites/{site}")).await;
    check(&page.html);
    assert!(words(&page.html).contains("In maintenance: visits get a page"), "{}", page.html);
}
