//! After the first: renewed in time, made anew when a key is lost, gone with the name.

use super::{Certifying, DAY, HOUR, MINUTE, wanted};
use crate::bench::Bench;
use model::Kind;
use server::{account, certificate::CertificateState, jobs, site, store::sql};

pub async fn a_certificate_is_renewed_in_time_while_the_old_one_serves(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.round().await;
    let first = host.takes().await;
    let (one, _) = host.one(&site).await;
    host.pass(one.renew_at.unwrap() - host.server().world.now_ms() - MINUTE);
    assert_eq!(host.round().await, 0);
    host.pass(MINUTE);
    let renewing = host.begun().await;
    assert_eq!((renewing.key, &renewing.chain), (2, &first.chain), "the old pair serves meanwhile");
    // The DNS leads elsewhere by now: it is said, and the certificate still holds.
    host.world.leads("www.asso.example", &["203.0.113.9"]);
    assert_eq!(host.round().await, 1);
    let (meanwhile, text) = host.one(&site).await;
    assert_eq!((meanwhile.state, meanwhile.not_after), (CertificateState::Valid, one.not_after));
    assert!(text.contains("203.0.113.9"));
    // It ends, and is still looked after.
    host.pass(40 * DAY);
    host.round().await;
    let (ended, text) = host.one(&site).await;
    assert_eq!(ended.state, CertificateState::Missing);
    assert!(text.contains("203.0.113.9"));
    host.world.leads("www.asso.example", &["127.0.0.1"]);
    host.try_now(one.id).await;
    assert_eq!(host.round().await, 1);
    let renewed = host.takes().await;
    assert_eq!((renewed.key, renewed.chain.as_ref().unwrap().key), (2, 2));
    assert_ne!(renewed.chain, first.chain);
    let (one, text) = host.one(&site).await;
    assert_eq!((one.state, text.as_str()), (CertificateState::Valid, ""));
}

pub async fn the_authority_says_when_to_renew(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.round().await;
    host.takes().await;
    let renew = async |host: &Certifying| host.one(&site).await.0.renew_at.unwrap();
    let before = renew(&host).await;
    // It agrees with what was chosen.
    host.world.advises((before - DAY, before + DAY));
    host.pass(DAY);
    assert_eq!((host.round().await, renew(&host).await), (0, before));
    // It is sooner than that, within three days from now; then the same again.
    let now = host.server().world.now_ms();
    host.world.advises((now, now + 3 * DAY));
    host.round().await;
    assert_eq!(renew(&host).await, before, "it was asked a moment ago");
    host.pass(7 * HOUR);
    host.round().await;
    let chosen = renew(&host).await;
    assert!((now..=now + 3 * DAY).contains(&chosen));
    host.pass(7 * HOUR);
    host.round().await;
    assert!(renew(&host).await == chosen || chosen < host.server().world.now_ms());
    // It has to take it back: at once.
    host.world.advises((now - 2 * DAY, now - DAY));
    host.pass(7 * HOUR);
    assert_eq!(host.begun().await.key, 2);
    // Later than its life allows it is not.
    host.round().await;
    host.takes().await;
    let (one, _) = host.one(&site).await;
    host.world.advises((i64::MAX - 2, i64::MAX - 1));
    host.pass(7 * HOUR);
    host.round().await;
    assert!(renew(&host).await < one.not_after.unwrap());
}

pub async fn a_key_that_was_lost_gets_a_chain_of_its_own(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.round().await;
    let resource = host.stage.agent.take().await.remove(0);
    let before = wanted(&resource);
    host.reports(&resource, None).await;
    // The host comes back with an empty disk: another key of the same number.
    let request = host.makes_key(&before);
    host.reports(&resource, Some(request)).await;
    assert_eq!(host.one(&site).await.0.state, CertificateState::Coming);
    assert_eq!(host.round().await, 1);
    let after = host.takes().await;
    assert_eq!(after.chain.as_ref().unwrap().key, 1);
    assert_ne!(after.chain, before.chain);
    assert_eq!(host.one(&site).await.0.state, CertificateState::Valid);
}

pub async fn a_certificate_goes_with_its_name_and_its_account(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.round().await;
    host.takes().await;
    let (owner, admin) = (host.stage.home.owner.clone(), host.stage.bench.admin.clone());
    site::set_names(host.server(), &owner, site.id, None, &["autre.example".into()]).await.unwrap();
    host.stage.applied().await;
    host.round().await;
    // One is let go of, one begun: two transactions, which may come in one frame or in two.
    let mut resources = host.stage.applied().await;
    if resources.len() < 2 {
        resources.extend(host.stage.applied().await);
    }
    let gone = resources.iter().find(|resource| resource.want().unwrap().is_none()).unwrap();
    assert_eq!(gone.kind, Kind::Certificate);
    assert_eq!(host.seen(&site).await.len(), 1);
    // Of a deleted account none is begun or renewed; erased, its certificates go with it, and so may its member.
    account::delete(host.server(), &admin, host.stage.home.account, None).await.unwrap();
    host.stage.applied().await;
    host.pass(31 * DAY);
    assert_eq!(account::purge(host.server()).await.unwrap(), 1);
    let gone = host.stage.applied().await;
    let certificates = gone.iter().filter(|resource| resource.kind == Kind::Certificate);
    assert!(certificates.clone().all(|resource| resource.want().unwrap().is_none()));
    assert_eq!(certificates.count(), 1);
    assert_eq!(host.stage.bench.count("SELECT COUNT(*) FROM certificates").await, 0);
    assert_eq!(host.round().await, 0);
    // What was asked for is forgotten once it counts no more.
    assert_eq!(host.stage.bench.count("SELECT COUNT(*) FROM certificate_orders").await, 1);
    jobs::sweep(host.server()).await.unwrap();
    assert_eq!(host.stage.bench.count("SELECT COUNT(*) FROM certificate_orders").await, 0);
}

pub async fn a_certificate_is_taken_by_one_process(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    host.site("www.asso.example", true).await;
    host.begun().await;
    let both = tokio::join!(host.round(), host.round());
    assert_eq!(both.0 + both.1, 1);
    assert_eq!(host.world.asked().len(), 1);
    // One that died with it in hand is followed by another after five minutes.
    let mut tx = host.server().store.write().await.unwrap();
    sql("UPDATE certificates SET chain_key = NULL, next_at = $1")
        .bind(host.server().world.now_ms() + 5 * MINUTE)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(host.round().await, 0);
    host.pass(5 * MINUTE);
    assert_eq!(host.round().await, 1);
}
