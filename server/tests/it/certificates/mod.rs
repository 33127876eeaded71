//! Certificates of names, from the first look at the DNS to the renewal: an authority in memory signs for real, or says no; a map is the
//! DNS; a small web server stands for nginx.

pub mod https;
pub mod issue;
pub mod life;
pub mod own;
pub mod see;
mod shown;
pub mod warn;

use crate::{
    bench::Bench,
    hub::until,
    verify::{Answer, Stage},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::{BoxFuture, FutureExt};
use model::{
    Body, Certificate, CertificateId, ChangeId, Der, Kind, Resource, SiteName, Text, Thumbprint,
    wire::{FromAgent, KeyRequest, ReportState},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer as Signer,
    KeyPair,
};
use server::{
    Server,
    certificate::{self, Authority, Caa, CertificateView, Issuer, Names, Refusal, Settings},
    paging::Listing,
    site,
    site::SiteView,
    store::sql,
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// How long the authority's certificates live.
pub const LIFE_DAYS: i64 = 90;

/// What is outside, as a case wants it.
#[derive(Clone)]
pub struct World(Arc<Outside>);

#[derive(Default)]
struct Outside {
    refuses: Mutex<Option<Refusal>>,
    /// It is not there.
    away: Mutex<bool>,
    /// The account it knows, as it is told apart from another.
    account: Mutex<char>,
    /// Names it was asked to sign for.
    asked: Mutex<Vec<String>>,
    /// When it wishes certificates renewed.
    advice: Mutex<Option<(i64, i64)>>,
    addresses: Mutex<HashMap<String, Result<Vec<IpAddr>, String>>>,
    caa: Mutex<HashMap<String, Vec<Caa>>>,
}

impl World {
    pub fn refuses(&self, why: Option<(&'static str, bool)>) {
        let refusal = why.map(|(text, too_often)| Refusal { text: Text::new(text, text), too_often });
        *self.0.refuses.lock().unwrap() = refusal;
    }

    pub fn advises(&self, window: (i64, i64)) {
        *self.0.advice.lock().unwrap() = Some(window);
    }

    pub fn is_away(&self, away: bool) {
        *self.0.away.lock().unwrap() = away;
    }

    pub fn knows(&self, account: char) {
        *self.0.account.lock().unwrap() = account;
    }

    pub fn asked(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().clone()
    }

    pub fn leads(&self, name: &str, to: &[&str]) {
        let to = to.iter().map(|address| address.parse().unwrap()).collect();
        self.0.addresses.lock().unwrap().insert(name.into(), Ok(to));
    }

    pub fn dns_fails(&self, name: &str, why: &str) {
        self.0.addresses.lock().unwrap().insert(name.into(), Err(why.into()));
    }

    pub fn caa(&self, name: &str, tag: &str, domain: &str) {
        self.0.caa.lock().unwrap().entry(name.into()).or_default().push((tag.into(), domain.into()));
    }
}

impl Names for World {
    fn addresses<'a>(&'a self, name: &'a SiteName) -> BoxFuture<'a, Result<Vec<IpAddr>, String>> {
        let found = self.0.addresses.lock().unwrap().get(name.as_str()).cloned();
        async move { found.unwrap_or(Ok(vec![])) }.boxed()
    }

    fn caa<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Caa>, String>> {
        let found = self.0.caa.lock().unwrap().get(name).cloned();
        async move { Ok(found.unwrap_or_default()) }.boxed()
    }
}

impl Authority for World {
    fn thumbprint<'a>(&'a self, _: &'a Server) -> BoxFuture<'a, Result<Thumbprint, Refusal>> {
        let answer = if *self.0.away.lock().unwrap() {
            Err(Refusal { text: Text::new("absente", "it is away"), too_often: false })
        } else {
            let account = *self.0.account.lock().unwrap();
            Ok(account.to_string().repeat(43).parse().unwrap())
        };
        async { answer }.boxed()
    }

    fn order<'a>(
        &'a self,
        server: &'a Server,
        name: &'a SiteName,
        request: &'a Der,
    ) -> BoxFuture<'a, Result<Vec<Der>, Refusal>> {
        self.0.asked.lock().unwrap().push(name.to_string());
        let refused = self.0.refuses.lock().unwrap().clone();
        let signed = || sign(&STANDARD.decode(request.as_str()).unwrap(), server.world.now_ms());
        let answer = refused.map_or_else(|| Ok(signed()), Err);
        async { answer }.boxed()
    }

    fn advice<'a>(&'a self, _: &'a Server, _: &'a Der) -> BoxFuture<'a, Option<(i64, i64)>> {
        let advice = *self.0.advice.lock().unwrap();
        async move { advice }.boxed()
    }
}

/// A leaf for what is asked, and the authority's own certificate.
fn sign(request: &[u8], now: i64) -> Vec<Der> {
    let key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new([]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::OrganizationName, "Autorité d’essai");
    let own = ca.self_signed(&key).unwrap();
    let mut request = CertificateSigningRequestParams::from_der(&request.into()).unwrap();
    let at = |ms: i64| UNIX_EPOCH + Duration::from_millis(ms.try_into().unwrap());
    request.params.not_before = at(now).into();
    request.params.not_after = at(now + LIFE_DAYS * DAY).into();
    let leaf = request.signed_by(&Signer::new(ca, key)).unwrap();
    [leaf.der(), own.der()].map(|der| STANDARD.encode(der).parse().unwrap()).into()
}

