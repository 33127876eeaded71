//! An authority spoken to over ACME: one account of the panel's with it, one order per certificate (RFC 8555, by instant-acme).

use super::{
    Settings,
    authority::{Authority, Refusal},
};
use crate::{
    Server,
    said::{printable, whole},
    store::{internal, sql},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::{BoxFuture, FutureExt};
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, CertificateIdentifier, ChallengeType, Identifier,
    NewAccount, NewOrder, OrderStatus, RetryPolicy,
};
use model::{Der, Problem, SiteName, Thumbprint, text};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::OnceCell, time::timeout};

/// For the authority to look at the challenge, and to sign. It is asked soon at first: most answer within a second.
const PATIENCE: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(100))
    .backoff(1.6)
    .timeout(Duration::from_secs(90));

/// Its account is opened when it is first needed: a panel starts without its authority.
pub(super) struct Acme {
    settings: Settings,
    account: OnceCell<Account>,
    /// When it could not be opened last, and why: an authority that is away is not asked at every turn.
    away: Mutex<Option<(i64, Refusal)>>,
}

/// For opening the account with it.
const OPENING: Duration = Duration::from_secs(20);
/// Advice that does not come is done without.
const ADVICE: Duration = Duration::from_secs(10);
/// An authority that is away is left alone for so long.
const AWAY_MS: i64 = 30_000;
/// Orders begun anew because a nonce was refused more often than one request is repeated (RFC 8555 §6.5).
const ANEW: usize = 3;

/// Why an order came to nothing.
enum Failed {
    Acme(instant_acme::Error),
    Said(Refusal),
}

impl From<instant_acme::Error> for Failed {
    fn from(error: instant_acme::Error) -> Failed {
        Failed::Acme(error)
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Failed {
        Failed::Said(refusal)
    }
}

impl Failed {
    /// Chance, not the name's fault.
    fn is_nonce(&self) -> bool {
        let Failed::Acme(instant_acme::Error::Api(problem)) = self else { return false };
        problem.r#type.as_deref().is_some_and(|kind| kind.ends_with(":badNonce"))
    }

    fn refusal(self) -> Refusal {
        match self {
            Failed::Acme(error) => refusal(error),
            Failed::Said(refusal) => refusal,
        }
    }
}

impl Authority for Acme {
    fn thumbprint<'a>(&'a self, server: &'a Server) -> BoxFuture<'a, Result<Thumbprint, Refusal>> {
        async {
            let account = self.account(server).await?;
            Thumbprint::parse(account.key_thumbprint())
                .map_err(|problem| Refusal { text: problem.text, too_often: false })
        }
        .boxed()
    }

    fn order<'a>(
        &'a self,
        server: &'a Server,
        name: &'a SiteName,
        request: &'a Der,
    ) -> BoxFuture<'a, Result<Vec<Der>, Refusal>> {
        async move {
            let mut anew = ANEW;
            loop {
                match self.signed(server, name, request).await {
                    Err(failed) if failed.is_nonce() && anew > 0 => anew -= 1,
                    ended => return ended.map_err(Failed::refusal),
                }
            }
        }
        .boxed()
    }

    fn advice<'a>(&'a self, server: &'a Server, own: &'a Der) -> BoxFuture<'a, Option<(i64, i64)>> {
        async {
            let account = self.account(server).await.ok()?;
            let own = CertificateDer::from(STANDARD.decode(own.as_str()).ok()?);
            let id = CertificateIdentifier::try_from(&own).ok()?;
            let (info, _) = timeout(ADVICE, account.renewal_info(&id)).await.ok()?.ok()?;
            let window = info.suggested_window;
            Some((window.start.unix_timestamp() * 1_000, window.end.unix_timestamp() * 1_000))
        }
        .boxed()
    }
}

impl Acme {
    pub fn new(settings: &Settings) -> Acme {
        Acme { settings: settings.clone(), account: OnceCell::new(), away: Mutex::default() }
    }

    async fn account(&self, server: &Server) -> Result<&Account, Refusal> {
        let now = server.world.now_ms();
        let away = || self.away.lock().unwrap_or_else(PoisonError::into_inner);
        let opening = || async {
            if let Some((_, refusal)) = away().clone().filter(|(at, _)| now - at < AWAY_MS) {
                return Err(refusal);
            }
            let opened = timeout(OPENING, open(server, &self.settings)).await;
            let opened = opened.unwrap_or_else(|_| Err(other("it took too long")));
            *away() = opened.as_ref().err().map(|refusal| (now, refusal.clone()));
            if let Err(refusal) = &opened {
                tracing::warn!(why = %refusal.text.en, "the certificate authority does not open our account");
            }
            opened
        };
        self.account.get_or_try_init(opening).await
    }

