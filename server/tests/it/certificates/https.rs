//! Visitors sent to HTTPS as certificates come into place and end, and browsers told to keep to it.

use super::{
    Certifying, DAY,
    shown::{Shown, pair, shows},
};
use crate::{bench::Bench, hub::until};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Body, CertificateId, Hsts, Https, Kind, ProblemKind, Resource};
use rcgen::KeyPair;
use server::{
    change,
    change::undo,
    paging::Listing,
    site::{self, HSTS_DAY_MS, HstsReach, NewHttps, Redirect, SiteView},
    store::sql,
};
use std::{collections::HashMap, sync::Arc};

/// A host whose web server shows each certificate it gets.
struct Front {
    host: Certifying,
    keys: HashMap<CertificateId, KeyPair>,
    shown: Option<Arc<Shown>>,
    /// What it was told last of its site's HTTPS.
    https: Https,
}

impl Front {
    async fn new(bench: Bench) -> Front {
        let host = Certifying::new(bench).await;
        Front { host, keys: HashMap::new(), shown: None, https: Https::default() }
    }

    /// Takes so many resources, does with each what a host does, and waits until the panel has seen it.
    async fn takes(&mut self, many: usize) {
        let mut taken = 0;
        while taken < many {
            for resource in self.host.stage.agent.take().await {
                taken += 1;
                match resource.want().unwrap() {
                    Some(Body::Certificate(certificate)) => {
                        self.takes_certificate(&resource, certificate).await
                    }
                    Some(Body::Site(site)) => {
                        self.https = site.https;
                        self.host.reports(&resource, None).await;
                    }
                    _ => self.host.reports(&resource, None).await,
                }
            }
        }
        assert_eq!(taken, many);
    }

    async fn takes_certificate(&mut self, resource: &Resource, certificate: model::Certificate) {
        let chain = certificate.chain.as_ref().filter(|chain| chain.key == certificate.key);
        let Some(chain) = chain else {
            let request = self.host.makes_key(&certificate);
            let key = std::mem::replace(&mut self.host.key, KeyPair::generate().unwrap());
            self.keys.insert(certificate.id, key);
            return self.host.reports(resource, Some(request)).await;
        };
        let chain = chain.certificates.iter().map(|der| STANDARD.decode(der.as_str()).unwrap().into());
        let pair = pair(&self.keys[&certificate.id], chain.collect());
        match &self.shown {
            Some(shown) => *shown.0.lock().unwrap() = pair,
            None => self.shown = Some(shows(self.host.stage.tls_port, pair).await),
        }
        self.host.reports(resource, None).await;
        until("the certificate is verified", async || {
            let state = sql("SELECT state FROM resources WHERE kind = $1 AND key = $2")
                .bind(Kind::Certificate)
                .bind(resource.key)
                .one(self.host.server().store.on(), |row| row.get::<String>("state"))
                .await
                .unwrap();
            state == "verified"
        })
        .await;
    }

    /// A site of one name, with its certificate in place and its visitors sent there.
    async fn site(&mut self, name: &str) -> SiteView {
        let site = self.host.site(name, true).await;
        for many in [1, 1, 1] {
            self.host.round().await;
            self.takes(many).await;
        }
        site
    }

    async fn set(
        &self,
        site: &SiteView,
        redirect: Option<&str>,
        hsts: Option<&str>,
    ) -> Result<SiteView, String> {
        let new = NewHttps { redirect: redirect.map(str::to_owned), hsts: hsts.map(str::to_owned) };
        let done = site::set_https(self.host.server(), &self.host.stage.home.owner, site.id, None, new).await;
        done.map(|done| done.item)
            .map_err(|problem| format!("{}: {}", problem.field.unwrap_or("-"), problem.code))
    }

    async fn now(&self, site: &SiteView) -> SiteView {
        site::show(self.host.server(), &self.host.stage.home.owner, site.id).await.unwrap()
    }

    async fn named(&mut self, site: &SiteView, names: &[&str]) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let owner = self.host.stage.home.owner.clone();
        site::set_names(self.host.server(), &owner, site.id, None, &names).await.unwrap();
        self.takes(1).await;
    }

    fn redirects(&self) -> Vec<&str> {
        self.https.redirect.iter().map(|name| name.as_str()).collect()
    }

    fn max_age(&self) -> Option<u32> {
        self.https.hsts.map(|hsts| hsts.max_age)
    }
}

