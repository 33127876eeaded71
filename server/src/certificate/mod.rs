//! Certificates of names: wanted as soon as a site has the name, asked for as soon as its DNS leads here, renewed by themselves.

mod acme;
mod advice;
mod api;
mod authority;
mod budget;
mod check;
mod dns;
mod issue;
mod job;
mod list;
mod own;
mod settings;
mod store;
mod warn;

pub(crate) use api::ROUTES;
pub use authority::{Authority, Refusal};
pub(crate) use budget::COUNTED_MS;
pub use check::{Caa, Names};
pub use job::{round, run};
pub use list::{list, list_of_site, try_now};
pub use own::{NewOwn, OwnView, back, bring};
pub(crate) use own::{seal, seal_of};
pub use settings::Settings;
pub(crate) use store::{let_go_of, requested};

use crate::views::{Ref, RefShape};
use model::{AccountId, CertificateId, Problem, ProblemKind, SiteId, SiteName, Text, text};
use serde::Serialize;
use utoipa::ToSchema;

/// What the panel gets certificates with; `None` in the server: names show a certificate of their host's own.
pub struct Issuer {
    pub settings: Settings,
    pub authority: Box<dyn Authority>,
    pub names: Box<dyn Names>,
}

impl Issuer {
    /// A start does not need the authority, nor the DNS.
    pub fn open(settings: &Settings) -> Result<Issuer, Problem> {
        let names = dns::Dns::open(settings).map_err(|error| {
            Problem::new(
                ProblemKind::Invalid,
                "resolvers",
                text!(
                    "Les serveurs DNS ne peuvent pas être interrogés ({error})\u{a0}: donnez-les par `acme.resolvers` dans panel.toml.",
                    "The DNS servers cannot be asked ({error}): give them by `acme.resolvers` in panel.toml."
                ),
            )
        })?;
        Ok(Issuer {
            settings: settings.clone(),
            authority: Box::new(acme::Acme::new(settings)),
            names: Box::new(names),
        })
    }
}

/// How a name's certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificateState {
    /// The host makes its key, or the authority is being asked.
    Coming,
    /// Something is missing, or the authority said no; `text` says what. Tried again at `next_at`.
    Missing,
    Valid,
    /// It was valid once.
    Expired,
}

/// A name's certificate as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CertificateView {
    #[schema(value_type = String)]
    pub id: CertificateId,
    #[schema(value_type = String)]
    pub name: SiteName,
    #[schema(value_type = RefShape)]
    pub account: Ref<AccountId>,
    /// The site that has the name; none for the moment between its end and the certificate's.
    #[schema(value_type = Option<String>)]
    pub site: Option<SiteId>,
    pub state: CertificateState,
    /// What is missing for the next one, or what the authority said.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    /// Who signed the one in use.
    pub issuer: Option<String>,
    pub not_before: Option<i64>,
    pub not_after: Option<i64>,
    /// When the next one is asked for.
    pub renew_at: Option<i64>,
    /// Brought by the site's members; the panel gets one itself shortly before its end.
    pub own: bool,
    /// When the panel saw from outside that the name shows it; none: visitors are not sent there.
    pub proven_at: Option<i64>,
    /// When what is missing is looked at again.
    pub next_at: Option<i64>,
    pub version: i64,
}
