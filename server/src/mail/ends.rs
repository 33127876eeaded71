//! Certificates that end without having been renewed: told to those who can mend what is missing, once each.

use super::{
    Facts, Kind,
    readers::{Those, tell_those},
};
use crate::{Server, account::AccountView, store::Tx};
use model::{Problem, SiteId, Text};
use serde::{Deserialize, Serialize};

/// A name whose certificate ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    pub name: String,
    pub at: i64,
    /// Why it could not be renewed so far.
    pub missing: Text,
}

/// Tells owners and technical contacts of the account's member, and admins; gives how many. The caller has made sure that this panel
/// sends mail.
pub(crate) async fn certificates_end(
    tx: &mut Tx,
    server: &Server,
    account: &AccountView,
    site: SiteId,
    endings: Vec<Ending>,
) -> Result<usize, Problem> {
    let facts =
        Facts { account: Some(account.name.to_string()), site: Some(site), endings, ..Facts::default() };
    let news = (Kind::CertificateEnds, Some(site.to_string()), facts);
    tell_those(tx, server, account, Those::Owning, news).await
}
