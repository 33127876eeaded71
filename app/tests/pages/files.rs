//! Files and SSH keys on the pages: what a host that does not answer leaves, who is told what, and forms that keep what was typed. (What a
//! host answers is shown in tests/system/files.rs.)

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH5uAZOmszsMbkLqXUD8GenIgHs/eLHIWx4Dqq4qrzgU";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_does_not_answer_takes_no_page_away() {
    let stage = Stage::new().await;
    let path = |rest: &str| stage.filled(&format!("/accounts/{{account}}/files{rest}"));
    for rest in [
        "",
        "?path=sites/www&sort=-size",
        "?path=../etc",
        "?q=php",
        "/trash",
        "/item?path=sites/a",
        "/edit?path=sites/a",
    ] {
        let page = stage.member.get(&path(rest)).await;
        assert_eq!(page.status, StatusCode::OK, "{rest}");
        check(&page.html);
        assert!(words(&page.html).contains("The files cannot be shown"), "{rest}: {}", page.html);
    }
    // Acts say so at the form, in a status of their own, and lose nothing.
    let page = stage.member.post(&path("/folders"), &[("path", "sites/www"), ("name", "été <b>")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    check(&page.html);
    let page = stage.member.post(&path("/folders"), &[("path", "sites/www"), ("name", "a/b")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&page.html);
    // Whoever reads sites reads no passwords.
    let page = stage.reader.get(&path("")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(words(&page.html).contains("Your role does not show files"), "{}", page.html);
    for rest in ["/trash", "/item?path=sites/a", "/edit?path=sites/a"] {
        assert_eq!(stage.reader.get(&path(rest)).await.status, StatusCode::FORBIDDEN, "{rest}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_added_and_removed() {
    let stage = Stage::new().await;
    let path = stage.filled("/accounts/{account}/ssh-keys");
    let wrong = [("key", "command=\"x\" </textarea><b>"), ("label", "portable")];
    let page = stage.member.post(&path, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&page.html);
    assert!(
        page.html.contains("id=\"f-key-error\"") && page.html.contains("value=\"portable\""),
        "{}",
        page.html
    );
    let got = stage.member.post(&path, &[("key", KEY), ("label", "portable d’Ana")]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    let page = stage.member.get(&path).await;
    check(&page.html);
    let said = words(&page.html);
    assert!(said.contains("portable d’Ana") && said.contains("SHA256:"), "{said}");
    let act = page.html.split("action=\"/ssh-keys/").last().unwrap().split('"').next().unwrap();
    let got = stage.member.post(&format!("/ssh-keys/{act}"), &[]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    assert!(!stage.member.get(&path).await.html.contains("portable d’Ana"));
}

/// Its password stands on the page that answers, and on no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_for_a_folder_shows_its_password_once() {
    let stage = Stage::new().await;
    let path = stage.filled("/accounts/{account}/sftp-logins");
    let wrong = [("name", "A b"), ("folder", "sites/x"), ("key", "")];
    let page = stage.member.post(&path, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&page.html);
    assert!(
        page.html.contains("id=\"f-name-error\"") && page.html.contains("value=\"sites/x\""),
        "{}",
        page.html
    );
    let page = stage.member.post(&path, &[("name", "depot"), ("folder", "private/depot"), ("key", "")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    check(&page.html);
    let password = page.html.split("<output>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(password.len(), 32);
    let again = stage.member.get(&path).await.html;
    check(&again);
    assert!(words(&again).contains("_depot") && !again.contains(&password));
    let got = stage.member.post(&path, &[("name", "cle"), ("folder", "private/depot"), ("key", KEY)]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    let page = stage.reader.get(&path).await;
    assert!(words(&page.html).contains("_cle") && !page.html.contains("/delete"), "{}", page.html);
    let act = again.split("action=\"/sftp-logins/").last().unwrap().split('"').next().unwrap();
    assert_eq!(stage.member.post(&format!("/sftp-logins/{act}"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!words(&stage.member.get(&path).await.html).contains("_depot"));
}