/// A panel with this world outside, an account, and the host's agent connected.
pub struct Certifying {
    pub stage: Stage,
    pub world: World,
    /// The key the host made last.
    pub key: KeyPair,
}

impl Certifying {
    pub async fn new(bench: Bench) -> Certifying {
        Certifying::with(bench, "").await
    }

    /// `lines`: more of `[acme]`.
    pub async fn with(bench: Bench, lines: &str) -> Certifying {
        let settings = format!(
            "contact = \"admin@coop.example\"\nagreed = true\ncaa = [\"authority.example\"]\n{lines}"
        );
        let settings: Settings = toml::from_str(&settings).unwrap();
        let world = World(Arc::default());
        world.knows('t');
        let issuer = Issuer { settings, authority: Box::new(world.clone()), names: Box::new(world.clone()) };
        let stage = Stage::with(bench, Some(issuer)).await;
        Certifying { stage, world, key: KeyPair::generate().unwrap() }
    }

    pub fn server(&self) -> &Server {
        &self.stage.bench.server
    }

    /// A site of the account; its name leads here and is served, if so wished.
    pub async fn site(&mut self, name: &str, ready: bool) -> SiteView {
        let (owner, account) = (self.stage.home.owner.clone(), self.stage.home.account);
        let made = site::create(self.server(), &owner, account, name).await.unwrap().item;
        self.stage.applied().await;
        if ready {
            self.ready(name);
        }
        made
    }

    pub fn ready(&self, name: &str) {
        self.world.leads(name, &["127.0.0.1"]);
        self.stage.serve(name, Answer::ProofOf(self.stage.home.account));
    }

    /// A round of the job; gives how many certificates had their turn.
    pub async fn round(&self) -> usize {
        certificate::round(self.server()).await.unwrap()
    }

    /// The job begins a certificate, and the host makes its key and sends the request.
    pub async fn begun(&mut self) -> Certificate {
        self.round().await;
        self.takes().await
    }

    /// The host takes a certificate, and sends the request it is asked for.
    pub async fn takes(&mut self) -> Certificate {
        let resource = self.stage.agent.take().await.remove(0);
        let certificate = wanted(&resource);
        let waits = certificate.chain.as_ref().is_none_or(|chain| chain.key < certificate.key);
        let request = waits.then(|| self.makes_key(&certificate));
        self.reports(&resource, request).await;
        certificate
    }

    pub fn makes_key(&mut self, certificate: &Certificate) -> KeyRequest {
        self.key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([certificate.name.to_string()]).unwrap();
        let csr = STANDARD.encode(params.serialize_request(&self.key).unwrap().der());
        KeyRequest { key: certificate.key, csr: csr.parse().unwrap() }
    }

    /// The host has applied it; a request that came along is known to the panel when this returns.
    pub async fn reports(&mut self, resource: &Resource, request: Option<KeyRequest>) {
        let mut item = crate::agent::item(resource, ReportState::Applied);
        item.request = request.clone();
        self.stage.agent.say(&FromAgent::Report { items: vec![item] }).await;
        let Some(request) = request else { return };
        until("the request is there", async || {
            let kept = sql("SELECT request FROM certificates WHERE id = $1")
                .bind(resource.key)
                .one(self.server().store.on(), |row| row.get::<Option<String>>("request"))
                .await
                .unwrap();
            kept.as_deref() == Some(request.csr.as_str())
        })
        .await;
    }

    pub fn pass(&self, ms: i64) {
        self.stage.bench.world.pass(ms);
    }

    pub fn pass_until(&self, at: i64) {
        self.pass(at - self.server().world.now_ms());
    }

    /// As the account's owner sees the certificates of a site.
    pub async fn seen(&self, site: &SiteView) -> Vec<CertificateView> {
        let owner = &self.stage.home.owner;
        certificate::list_of_site(self.server(), owner, site.id, &Listing::default()).await.unwrap().items
    }

    /// The one certificate of a site, with what it says in English.
    pub async fn one(&self, site: &SiteView) -> (CertificateView, String) {
        let one = self.seen(site).await.remove(0);
        let text = one.text.as_ref().map(|text| text.en.to_string()).unwrap_or_default();
        (one, text)
    }

    pub async fn try_now(&self, id: CertificateId) {
        certificate::try_now(self.server(), &self.stage.home.owner, id, None).await.unwrap();
    }

    /// What the panel recorded by itself about certificates, oldest first.
    pub async fn recorded(&self) -> Vec<(String, ChangeId)> {
        sql("SELECT verb, id FROM changes WHERE verb LIKE 'certificate.%' AND who = 'alveole-panel' ORDER BY id")
            .all(self.server().store.on(), |row| Ok((row.get("verb")?, row.get("id")?)))
            .await
            .unwrap()
    }
}

pub fn wanted(resource: &Resource) -> Certificate {
    assert_eq!(resource.kind, Kind::Certificate);
    match resource.want().unwrap() {
        Some(Body::Certificate(certificate)) => certificate,
        other => panic!("{other:?}"),
    }
}
