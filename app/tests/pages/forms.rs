//! Forms without JavaScript: what was typed stays, the error stands at its field, what went well leads on.

use crate::{
    html::check,
    stage::{Got, Stage},
};
use axum::http::StatusCode;

/// The field's input says that it is wrong, why, and what was typed; the summary leads to it.
fn error_at(got: &Got, field: &str, typed: &str) {
    let tags = check(&got.html);
    let id = format!("f-{field}");
    let input =
        tags.iter().find(|tag| tag.get("id") == Some(&id)).unwrap_or_else(|| panic!("no {id}: {}", got.html));
    assert_eq!(input.get("aria-invalid"), Some("true"), "{}", got.html);
    assert!(input.get("autofocus").is_some());
    assert!(input.get("aria-describedby").unwrap_or_default().contains(&format!("{id}-error")));
    if input.get("type") != Some("password") && input.name == "input" {
        assert_eq!(input.get("value").unwrap_or_default(), typed);
    }
    assert!(got.html.contains(&format!("href=\"#{id}\"")), "no summary: {}", got.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_is_added_by_a_plain_form() {
    let stage = Stage::new().await;
    let path = stage.filled("/accounts/{account}/sites");
    let got = stage.member.post(&path, &[("name", "a..example")]).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    error_at(&got, "name", "a..example");
    let got = stage.member.post(&path, &[("name", "asso.example")]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    error_at(&got, "name", "asso.example");
    let got = stage.member.post(&path, &[("name", "Blog.Asso.Example.")]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    let shown = stage.member.get(got.location()).await;
    assert!(shown.html.contains("<h1>blog.asso.example</h1>"), "{}", shown.html);
    assert!(shown.html.contains("The site is added."));
    assert!(shown.html.contains("class=\"step step-done\""), "the way of the change is shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_added_chosen_and_removed() {
    let stage = Stage::new().await;
    let path = stage.filled("/sites/{site}");
    let got = stage.member.post(&format!("{path}/names"), &[("name", "w_w.asso.example")]).await;
    error_at(&got, "name", "w_w.asso.example");
    let got = stage.member.post(&format!("{path}/names"), &[("name", "www.asso.example")]).await;
    error_at(&got, "name", "www.asso.example");
    let got = stage.member.post(&format!("{path}/names"), &[("name", "blog.asso.example")]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    stage.member.post(&format!("{path}/names/main"), &[("name", "blog.asso.example")]).await;
    assert!(stage.member.get(&path).await.html.contains("<h1>blog.asso.example</h1>"));
    let confirm = stage.member.get(&format!("{path}/names/www.asso.example/remove")).await;
    assert!(confirm.html.contains("will no longer lead"), "{}", confirm.html);
    stage.member.post(&format!("{path}/names/www.asso.example/remove"), &[]).await;
    assert!(!stage.member.get(&path).await.html.contains(">www.asso.example<"));
    let got = stage.member.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(got.location(), stage.filled("/accounts/{account}?done=site_deleted"));
    let changes = stage.member.get(&stage.filled("/accounts/{account}/changes")).await;
    assert!(changes.html.contains("Site deleted: blog.asso.example"), "{}", changes.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_undone_and_says_so() {
    let stage = Stage::new().await;
    let path = stage.filled("/changes/{change}");
    // The site has got another name since: nothing is offered, and who asks all the same is told why not.
    let page = stage.member.get(&path).await;
    assert!(!page.html.contains(&format!("{path}/undo")), "{}", page.html);
    let got = stage.member.post(&format!("{path}/undo"), &[]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    assert!(got.html.contains("undo the later change first"), "{}", got.html);
    let newest = stage.member.get(&stage.filled("/accounts/{account}/changes")).await;
    let later = newest.html.split("href=\"/changes/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let got = stage.member.post(&format!("/changes/{later}/undo"), &[]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    let page = stage.member.get(&path).await;
    assert!(page.html.contains("Delete this site…"), "it is called by what it does: {}", page.html);
    assert!(page.html.contains("Its names will no longer answer"), "the loss is named: {}", page.html);
    let got = stage.member.post(&format!("{path}/undo"), &[]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    assert!(stage.member.get(got.location()).await.html.contains("It is undone"));
    let again = stage.member.post(&format!("{path}/undo"), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.html.contains("already been undone") && again.html.contains("role=\"alert\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_live_and_die_with_consent() {
    let stage = Stage::new().await;
    let path = stage.filled("/accounts/{account}");
    let suspend = format!("{path}/suspend");
    let got = stage.admin.post(&suspend, &[("code", "threat"), ("reason", "  ")]).await;
    error_at(&got, "reason", "  ");
    assert!(got.html.contains("<details open class=\"fold\""), "the fold of the error is open: {}", got.html);
    let chosen = |got: &Got| {
        let tags = check(&got.html);
        let ticked = tags.iter().find(|tag| tag.get("type") == Some("radio") && tag.get("checked").is_some());
        ticked.and_then(|tag| tag.get("value")).map(str::to_owned)
    };
    assert_eq!(chosen(&got).as_deref(), Some("threat"), "what was chosen stays");
    // A reason without its code, a legal order without its reference.
    let got = stage.admin.post(&suspend, &[("reason", "Spam from a form")]).await;
    error_at(&got, "code", "unpaid");
    assert!(chosen(&got).is_none() && got.html.contains("value=\"Spam from a form\""), "{}", got.html);
    let got = stage.admin.post(&suspend, &[("code", "legal_order"), ("reason", "Court")]).await;
    error_at(&got, "reference", "");
    let fields = [("code", "legal_order"), ("reason", "Spam from a form"), ("reference", "TJ 26/0417")];
    assert_eq!(stage.admin.post(&suspend, &fields).await.status, StatusCode::SEE_OTHER);
    for page in [path.clone(), format!("{path}/changes")] {
        let html = stage.member.get(&page).await.html;
        for told in ["Spam from a form", "TJ 26/0417", "legal order"] {
            assert!(html.contains(told), "{page} does not say {told}: {html}");
        }
    }
    assert!(stage.member.get(&path).await.html.contains("does not lift it alone"));
    let listed = |code: &'static str| stage.admin.get(code);
    assert!(listed("/accounts?state=legal_order").await.html.contains(&path));
    assert!(!listed("/accounts?state=unpaid").await.html.contains(&path));
    stage.admin.post(&format!("{path}/resume"), &[]).await;
    let got = stage.admin.post(&format!("{path}/delete"), &[("confirm", "asso2")]).await;
    error_at(&got, "confirm", "asso2");
    let got = stage.admin.post(&format!("{path}/delete"), &[("confirm", "asso")]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    assert!(stage.admin.get(&format!("{path}/manage")).await.html.contains("Restore the account"));
    stage.admin.post(&format!("{path}/restore"), &[]).await;
    assert!(stage.admin.get(&format!("{path}/manage")).await.html.contains("Delete the account"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_create_what_members_need() {
    let stage = Stage::new().await;
    let got = stage.admin.post("/members/new", &[("name", "")]).await;
    error_at(&got, "name", "");
    let got = stage.admin.post("/members/new", &[("name", "Les Amis")]).await;
    assert!(got.location().starts_with("/members/"), "{}", got.html);
    let got = stage.admin.post("/plans/new", &[("name", "Grand"), ("sites_max", "ten")]).await;
    error_at(&got, "sites_max", "ten");
    let (member, plan) = (stage.filled("{member}"), stage.filled("{plan}"));
    let fields = [
        ("member", member.as_str()),
        ("plan", plan.as_str()),
        ("name", "Bad Name"),
        ("owner", "new@asso.example"),
    ];
    let got = stage.admin.post("/accounts/new", &fields).await;
    error_at(&got, "name", "Bad Name");
    assert!(got.html.contains("value=\"new@asso.example\""), "what was typed stays: {}", got.html);
    let fields = [
        ("member", member.as_str()),
        ("plan", plan.as_str()),
        ("name", "good"),
        ("owner", "new@asso.example"),
    ];
    let got = stage.admin.post("/accounts/new", &fields).await;
    assert_eq!(got.status, StatusCode::OK);
    let (_, link) =
        got.html.split_once("https://panel.example/link/").unwrap_or_else(|| panic!("no link: {}", got.html));
    let path = format!("/link/{}", link.split(['<', '"']).next().unwrap());
    let got = stage.nobody.get(&path).await;
    assert!(got.html.contains("new@asso.example"), "{}", got.html);
    let got = stage.nobody.post(&path, &[("password", "one secret phrase"), ("again", "another")]).await;
    error_at(&got, "again", "");
    assert!(!got.html.contains("secret phrase"), "a password came back");
    let got =
        stage.nobody.post(&path, &[("password", "one secret phrase"), ("again", "one secret phrase")]).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(got.headers.get("set-cookie").unwrap().to_str().unwrap().starts_with("__Host-session="));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_added_with_a_command_shown_once() {
    let stage = Stage::new().await;
    let got = stage.admin.post("/hosts/new", &[("name", "Web Two")]).await;
    error_at(&got, "name", "Web Two");
    let got = stage.admin.post("/hosts/new", &[("name", "web2"), ("ipv4", "192.0.2.2")]).await;
    assert!(got.html.contains("alveole-agent enroll --panel"), "{}", got.html);
    let host = stage.filled("/hosts/{host}");
    assert!(!stage.admin.get(&host).await.html.contains("--token"), "the command is shown once");
    for (act, said) in [("drain", "closed to new"), ("activate", "in service"), ("revoke", "access revoked")]
    {
        let got = stage.admin.post(&format!("{host}/{act}"), &[]).await;
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{act}: {}", got.html);
        assert!(stage.admin.get(&host).await.html.contains(said), "{act}");
    }
    let got = stage.admin.post(&format!("{host}/retire"), &[]).await;
    assert_eq!(got.status, StatusCode::CONFLICT, "a host with accounts stays");
}
