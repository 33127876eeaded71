//! Databases: a form that gives a password once, users, the end and back.

use crate::{
    html::{check, words},
    stage::{ORIGIN, Stage},
};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_made_with_a_password_that_is_shown_once() {
    let stage = Stage::new().await;
    let list = stage.filled("/accounts/{account}/databases");
    let page = stage.member.get(&list).await;
    check(&page.html);
    assert!(page.html.contains("asso_wiki") && words(&page.html).contains("1 of 3"), "{}", page.html);
    // Refused, what was typed stays and the error is at its field.
    let refused = stage.member.post(&list, &[("name", "Été"), ("user", "moi")]).await;
    check(&refused.html);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.html.contains("value=\"Été\"") && refused.html.contains("id=\"f-name-error\""),
        "{}",
        refused.html
    );
    let made = stage.member.post(&list, &[("name", "blog"), ("user", "")]).await;
    check(&made.html);
    assert_eq!(made.status, StatusCode::OK);
    let password = made.html.split("<output>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(password.len(), 32, "{}", made.html);
    let said = words(&made.html);
    assert!(said.contains("Password of asso_blog") && said.contains("localhost"), "{said}");
    let path = made.html.split("action=\"/databases/").nth(1).unwrap().split('/').next().unwrap();
    let path = format!("/databases/{path}");
    let again = stage.member.reading("fr").get(&path).await;
    check(&again.html);
    assert!(!again.html.contains(&password) && words(&again.html).contains("Connexion"), "{}", again.html);
    // Who only reads is shown it, and no button.
    let read = stage.reader.get(&path).await;
    assert!(read.html.contains("asso_blog") && !read.html.contains("/password\""), "{}", read.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_come_with_rights_and_go() {
    let stage = Stage::new().await;
    let path = stage.filled("/databases/{database}");
    let user = stage.filled("/databases/{database}/users/{database_user}");
    let refused = stage.member.post(&format!("{path}/users"), &[("name", "Été"), ("rights", "write")]).await;
    check(&refused.html);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.html.contains("id=\"f-name-error\"") && refused.html.contains("value=\"Été\""),
        "{}",
        refused.html
    );
    let made = stage.member.post(&format!("{path}/users"), &[("name", "reader"), ("rights", "read")]).await;
    check(&made.html);
    assert!(words(&made.html).contains("Password of asso_reader"), "{}", made.html);
    let rotated = stage.member.post(&format!("{user}/password"), &[]).await;
    check(&rotated.html);
    assert!(words(&rotated.html).contains("Password of asso_wiki"), "{}", rotated.html);
    let set = stage.member.post(&format!("{user}/rights"), &[("rights", "write")]).await;
    assert_eq!(
        (set.status, set.location()),
        (StatusCode::SEE_OTHER, &*format!("{path}?done=database_rights"))
    );
    let page = stage.member.get(set.location()).await;
    check(&page.html);
    assert!(words(&page.html).contains("read and write"), "{}", page.html);
    let left = stage.member.post(&format!("{user}/delete"), &[]).await;
    assert_eq!(left.location(), format!("{path}?done=database_user_deleted"));
    let page = stage.member.get(&path).await;
    assert!(!page.html.contains(&format!("{user}/delete")), "{}", page.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_database_offers_its_return() {
    let stage = Stage::new().await;
    let path = stage.filled("/databases/{database}");
    let gone = stage.member.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(gone.location(), format!("{path}?done=database_deleted"));
    let page = stage.member.get(gone.location()).await;
    check(&page.html);
    let said = words(&page.html);
    assert!(said.contains("This database is deleted") && said.contains("come back until"), "{said}");
    assert!(
        !page.html.contains("/password\"") && page.html.contains(&format!("{path}/restore")),
        "{}",
        page.html
    );
    let list = stage.member.reading("fr").get(&stage.filled("/accounts/{account}/databases")).await;
    check(&list.html);
    assert!(words(&list.html).contains("supprimée"), "{}", list.html);
    let back = stage.member.post(&format!("{path}/restore"), &[]).await;
    assert_eq!(back.location(), format!("{path}?done=database_restored"));
    // From the history, too.
    let history = stage.member.get(&stage.filled("/accounts/{account}/changes")).await;
    assert!(words(&history.html).contains("Database brought back: asso_wiki"), "{}", history.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_without_a_server_says_what_is_missing() {
    let stage = Stage::new().await;
    stage.run("UPDATE hosts SET facts = NULL WHERE id = $1", &stage.filled("{host}")).await;
    let page = stage.member.get(&stage.filled("/accounts/{account}/databases")).await;
    check(&page.html);
    assert!(page.html.contains("mariadb-server") && !page.html.contains("f-name"), "{}", page.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_goes_in_by_a_form_that_says_what_is_wrong_with_it() {
    let stage = Stage::new().await;
    let path = stage.filled("/databases/{database}");
    let page = stage.member.get(&path).await;
    check(&page.html);
    assert!(page.html.contains(&format!("href=\"/api/v1{path}/dump\"")), "{}", page.html);
    let form = |name: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"dump\"; filename=\"{name}\"\r\n\r\nSELECT 1;\r\n--b--\r\n"
        )
    };
    for (name, status) in [("", StatusCode::UNPROCESSABLE_ENTITY), ("a.sql", StatusCode::CONFLICT)] {
        let request = stage
            .member
            .request("POST", &format!("{path}/import"))
            .header("origin", ORIGIN)
            .header("content-type", "multipart/form-data; boundary=b");
        let got = stage.member.send(request.body(form(name).into()).unwrap()).await;
        assert_eq!(got.status, status, "{name}: {}", got.html);
        check(&got.html);
        assert!(!name.is_empty() || got.html.contains("id=\"f-dump-error\""), "{}", got.html);
    }
}