    async fn signed(&self, server: &Server, name: &SiteName, request: &Der) -> Result<Vec<Der>, Failed> {
        let account = self.account(server).await?;
        let csr = STANDARD.decode(request.as_str()).map_err(|error| other(&error))?;
        let identifiers = [Identifier::Dns(name.to_string())];
        let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
        if order.state().status == OrderStatus::Pending {
            let mut authorizations = order.authorizations();
            while let Some(authorization) = authorizations.next().await {
                let mut authorization = authorization?;
                if authorization.status == AuthorizationStatus::Valid {
                    continue;
                }
                let mut challenge = authorization
                    .challenge(ChallengeType::Http01)
                    .ok_or_else(|| other("the authority offers no HTTP challenge"))?;
                challenge.set_ready().await?;
            }
        }
        let status = order.poll_ready(&PATIENCE).await?;
        if status != OrderStatus::Ready && status != OrderStatus::Valid {
            return Err(rejected(&mut order).await.into());
        }
        if status == OrderStatus::Ready {
            order.finalize_csr(&csr).await?;
        }
        let pem = order.poll_certificate(&PATIENCE).await?;
        let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).map(|der| {
            let der = Der::parse(&STANDARD.encode(der.map_err(|error| other(&error))?));
            der.map_err(|problem| other(&problem).into())
        });
        chain.collect()
    }
}

/// The account, from the store; the first time one is made.
async fn open(server: &Server, settings: &Settings) -> Result<Account, Refusal> {
    let builder = || match &settings.ca_file {
        Some(file) => Account::builder_with_root(file).map_err(refusal),
        None => Account::builder().map_err(refusal),
    };
    if let Some(account) = stored(server, settings).await? {
        return builder()?.from_credentials(account).await.map_err(refusal);
    }
    let contact = format!("mailto:{}", settings.contact);
    let new = NewAccount { contact: &[&contact], terms_of_service_agreed: true, only_return_existing: false };
    let (_, credentials) =
        builder()?.create(&new, settings.directory.clone(), None).await.map_err(refusal)?;
    let text = serde_json::to_string(&credentials).map_err(|error| other(&error))?;
    let keep = async {
        let mut tx = server.store.write().await?;
        sql("INSERT INTO acme_accounts (directory, credentials, created_at) VALUES ($1, $2, $3) ON CONFLICT (directory) DO NOTHING")
            .bind(settings.directory.as_str())
            .bind(text)
            .bind(server.world.now_ms())
            .run(tx.on())
            .await?;
        tx.commit().await
    };
    keep.await.map_err(|problem: Problem| other(&problem))?;
    // Another panel process may have been first.
    let kept = stored(server, settings).await?.ok_or_else(|| other("its account was not kept"))?;
    builder()?.from_credentials(kept).await.map_err(refusal)
}

async fn stored(server: &Server, settings: &Settings) -> Result<Option<AccountCredentials>, Refusal> {
    let text = sql("SELECT credentials FROM acme_accounts WHERE directory = $1")
        .bind(settings.directory.as_str())
        .optional(server.store.on(), |row| row.get::<String>("credentials"))
        .await
        .map_err(|problem| other(&problem))?;
    let read = |text: String| {
        serde_json::from_str(&text).map_err(|error| other(&internal("an authority's account", &error)))
    };
    text.map(read).transpose()
}

/// What the authority found wrong with the name, in its own words.
async fn rejected(order: &mut instant_acme::Order) -> Refusal {
    let mut authorizations = order.authorizations();
    while let Some(Ok(authorization)) = authorizations.next().await {
        let error = authorization.challenges.iter().find_map(|challenge| challenge.error.as_ref());
        if let Some(said) = error.and_then(|error| error.detail.clone()) {
            return unverified(&printable(&said));
        }
    }
    other("the order became invalid without a reason")
}

fn unverified(said: &str) -> Refusal {
    Refusal {
        text: text!(
            "L’autorité n’a pas pu vérifier ce nom. Elle dit\u{a0}: {said}",
            "The authority could not verify this name. It says: {said}"
        ),
        too_often: false,
    }
}

/// What it says when it looked at the name (RFC 8555 §6.7).
const LOOKED: [&str; 6] = ["caa", "connection", "dns", "incorrectResponse", "tls", "unauthorized"];

fn refusal(error: instant_acme::Error) -> Refusal {
    let problem = match error {
        instant_acme::Error::Api(problem) => problem,
        instant_acme::Error::Timeout(_) => return other("it took too long"),
        error => return other(&printable(&whole(&error))),
    };
    let kind = problem.r#type.as_deref().and_then(|kind| kind.rsplit(':').next()).unwrap_or_default();
    let said = printable(&problem.detail.clone().unwrap_or_else(|| problem.to_string()));
    if LOOKED.contains(&kind) {
        return unverified(&said);
    }
    Refusal {
        text: text!("L’autorité a refusé. Elle dit\u{a0}: {said}", "The authority refused. It says: {said}"),
        too_often: kind == "rateLimited",
    }
}

fn other(cause: &(impl std::fmt::Display + ?Sized)) -> Refusal {
    Refusal {
        text: text!(
            "L’autorité n’a pas pu être jointe ou comprise ({cause})\u{a0}: le panneau réessaiera de lui-même.",
            "The authority could not be reached or understood ({cause}): the panel will try again by itself."
        ),
        too_often: false,
    }
}
