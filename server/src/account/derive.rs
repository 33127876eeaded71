//! What an account and its sites are on their host: pure.

use super::{AccountPlan, AccountView, Standing};
use crate::{
    outbox,
    resource::Want,
    sftp_login,
    site::{self, SiteRow},
    ssh_key,
    store::{Tx, internal},
};
use model::{
    Account, AccountMail, AccountState, Body, Kind, Limits, Problem, SftpLogin, Site, SiteState, SshKey,
};

/// What an account is besides its plan.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Who reaches its files over SFTP.
    pub keys: Vec<SshKey>,
    pub logins: Vec<SftpLogin>,
    /// What it may send, where its host has to be told.
    pub mail: Option<AccountMail>,
}

/// The account's own resource.
pub fn account(account: &AccountView, state: AccountState, own: Own) -> Result<Want, Problem> {
    of_pools(account, state, own, 1)
}

/// The same, with what each of so many pools of PHP gets of its plan's processes: together no more than the plan says, and one at least.
fn of_pools(account: &AccountView, state: AccountState, own: Own, pools: u32) -> Result<Want, Problem> {
    let each = (account.plan.php_workers / pools.max(1)).clamp(1, 64);
    let php_workers = u8::try_from(each).map_err(|error| internal("workers", &error))?;
    let body = Account {
        id: account.id,
        name: account.name.clone(),
        uid: account.uid,
        state,
        php: account.php,
        php_workers,
        ssh_keys: own.keys,
        sftp_logins: own.logins,
        limits: Some(limits(&account.plan)),
        mail: own.mail,
    };
    Ok(Want::put(account.host.id, account.id, Body::Account(body)))
}

fn limits(plan: &AccountPlan) -> Limits {
    Limits {
        disk_mb: plan.disk_mb,
        files: plan.files_max,
        memory_mb: plan.memory_mb,
        cpu_percent: plan.cpu_percent,
        processes: plan.processes_max,
    }
}

/// One site's resource, as its account stands.
pub fn of_site(account: &AccountView, site: &SiteRow) -> Want {
    let state = match account.state {
        Standing::Active => SiteState::Serving,
        Standing::Suspended => SiteState::Suspended,
        Standing::Deleted => return gone(account, site),
    };
    let body = Site {
        id: site.id,
        account_id: account.id,
        account: account.name.clone(),
        state,
        folder: site.folder.clone(),
        names: site.names.clone(),
        https: site.on_host(),
        settings: site::on_host(account, site),
    };
    Want::put(account.host.id, account.id, Body::Site(body))
}

pub fn gone(account: &AccountView, site: &SiteRow) -> Want {
    Want::gone(account.host.id, account.id, Kind::Site, site.id.uuid())
}

/// Everything an account is on its host, as it stands.
fn all(of: &AccountView, sites: &[SiteRow], own: Own) -> Result<Vec<Want>, Problem> {
    let state = match of.state {
        Standing::Active => AccountState::Active,
        // A deleted account keeps everything, asleep: it can come back.
        Standing::Suspended | Standing::Deleted => AccountState::Suspended,
    };
    // A key opens an account that is in service, and nothing else of it reaches the host.
    let own = if state == AccountState::Active { own } else { Own { mail: own.mail, ..Own::default() } };
    let mut wants = vec![of_pools(of, state, own, pools(of, sites))?];
    wants.extend(sites.iter().map(|row| of_site(of, row)));
    Ok(wants)
}

/// The pools of PHP that visits reach: one of each site that has its own, one of all others together.
fn pools(of: &AccountView, sites: &[SiteRow]) -> u32 {
    let php = sites.iter().map(|row| site::on_host(of, row)).filter(|settings| settings.serves.is_usual());
    let (own, shared): (Vec<_>, Vec<_>) = php.partition(|settings| settings.php.version.is_some());
    u32::try_from(own.len()).unwrap_or(u32::MAX).saturating_add(u32::from(!shared.is_empty()))
}

/// The same, with its keys and sites as they are now: when a site gets a pool of its own, or gives it up, what the others have changes.
pub(crate) async fn as_it_is(tx: &mut Tx, of: &AccountView) -> Result<Vec<Want>, Problem> {
    let sites = site::rows(tx, of.id).await?;
    wants(tx, of, &sites).await
}

/// The same, with the keys it has now, and what it may send.
pub(crate) async fn wants(tx: &mut Tx, of: &AccountView, sites: &[SiteRow]) -> Result<Vec<Want>, Problem> {
    let (keys, logins) = (ssh_key::of_account(tx, of.id).await?, sftp_login::of_account(tx, of.id).await?);
    all(of, sites, Own { keys, logins, mail: outbox::of_account(tx, of.id).await? })
}
