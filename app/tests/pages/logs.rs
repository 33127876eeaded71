//! Logs and statistics: their pages say why a host cannot be asked, keep what was looked for, and are for who may read them.

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_says_why_it_cannot_be_read_and_keeps_what_was_looked_for() {
    let stage = Stage::new().await;
    let logs = stage.filled("/sites/{site}/logs");
    let page = stage.member.get(&logs).await;
    check(&page.html);
    assert_eq!(page.status, StatusCode::OK);
    assert!(words(&page.html).contains("update the package alveole-agent"), "{}", page.html);
    let facts = r#"{"debian":"13.1","kernel":"6.12","php":["8.4"],"logs":1}"#;
    stage.run("UPDATE hosts SET facts = $1", facts).await;
    let page = stage.member.reading("fr").get(&logs).await;
    check(&page.html);
    assert!(words(&page.html).contains("L’hôte ne répond pas"), "{}", page.html);
    let refused = stage.member.get(&format!("{logs}?q=%22%3E%3Cb&day=demain&status=4")).await;
    let tags = check(&refused.html);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("id=\"f-day-error\""), "{}", refused.html);
    let q = tags.iter().find(|tag| tag.get("id") == Some("f-q")).unwrap();
    assert_eq!(q.get("value"), Some("&quot;&gt;&lt;b"));
    let errors = stage.member.get(&format!("{logs}?log=errors")).await;
    let tags = check(&errors.html);
    assert!(tags.iter().any(|tag| tag.get("name") == Some("log") && tag.get("value") == Some("errors")));
    assert!(!tags.iter().any(|tag| tag.get("name") == Some("status")), "{}", errors.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_reads_sees_statistics_and_no_visitor() {
    let stage = Stage::new().await;
    let (site, logs) = (stage.filled("/sites/{site}"), stage.filled("/sites/{site}/logs"));
    let statistics = format!("{site}/statistics");
    let page = stage.reader.get(&site).await;
    check(&page.html);
    assert!(page.html.contains(&statistics) && !page.html.contains(&logs), "{}", page.html);
    assert_eq!(stage.reader.get(&logs).await.status, StatusCode::FORBIDDEN);
    let page = stage.reader.get(&format!("{statistics}?time=year")).await;
    check(&page.html);
    assert_eq!(page.status, StatusCode::OK);
    assert!(words(&page.html).contains("The statistics cannot be read now"), "{}", page.html);
    let page = stage.member.get(&site).await;
    assert!(page.html.contains(&format!("{logs}?log=errors")), "{}", page.html);
}
