//! Signing in by e-mail address and password.

use super::{Tries, store};
use crate::{
    Server,
    secrets::{fresh, hashed},
    store::sql,
    user,
};
use model::{Problem, Secret, Text, UserId};
use std::net::IpAddr;

/// What a sign-in form sends, and from where.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub email: String,
    pub password: Secret,
    /// The client's address, trusted proxies taken into account.
    pub address: IpAddr,
    /// The device cookie, if the browser has one.
    pub device: Option<Secret>,
}

/// A session begun: both secrets go into cookies.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user: UserId,
    pub session: Secret,
    pub device: Secret,
}

/// Not signed in, and how long to wait (Retry-After) if it was for too many tries.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub problem: Problem,
    pub retry_after_s: Option<i64>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal { problem, retry_after_s: None }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        refusal.problem
    }
}

/// Tries of one user within the window, from browsers the user never signed in from.
const PER_USER: i64 = 10;
/// Tries from one browser the user did sign in from; nobody else can use these up.
const PER_DEVICE: i64 = 10;
/// Tries from one address (IPv6: one /64), whoever is tried.
const PER_ADDRESS: i64 = 40;

/// Signs in. Unknown users, users without password and wrong passwords get the same answer in the same time.
pub async fn sign_in(server: &Server, asked: SignIn) -> Result<SignedIn, Refusal> {
    let key = asked.email.trim().to_ascii_lowercase();
    let found = sql("SELECT id, password FROM users WHERE email_key = $1")
        .bind(key.as_str())
        .optional(server.store.on(), |row| {
            Ok((row.get::<UserId>("id")?, row.get::<Option<String>>("password")?))
        })
        .await?;
    let device = asked.device.as_ref().map(|device| hashed(device.reveal()));
    let known = match (&found, &device) {
        (Some((user, _)), Some(device)) => store::knows(server, *user, device).await?,
        _ => false,
    };
    let buckets = match &device {
        Some(device) if known => vec![(format!("device:{device}"), PER_DEVICE)],
        _ => {
            vec![(user::bucket(&key), PER_USER), (format!("address:{}", network(asked.address)), PER_ADDRESS)]
        }
    };
    let tries = Tries::take(server, buckets).await?;
    let (user, stored) = match found {
        Some((user, stored)) => (Some(user), stored),
        None => (None, None),
    };
    let right = user::verify(&server.hashers, &asked.password, stored).await?;
    let Some(user) = user.filter(|_| right) else {
        tracing::info!(address = %asked.address, "a sign-in failed");
        return Err(wrong().into());
    };
    let mut tx = server.store.write().await?;
    tries.give_back(&mut tx).await?;
    tx.commit().await?;
    Ok(start(server, user, asked.device.filter(|_| known)).await?)
}

/// Begins a session with new secrets: after a sign-in, or after a one-time link was used.
pub async fn start(server: &Server, user: UserId, device: Option<Secret>) -> Result<SignedIn, Problem> {
    let session = fresh(&*server.world);
    let device = device.unwrap_or_else(|| fresh(&*server.world));
    store::begin(server, user, &hashed(session.reveal()), &hashed(device.reveal())).await?;
    Ok(SignedIn { user, session, device })
}

/// IPv6 clients own a whole /64.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn wrong() -> Problem {
    Problem::invalid(
        "password",
        "sign_in_wrong",
        Text::new(
            "Adresse ou mot de passe incorrect\u{a0}: vérifiez les deux, ou demandez un lien à la coopérative.",
            "Wrong address or password: check both, or ask the cooperative for a link.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_by_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
