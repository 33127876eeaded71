//! A first certificate: what is missing in words, the authority's yes and its no.

use super::{
    Certifying, DAY, HOUR, LIFE_DAYS, MINUTE,
    shown::{pair, shows},
};
use crate::{bench::Bench, verify::Answer};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::ChangeState;
use rcgen::{CertificateParams, KeyPair};
use server::certificate::CertificateState;

pub async fn a_name_gets_its_certificate_once_its_dns_leads_here(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let name = "www.asso.example";
    let site = host.site(name, false).await;
    assert!(host.seen(&site).await.is_empty());
    let asked = host.begun().await;
    assert_eq!((asked.key, &asked.chain, asked.thumbprint.unwrap().as_str().len()), (1, &None, 43));
    let (one, _) = host.one(&site).await;
    assert_eq!((one.state, one.next_at), (CertificateState::Coming, None));

    // What is missing, one thing after the other, each said so that it can be mended.
    let account = host.stage.home.account;
    let says = async |host: &Certifying, words: &[&str]| {
        host.pass(MINUTE);
        assert_eq!(host.round().await, 1);
        let (one, text) = host.one(&site).await;
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        assert_eq!(one.state, CertificateState::Missing);
        assert!(one.next_at.unwrap() > host.stage.bench.server.world.now_ms());
    };
    says(&host, &["www.asso.example leads nowhere yet", "add A 127.0.0.1"]).await;
    host.world.dns_fails(name, "SERVFAIL");
    says(&host, &["does not answer (SERVFAIL)"]).await;
    host.world.leads(name, &["127.0.0.1", "203.0.113.9"]);
    says(&host, &["leads to 203.0.113.9, which is not this host", "put A 127.0.0.1"]).await;
    host.world.leads(name, &["127.0.0.1"]);
    says(&host, &["port 80 of that address does not answer as this host"]).await;
    host.stage.serve(name, Answer::ProofOf(account));
    host.world.caa("asso.example", "issue", "other.example");
    says(&host, &["CAA record forbids", "add CAA 0 issue \"authority.example\""]).await;
    assert!(host.world.asked().is_empty(), "the authority is asked once nothing is missing");

    // (Nearest to the name, its own records count.)
    host.world.caa(name, "issue", "authority.example");
    host.pass(MINUTE);
    assert_eq!(host.round().await, 1);
    assert_eq!(host.world.asked(), [name]);
    let (one, text) = host.one(&site).await;
    assert_eq!((one.state, text.as_str(), one.next_at), (CertificateState::Valid, "", None));
    assert_eq!(one.issuer.as_deref(), Some("Autorité d’essai"));
    let (begins, ends) = (one.not_before.unwrap(), one.not_after.unwrap());
    assert_eq!(ends - begins, LIFE_DAYS * DAY);
    // Two thirds, a little less by chance.
    let renew = one.renew_at.unwrap() - begins;
    assert!((57 * DAY..=60 * DAY).contains(&renew), "{} days", renew / DAY);
    let chained = host.takes().await;
    let chain = chained.chain.unwrap();
    assert_eq!((chain.key, chain.certificates.len()), (1, 2));
    let verbs: Vec<_> = host.recorded().await.into_iter().map(|(verb, _)| verb).collect();
    assert_eq!(verbs, ["certificate.request", "certificate.issue"]);
    host.pass(DAY);
    assert_eq!(host.round().await, 0, "there is nothing to do for two months");
}

pub async fn a_certificate_is_verified_by_what_the_host_shows(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    host.site("www.asso.example", true).await;
    host.begun().await;
    assert_eq!(host.round().await, 1);
    let resource = host.stage.agent.take().await.remove(0);
    let chain = super::wanted(&resource).chain.unwrap();
    let issued = host.recorded().await[1].1;
    host.reports(&resource, None).await;
    host.stage.becomes(issued, ChangeState::Applied, "does not answer over HTTPS").await;
    let other = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["www.asso.example".to_owned()]).unwrap().self_signed(&other).unwrap();
    let shown = shows(host.stage.tls_port, pair(&other, vec![own.der().clone()])).await;
    host.stage.becomes(issued, ChangeState::Applied, "shows another certificate").await;
    let chain = chain.certificates.iter().map(|der| STANDARD.decode(der.as_str()).unwrap().into());
    *shown.0.lock().unwrap() = pair(&host.key, chain.collect());
    host.stage.becomes(issued, ChangeState::Verified, "").await;
}

