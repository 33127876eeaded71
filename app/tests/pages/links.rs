//! Every page is sound HTML, and everything on it leads somewhere: each link and each form to a route of the table.

use crate::{
    html::{Tag, check},
    stage::{Person, Stage, is_page},
};
use app::{
    http::Who,
    routes::{Route, TABLE, Verb},
};
use model::StaffRole;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_link_and_every_form_leads_to_a_route() {
    let stage = Stage::new().await;
    trouble(&stage).await;
    let mut people: Vec<(&Person, Option<StaffRole>)> = vec![(&stage.member, None), (&stage.reader, None)];
    people.extend(stage.staff.iter().map(|(role, person)| (person, Some(*role))));
    for (person, staff) in people {
        for path in pages(&stage, staff) {
            let got = person.get(&path).await;
            assert!(!got.status.is_redirection(), "{path} leads {staff:?} to {}", got.location());
            for tag in check(&got.html) {
                leads(&path, &tag, person, staff).await;
            }
        }
    }
}

/// The pages somebody may open.
fn pages(stage: &Stage, staff: Option<StaffRole>) -> Vec<String> {
    let theirs = |who: Who| who == Who::SignedIn || (matches!(who, Who::Staff(..)) && may(staff, who));
    let pages = TABLE.iter().filter(|route| route.method == Verb::Get && is_page(route) && theirs(route.who));
    pages.map(|route| stage.path(route)).chain(["/nowhere".to_owned()]).collect()
}

/// Whether a route is for somebody with this staff role.
fn may(staff: Option<StaffRole>, who: Who) -> bool {
    match who {
        Who::Staff(sees, does) => staff.is_some_and(|role| role.does(sees) && role.does(does)),
        _ => true,
    }
}

async fn leads(page: &str, tag: &Tag, person: &Person, staff: Option<StaffRole>) {
    if tag.name == "form" {
        let action = tag.get("action").unwrap_or_else(|| panic!("a form without action on {page}"));
        let method = if tag.get("method") == Some("post") { Verb::Post } else { Verb::Get };
        let route =
            known(method, action).unwrap_or_else(|| panic!("{page}: no route for {method:?} {action}"));
        assert!(may(staff, route.who), "{page} offers {staff:?} {action}");
    }
    if tag.name == "a"
        && let Some(href) = tag.get("href")
        && href.starts_with('/')
    {
        if let Some(file) = href.strip_prefix(server::api::PREFIX) {
            return file_of_the_api(page, file, staff);
        }
        let route = known(Verb::Get, href).unwrap_or_else(|| panic!("{page}: no route for {href}"));
        assert!(may(staff, route.who), "{page} offers {staff:?} {href}");
        assert!(
            person.get(&href.replace("&amp;", "&")).await.status.as_u16() < 400,
            "{page}: {href} is broken"
        );
    }
}

/// Files are the API's alone: they are no pages. (server/tests asks for them.)
fn file_of_the_api(page: &str, address: &str, staff: Option<StaffRole>) {
    let route = file(address).unwrap_or_else(|| panic!("{page}: no route of the API for {address}"));
    assert!(matches!(route.answer, server::api::Answer::File(_)), "{page} leads to {address}, no file");
    let theirs = match route.who {
        server::api::Who::Staff(sees, does) => staff.is_some_and(|role| role.does(sees) && role.does(does)),
        _ => true,
    };
    assert!(theirs, "{page} offers {staff:?} {address}");
}

/// The API's route of an address without its prefix.
pub fn file(address: &str) -> Option<&'static server::api::Route> {
    let path = address.split('?').next().unwrap_or_default();
    let of = |pattern: &str| {
        let (asked, kept): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
        asked.len() == kept.len() && asked.iter().zip(&kept).all(|(a, k)| a == k || k.starts_with('{'))
    };
    server::api::table().find(|route| of(route.path))
}

/// The route of an address, if there is one.
pub fn known(method: Verb, address: &str) -> Option<&'static Route> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let fits = |pattern: &str| {
        let (asked, kept): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
        asked.len() == kept.len()
            && asked.iter().zip(&kept).all(|(asked, kept)| asked == kept || kept.starts_with('{'))
    };
    let exact = TABLE.iter().find(|route| route.method == method && route.path == path);
    exact.or_else(|| TABLE.iter().find(|route| route.method == method && fits(route.path)))
}

/// A frozen host, a drift and a held deletion, so that every part of the pages shows.
pub async fn trouble(stage: &Stage) {
    let drift = r#"{"path":"/var/lib/alveole/cells/asso/apache.conf","diff":"--- a\n+++ b\n-Timeout 60\n+Timeout 600"}"#;
    stage.run("UPDATE resources SET state = 'held', drift = $1 WHERE kind = 'site'", drift).await;
    stage.run("UPDATE resources SET state = 'held', body = NULL WHERE kind = $1", "account").await;
    stage.run("UPDATE hosts SET frozen_at = 1, frozen_fr = $1, frozen_en = $1", "2.0").await;
}
