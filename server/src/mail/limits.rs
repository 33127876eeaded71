//! An account that comes near to a limit of its plan: told to those who can make room, or ask for more.

use super::{
    Facts, Kind,
    readers::{Those, tell_those},
};
use crate::{Server, account::AccountView, store::Tx};
use model::{Problem, Scarce, Text};

/// Tells webmasters, managers and owners, and the member's technical contacts. The caller has made sure that this panel sends mail.
pub(crate) async fn limit_near(
    tx: &mut Tx,
    server: &Server,
    account: &AccountView,
    what: Scarce,
    words: Text,
) -> Result<(), Problem> {
    let facts = Facts { account: Some(account.name.to_string()), how: Some(words), ..Facts::default() };
    let news = (Kind::LimitNear, Some(format!("{} {}", account.id, what.code())), facts);
    tell_those(tx, server, account, Those::Working, news).await.map(drop)
}