pub async fn the_authoritys_no_is_said_and_not_asked_for_too_often(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.world.refuses(Some(("It says: connection refused", false)));
    assert_eq!(host.round().await, 1);
    let (one, text) = host.one(&site).await;
    assert_eq!((one.state, text.as_str()), (CertificateState::Missing, "It says: connection refused"));
    // Twice as long each time.
    let wait = one.next_at.unwrap() - host.server().world.now_ms();
    assert!((MINUTE..=2 * MINUTE).contains(&wait), "{wait}");
    host.pass(MINUTE);
    assert_eq!(host.round().await, 0);
    host.pass(MINUTE);
    assert_eq!(host.round().await, 1);
    let wait = host.one(&site).await.0.next_at.unwrap() - host.server().world.now_ms();
    assert!((3 * MINUTE..=4 * MINUTE).contains(&wait), "{wait}");
    // By hand at once, yet no more than the authority suffers in an hour.
    for _ in 0..5 {
        host.try_now(one.id).await;
        assert_eq!(host.round().await, 1);
    }
    assert_eq!(host.world.asked().len(), 4);
    assert!(host.one(&site).await.1.contains("4 times within an hour"));
    host.world.refuses(None);
    host.try_now(one.id).await;
    host.round().await;
    assert_eq!(host.one(&site).await.0.state, CertificateState::Missing);
    host.pass(HOUR);
    assert_eq!(host.round().await, 1, "by itself");
    assert_eq!(host.one(&site).await.0.state, CertificateState::Valid);
}

pub async fn an_authority_that_asks_for_peace_gets_it(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.world.refuses(Some(("too many certificates", true)));
    host.round().await;
    let wait = host.one(&site).await.0.next_at.unwrap() - host.server().world.now_ms();
    assert!((5 * HOUR..=6 * HOUR).contains(&wait), "{wait}");
}

pub async fn an_authority_that_is_away_or_another_is_waited_for(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    host.world.is_away(true);
    let site = host.site("www.asso.example", true).await;
    assert_eq!(host.begun().await.thumbprint, None);
    assert_eq!(host.round().await, 1);
    let (one, text) = host.one(&site).await;
    assert_eq!((one.state, text.as_str()), (CertificateState::Missing, "it is away"));
    for _ in 0..6 {
        host.pass(MINUTE);
        host.round().await;
    }
    host.world.is_away(false);
    // The host learns first what to answer, then the authority is asked.
    let told = host.begun().await;
    assert_eq!((told.thumbprint.unwrap().as_str(), told.key), (&*"t".repeat(43), 1));
    host.world.refuses(Some(("no", false)));
    host.pass(MINUTE);
    assert_eq!(host.round().await, 1);
    // Another authority is chosen meanwhile: what its account is known by is told, too.
    host.world.knows('u');
    assert_eq!(host.begun().await.thumbprint.unwrap().as_str(), "u".repeat(43));
    host.world.refuses(None);
    host.pass(MINUTE);
    assert_eq!(host.round().await, 1);
    assert_eq!(host.one(&site).await.0.state, CertificateState::Valid);
    let issued = host.takes().await;
    assert_eq!((issued.thumbprint.unwrap().as_str(), issued.chain.is_some()), (&*"u".repeat(43), true));
}

pub async fn one_member_cannot_use_up_what_all_need(bench: Bench) {
    let mut host = Certifying::with(bench, "per_member_daily = 2\nper_domain_weekly = 3").await;
    for name in ["un.alpha.example", "deux.alpha.example"] {
        host.site(name, true).await;
        host.begun().await;
        host.round().await;
        host.takes().await;
    }
    let third = host.site("trois.alpha.example", true).await;
    host.begun().await;
    host.round().await;
    assert!(host.one(&third).await.1.contains("This member was given 2 certificates today"));
    // The next day the member's count is over, and soon the domain's is full.
    host.pass(DAY);
    host.round().await;
    assert_eq!(host.one(&third).await.0.state, CertificateState::Valid);
    host.takes().await;
    let fourth = host.site("quatre.alpha.example", true).await;
    host.begun().await;
    host.round().await;
    assert!(host.one(&fourth).await.1.contains("alpha.example was given 3 certificates this week"));
    // Another domain of the same member's is not held up by it.
    let other = host.site("beta.example", true).await;
    host.begun().await;
    host.round().await;
    assert_eq!(host.one(&other).await.0.state, CertificateState::Valid);
}
