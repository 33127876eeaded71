//! The steps of an operation, as data: what a plan is made of, and what fail-points and the table of operations name.

use super::product::{Folder, Home, Product, Target};
use crate::{database::Login, limits::quota::Most};
use model::{App, DatabaseName, DatabaseUserName, Limits, SiteName, TenantUid, UnixName};
use std::{collections::BTreeMap, path::PathBuf};

/// One step. Each may be killed at any point and run twice (law 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Note durably which bytes and names are about to be ours.
    Intend,
    MakeFolder(PathBuf),
    MakeHome(Home),
    MakeSiteFolder(Folder),
    /// Empty; one that stays after a failure harms nobody.
    MakeDatabase(DatabaseName),
    /// Ask PHP-FPM whether it accepts the staged pool.
    CheckPhp,
    /// Ask Apache whether it accepts the whole cell with what is staged.
    CheckApache,
    /// Have the disk hold a uid to its space.
    SetQuota(TenantUid, Most),
    Unlink(SiteName),
    Write(Product),
    Remove(PathBuf),
    /// Remove what an awake cell stopped needing only when it read its files again.
    Retire(PathBuf),
    /// Make users of a database what they shall be, and drop others.
    SetUsers {
        database: DatabaseName,
        set: BTreeMap<DatabaseUserName, Login>,
        drop: Vec<DatabaseUserName>,
    },
    /// Start what puts an application into its site; it goes on by itself.
    StartApp(Box<App>),
    /// Have what runs of an account held to its limits from now on.
    SetLimits(UnixName, Limits),
    /// Have an awake cell read its files again.
    Reload {
        account: UnixName,
        php: bool,
    },
    /// Have a cell go to sleep now.
    Stop(UnixName),
    /// End what users of a database have open.
    EndConnections(Vec<DatabaseUserName>),
    Link(SiteName, Target),
    EraseHome(Home),
    RemoveFolder(PathBuf),
    DropDatabase(DatabaseName),
    /// Look at the disk again: everything must be as wanted.
    Verify,
    /// Note durably that it is.
    Settle,
}

/// Sites of one account that change together pass through the phases together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Prepare,
    Check,
    Change,
    Activate,
    Publish,
}

impl Phase {
    pub const ALL: [Phase; 5] =
        [Phase::Prepare, Phase::Check, Phase::Change, Phase::Activate, Phase::Publish];
}

impl Step {
    pub fn name(&self) -> &'static str {
        match self {
            Step::Intend => "intend",
            Step::MakeFolder(_) => "make-folder",
            Step::MakeHome(_) => "make-home",
            Step::MakeSiteFolder(_) => "make-site-folder",
            Step::MakeDatabase(_) => "make-database",
            Step::CheckPhp => "check-php",
            Step::CheckApache => "check-apache",
            Step::SetQuota(..) => "set-quota",
            Step::SetLimits(..) => "set-limits",
            Step::Unlink(_) => "unlink",
            Step::Write(_) => "write",
            Step::Remove(_) => "remove",
            Step::Retire(_) => "retire",
            Step::SetUsers { .. } => "set-users",
            Step::StartApp(_) => "start-app",
            Step::Reload { .. } => "reload",
            Step::Stop(_) => "stop",
            Step::EndConnections(_) => "end-connections",
            Step::Link(..) => "link",
            Step::EraseHome(_) => "erase-home",
            Step::RemoveFolder(_) => "remove-folder",
            Step::DropDatabase(_) => "drop-database",
            Step::Verify => "verify",
            Step::Settle => "settle",
        }
    }

    pub fn phase(&self) -> Phase {
        match self {
            Step::Intend
            | Step::MakeFolder(_)
            | Step::MakeHome(_)
            | Step::MakeSiteFolder(_)
            | Step::MakeDatabase(_) => Phase::Prepare,
            Step::CheckPhp | Step::CheckApache => Phase::Check,
            Step::SetQuota(..)
            | Step::Unlink(_)
            | Step::Write(_)
            | Step::Remove(_)
            | Step::SetUsers { .. } => Phase::Change,
            Step::SetLimits(..)
            | Step::StartApp(_)
            | Step::Reload { .. }
            | Step::Stop(_)
            | Step::EndConnections(_) => Phase::Activate,
            Step::Link(..)
            | Step::Retire(_)
            | Step::EraseHome(_)
            | Step::RemoveFolder(_)
            | Step::DropDatabase(_)
            | Step::Verify
            | Step::Settle => Phase::Publish,
        }
    }

    /// What the step works on, for people.
    pub fn about(&self) -> String {
        match self {
            Step::MakeFolder(path) | Step::Remove(path) | Step::Retire(path) | Step::RemoveFolder(path) => {
                path.display().to_string()
            }
            Step::Write(product) => product.path.display().to_string(),
            Step::MakeHome(home) | Step::EraseHome(home) => format!("/home/{}", home.account),
            Step::MakeSiteFolder(folder) => format!("/home/{}/sites/{}", folder.account, folder.name),
            Step::MakeDatabase(name) | Step::DropDatabase(name) => name.to_string(),
            Step::SetUsers { set, drop, .. } => names(set.keys().chain(drop)),
            Step::EndConnections(users) => names(users.iter()),
            Step::StartApp(app) => format!("{} {}", app.application.name(), app.name),
            Step::Unlink(name) => name.to_string(),
            Step::Link(name, target) => format!("{name} → {}", target.path().display()),
            Step::SetQuota(uid, most) => format!("{}: {} {}", uid.get(), most.octets, most.files),
            Step::SetLimits(account, _) | Step::Reload { account, .. } | Step::Stop(account) => {
                account.to_string()
            }
            Step::Intend | Step::CheckPhp | Step::CheckApache | Step::Verify | Step::Settle => String::new(),
        }
    }

    /// Whether the step changes what serves (and not only our notes of it).
    pub fn changes(&self) -> bool {
        !matches!(
            self,
            Step::Intend
                | Step::CheckPhp
                | Step::CheckApache
                | Step::SetLimits(..)
                | Step::Reload { .. }
                | Step::Stop(_)
                | Step::EndConnections(_)
                | Step::Verify
                | Step::Settle
        )
    }
}

fn names<'a>(users: impl Iterator<Item = &'a DatabaseUserName>) -> String {
    users.map(|name| name.as_str()).collect::<Vec<_>>().join(" ")
}
