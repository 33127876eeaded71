//! Hostile names and texts, on every page that shows them: seen, never obeyed.

use crate::{
    html::check,
    stage::{HOSTILE, Stage, is_page},
};
use app::routes::{TABLE, Verb};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_texts_are_shown_as_text() {
    let stage = Stage::with(HOSTILE).await;
    stage.run("UPDATE accounts SET reason = $1, reason_reference = $1, reason_code = 'legal_order', state = 'suspended'", HOSTILE).await;
    stage
        .run("UPDATE hosts SET agent_version = $1, frozen_at = 1, frozen_fr = $1, frozen_en = $1", HOSTILE)
        .await;
    stage.run("UPDATE changes SET subject_label = $1, who = $1", HOSTILE).await;
    stage.run("UPDATE mails SET address = $1, error_fr = $1, error_en = $1", HOSTILE).await;
    let drift = serde_json::json!({ "path": HOSTILE, "diff": format!("-{HOSTILE}\n+{HOSTILE}\n {HOSTILE}") });
    stage
        .run(
            "UPDATE resources SET state = 'failed', text_fr = 'x', text_en = 'x', drift = $1",
            &drift.to_string(),
        )
        .await;
    stage.run("UPDATE resources SET text_fr = $1, text_en = $1", HOSTILE).await;
    stage.run("UPDATE change_states SET state = 'failed', text_fr = $1, text_en = $1", HOSTILE).await;
    let mut shown = 0;
    for person in [&stage.admin, &stage.member] {
        for route in TABLE.iter().filter(|route| route.method == Verb::Get && is_page(route)) {
            let path = stage.path(route);
            let html = person.get(&path).await.html;
            harmless(&html, &path);
            shown += usize::from(html.contains("&lt;img src=x"));
        }
    }
    assert!(shown > 10, "the hostile texts were shown on {shown} pages only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_input_comes_back_as_text() {
    let stage = Stage::new().await;
    for route in TABLE.iter().filter(|route| {
        route.method == Verb::Post && !route.path.ends_with("/delete") && route.path != "/sign-out"
    }) {
        let path = stage.path(route);
        let fields = [
            "name",
            "names",
            "email",
            "password",
            "owner",
            "plan",
            "member",
            "host",
            "reason",
            "confirm",
            "to",
            "lang",
            "ipv4",
            "days",
            "disk_mb",
            "scopes",
            "networks",
            "code",
            "asked_of",
            "reference",
        ];
        let fields: Vec<(&str, &str)> = fields.into_iter().map(|name| (name, HOSTILE)).collect();
        let got = stage.admin.post(&path, &fields).await;
        if !got.html.is_empty() {
            harmless(&got.html, &path);
        }
        assert!(
            !got.location().contains("evil") && !got.location().contains('<'),
            "{path}: {}",
            got.location()
        );
    }
    let hostile = "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(2)%3E";
    let names = ["q", "verb", "member", "account", "host", "via", "from", "to", "after"];
    for path in [
        "/changes/history",
        &stage.filled("/accounts/{account}/changes"),
        &stage.filled("/members/{member}/changes"),
    ] {
        for name in names {
            harmless(&stage.admin.get(&format!("{path}?{name}={hostile}")).await.html, path);
        }
        let all = names.map(|name| format!("{name}={hostile}"))[..8].join("&");
        harmless(&stage.admin.get(&format!("{path}?{all}")).await.html, path);
    }
    let query = "q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(2)%3E&state=%3Cscript%3Ealert(1)%3C/script%3E&done=%3Cscript%3E&to=%22%3E%3Cimg%20src%3Dx%3E";
    for path in ["/accounts", "/members", "/hosts", "/plans", "/sign-in"] {
        let person = if path == "/sign-in" { &stage.nobody } else { &stage.admin };
        harmless(&person.get(&format!("{path}?{query}")).await.html, path);
    }
}

fn harmless(html: &str, path: &str) {
    if html.is_empty() {
        return;
    }
    assert!(!html.contains("<img"), "{path}: {html}");
    assert!(!html.contains("alert(1)</script>"), "{path}: {html}");
    // The checker refuses handlers, styles and tags out of place.
    check(html);
}
