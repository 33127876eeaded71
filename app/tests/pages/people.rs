//! Signing in and out, one's profile, one's tokens.

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;

const PASSWORD: &str = "four random words here";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_leads_where_one_wanted_to_go() {
    let stage = Stage::new().await;
    let got = stage.nobody.get("/hosts?q=a").await;
    assert_eq!(got.location(), "/sign-in?to=%2Fhosts%3Fq%3Da");
    let page = stage.nobody.get(got.location()).await;
    assert!(page.html.contains("name=\"to\" value=\"/hosts?q=a\""), "{}", page.html);
    let wrong = stage
        .nobody
        .post("/sign-in", &[("email", "admin@coop.example"), ("password", "no"), ("to", "/hosts")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("value=\"admin@coop.example\"") && wrong.html.contains("value=\"/hosts\""));
    let fields = [("email", "admin@coop.example"), ("password", PASSWORD), ("to", "/hosts?q=a")];
    let got = stage.nobody.post("/sign-in", &fields).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/hosts?q=a"));
    let fields = [("email", "admin@coop.example"), ("password", PASSWORD), ("to", "//evil.example")];
    assert_eq!(stage.nobody.post("/sign-in", &fields).await.location(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session() {
    let stage = Stage::new().await;
    assert_eq!(stage.member.get("/profile").await.status, StatusCode::OK);
    let got = stage.member.post("/sign-out", &[]).await;
    assert_eq!(got.location(), "/sign-in?done=signed_out");
    assert_eq!(stage.member.get("/profile").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bearer_token_opens_no_page() {
    let stage = Stage::new().await;
    let made = stage.admin.post("/tokens", &[("name", "backup"), ("days", "30"), ("scopes", "read")]).await;
    let (_, secret) = made.html.split_once("<output>").unwrap_or_else(|| panic!("no secret: {}", made.html));
    let secret = secret.split('<').next().unwrap();
    assert!(!stage.admin.get("/tokens").await.html.contains(secret), "the secret is shown once");
    let request = stage.nobody.request("GET", "/profile").header("authorization", format!("Bearer {secret}"));
    let got = stage.nobody.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
}

/// Boxes are for what somebody has a use for: nothing of admins' for members, and no mailboxes while the panel has none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_offered_what_its_user_has_a_use_for() {
    let stage = Stage::new().await;
    for (person, wanted) in [
        (&stage.member, vec!["read", "sites", "databases"]),
        (&stage.stranger, vec!["read", "sites", "databases"]),
        (&stage.admin, vec!["read", "sites", "databases", "admin"]),
    ] {
        let tags = check(&person.get("/tokens").await.html);
        let boxes = tags.iter().filter(|tag| tag.get("name") == Some("scopes"));
        assert_eq!(boxes.filter_map(|tag| tag.get("value")).collect::<Vec<_>>(), wanted);
    }
    assert!(stage.member.get("/tokens").await.html.contains("lets a program act in your name"));
    let fields = [
        ("name", "backup"),
        ("days", "30"),
        ("scopes", "read"),
        ("scopes", "sites"),
        ("networks", "192.0.2.7"),
    ];
    stage.member.post("/tokens", &fields).await;
    let html = stage.member.get("/tokens").await.html;
    let said = words(&html);
    for wanted in ["Your tokens", "read what you can read, change sites", "192.0.2.7", "never"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    // With what is one's own, behind the work.
    let (profile, tokens) = (html.find("href=\"/profile\""), html.find("href=\"/tokens\""));
    assert!(profile.is_some() && profile < tokens, "{html}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_profile_keeps_language_and_password() {
    let stage = Stage::new().await;
    stage.member.post("/profile", &[("lang", "fr")]).await;
    assert!(
        stage.member.get("/profile").await.html.contains("<h1>Mon profil</h1>"),
        "the user's language wins"
    );
    let fields = [("current", "wrong"), ("new", "a new long password"), ("again", "a new long password")];
    let got = stage.member.post("/profile/password", &fields).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", got.html);
    assert!(got.html.contains("f-current-error"), "{}", got.html);
    assert!(!got.html.contains("long password"), "a password came back");
    let fields = [("current", PASSWORD), ("new", "a new long password"), ("again", "a new long password")];
    let got = stage.member.post("/profile/password", &fields).await;
    assert_eq!(got.location(), "/profile?done=password_saved", "{}", got.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_account_is_a_members_home() {
    let stage = Stage::new().await;
    assert_eq!(stage.member.get("/").await.status, StatusCode::OK, "two accounts are a list");
    stage
        .run(
            "UPDATE grants SET revoked_at = 1 WHERE account_id = $1 OR member_id IS NOT NULL",
            &stage.account.to_string(),
        )
        .await;
    let got = stage.member.get("/").await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    assert!(got.location().starts_with("/accounts/"));
    assert!(stage.stranger.get("/").await.html.contains("You have no account yet"));
}
