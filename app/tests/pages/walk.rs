//! The table of routes, walked by everybody: the anonymous are sent to sign in, strangers find nothing, members nothing of admins'.

use crate::stage::Stage;
use app::{
    http::Who,
    routes::{TABLE, Verb},
};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_anonymous_are_sent_to_sign_in() {
    let stage = Stage::new().await;
    let acts = stage.acts().await;
    for route in TABLE.iter().filter(|route| route.who != Who::Anyone) {
        let path = stage.path(route);
        let got = match route.method {
            Verb::Get => stage.nobody.get(&path).await,
            Verb::Post => stage.nobody.post(&path, &[]).await,
        };
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{path}");
        assert!(got.location().starts_with("/sign-in"), "{path} leads to {}", got.location());
    }
    assert_eq!(stage.acts().await, acts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_strangers_what_is_not_theirs_does_not_exist() {
    let stage = Stage::new().await;
    let acts = stage.acts().await;
    for route in TABLE.iter().filter(|route| route.who != Who::Anyone && route.path != "/sign-out") {
        let theirs = matches!(route.who, Who::Staff(..)) || route.path.contains('{');
        if !theirs {
            continue;
        }
        let path = stage.path(route);
        let got = match route.method {
            Verb::Get => stage.stranger.get(&path).await,
            Verb::Post => stage.stranger.post(&path, &[("name", "mine.example"), ("confirm", "asso")]).await,
        };
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{:?} {path}", route.method);
        assert!(!got.html.contains("www.asso.example"), "{path} tells of what it hides");
    }
    assert_eq!(stage.acts().await, acts, "a stranger changed something");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_open_all_of_theirs_and_nothing_of_admins() {
    let stage = Stage::new().await;
    for route in TABLE.iter().filter(|route| route.method == Verb::Get && route.who != Who::Anyone) {
        let path = stage.path(route);
        let got = stage.member.get(&path).await;
        let wanted = if matches!(route.who, Who::Staff(..)) { StatusCode::NOT_FOUND } else { StatusCode::OK };
        assert_eq!(got.status, wanted, "{path}");
    }
    let acts = stage.acts().await;
    for route in
        TABLE.iter().filter(|route| route.method == Verb::Post && matches!(route.who, Who::Staff(..)))
    {
        let path = stage.path(route);
        let got = stage.member.post(&path, &[("reason", "x"), ("confirm", "asso")]).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(stage.acts().await, acts);
}

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
    for route in TABLE.iter().filter(|route| route.method == Verb::Post) {
        let path = stage.path(route);
        let request = stage
            .admin
            .request("POST", &path)
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("confirm=asso&reason=x&name=x.example".into())
            .unwrap();
        assert_eq!(stage.admin.send(request).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(stage.acts().await, acts);
}
