//! Signing in by e-mail address and password.

use super::{Seen, Tries, halfway, store};
use crate::{
    Server, factor,
    secrets::{fresh, hashed},
    store::{Tx, sql},
    user,
    world::World,
};
use model::{Problem, Secret, Text, UserId};
use std::net::{IpAddr, Ipv6Addr};

/// What a sign-in form sends, and from where.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub email: String,
    pub password: Secret,
    /// Where it comes from.
    pub seen: Seen,
}

/// A session begun: both secrets go into cookies.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user: UserId,
    pub session: Secret,
    pub device: Secret,
}

/// A user whose password (or one-time link) was right, and the hash it was right against: changed meanwhile, it opens nothing.
#[derive(Clone, Debug)]
pub struct Verified {
    pub user: UserId,
    /// Empty for a user without password.
    pub hash: Secret,
}

/// What a right password leads to.
#[derive(Clone, Debug)]
pub enum Begun {
    Whole(SignedIn),
    /// A second factor is awaited: the secret goes into a cookie of its own.
    Half(Secret),
}

impl Begun {
    /// The session, where none but a whole one is expected.
    pub fn whole(self) -> Option<SignedIn> {
        match self {
            Begun::Whole(signed_in) => Some(signed_in),
            Begun::Half(_) => None,
        }
    }
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
pub(super) const PER_USER: i64 = 10;
/// Tries from one browser the user did sign in from; nobody else can use these up.
const PER_DEVICE: i64 = 10;
/// Tries from one address (IPv6: one /64), whoever is tried.
const PER_ADDRESS: i64 = 40;

/// Signs in, or half way when the user has a second factor. Unknown and suspended users, users without password and wrong passwords get
/// the same answer in the same time.
pub async fn sign_in(server: &Server, asked: SignIn) -> Result<Begun, Refusal> {
    let SignIn { email, password, seen } = asked;
    let key = email.trim().to_ascii_lowercase();
    let found = sql("SELECT id, password FROM users WHERE email_key = $1 AND suspended_at IS NULL")
        .bind(key.as_str())
        .optional(server.store.on(), |row| {
            Ok((row.get::<UserId>("id")?, row.get::<Option<String>>("password")?))
        })
        .await?;
    let known = match &found {
        Some((user, _)) => known_device(server, *user, &seen).await?,
        None => None,
    };
    let buckets = match &known {
        Some(device) => vec![(format!("device:{device}"), PER_DEVICE)],
        None => {
            let address = seen.address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
            vec![(user::bucket(&key), PER_USER), (format!("address:{}", network(address)), PER_ADDRESS)]
        }
    };
    let tries = Tries::take(server, buckets).await?;
    let (user, stored) = match found {
        Some((user, stored)) => (Some(user), stored),
        None => (None, None),
    };
    let right = user::verify(&server.hashers, &password, stored.clone()).await?;
    let Some(user) = user.filter(|_| right) else {
        tracing::info!(address = ?seen.address, "a sign-in failed");
        return Err(wrong().into());
    };
    let verified = Verified { user, hash: Secret::new(stored.unwrap_or_default()) };
    Ok(enter(server, verified, seen, Some(tries)).await?)
}

/// Goes on for a user whose password (or one-time link) was right: a session, or half of one where a factor is to be shown.
pub async fn begin(server: &Server, verified: Verified, seen: Seen) -> Result<Begun, Problem> {
    enter(server, verified, seen, None).await
}

/// Verifying takes time: what it found is looked at again where the session is written, so that a change of password, a suspension or a
/// new factor in between counts. Whoever changes these locks the same row first.
async fn enter(
    server: &Server,
    verified: Verified,
    seen: Seen,
    tries: Option<Tries>,
) -> Result<Begun, Problem> {
    let Verified { user, hash } = verified;
    let known = known_device(server, user, &seen).await?.is_some();
    let mut tx = server.store.write().await?;
    let same = sql("UPDATE users SET password = password
         WHERE id = $1 AND COALESCE(password, '') = $2 AND suspended_at IS NULL")
    .bind(user)
    .bind(hash.reveal())
    .run(tx.on())
    .await?;
    if same == 0 {
        return Err(wrong());
    }
    if let Some(tries) = tries {
        tries.give_back(&mut tx).await?;
    }
    let begun = if factor::held(&mut tx, user).await? > 0 {
        Begun::Half(halfway::begin(&mut tx, &*server.world, user).await?)
    } else {
        Begun::Whole(whole(&mut tx, &*server.world, user, &seen, known).await?)
    };
    tx.commit().await?;
    Ok(begun)
}

/// A session with new secrets. A browser that is not `known` as this user's gets a new name.
pub(super) async fn whole(
    tx: &mut Tx,
    world: &dyn World,
    user: UserId,
    seen: &Seen,
    known: bool,
) -> Result<SignedIn, Problem> {
    let session = fresh(world);
    let device = seen.device.clone().filter(|_| known).unwrap_or_else(|| fresh(world));
    let hashes = [hashed(session.reveal()), hashed(device.reveal())];
    store::begin(tx, user, world.now_ms(), [&hashes[0], &hashes[1]], seen).await?;
    Ok(SignedIn { user, session, device })
}

/// The browser's name in the store, if this user has signed in from it before.
pub(super) async fn known_device(
    server: &Server,
    user: UserId,
    seen: &Seen,
) -> Result<Option<String>, Problem> {
    let Some(device) = seen.device.as_ref().map(|device| hashed(device.reveal())) else { return Ok(None) };
    Ok(store::knows(server, user, &device).await?.then_some(device))
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
