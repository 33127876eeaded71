//! The change log: filtered by a plain form whose answers stand in the URL, the same for an account and a member.

use crate::{
    html::check,
    stage::{Got, Stage},
};
use axum::http::StatusCode;
use std::collections::BTreeSet;

/// The titles of the changes on a page.
fn titles(got: &Got) -> Vec<String> {
    check(&got.html);
    let title = |part: &str| part.split_once('>')?.1.split_once("</a>").map(|(title, _)| title.to_owned());
    got.html.split("<p class=\"what\"><a ").skip(1).filter_map(title).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_stand_in_the_url_and_in_the_form() {
    let stage = Stage::new().await;
    let all = titles(&stage.admin.get("/changes/history").await);
    assert!(all.len() > 8, "{all:?}");
    // Typed in any case, by the beginning; an account by its name, though there are two.
    let path = "/changes/history?q=ASSO.ex&verb=site&account=asso&via=panel&from=2026-01-01&to=2199-12-31";
    let got = stage.admin.get(path).await;
    assert_eq!(
        titles(&got),
        ["Site&#x27;s names changed: asso.example", "Site added: asso.example"]
            .map(|t| t.replace("&#x27;", "'"))
    );
    let kept = [("f-q", "ASSO.ex"), ("f-account", "asso"), ("f-from", "2026-01-01"), ("f-to", "2199-12-31")];
    let tags = check(&got.html);
    for (id, value) in kept {
        let input = tags.iter().find(|tag| tag.get("id") == Some(id)).unwrap();
        assert_eq!(input.get("value"), Some(value), "{id}");
    }
    assert!(
        got.html.contains("<option value=\"site\" selected>")
            && got.html.contains("<option value=\"panel\" selected>"),
        "{}",
        got.html
    );
    // The files are of the same filter, the account by its id.
    let file = format!(
        "/api/v1/changes/export?format=csv&amp;q=ASSO.ex&amp;verb=site&amp;account={}&amp;via=panel&amp;from=1767222000000&amp;to=",
        stage.account
    );
    assert!(got.html.contains(&file), "{file}: {}", got.html);
    for (query, found) in [
        ("q=nothing", 0),
        ("q=asso&verb=site.create", 1),
        ("account=autre", 1),
        ("from=2199-01-01", 0),
        ("q=%21", 0),
    ] {
        let got = stage.admin.get(&format!("/changes/history?{query}")).await;
        let titles = titles(&got);
        assert_eq!(titles.len(), found, "{query}: {titles:?}");
        assert_eq!(got.html.contains("Nothing matches"), found == 0, "{query}");
        assert!(got.html.contains(">Show all</a>"), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_that_does_not_parse_says_so_at_its_field() {
    let stage = Stage::new().await;
    for (field, typed) in [
        ("from", "27/11/2026"),
        ("to", "2026-02-30"),
        ("account", "nobody"),
        ("account", "No Name"),
        ("member", "Les Amis"),
    ] {
        let got =
            stage.admin.get(&format!("/changes/history?q=asso&{field}={}", typed.replace(' ', "%20"))).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let tags = check(&got.html);
        let id = format!("f-{field}");
        let input = tags.iter().find(|tag| tag.get("id") == Some(&id)).unwrap();
        assert_eq!(
            (input.get("aria-invalid"), input.get("value")),
            (Some("true"), Some(typed)),
            "{}",
            got.html
        );
        assert!(titles(&got).is_empty() && got.html.contains(&format!("href=\"#{id}\"")), "{}", got.html);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_the_log_keep_the_filter() {
    let stage = Stage::new().await;
    let path = stage.filled("/members/{member}");
    let member = stage.filled("{member}").parse().unwrap();
    for n in 0..60 {
        let patch = server::member::MemberPatch { name: Some(format!("Nom {n}")), ..Default::default() };
        server::member::update(&stage.server, &server::Actor::panel(), member, None, patch).await.unwrap();
    }
    let first = stage.admin.get(&format!("{path}/changes?q=nom&verb=member.update")).await;
    let tags = check(&first.html);
    let next = tags.iter().find(|tag| tag.get("rel") == Some("next")).and_then(|tag| tag.get("href"));
    let next = next.unwrap_or_else(|| panic!("no next page: {}", first.html)).replace("&amp;", "&");
    assert!(next.starts_with(&format!("{path}/changes?q=nom&verb=member.update&after=")), "{next}");
    let second = stage.admin.get(&next).await;
    // (Acts of the same millisecond stand in no order of their own.)
    let both: BTreeSet<String> = titles(&first).into_iter().chain(titles(&second)).collect();
    let wanted: BTreeSet<String> = (0..60).map(|n| format!("Member changed: Nom {n}")).collect();
    assert_eq!(both, wanted);
    assert!(second.html.contains("Back to the start"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_filter_their_accounts_log_and_see_no_other() {
    let stage = Stage::new().await;
    let path = stage.filled("/accounts/{account}/changes");
    let got = stage.member.get(&format!("{path}?verb=site")).await;
    assert_eq!(titles(&got).len(), 2, "{}", got.html);
    // A filter for admins is no way around.
    let other =
        stage.member.get(&format!("{path}?q=autre&account=autre&member={}", stage.filled("{member}"))).await;
    assert_eq!((other.status, titles(&other).len()), (StatusCode::OK, 0));
    assert!(!other.html.contains("name=\"member\"") && !other.html.contains("name=\"host\""));
    assert!(other.html.contains(&format!("/api/v1{path}/export?format=csv&amp;q=autre")), "{}", other.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chains_head_is_shown_and_verified_when_asked() {
    let stage = Stage::new().await;
    server::change::extend(&stage.server).await.unwrap();
    let head = server::change::head(&stage.server, &server::Actor::panel()).await.unwrap();
    let history = stage.admin.get("/changes/history").await;
    assert!(history.html.contains(&head.hash), "{}", history.html);
    let chain = stage.admin.get("/changes/chain").await;
    assert!(chain.html.contains(&format!("alveole-panel changes verify --head {}", head.hash)));
    assert!(!chain.html.contains("as it was written"), "it was not verified yet");
    assert!(stage.admin.get("/changes/chain?verify=yes").await.html.contains("as it was written"));
    stage.run("UPDATE changes SET who = $1", "somebody@else.example").await;
    assert!(stage.admin.get("/changes/chain?verify=yes").await.html.contains("The history was altered"));
}
