//! The search from the head of every page, and lists in the order asked.

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_has_the_field_and_it_leads_to_what_is_there() {
    let stage = Stage::new().await;
    for path in ["/profile", "/nowhere", "/search"] {
        let tags = check(&stage.member.get(path).await.html);
        let form = tags.iter().find(|tag| tag.get("action") == Some("/search"));
        assert_eq!(form.and_then(|form| form.get("method")), Some("get"), "{path}");
    }
    assert!(!stage.nobody.get("/sign-in").await.html.contains("action=\"/search\""));
    let found = stage.member.get("/search?q=WWW.asso").await;
    check(&found.html);
    let site = stage.filled("<a href=\"/sites/{site}\" class=\"item-name\">asso.example</a>");
    assert!(found.html.contains(&site), "{}", found.html);
    assert!(words(&found.html).contains("asso · Asso"), "whose it is: {}", found.html);
    assert!(found.html.contains("id=\"find\" name=\"q\" value=\"WWW.asso\""), "what was typed is kept");
    assert!(found.html.contains("<h1>Results for “WWW.asso”</h1>"), "{}", found.html);
    // Members' users come to what the member says of itself, staff to the member.
    let member = stage.filled("/members/{member}");
    let of = async |person: &crate::stage::Person| {
        let html = person.get("/search?q=asso").await.html;
        (html.contains(&format!("href=\"{member}/about\"")), html.contains(&format!("href=\"{member}\"")))
    };
    assert_eq!((of(&stage.member).await, of(&stage.admin).await), ((true, false), (false, true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_nothing_reads_what_can_be_found() {
    let stage = Stage::new().await;
    for (path, wanted) in [("/search", "What are you looking for?"), ("/search?q=asso", "Nothing matches")] {
        let got = stage.stranger.get(path).await;
        let said = words(&got.html);
        assert!(
            said.contains(wanted) && said.contains("accounts, sites, databases, members."),
            "{path}: {said}"
        );
        assert!(!said.contains("users") && !got.html.contains("item-name"), "{path}: {said}");
    }
    let said = words(&stage.admin.get("/search").await.html);
    assert!(said.contains("accounts, sites, databases, members, users, hosts."), "{said}");
    // A kind one may not search is no kind.
    let got = stage.stranger.get("/search?q=admin&kind=user").await;
    assert!(words(&got.html).contains("Nothing matches"), "{}", got.html);
    let got = stage.admin.get("/search?q=admin&kind=user&cursor=nonsense").await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kind_is_read_page_by_page() {
    let stage = Stage::new().await;
    let panel = server::Actor::panel();
    for n in 0..60 {
        let new = server::member::NewMember { name: format!("Ruche {n:02}"), ..Default::default() };
        server::member::create(&stage.server, &panel, new).await.unwrap();
    }
    let all = stage.admin.get("/search?q=ruche").await.html;
    assert_eq!(all.matches("class=\"item-name\"").count(), 6);
    assert!(all.contains("href=\"/search?q=ruche&amp;kind=member\""), "{all}");
    let first = stage.admin.get("/search?q=ruche&kind=member").await.html;
    assert_eq!(first.matches("class=\"item-name\"").count(), 50);
    let tags = check(&first);
    let next = tags.iter().find(|tag| tag.get("rel") == Some("next")).unwrap().get("href").unwrap();
    let second = stage.admin.get(&next.replace("&amp;", "&")).await.html;
    assert_eq!(second.matches("class=\"item-name\"").count(), 10);
    assert!(check(&second).iter().all(|tag| tag.get("rel") != Some("next")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_put_a_list_in_order_and_paging_keeps_it() {
    let stage = Stage::new().await;
    let panel = server::Actor::panel();
    let (member, plan) = (stage.filled("{member}"), stage.filled("{plan}"));
    for n in 0..60 {
        let new = server::account::NewAccount {
            member: member.clone(),
            plan: plan.clone(),
            name: format!("ruche{n:02}"),
            ..Default::default()
        };
        server::account::create(&stage.server, &panel, new).await.unwrap();
    }
    let page = stage.admin.get("/accounts?q=ruche&sort=-created").await.html;
    let tags = check(&page);
    let sorted: Vec<_> = tags.iter().filter_map(|tag| tag.get("aria-sort")).collect();
    assert_eq!(sorted, ["descending"]);
    assert!(
        page.find("ruche59") < page.find("ruche58") && page.contains("ruche10") && !page.contains("ruche09")
    );
    assert!(page.contains("<input type=\"hidden\" name=\"sort\" value=\"-created\">"), "{page}");
    let next = tags.iter().find(|tag| tag.get("rel") == Some("next")).unwrap().get("href").unwrap();
    let next = stage.admin.get(&next.replace("&amp;", "&")).await.html;
    assert!(next.find("ruche09") < next.find("ruche08") && next.contains("ruche00"), "{next}");
    // What is no order is the usual one.
    let usual = stage.admin.get("/accounts?sort=secret").await;
    assert_eq!(usual.status, StatusCode::OK);
    assert!(usual.html.find(">asso<") < usual.html.find(">ruche00<"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_can_be_closed() {
    let stage = Stage::new().await;
    let html = stage.admin.get("/accounts?done=account_saved").await.html;
    let tags = check(&html);
    let close = tags.iter().find(|tag| tag.get("class") == Some("notice-close")).unwrap();
    assert_eq!(close.get("href"), Some("/accounts"));
    assert!(tags.iter().any(|tag| tag.get("role") == Some("status")));
    assert!(!stage.admin.get("/accounts?done=invented").await.html.contains("notice-close"));
}
