//! Every page is sound HTML, and everything on it leads somewhere: each link and each form to a route of the table.

use crate::{
    html::{Tag, check},
    stage::{Person, Stage, is_page},
};
use app::{
    http::Who,
    routes::{TABLE, Verb},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_link_and_every_form_leads_to_a_route() {
    let stage = Stage::new().await;
    trouble(&stage).await;
    for (person, admin) in [(&stage.admin, true), (&stage.member, false)] {
        for path in pages(&stage, admin) {
            let got = person.get(&path).await;
            for tag in check(&got.html) {
                leads(&path, &tag, person, admin).await;
            }
        }
    }
}

/// The pages somebody may open.
fn pages(stage: &Stage, admin: bool) -> Vec<String> {
    let theirs = |who: Who| who == Who::SignedIn || (admin && who == Who::Admin);
    let pages = TABLE.iter().filter(|route| route.method == Verb::Get && is_page(route) && theirs(route.who));
    pages.map(|route| stage.path(route)).chain(["/nowhere".to_owned()]).collect()
}

async fn leads(page: &str, tag: &Tag, person: &Person, admin: bool) {
    if tag.name == "form" {
        let action = tag.get("action").unwrap_or_else(|| panic!("a form without action on {page}"));
        let method = if tag.get("method") == Some("post") { Verb::Post } else { Verb::Get };
        let route =
            known(method, action).unwrap_or_else(|| panic!("{page}: no route for {method:?} {action}"));
        assert!(admin || route != Who::Admin, "{page} offers a member {action}");
    }
    if tag.name == "a"
        && let Some(href) = tag.get("href")
        && href.starts_with('/')
    {
        let who = known(Verb::Get, href).unwrap_or_else(|| panic!("{page}: no route for {href}"));
        assert!(admin || who != Who::Admin, "{page} offers a member {href}");
        assert!(
            person.get(&href.replace("&amp;", "&")).await.status.as_u16() < 400,
            "{page}: {href} is broken"
        );
    }
}

/// For whom the route of an address is, if there is one.
fn known(method: Verb, address: &str) -> Option<Who> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let fits = |pattern: &str| {
        let (asked, kept): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
        asked.len() == kept.len()
            && asked.iter().zip(&kept).all(|(asked, kept)| asked == kept || kept.starts_with('{'))
    };
    let exact = TABLE.iter().find(|route| route.method == method && route.path == path);
    exact
        .or_else(|| TABLE.iter().find(|route| route.method == method && fits(route.path)))
        .map(|route| route.who)
}

/// A frozen host, a drift and a held deletion, so that every part of the pages shows.
pub async fn trouble(stage: &Stage) {
    let drift = r#"{"path":"/var/lib/alveole/cells/asso/apache.conf","diff":"--- a\n+++ b\n-Timeout 60\n+Timeout 600"}"#;
    stage.run("UPDATE resources SET state = 'held', drift = $1 WHERE kind = 'site'", drift).await;
    stage.run("UPDATE resources SET state = 'held', body = NULL WHERE kind = $1", "account").await;
    stage.run("UPDATE hosts SET frozen_at = 1, frozen_fr = $1, frozen_en = $1", "2.0").await;
}
