//! What holds for every route, whoever asks: the headers that protect a page, and that nothing comes in from elsewhere. (Who gets what is
//! in `table`.)

use crate::stage::Stage;
use app::routes::{TABLE, Verb};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_protected_and_kept_by_nobody() {
    let stage = Stage::new().await;
    for path in ["/", "/sign-in", "/nowhere", "/styleguide"] {
        let got = stage.admin.get(path).await;
        let header =
            |name: &str| got.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
    }
    let one = stage.admin.get("/").await;
    let two = stage.admin.get("/").await;
    assert_ne!(one.headers.get("content-security-policy"), two.headers.get("content-security-policy"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_from_elsewhere_changes_nothing() {
    let stage = Stage::new().await;
    let acts = stage.acts().await;
    let posts = TABLE.iter().filter(|route| route.method == Verb::Post);
    // What a browser adds for a proxy that asked for a password lets nothing by: pages look at the cookie all the same.
    for (route, more) in posts.flat_map(|route| [(route, "x-nothing"), (route, "authorization")]) {
        let path = stage.path(route);
        let request = stage
            .admin
            .request("POST", &path)
            .header(more, "Basic eDp5")
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("confirm=asso&reason=x&name=x.example".into())
            .unwrap();
        assert_eq!(stage.admin.send(request).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(stage.acts().await, acts);
}
