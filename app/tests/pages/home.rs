//! What each role finds first, and how much of a plan is taken.

use crate::{html::check, stage::Stage};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plans_use_is_drawn_where_it_counts() {
    let stage = Stage::new().await;
    let account = stage.filled("/accounts/{account}");
    // 1 site of 5, 2 names of 5.
    let html = stage.member.get(&account).await.html;
    check(&html);
    assert!(html.contains("1 of 5") && html.contains("2 of 5"), "{html}");
    assert!(html.contains("Space, at most") && html.contains("1\u{a0}GB"), "what nobody counts is its limit");
    assert!(!html.contains("0 of"), "{html}");
    assert!(!html.contains("meter-said"));
    let path = stage.filled("/sites/{site}/names");
    for name in ["a.asso.example", "b.asso.example"] {
        stage.member.post(&path, &[("name", name)]).await;
    }
    let html = stage.member.get(&account).await.html;
    assert!(html.contains("4 of 5") && html.contains("Nearly all is taken: 1 left."), "{html}");
    let html = stage.member.reading("fr").get(&stage.filled("/sites/{site}")).await.html;
    check(&html);
    assert!(html.contains("Presque tout est pris\u{a0}: il en reste 1."), "{html}");
    // A plan that is too small: drawn against that plan, beside the question.
    let small = server::plan::PlanInput {
        name: "Small".into(),
        sites_max: 1,
        names_max: 3,
        php_workers: 1,
        disk_mb: 1024,
        memory_mb: 256,
        above: false,
    };
    let small = server::plan::create(&stage.server, &server::Actor::panel(), small).await.unwrap().item.id;
    let manage = stage.filled("/accounts/{account}/manage");
    assert!(stage.admin.get(&manage).await.html.contains("With the present plan:"));
    let got =
        stage.admin.post(&stage.filled("/accounts/{account}/plan"), &[("plan", &small.to_string())]).await;
    assert_eq!(got.status, StatusCode::CONFLICT, "{}", got.html);
    check(&got.html);
    assert!(got.html.contains("With the plan chosen:") && got.html.contains("4 of 3"), "{}", got.html);
    assert!(got.html.contains("1 more than the plan allows") && got.html.contains("1 of 1"), "{}", got.html);
}
