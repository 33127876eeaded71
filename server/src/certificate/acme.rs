//! An authority spoken to over ACME: one account of the panel's with it, one order per certificate (RFC 8555, by instant-acme).

use super::{
    Settings,
    authority::{Authority, Refusal},
};
use crate::{
    Server,
    store::{internal, sql},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::{BoxFuture, FutureExt};
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder,
    OrderStatus, RetryPolicy,
};
use model::{Der, Problem, SiteName, Thumbprint, text};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::time::Duration;
use tokio::sync::OnceCell;

/// For the authority to look at the challenge, and to sign. It is asked soon at first: most answer within a second.
const PATIENCE: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(100))
    .backoff(1.6)
    .timeout(Duration::from_secs(90));

/// Its account is opened when it is first needed: a panel starts without its authority.
pub(super) struct Acme {
    settings: Settings,
    account: OnceCell<Account>,
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
        self.signed(server, name, request).boxed()
    }
}

impl Acme {
    pub fn new(settings: &Settings) -> Acme {
        Acme { settings: settings.clone(), account: OnceCell::new() }
    }

    async fn account(&self, server: &Server) -> Result<&Account, Refusal> {
        self.account.get_or_try_init(|| open(server, &self.settings)).await
    }

    async fn signed(&self, server: &Server, name: &SiteName, request: &Der) -> Result<Vec<Der>, Refusal> {
        let account = self.account(server).await?;
        let csr = STANDARD.decode(request.as_str()).map_err(|error| other(&error))?;
        let identifiers = [Identifier::Dns(name.to_string())];
        let mut order = account.new_order(&NewOrder::new(&identifiers)).await.map_err(refusal)?;
        if order.state().status == OrderStatus::Pending {
            let mut authorizations = order.authorizations();
            while let Some(authorization) = authorizations.next().await {
                let mut authorization = authorization.map_err(refusal)?;
                if authorization.status == AuthorizationStatus::Valid {
                    continue;
                }
                let mut challenge = authorization
                    .challenge(ChallengeType::Http01)
                    .ok_or_else(|| other("the authority offers no HTTP challenge"))?;
                challenge.set_ready().await.map_err(refusal)?;
            }
        }
        let status = order.poll_ready(&PATIENCE).await.map_err(refusal)?;
        if status != OrderStatus::Ready && status != OrderStatus::Valid {
            return Err(rejected(&mut order).await);
        }
        if status == OrderStatus::Ready {
            order.finalize_csr(&csr).await.map_err(refusal)?;
        }
        let pem = order.poll_certificate(&PATIENCE).await.map_err(refusal)?;
        let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).map(|der| {
            Der::parse(&STANDARD.encode(der.map_err(|error| other(&error))?))
                .map_err(|problem| other(&problem))
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
            return Refusal {
                text: text!(
                    "L’autorité n’a pas pu vérifier ce nom. Elle dit\u{a0}: {said}",
                    "The authority could not verify this name. It says: {said}"
                ),
                too_often: false,
            };
        }
    }
    other("the order became invalid without a reason")
}

fn refusal(error: instant_acme::Error) -> Refusal {
    match &error {
        instant_acme::Error::Api(problem) => Refusal {
            text: text!(
                "L’autorité a refusé. Elle dit\u{a0}: {problem}",
                "The authority refused. It says: {problem}"
            ),
            too_often: problem.r#type.as_deref().is_some_and(|kind| kind.ends_with(":rateLimited")),
        },
        instant_acme::Error::Timeout(_) => other("it took too long"),
        _ => other(&error),
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
