//! The resource `account`: one tenant of a web host.

use crate::{AccountId, AccountMail, Limits, PhpVersion, Problem, SftpLogin, SshKey, Text, UnixName};
use serde::{Deserialize, Serialize};

/// A tenant's uid: given by the panel, the same on every host, never used again.
/// Above Debian's and systemd's own ranges (Debian Policy §9.2.2; systemd UIDS-GIDS), below nspawn's container range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct TenantUid(u32);

impl TenantUid {
    pub const FIRST: u32 = 200_001;
    pub const LAST: u32 = 499_999;

    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for TenantUid {
    type Error = Problem;
    fn try_from(uid: u32) -> Result<Self, Problem> {
        if (TenantUid::FIRST..=TenantUid::LAST).contains(&uid) {
            return Ok(TenantUid(uid));
        }
        Err(Problem::invalid(
            "uid",
            "uid_range",
            Text::new(
                "Ce numéro d’utilisateur sort de la plage des comptes.",
                "This user number is outside the accounts' range.",
            ),
        ))
    }
}

impl From<TenantUid> for u32 {
    fn from(uid: TenantUid) -> u32 {
        uid.0
    }
}

/// What a host does with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Its cell wakes when asked.
    Active,
    /// Its names answer 503, nothing of it runs, everything stays.
    Suspended,
    /// Deleted, and kept as long as the panel's configuration says: its home is erased. The only state that ever erases anything.
    Erased,
}

/// The body of a resource of kind `account`; its key is `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub id: AccountId,
    pub name: UnixName,
    pub uid: TenantUid,
    pub state: AccountState,
    pub php: PhpVersion,
    /// PHP processes at once (PHP-FPM's pm.max_children), 1 to 64.
    pub php_workers: u8,
    /// Who may reach its files over SFTP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ssh_keys: Vec<SshKey>,
    /// Who may reach one folder of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sftp_logins: Vec<SftpLogin>,
    /// What all of it together may take. None: a panel that says nothing of it; what is set stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// What it may send by mail, where that is not as usual. Only hosts that have an outbox are told (`HostFacts::outbox`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<AccountMail>,
}
