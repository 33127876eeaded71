//! What a wish is: of whom, for what, and whether something goes by it.

use super::job::{Wish, is_erased};
use model::{AccountState, Body, DatabaseState, Kind, UnixName};

impl Wish {
    /// Whether this asks for something to go.
    pub fn removes(&self) -> bool {
        match &self.body {
            None => self.refused.is_none(),
            Some(Body::Account(account)) => account.state == AccountState::Erased,
            Some(Body::Database(database)) => database.state == DatabaseState::Erased,
            Some(Body::Site(_) | Body::Certificate(_) | Body::CronJob(_) | Body::App(_)) => false,
        }
    }

    /// Whether something would be lost by it now. A certificate is made anew, a cron job holds nothing, and what an application has stays;
    /// members delete many at once.
    pub fn would_delete(&self) -> bool {
        !matches!(self.resource.kind, Kind::Certificate | Kind::CronJob | Kind::App)
            && self.removes()
            && self.record.done.is_some()
            && !is_erased(self.record.done.as_ref())
    }

    pub fn account_name(&self) -> Option<UnixName> {
        match &self.body {
            Some(Body::Account(account)) => Some(account.name.clone()),
            Some(Body::Site(site)) => Some(site.account.clone()),
            Some(Body::Certificate(certificate)) => Some(certificate.account.clone()),
            Some(Body::Database(database)) => Some(database.account.clone()),
            Some(Body::CronJob(job)) => Some(job.account.clone()),
            Some(Body::App(app)) => Some(app.account.clone()),
            None => self.account.as_ref().map(|account| account.name.clone()),
        }
    }

    pub(super) fn operation(&self) -> String {
        let verb = match &self.body {
            None => "remove",
            Some(Body::Account(account)) if account.state == AccountState::Erased => "erase",
            Some(Body::Database(database)) if database.state == DatabaseState::Erased => "erase",
            _ if self.record.done.is_none() => "create",
            Some(Body::Account(account)) if account.state == AccountState::Suspended => "suspend",
            Some(Body::Database(database)) if database.state == DatabaseState::Suspended => "suspend",
            _ => "change",
        };
        format!("{}.{verb}", self.resource.kind.code())
    }
}
