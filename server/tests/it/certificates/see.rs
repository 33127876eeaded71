//! Who sees which certificates, and who may have one tried.

use super::Certifying;
use crate::{api::Client, bench::Bench};
use axum::http::StatusCode;
use model::ProblemKind;
use serde_json::Value;
use server::{
    certificate::{self, CertificateState},
    paging::Listing,
};

pub async fn each_sees_their_own_and_staff_sees_which_ends_first(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.round().await;
    host.takes().await;
    host.pass(60_000);
    host.site("wiki.asso.example", true).await;
    host.begun().await;
    host.round().await;
    host.takes().await;
    host.site("attend.asso.example", false).await;
    host.begun().await;
    host.round().await;
    let stranger = host.stage.bench.household("autre").await.owner;
    let (server, owner, admin) = (host.server(), &host.stage.home.owner, &host.stage.bench.admin);
    for sees in [owner, admin] {
        let two = Listing { limit: Some(2), ..Listing::default() };
        let first = certificate::list(server, sees, &two).await.unwrap();
        let rest =
            certificate::list(server, sees, &Listing { cursor: first.next.clone(), ..two }).await.unwrap();
        let names: Vec<_> =
            first.items.iter().chain(&rest.items).map(|one| (one.name.as_str(), one.state)).collect();
        assert_eq!(
            names,
            [
                ("attend.asso.example", CertificateState::Missing),
                ("www.asso.example", CertificateState::Valid),
                ("wiki.asso.example", CertificateState::Valid)
            ]
        );
        assert_eq!((first.items[1].site, first.items[1].account.name.as_str()), (Some(site.id), "asso"));
    }
    let of = |q: &str| Listing { q: Some(q.into()), ..Listing::default() };
    assert_eq!(certificate::list(server, admin, &of("WIKI")).await.unwrap().items.len(), 1);
    assert!(certificate::list(server, &stranger, &Listing::default()).await.unwrap().items.is_empty());
    let theirs = certificate::list_of_site(server, &stranger, site.id, &Listing::default()).await;
    assert_eq!(theirs.unwrap_err().kind, ProblemKind::NotFound);
    let waits = certificate::list(server, owner, &of("attend")).await.unwrap().items.remove(0);
    let refused = certificate::try_now(server, &stranger, waits.id, None).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::NotFound);
    let stale = certificate::try_now(server, owner, waits.id, Some(7)).await.unwrap_err();
    assert_eq!(stale.kind, ProblemKind::Stale);
}

pub async fn the_api_says_what_is_missing_and_tries_again(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", false).await;
    host.begun().await;
    host.round().await;
    let member = Client::of(&host.stage.bench, host.stage.home.owner.user).await;
    let listed = member.ask("GET", &format!("/sites/{}/certificates", site.id), None).await;
    assert_eq!(listed.status, StatusCode::OK);
    let one = &listed.body["items"][0];
    assert_eq!((one["name"].as_str(), one["state"].as_str()), (Some("www.asso.example"), Some("missing")));
    assert!(one["text"]["fr"].as_str().unwrap().contains("ne mène encore nulle part"));
    host.ready("www.asso.example");
    let path = format!("/certificates/{}/try", one["id"].as_str().unwrap());
    let tried = member.ask("POST", &path, None).await;
    assert_eq!((tried.status, tried.body["state"].as_str()), (StatusCode::OK, Some("missing")));
    assert_eq!(host.round().await, 1, "its turn is now");
    let listed = member.ask("GET", "/certificates", None).await;
    let one = &listed.body["items"][0];
    assert_eq!((one["state"].as_str(), &one["text"]), (Some("valid"), &Value::Null));
    // Nothing to try where one is in place.
    assert_eq!(member.ask("POST", &path, None).await.status, StatusCode::OK);
    assert_eq!(host.round().await, 0);
}

pub async fn a_panel_without_an_authority_says_so(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    host.site("www.asso.example", false).await;
    host.begun().await;
    let without = host.stage.bench.another().await;
    assert_eq!(certificate::round(&without).await.unwrap(), 0);
    let owner = &host.stage.home.owner;
    let one = certificate::list(&without, owner, &Listing::default()).await.unwrap().items.remove(0);
    let refused = certificate::try_now(&without, owner, one.id, None).await.unwrap_err();
    assert_eq!(refused.code, "no_authority");
}