pub async fn visitors_are_sent_to_https_once_every_name_has_its_certificate(bench: Bench) {
    let mut front = Front::new(bench).await;
    let site = front.host.site("www.asso.example", true).await;
    front.named(&site, &["www.asso.example", "asso.example"]).await;
    front.host.world.leads("asso.example", &["203.0.113.9"]);
    front.host.round().await;
    front.takes(2).await;
    front.host.round().await;
    front.takes(1).await;
    front.host.round().await;
    assert_eq!(front.now(&site).await.https.redirect, Redirect::Auto, "one name waits still");
    assert_eq!(front.set(&site, None, Some("names")).await.unwrap_err(), "hsts: hsts_needs_certificates");
    front.host.ready("asso.example");
    let waits = front.host.seen(&site).await.into_iter().find(|one| one.name.as_str() == "asso.example");
    front.host.try_now(waits.unwrap().id).await;
    front.host.round().await;
    front.takes(1).await;
    front.host.round().await;
    front.takes(1).await;
    assert_eq!(front.redirects(), ["www.asso.example", "asso.example"]);
    assert_eq!(front.now(&site).await.https.redirect, Redirect::On);
    let (server, home) = (front.host.server().clone(), &front.host.stage.home);
    let log = change::list(&server, &home.owner, home.account, &Listing::default()).await.unwrap().items;
    assert_eq!((log[0].verb.as_str(), log[0].who.as_str()), ("site.secure", "alveole-panel"));
    assert!(!log[0].undoable, "the panel would do it again");
    // A name that comes later is left out until it has its own certificate; the others stay.
    front.named(&site, &["www.asso.example", "neuf.asso.example"]).await;
    assert_eq!(front.redirects(), ["www.asso.example"]);
    // Nothing is renewed any more: at its end nobody is sent to a warning.
    front.host.world.is_away(true);
    front.host.pass(100 * DAY);
    front.host.round().await;
    // The name that went and the one that came have their own, and then the site.
    front.takes(3).await;
    assert_eq!(front.redirects(), [""; 0]);
    assert_eq!(front.now(&site).await.https.redirect, Redirect::On, "as it was chosen");
}

pub async fn a_member_switches_the_redirect_off_and_on(bench: Bench) {
    let mut front = Front::new(bench).await;
    let site = front.site("www.asso.example").await;
    assert_eq!(front.redirects(), ["www.asso.example"]);
    let off = front.set(&site, Some("off"), None).await.unwrap();
    front.takes(1).await;
    assert_eq!((off.https.redirect, front.redirects()), (Redirect::Off, vec![]));
    front.host.round().await;
    assert_eq!(
        front.now(&site).await,
        SiteView { state: front.now(&site).await.state, ..off.clone() },
        "it stays off"
    );
    let (server, owner) = (front.host.server().clone(), front.host.stage.home.owner.clone());
    undo(&server, &owner, off.change.unwrap()).await.unwrap();
    front.takes(1).await;
    assert_eq!(front.redirects(), ["www.asso.example"]);
    assert_eq!(front.set(&site, Some("on"), None).await.unwrap().version, front.now(&site).await.version);
    assert_eq!(front.set(&site, Some("perhaps"), None).await.unwrap_err(), "redirect: choice_absent");
    assert_eq!(front.set(&site, None, Some("always")).await.unwrap_err(), "hsts: choice_absent");
    let stranger = front.host.stage.bench.household("autre").await.owner;
    let new = NewHttps { redirect: Some("?".into()), hsts: None };
    let refused = site::set_https(&server, &stranger, site.id, None, new).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::NotFound);
    // Deleted and brought back, it is as it was chosen.
    front.set(&site, Some("off"), None).await.unwrap();
    front.takes(1).await;
    let gone = site::delete(&server, &owner, site.id, None).await.unwrap();
    undo(&server, &owner, gone.change.unwrap()).await.unwrap();
    assert_eq!(front.now(&site).await.https.redirect, Redirect::Off);
}

pub async fn browsers_are_told_a_day_then_half_a_year_and_can_be_told_to_forget(bench: Bench) {
    let mut front = Front::new(bench).await;
    let site = front.site("www.asso.example").await;
    assert_eq!(front.max_age(), None);
    let on = front.set(&site, None, Some("names")).await.unwrap();
    front.takes(1).await;
    assert_eq!(front.https.hsts, Some(Hsts { max_age: Hsts::DAY, subdomains: false }));
    assert_eq!(front.set(&site, Some("off"), None).await.unwrap_err(), "redirect: hsts_needs_redirect");
    front.host.pass(HSTS_DAY_MS - DAY);
    front.host.round().await;
    assert_eq!(front.now(&site).await.https.hsts_long_at, None);
    front.host.pass(DAY);
    front.host.round().await;
    front.takes(1).await;
    assert_eq!(front.max_age(), Some(Hsts::HALF_A_YEAR));
    // A name that comes to it: from a day on again, until a week has passed with it.
    front.named(&site, &["www.asso.example", "neuf.asso.example"]).await;
    assert_eq!(front.max_age(), Some(Hsts::DAY));
    front.named(&site, &["www.asso.example"]).await;
    front.host.pass(HSTS_DAY_MS);
    front.host.round().await;
    front.takes(1).await;
    assert_eq!(front.max_age(), Some(Hsts::HALF_A_YEAR));
    // All below it: from a day on again.
    front.set(&site, None, Some("subdomains")).await.unwrap();
    front.takes(1).await;
    assert_eq!(front.https.hsts, Some(Hsts { max_age: Hsts::DAY, subdomains: true }));
    front.set(&site, None, Some("names")).await.unwrap();
    front.takes(1).await;
    // The first of these acts cannot be undone past the later ones; ended, browsers are told so.
    let (server, owner) = (front.host.server().clone(), front.host.stage.home.owner.clone());
    assert_eq!(undo(&server, &owner, on.change.unwrap()).await.unwrap_err().code, "changed_since");
    let ended = front.set(&site, Some("off"), Some("off")).await.unwrap();
    front.takes(1).await;
    assert_eq!((front.max_age(), front.redirects()), (Some(0), vec![]));
    assert_eq!((ended.https.hsts, ended.https.hsts_at.is_some()), (HstsReach::Off, true));
}
