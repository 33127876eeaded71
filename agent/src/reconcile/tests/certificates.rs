//! Certificates of names: a key and a request at once, the chain when it comes, a new key for a new chain.

use crate::{
    fs::{There, look},
    identity::seal,
    testing::{World, account, certificate, chain, chain_for, site, wanted},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_box::aead::OsRng;
use model::{Body, Certificate, Given, Resource, SiteName, wire::ReportState};
use std::os::unix::fs::PermissionsExt;

fn name() -> SiteName {
    "a.example".parse().unwrap()
}

fn asso() -> Resource {
    wanted(&Body::Account(account("asso", 1)), 0)
}

fn body() -> Certificate {
    certificate("asso", 1, 3, "a.example")
}

fn want(certificate: &Certificate) -> Resource {
    wanted(&Body::Certificate(certificate.clone()), 0)
}

fn shown(world: &World) -> String {
    String::from_utf8(std::fs::read(world.paths.certificate(&name())).unwrap()).unwrap()
}

#[test]
fn a_name_shows_its_own_key_at_once_and_the_chain_when_it_comes() {
    let mut world = World::new();
    let done = world.apply(vec![asso(), want(&body())]);
    let request = done.iter().find_map(|done| done.request.clone()).unwrap();
    assert_eq!(request.key, 1);
    assert!(world.all().iter().any(|done| done.request.as_ref() == Some(&request)), "it is said again");
    let placeholder = shown(&world);
    assert!(placeholder.contains("PRIVATE KEY") && placeholder.matches("BEGIN CERTIFICATE").count() == 1);
    assert_eq!(std::fs::read_to_string(world.paths.thumbprint(&name())).unwrap(), "t".repeat(43) + "\n");
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(world.paths.certificate(&name())), 0o640);
    assert_eq!(mode(world.paths.key(body().id, 1)), 0o600);

    let mut signed = body();
    signed.chain = Some(chain(1, "a.example"));
    let done = world.apply(vec![want(&signed)]);
    assert_eq!((done[0].outcome.state, &done[0].request), (ReportState::Applied, &None));
    let serving = shown(&world);
    assert_ne!(serving, placeholder);

    // Time to renew: the old pair serves until the new chain is there, then the old key is gone.
    let mut renewing = signed.clone();
    renewing.key = 2;
    let done = world.apply(vec![want(&renewing)]);
    assert_eq!(done[0].request.as_ref().map(|request| request.key), Some(2));
    assert_eq!(shown(&world), serving);
    renewing.chain = Some(chain(2, "www.a.example"));
    world.apply(vec![want(&renewing)]);
    assert_ne!(shown(&world), serving);
    assert_eq!(look(&world.paths.key(body().id, 1)).unwrap(), There::Nothing);

    let done = world.apply(vec![Resource { body: None, ..want(&renewing) }]);
    assert_eq!(done[0].outcome.state, ReportState::Applied);
    for folder in [world.paths.certificates(), world.paths.thumbprints(), world.paths.keys()] {
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    }
}

#[test]
fn keys_that_nothing_knows_are_swept() {
    let mut world = World::new();
    world.apply(vec![asso(), want(&body())]);
    let stray = world.paths.key(certificate("asso", 1, 9, "b.example").id, 1);
    std::fs::write(&stray, "cut off").unwrap();
    crate::certificate::keys::sweep(&world.paths, |key| key == body().id.uuid()).unwrap();
    assert!(!stray.exists() && world.paths.key(body().id, 1).exists());
}

#[test]
fn a_key_that_was_lost_is_made_anew_and_its_chain_asked_for() {
    let mut world = World::new();
    let mut signed = body();
    signed.chain = Some(chain(1, "a.example"));
    let stranger = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let mut unfit = body();
    unfit.chain = Some(chain_for(&stranger, 1, "a.example"));
    // A chain that is not for our key is never shown beside it.
    let done = world.apply(vec![asso(), want(&unfit)]);
    assert!(done.iter().any(|done| done.request.as_ref().is_some_and(|request| request.key == 1)));
    let placeholder = shown(&world);
    let done = world.apply(vec![want(&signed)]);
    assert_eq!(done[0].request, None);
    assert_ne!(shown(&world), placeholder);

    std::fs::write(world.paths.key(body().id, 1), "not a key").unwrap();
    let done = world.all();
    // (Here a new key is the same as the old one, and the chain fits at once.)
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert_ne!(std::fs::read(world.paths.key(body().id, 1)).unwrap(), b"not a key");
}

