//! That mail of an account is held: told to those who can look after its sites.

use super::{
    Facts, Kind,
    readers::{Those, tell_those},
};
use crate::{Server, account::AccountView, store::Tx};
use model::Problem;

/// Tells webmasters, managers and owners, and the member's technical contacts. The caller has made sure that this panel sends mail.
pub(crate) async fn mail_held(
    tx: &mut Tx,
    server: &Server,
    account: &AccountView,
    since: i64,
) -> Result<(), Problem> {
    let facts = Facts { account: Some(account.name.to_string()), run_at: Some(since), ..Facts::default() };
    tell_those(tx, server, account, Those::Working, (Kind::MailHeld, None, facts)).await.map(drop)
}
