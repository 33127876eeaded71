//! Words the tests of several files share.

use model::{
    Account, AccountId, AccountState, Body, ChangeId, PanelId, PhpVersion, Resource, Site, SiteId, SiteState,
};

pub fn panel() -> PanelId {
    PanelId::new(1, &[1; 10])
}

pub fn change(n: u8) -> ChangeId {
    ChangeId::new(1_000 + u64::from(n), &[n; 10])
}

pub fn account_id(n: u8) -> AccountId {
    AccountId::new(u64::from(n), &[n; 10])
}

pub fn account(name: &str, n: u8) -> Account {
    Account {
        id: account_id(n),
        name: name.parse().unwrap(),
        uid: (200_000 + u32::from(n)).try_into().unwrap(),
        state: AccountState::Active,
        php: PhpVersion::DEBIAN_13,
        php_workers: 4,
    }
}

pub fn site(account: &str, account_n: u8, n: u8, names: &[&str]) -> Site {
    Site {
        id: SiteId::new(100 + u64::from(n), &[n; 10]),
        account_id: account_id(account_n),
        account: account.parse().unwrap(),
        state: SiteState::Serving,
        folder: names[0].parse().unwrap(),
        names: names.iter().map(|name| name.parse().unwrap()).collect(),
    }
}

/// A resource as the panel would send it.
pub fn wanted(body: &Body, generation: u64) -> Resource {
    Resource {
        kind: body.kind(),
        key: body.key(),
        generation,
        change: change(1),
        body: Some(body.to_value().unwrap()),
        consent: None,
    }
}
