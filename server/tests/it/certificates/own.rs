//! Certificates that members bring, in place of the panel's own.

use super::{Certifying, DAY, wanted};
use crate::{agent::seal, api::Client, bench::Bench};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Certificate, ProblemKind, Secret};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::json;
use server::{
    Server,
    certificate::{self, CertificateState, NewOwn},
    site,
    store::sql,
};
use std::time::{Duration, UNIX_EPOCH};

/// Bought from an authority: chain and key in PEM, valid for `days` from now.
fn bought(host: &Certifying, names: &[&str], days: i64) -> NewOwn {
    made(host.server(), names, days)
}

pub fn made(server: &Server, names: &[&str], days: i64) -> NewOwn {
    let mut root = CertificateParams::new([]).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name.push(DnType::OrganizationName, "Autorité payante");
    let root_key = KeyPair::generate().unwrap();
    let root_pem = root.self_signed(&root_key).unwrap().pem();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut leaf = CertificateParams::new(names).unwrap();
    let at =
        |days: i64| UNIX_EPOCH + Duration::from_millis((server.world.now_ms() + days * DAY).cast_unsigned());
    (leaf.not_before, leaf.not_after) = (at(-1).into(), at(days).into());
    let key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap().pem();
    NewOwn { chain: root_pem + &leaf, key: Secret::new(key.serialize_pem()) }
}

/// What the host finds in what it was given.
fn opened(certificate: &Certificate) -> String {
    let sealed = STANDARD.decode(certificate.given.as_ref().unwrap().sealed.as_str()).unwrap();
    KeyPair::try_from(seal().unseal(&sealed).unwrap()).unwrap().serialize_pem()
}

