//! The one way a committed change wakes who waits for it: the hub (hosts) and open pages (accounts).
//!
//! Wakes are collected in a transaction and go out when it commits. With SQLite they stay in this process; with PostgreSQL they travel
//! by NOTIFY inside the transaction, so that every panel process on that database hears them. A wake only says "look again": losing or doubling one is harmless.

use model::{AccountId, HostId, UserId};
use std::str::FromStr;
use tokio::sync::broadcast;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wake {
    Host(HostId),
    Account(AccountId),
    /// What this user may do or see has changed.
    User(UserId),
    /// Some wakes may have been lost (the listener reconnected): look at everything.
    All,
}

impl std::fmt::Display for Wake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Wake::Host(id) => write!(f, "host:{id}"),
            Wake::Account(id) => write!(f, "account:{id}"),
            Wake::User(id) => write!(f, "user:{id}"),
            Wake::All => f.write_str("all"),
        }
    }
}

impl FromStr for Wake {
    type Err = ();
    fn from_str(text: &str) -> Result<Wake, ()> {
        match text.split_once(':') {
            Some(("host", id)) => id.parse().map(Wake::Host).map_err(drop),
            Some(("account", id)) => id.parse().map(Wake::Account).map_err(drop),
            Some(("user", id)) => id.parse().map(Wake::User).map_err(drop),
            _ if text == "all" => Ok(Wake::All),
            _ => Err(()),
        }
    }
}

/// Where wakes are heard in this process.
#[derive(Clone)]
pub struct Waker(broadcast::Sender<Wake>);

impl Default for Waker {
    fn default() -> Waker {
        // Deep enough that a page of 1,000 accounts made in one loop is not lost on a busy subscriber; `Lagged` means `All`.
        Waker(broadcast::channel(4096).0)
    }
}

impl Waker {
    pub fn subscribe(&self) -> Listener {
        Listener(self.0.subscribe())
    }

    pub(crate) fn send(&self, wake: Wake) {
        // An error only says that nobody listens.
        let _ = self.0.send(wake);
    }
}

/// One subscriber.
pub struct Listener(broadcast::Receiver<Wake>);

impl Listener {
    /// The next wake; `None` when the panel stops.
    pub async fn next(&mut self) -> Option<Wake> {
        match self.0.recv().await {
            Ok(wake) => Some(wake),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Wake::All),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakes_travel_as_text() {
        for wake in [
            Wake::Host(HostId::new(1, &[1; 10])),
            Wake::Account(AccountId::new(2, &[2; 10])),
            Wake::User(UserId::new(3, &[3; 10])),
            Wake::All,
        ] {
            assert_eq!(wake.to_string().parse(), Ok(wake));
        }
        assert!("host:x".parse::<Wake>().is_err());
    }
}
