//! Verified: the panel itself asked the host, as any visitor would, and the answer came from the cell it should (law 10).
//!
//! One small task per resource that was applied, on the panel process that holds the agent's connection. An answer is looked for at
//! once and again at growing intervals; until it comes the resource stays applied, with what was seen from outside in words.

mod ask;
mod store;
mod tls;
mod words;

use crate::{
    Server,
    hub::{News, Told},
};
pub(crate) use ask::{Seen, ask};
pub(crate) use store::addresses;

use model::{
    AccountId, Body, Certificate, ChangeState, HostId, Kind, Problem, Resource, SiteName, SiteState, Text,
};
use std::{
    collections::{HashMap, HashSet},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Semaphore, time::sleep};
use uuid::Uuid;

/// Questions at once, over all hosts and to one: a host that is silent shall not hold up the others.
const AT_ONCE: usize = 64;
const AT_ONCE_TO_ONE: usize = 8;

/// Where and how patiently hosts are asked; tests have other ways.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    pub port: u16,
    pub tls_port: u16,
    /// Waits between tries, milliseconds: a site is usually there at the first or second one.
    pub waits_ms: &'static [u64],
    /// After those it is said in words what was seen; then one try each time this has passed.
    pub later: Duration,
    pub later_tries: usize,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            port: 80,
            tls_port: 443,
            waits_ms: &[20, 40, 80, 160, 300, 600, 1_000, 2_000, 4_000, 6_000, 7_000, 8_000],
            later: Duration::from_secs(60),
            later_tries: 60,
        }
    }
}

/// What is being verified; cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    permits: Semaphore,
    of_hosts: Mutex<HashMap<HostId, Arc<Semaphore>>>,
    under_way: Mutex<HashSet<Work>>,
    manner: Manner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Work {
    host: HostId,
    kind: Kind,
    key: Uuid,
    generation: u64,
}

impl Verifier {
    pub fn new(manner: Manner) -> Verifier {
        let permits = Semaphore::new(AT_ONCE);
        Verifier(Arc::new(Inner { permits, of_hosts: Mutex::default(), under_way: Mutex::default(), manner }))
    }

    pub fn port(&self) -> u16 {
        self.0.manner.port
    }

    fn of_host(&self, host: HostId) -> Arc<Semaphore> {
        let mut hosts = self.0.of_hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.entry(host).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE_TO_ONE))).clone()
    }

    fn under_way(&self) -> MutexGuard<'_, HashSet<Work>> {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the host is asked, at each of its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    /// Whether the account's cell serves the name; or, where it shall not, whether somebody answers that it does not.
    Name { account: AccountId, name: SiteName, served: bool },
    /// Whether this certificate is shown for its name.
    Certificate(Box<Certificate>),
}

impl Question {
    async fn ask(&self, server: &Server, address: IpAddr) -> Seen {
        let manner = server.verifier.0.manner;
        match self {
            Question::Name { account, name, .. } => {
                ask(SocketAddr::new(address, manner.port), name, *account, &nonce(server)).await
            }
            Question::Certificate(certificate) => {
                tls::ask(SocketAddr::new(address, manner.tls_port), certificate).await
            }
        }
    }

    fn good(&self, seen: &Seen) -> bool {
        match self {
            Question::Name { served, .. } => good(seen, *served),
            Question::Certificate(_) => *seen == Seen::Proof,
        }
    }

    fn words(&self, seen: &Seen) -> Text {
        match self {
            Question::Name { name, served, .. } => words::seen_from_outside(name, seen, *served),
            Question::Certificate(certificate) => words::shown(&certificate.name, seen),
        }
    }
}

/// Verifies what was just applied.
pub fn start(server: &Server, host: HostId, told: Told, news: News) {
    let Told { kind, key, generation, text, .. } = told;
    let work = Work { host, kind, key, generation };
    if !server.verifier.under_way().insert(work) {
        return;
    }
    let server = server.clone();
    tokio::spawn(async move {
        if let Err(problem) = verify(&server, work, news, text).await {
            tracing::warn!(%host, %key, %problem, "could not verify");
        }
        server.verifier.under_way().remove(&work);
    });
}

/// Goes on with what was applied and not verified, perhaps by a panel process that is no more.
pub async fn resume(server: &Server, host: HostId) -> Result<(), Problem> {
    for (told, news) in store::applied(server, host).await? {
        start(server, host, told, news);
    }
    Ok(())
}

