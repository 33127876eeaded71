//! Applications: the form that puts one into a site, its page, its end.

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;

const WORDPRESS: [(&str, &str); 5] = [
    ("application", "wordpress"),
    ("title", "Le miel"),
    ("login", "ana"),
    ("email", "ana@asso.example"),
    ("language", "fr"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_is_asked_for_in_a_form_and_its_password_shown_once() {
    let stage = Stage::new().await;
    stage.run("DELETE FROM apps WHERE id = $1", &stage.filled("{app}")).await;
    let (site, form) = (stage.filled("/sites/{site}"), stage.filled("/sites/{site}/apps/new"));
    let page = stage.member.get(&site).await;
    assert!(page.html.contains(&format!("href=\"{form}\"")), "{}", page.html);
    let page = stage.member.get(&form).await;
    check(&page.html);
    assert!(
        page.html.contains("WordPress\u{a0}6.8.3") && page.html.contains("value=\"asso.example\""),
        "{}",
        page.html
    );
    // Refused, what was typed stays and the error is at its field.
    let mut wrong = WORDPRESS;
    wrong[2] = ("login", "Ana B");
    let refused = stage.member.post(&form, &wrong).await;
    check(&refused.html);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.html.contains("value=\"Ana B\"")
            && refused.html.contains("id=\"f-login-error\"")
            && refused.html.contains("value=\"Le miel\""),
        "{}",
        refused.html
    );
    let made = stage.member.post(&form, &WORDPRESS).await;
    check(&made.html);
    assert_eq!(made.status, StatusCode::OK);
    let password = made.html.split("<output>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(password.len(), 32, "{}", made.html);
    let said = words(&made.html);
    assert!(said.contains("Password of ana") && said.contains("http://asso.example/wp-login.php"), "{said}");
    let path = made.html.split("action=\"/apps/").nth(1).unwrap().split('/').next().unwrap();
    let path = format!("/apps/{path}");
    let again = stage.member.reading("fr").get(&path).await;
    check(&again.html);
    assert!(
        !again.html.contains(&password) && words(&again.html).contains("asso_wordpress"),
        "{}",
        again.html
    );
    // The user of its database has no password to make anew.
    let database = again.html.split("href=\"/databases/").nth(1).unwrap().split('"').next().unwrap();
    let page = stage.member.get(&format!("/databases/{database}")).await;
    check(&page.html);
    assert!(
        words(&page.html).contains("without a password") && !page.html.contains("/password\""),
        "{}",
        page.html
    );
    // A second one in the same site is refused, the form stays.
    let twice = stage.member.post(&form, &WORDPRESS).await;
    check(&twice.html);
    assert!(
        twice.html.contains("value=\"Le miel\"") && words(&twice.html).contains("an application already"),
        "{}",
        twice.html
    );
    let history = stage.member.get(&stage.filled("/accounts/{account}/changes")).await;
    assert!(words(&history.html).contains("Application installed: WordPress — Le miel"), "{}", history.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_package_is_told_and_an_entry_goes_alone() {
    let stage = Stage::new().await;
    let path = stage.filled("/apps/{app}");
    let page = stage.member.get(&path).await;
    check(&page.html);
    assert!(words(&page.html).contains("The host has WordPress 6.8.3 by now"), "{}", page.html);
    let site = stage.member.get(&stage.filled("/sites/{site}")).await;
    assert!(words(&site.html).contains("The host has version 6.8.3."), "{}", site.html);
    // Who only reads is shown it, and no button.
    let read = stage.reader.get(&path).await;
    assert!(read.status == StatusCode::OK && !read.html.contains("/remove\""), "{}", read.html);
    let gone = stage.member.post(&format!("{path}/remove"), &[]).await;
    assert_eq!(gone.location(), stage.filled("/sites/{site}?done=app_removed"));
    let after = stage.member.reading("fr").get(gone.location()).await;
    check(&after.html);
    assert!(words(&after.html).contains("n’est plus dans la liste"), "{}", after.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_without_packages_says_which_to_install() {
    let stage = Stage::new().await;
    stage.run("UPDATE hosts SET facts = NULL WHERE id = $1", &stage.filled("{host}")).await;
    let page = stage.member.get(&stage.filled("/sites/{site}/apps/new")).await;
    check(&page.html);
    assert!(
        page.html.contains("apt install php wordpress wordpress-l10n mariadb-server")
            && !page.html.contains("f-title"),
        "{}",
        page.html
    );
}