pub async fn one_s_own_is_shown_until_shortly_before_its_end(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let owner = host.stage.home.owner.clone();
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.round().await;
    host.takes().await;
    let new = bought(&host, &["*.asso.example"], 300);
    let given = certificate::bring(host.server(), &owner, site.id, new.clone()).await.unwrap();
    assert_eq!((given.item.names, given.item.others), (site.names.clone(), vec![]));
    assert_eq!(given.item.issuer, "Autorité payante");
    let on_host = host.takes().await;
    assert_eq!((on_host.key, on_host.chain.as_ref().unwrap().key), (2, 2), "the host makes no key for it");
    assert_eq!(opened(&on_host).trim(), new.key.reveal().trim());
    let (one, _) = host.one(&site).await;
    assert_eq!(
        (one.state, one.own, one.issuer.as_deref()),
        (CertificateState::Valid, true, Some("Autorité payante"))
    );
    // Of the key nothing is kept but what the host alone opens.
    let secret = new.key.reveal().lines().nth(1).unwrap().to_owned();
    let rows =
        sql("SELECT COALESCE(after_json, '') FROM changes UNION ALL SELECT COALESCE(body, '') FROM resources
         UNION ALL SELECT COALESCE(given, '') || COALESCE(chain, '') FROM certificates")
        .all(host.server().store.on(), |row| row.first::<String>())
        .await
        .unwrap();
    assert!(rows.iter().all(|row| !row.contains(&secret)));
    // The authority is left alone, until three days before the end.
    host.pass_until(one.not_after.unwrap() - 4 * DAY);
    assert_eq!(host.round().await, 0);
    host.pass(DAY);
    let next = host.begun().await;
    assert_eq!((next.key, next.chain.as_ref().unwrap().key), (3, 2));
    assert_eq!(opened(&next).trim(), new.key.reveal().trim(), "a host that lost its disk still opens it");
    assert_eq!(host.round().await, 1);
    let last = host.takes().await;
    assert_eq!((last.chain.unwrap().key, last.given), (3, None));
    assert!(!host.one(&site).await.0.own);
}

pub async fn a_host_that_lost_what_was_given_gets_one_of_the_panel_s(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let owner = host.stage.home.owner.clone();
    let site = host.site("www.asso.example", true).await;
    certificate::bring(host.server(), &owner, site.id, bought(&host, &["www.asso.example"], 300))
        .await
        .unwrap();
    let resource = host.stage.agent.take().await.remove(0);
    let own = wanted(&resource);
    // It was installed anew: another key of the same number, and a request for it.
    let request = host.makes_key(&own);
    host.reports(&resource, Some(request)).await;
    let (one, _) = host.one(&site).await;
    assert_eq!((one.state, one.own), (CertificateState::Coming, false));
    // It learns what to answer the authority, a moment before that is asked.
    host.begun().await;
    host.pass(10_000);
    assert_eq!(host.round().await, 1);
    let after = host.takes().await;
    assert_eq!((after.given, after.chain.unwrap().key), (None, 1));
}

pub async fn what_is_no_certificate_of_the_site_s_is_refused(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let owner = host.stage.home.owner.clone();
    let site = host.site("www.asso.example", false).await;
    let before = host.stage.bench.count("SELECT COUNT(*) FROM changes").await;
    let refused =
        certificate::bring(host.server(), &owner, site.id, bought(&host, &["autre.example"], 90)).await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.code, refused.field), ("certificate_names", Some("chain")));
    assert!(refused.text.en.contains("autre.example"), "{}", refused.text.en);
    let old = bought(&host, &["www.asso.example"], -1);
    let refused = certificate::bring(host.server(), &owner, site.id, old).await.unwrap_err();
    assert_eq!((refused.code, refused.field), ("certificate_expired", Some("chain")));
    // Somebody else's site is none.
    let other = host.stage.bench.household("beta").await;
    let refused =
        certificate::bring(host.server(), &other.owner, site.id, bought(&host, &["www.asso.example"], 9))
            .await;
    assert_eq!(refused.unwrap_err().kind, ProblemKind::NotFound);
    let mut tx = host.server().store.write().await.unwrap();
    sql("UPDATE hosts SET facts = '{\"debian\":\"13\",\"kernel\":\"6\",\"php\":[]}'")
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let refused =
        certificate::bring(host.server(), &owner, site.id, bought(&host, &["www.asso.example"], 9)).await;
    assert_eq!(refused.unwrap_err().code, "no_seal");
    assert_eq!(
        host.stage.bench.count("SELECT COUNT(*) FROM changes WHERE verb LIKE 'certificate%'").await,
        0
    );
    assert!(host.stage.bench.count("SELECT COUNT(*) FROM changes").await >= before);
}

pub async fn one_s_own_comes_over_the_api_and_goes_back(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    site::set_names(
        host.server(),
        &host.stage.home.owner,
        site.id,
        None,
        &["www.asso.example".into(), "autre.example".into()],
    )
    .await
    .unwrap();
    host.stage.applied().await;
    let client = Client::of(&host.stage.bench, host.stage.home.owner.user).await;
    let new = bought(&host, &["www.asso.example"], 90);
    let body = json!({ "chain": new.chain, "key": new.key.reveal() });
    let answer = client.ask("POST", &format!("/sites/{}/certificates", site.id), Some(body)).await;
    assert_eq!(answer.body["names"], json!(["www.asso.example"]), "{}", answer.body);
    assert_eq!(answer.body["others"], json!(["autre.example"]));
    let on_host = wanted(&host.stage.agent.take().await.remove(0));
    assert_eq!(on_host.name.as_str(), "www.asso.example");
    let own = host.seen(&site).await.into_iter().find(|one| one.own).unwrap();
    let answer = client.ask("POST", &format!("/certificates/{}/back", own.id), None).await;
    assert_eq!(
        (&answer.body["own"], &answer.body["state"]),
        (&json!(false), &json!("valid")),
        "{}",
        answer.body
    );
    let next = wanted(&host.stage.agent.take().await.remove(0));
    assert_eq!((next.key, next.chain.unwrap().key), (2, 1), "the one that was brought serves meanwhile");
}