/// `healed`: what the host said while applying; it stays said.
async fn verify(server: &Server, work: Work, news: News, healed: Option<Text>) -> Result<(), Problem> {
    let Some(mut left) = questions(server, work, &news).await? else { return Ok(()) };
    let Manner { waits_ms, later, later_tries, .. } = server.verifier.0.manner;
    let addresses = store::addresses(server, work.host).await?;
    for wait in waits_ms {
        if once(server, work.host, &addresses, &mut left).await.is_none() {
            return conclude(server, work, ChangeState::Verified, healed).await;
        }
        if *wait >= 1_000 && !store::is_wanted(server.store.on(), work).await? {
            return Ok(());
        }
        sleep(Duration::from_millis(*wait)).await;
    }
    for _ in 0..later_tries {
        // Asked anew from the first name on: meanwhile one may serve elsewhere, and another may have gone away.
        let Some(mut left) = questions(server, work, &news).await? else { return Ok(()) };
        match once(server, work.host, &addresses, &mut left).await {
            None => return conclude(server, work, ChangeState::Verified, healed).await,
            Some(text) => conclude(server, work, ChangeState::Applied, Some(text)).await?,
        }
        if !store::is_wanted(server.store.on(), work).await? {
            return Ok(());
        }
        sleep(later).await;
    }
    Ok(())
}

/// One try for every question that was not answered yet. `None`: all is as wanted.
async fn once(server: &Server, host: HostId, addresses: &[IpAddr], left: &mut Vec<Question>) -> Option<Text> {
    while let Some(question) = left.last() {
        if let Some(seen) = everywhere(server, host, addresses, question).await {
            return Some(question.words(&seen));
        }
        left.pop();
    }
    None
}

/// Asks at each of a host's addresses. `None`: all answer as wanted; else the first that does not. An address to which this machine has no
/// way (a panel without IPv6) says nothing about the host, as long as another one does.
async fn everywhere(
    server: &Server,
    host: HostId,
    addresses: &[IpAddr],
    question: &Question,
) -> Option<Seen> {
    let turn = server.verifier.of_host(host);
    let (mut answered, mut no_way) = (false, Seen::NoWay("no address".into()));
    for address in addresses {
        // The host's own queue first: who waits there keeps nobody else waiting.
        let Ok(_turn) = turn.acquire().await else { return None };
        let Ok(_permit) = server.verifier.0.permits.acquire().await else { return None };
        match question.ask(server, *address).await {
            seen if question.good(&seen) => answered = true,
            seen @ Seen::NoWay(_) => no_way = seen,
            seen => return Some(seen),
        }
    }
    (!answered).then_some(no_way)
}

/// Whether the answer is the one wanted. Of what shall be gone, any answer but its own cell's will do.
fn good(seen: &Seen, served: bool) -> bool {
    match seen {
        Seen::Proof => served,
        Seen::Silent(_) | Seen::NoWay(_) => false,
        Seen::Absent(_) | Seen::Other(_) | Seen::WrongProof => !served,
    }
}

/// What makes a question of its own.
pub(crate) fn nonce(server: &Server) -> String {
    let mut random = [0; 16];
    server.world.random(&mut random);
    crate::ca::hex(&random)
}

/// What to ask of a resource as it is wanted; `None`: there is nothing.
async fn questions(server: &Server, work: Work, news: &News) -> Result<Option<Vec<Question>>, Problem> {
    let Work { kind, key, generation, .. } = work;
    let resource =
        Resource { kind, key, generation, change: news.change, body: news.body.clone(), consent: None };
    let (account, served, here) = match (resource.want()?, news.account) {
        (Some(Body::Certificate(certificate)), _) => {
            return Ok(Some(vec![Question::Certificate(Box::new(certificate))]));
        }
        (Some(Body::Site(site)), _) => {
            let names = site.names.into_iter().chain(site.settings.preview).collect();
            (site.account_id, site.state == SiteState::Serving, names)
        }
        // Of a certificate that is gone there is nothing to ask.
        (None, Some(account)) if kind == Kind::Site => {
            (account, false, store::names_kept(server, key).await?)
        }
        _ => return Ok(None),
    };
    let gone = store::names_taken_off(server, news.change).await?;
    let of = |name, served| Question::Name { account, name, served };
    let here = here.into_iter().map(|name| of(name, served));
    let gone = gone.into_iter().map(|name| of(name, false));
    // Asked from the end: what shall be there first, since it is what people wait for.
    Ok(Some(gone.chain(here).collect()))
}

async fn conclude(
    server: &Server,
    work: Work,
    state: ChangeState,
    text: Option<Text>,
) -> Result<(), Problem> {
    let Work { host, kind, key, generation } = work;
    let mut tx = server.store.write().await?;
    // What was held or failed meanwhile is not made better by an answer from outside.
    if !store::is_wanted(tx.on(), work).await? {
        return Ok(());
    }
    // What the host found edited by hand stays said.
    let drift = store::drift(&mut tx, work).await?;
    let told = Told { kind, key, generation, state, text, drift, request: None };
    let now = server.world.now_ms();
    crate::hub::record(&mut tx, host, &told, now).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn served_needs_the_proof_and_gone_needs_an_answer_without() {
        for (seen, served, gone) in [
            (Seen::Proof, true, false),
            (Seen::Absent(404), false, true),
            (Seen::Absent(503), false, true),
            (Seen::WrongProof, false, true),
            (Seen::Other(500), false, true),
            (Seen::Silent("refused".into()), false, false),
            (Seen::NoWay("no IPv6".into()), false, false),
        ] {
            assert_eq!((good(&seen, true), good(&seen, false)), (served, gone), "{seen:?}");
        }
    }
}
