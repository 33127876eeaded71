//! What the panel writes to people, end to end: the form, the file in the folder, the link in it.

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;
use std::path::Path;

const PASSWORD: &str = "four other random words";

/// Sends what is queued; gives all mails, oldest first, with their lines joined again (RFC 2045 §6.7).
pub async fn sent(stage: &Stage, folder: &Path) -> Vec<String> {
    server::mail::send_due(&stage.server).await.unwrap();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap().replace("=\r\n", "")).collect()
}

fn link_in(mail: &str) -> String {
    let (_, after) =
        mail.split_once("https://panel.example/link/").unwrap_or_else(|| panic!("no link: {mail}"));
    let secret: String =
        after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    format!("/link/{secret}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_replaced_by_mail() {
    let (stage, folder) = Stage::mailing().await;
    let door = stage.nobody.get("/sign-in").await;
    assert!(door.html.contains("href=\"/forgotten\""), "{}", door.html);
    let page = stage.nobody.get("/forgotten").await;
    check(&page.html);
    let wrong = stage.nobody.post("/forgotten", &[("email", "owner@")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.html.contains("value=\"owner@\"") && wrong.html.contains("f-email-error"),
        "{}",
        wrong.html
    );
    let before = sent(&stage, &folder).await.len();
    // Who has an account here is nobody's business.
    let known = stage.nobody.post("/forgotten", &[("email", "owner@asso.example")]).await;
    let unknown = stage.nobody.post("/forgotten", &[("email", "nobody@asso.example")]).await;
    assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(words(&known.html), words(&unknown.html));
    assert!(!known.html.contains("owner@asso.example"));
    check(&known.html);
    let mails = sent(&stage, &folder).await;
    assert_eq!(mails.len(), before + 1);
    let mail = mails.last().unwrap();
    assert!(mail.contains("To: owner@asso.example") && mail.contains("From: panel@coop.example"), "{mail}");
    let path = link_in(mail);
    // A mail scanner that looks uses nothing up.
    assert!(stage.nobody.get(&path).await.html.contains("owner@asso.example"));
    let got = stage.nobody.post(&path, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(stage.member.get("/profile").await.status, StatusCode::SEE_OTHER, "the old session ended");
    let dead = stage.nobody.get(&path).await;
    assert_eq!(dead.status, StatusCode::NOT_FOUND);
    assert!(dead.html.contains("from the sign-in page"), "{}", dead.html);
    let mails = sent(&stage, &folder).await;
    assert!(
        mails.last().unwrap().contains("https://panel.example/forgotten"),
        "the user is told of the change"
    );
    let fields = [("email", "owner@asso.example"), ("password", PASSWORD)];
    assert_eq!(stage.nobody.post("/sign-in", &fields).await.location(), "/");
    for _ in 0..4 {
        stage.nobody.post("/forgotten", &[("email", "owner@asso.example")]).await;
    }
    let many = stage.nobody.post("/forgotten", &[("email", "owner@asso.example")]).await;
    assert_eq!(many.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(many.headers.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_of_a_link_is_the_configured_one() {
    let (stage, folder) = Stage::mailing().await;
    let request = stage
        .nobody
        .request("POST", "/forgotten")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example")
        .header("origin", crate::stage::ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=owner%40asso.example".into())
        .unwrap();
    assert_eq!(stage.nobody.send(request).await.status, StatusCode::OK);
    let mails = sent(&stage, &folder).await;
    assert!(!mails.iter().any(|mail| mail.contains("evil")), "{mails:?}");
    link_in(mails.last().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invitations_go_by_mail_unless_unticked() {
    let (stage, folder) = Stage::mailing().await;
    let ticked = |html: &str| {
        check(html).iter().any(|tag| tag.get("id") == Some("f-mail") && tag.get("checked").is_some())
    };
    assert!(ticked(&stage.admin.get("/accounts/new").await.html));
    let (member, plan) = (stage.filled("{member}"), stage.filled("{plan}"));
    let fields = |name: &'static str, owner: &'static str| {
        [("member", member.as_str()), ("plan", plan.as_str()), ("name", name), ("owner", owner)]
    };
    // What was unticked stays so when the form comes back.
    let refused = stage.admin.post("/accounts/new", &fields("Bad Name", "new@asso.example")).await;
    assert!(!ticked(&refused.html) && refused.html.contains("f-mail"), "{}", refused.html);
    let shown = stage.admin.post("/accounts/new", &fields("one", "one@asso.example")).await;
    assert!(shown.html.contains("https://panel.example/link/"), "{}", shown.html);
    let asked = [fields("two", "two@asso.example").as_slice(), &[("mail", "yes")]].concat();
    let got = stage.admin.post("/accounts/new", &asked).await;
    assert!(got.location().ends_with("?done=account_mailed"), "{}", got.html);
    let mail = sent(&stage, &folder).await.pop().unwrap();
    assert!(mail.contains("To: two@asso.example"), "{mail}");
    assert!(stage.nobody.get(&link_in(&mail)).await.html.contains("two@asso.example"));
    // The same for access to an account.
    let people = stage.filled("/accounts/{account}/people");
    assert!(ticked(&stage.admin.get(&people).await.html));
    let fields = [("email", "three@asso.example"), ("role", "reader"), ("mail", "yes")];
    let got = stage.admin.post(&people, &fields).await;
    assert!(got.location().ends_with("?done=role_mailed"), "{}", got.html);
    assert!(stage.admin.get(got.location()).await.html.contains("the invitation goes out by mail"));
    let mail = sent(&stage, &folder).await.pop().unwrap();
    assert!(mail.contains("To: three@asso.example"), "{mail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_see_what_was_written_and_send_again_what_failed() {
    let (stage, folder) = Stage::mailing().await;
    let list = stage.admin.get("/mails").await;
    check(&list.html);
    assert!(list.html.contains("given up") && list.html.contains("550"), "{}", list.html);
    let failed = stage.admin.get("/mails?state=failed&q=OWNER%40").await;
    assert!(failed.html.contains("Send again") && !failed.html.contains("queued</span>"), "{}", failed.html);
    assert!(stage.admin.get("/mails?q=nobody").await.html.contains("Nothing matches"));
    let again = stage.filled("/mails/{mail}/again");
    let got = stage.admin.post(&again, &[]).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/mails?done=mail_again"));
    assert!(stage.admin.get("/mails?state=failed").await.html.contains("sent again since"));
    // Each row says what comes next, or that nothing has to.
    assert!(stage.admin.get("/mails?state=queued").await.html.contains("goes out shortly"));
    let twice = stage.admin.post(&again, &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    check(&twice.html);
    assert!(twice.html.contains("sent again already"), "{}", twice.html);
    assert!(sent(&stage, &folder).await.iter().any(|mail| mail.contains("To: owner@asso.example")));
    assert!(stage.admin.get("/mails?state=sent").await.html.contains("nothing to do"));
    let (_, board) = stage.staff.iter().find(|(role, _)| role.code() == "board").unwrap();
    stage
        .run("UPDATE mails SET state = 'failed', again_id = NULL WHERE address = $1", "owner@asso.example")
        .await;
    assert!(board.get("/mails?state=failed").await.html.contains("support can send it again"));
    assert!(stage.admin.get("/changes/history").await.html.contains("Mail sent again"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_waits_is_tried_at_once() {
    let (stage, folder) = Stage::mailing().await;
    stage.nobody.post("/forgotten", &[("email", "owner@asso.example")]).await;
    let list = stage.admin.get("/mails?state=queued").await.html;
    assert!(!list.contains("Try now"), "its turn is now: {list}");
    let later = "UPDATE mails SET tries = 3, tried_at = 1, next_at = next_at + 3600000 WHERE state = 'queued' AND $1 <> ''";
    stage.run(later, "x").await;
    assert_eq!(sent(&stage, &folder).await.len(), 0);
    let list = stage.admin.get("/mails?state=queued").await.html;
    let tags = check(&list);
    let path = tags.iter().filter_map(|tag| tag.get("action")).find(|path| path.ends_with("/try")).unwrap();
    assert!(list.contains("Try now") && list.contains("next try on"), "{list}");
    let got = stage.admin.post(path, &[]).await;
    assert_eq!(got.location(), "/mails?done=mail_tried", "{}", got.html);
    assert_eq!(sent(&stage, &folder).await.len(), 1);
    let twice = stage.admin.post(path, &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    check(&twice.html);
    assert!(twice.html.contains("was sent already"), "{}", twice.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_way_for_mails_pages_say_so() {
    let stage = Stage::new().await;
    let door = stage.nobody.get("/sign-in").await;
    assert!(!door.html.contains("/forgotten") && door.html.contains("Ask your cooperative"), "{}", door.html);
    assert!(stage.nobody.get("/forgotten").await.html.contains("This panel sends no mail"));
    let got = stage.nobody.post("/forgotten", &[("email", "owner@asso.example")]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    assert!(stage.admin.get("/mails").await.html.contains("add the table [mail]"));
    assert!(!stage.admin.get("/accounts/new").await.html.contains("f-mail"));
    let got = stage.admin.post(&stage.filled("/mails/{mail}/again"), &[]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
}