#[test]
fn a_certificate_goes_after_its_site_and_never_shows_its_key() {
    let mut world = World::new();
    let vhost = wanted(&Body::Site(site("asso", 1, 2, &["a.example"])), 0);
    world.apply(vec![asso(), vhost.clone(), want(&body())]);
    let gone = |resource: &Resource| Resource { body: None, ..resource.clone() };
    // Its site waits for a person: the certificate waits with it.
    let done = world.apply(vec![gone(&want(&body()))]);
    assert_eq!((done[0].outcome.state, done[0].retry), (ReportState::Failed, true));
    assert!(world.paths.certificate(&name()).exists());
    // Together, the site goes first.
    let done = world.apply(vec![gone(&vhost), want(&body())]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    std::fs::write(world.paths.certificate(&name()), "edited").unwrap();
    let held = world.all();
    let drift = held.iter().find_map(|done| done.outcome.drift.clone()).unwrap();
    assert!(drift.diff.contains("not shown") && !drift.diff.contains("PRIVATE KEY-"), "{drift:?}");
}

#[test]
fn a_name_that_moves_is_the_newest_certificate_s() {
    let mut world = World::new();
    let other = certificate("other", 2, 4, "a.example");
    world.apply(vec![asso(), wanted(&Body::Account(account("other", 2)), 0), want(&body())]);
    let done = world.apply(vec![Resource { body: None, ..want(&body()) }, want(&other)]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert!(world.paths.certificate(&name()).exists());
    assert_eq!(look(&world.paths.key(body().id, 1)).unwrap(), There::Nothing);
}

/// A key that a person gave, sealed to whoever has this public half, and a chain for it.
fn given(to: &model::SealKey) -> Certificate {
    let key = rcgen::KeyPair::generate().unwrap();
    let to: [u8; 32] = STANDARD.decode(to.as_str()).unwrap().try_into().unwrap();
    let sealed = crypto_box::PublicKey::from_bytes(to).seal(&mut OsRng, &key.serialize_der()).unwrap();
    Certificate {
        key: 2,
        chain: Some(chain_for(&key, 2, "a.example")),
        given: Some(Given { key: 2, sealed: STANDARD.encode(sealed).parse().unwrap() }),
        ..body()
    }
}

#[test]
fn a_key_that_was_given_is_shown_with_its_chain_and_comes_back_when_it_is_lost() {
    let mut world = World::new();
    world.apply(vec![asso(), want(&body())]);
    let own = given(&seal::public(&world.paths).unwrap());
    let done = world.apply(vec![want(&own)]);
    assert_eq!((done[0].outcome.state, &done[0].request), (ReportState::Applied, &None));
    let serving = shown(&world);
    std::fs::remove_file(world.paths.key(body().id, 2)).unwrap();
    std::fs::remove_file(world.paths.certificate(&name())).unwrap();
    let done = world.all();
    assert!(done.iter().all(|done| done.request.is_none()), "{done:#?}");
    assert_eq!(shown(&world), serving);
}

#[test]
fn a_key_that_opens_no_more_takes_no_name_off_the_air() {
    let mut world = World::new();
    std::fs::create_dir_all(world.paths.state()).unwrap();
    let before = seal::public(&world.paths).unwrap();
    std::fs::remove_file(world.paths.seal()).unwrap();
    let own = given(&before);
    // The name shows a key of the host's own, and the panel hears of it.
    let done = world.apply(vec![asso(), want(&own)]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert!(done.iter().any(|done| done.request.as_ref().is_some_and(|request| request.key == 2)));
    assert!(shown(&world).contains("PRIVATE KEY"));
    // So it does while the panel's next one is on its way.
    let done = world.apply(vec![want(&Certificate { key: 3, ..own })]);
    assert!(done[0].request.as_ref().is_some_and(|request| request.key == 3), "{done:#?}");
}
