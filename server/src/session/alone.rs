//! Signing in with a passkey alone: the device holds the key and has verified its user, so it is both factors. The passkey says whose it is.

use super::{Refusal, Seen, SignedIn, Tries, sign_in};
use crate::{
    Server,
    factor::{self, Challenge, Purpose},
    secrets::{fresh, hashed},
    store::sql,
    user,
};
use model::{Problem, Secret};
use serde_json::Value;
use std::net::{IpAddr, Ipv6Addr};

/// Challenges given to one address within the window: each is a row that stays for five minutes.
const ASKED_PER_ADDRESS: i64 = 200;
/// Answers from one address that were not right, within the window; a browser the user signed in from before has its own.
const PER_ADDRESS: i64 = 40;
const PER_DEVICE: i64 = 10;

/// A challenge for whoever asks; the secret goes into a cookie of its own.
pub async fn ask_alone(server: &Server, seen: &Seen) -> Result<(Secret, Challenge), Refusal> {
    // Never given back: asking is what is limited.
    let _asked =
        Tries::take(server, vec![(format!("passkey-asked:{}", network(seen)), ASKED_PER_ADDRESS)]).await?;
    let cookie = fresh(&*server.world);
    let challenge = factor::ask(server, Purpose::Alone { cookie: &hashed(cookie.reveal()) }).await?;
    Ok((cookie, challenge))
}

/// The answer: signed in when it is right, and the user not suspended.
pub async fn sign_in_alone(
    server: &Server,
    cookie: &Secret,
    answer: &Value,
    seen: Seen,
) -> Result<SignedIn, Refusal> {
    let bucket = match &seen.device {
        // Known as anybody's: whose is known only once the answer is right.
        Some(device) if is_known(server, device).await? => {
            (format!("passkey-device:{}", hashed(device.reveal())), PER_DEVICE)
        }
        _ => (format!("passkey-address:{}", network(&seen)), PER_ADDRESS),
    };
    let tries = Tries::take(server, vec![bucket]).await?;
    let right = factor::verify(server, Purpose::Alone { cookie: &hashed(cookie.reveal()) }, answer).await?;
    let user = right.user;
    let known = sign_in::known_device(server, user, &seen).await?.is_some();
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    // Whoever suspends, or takes the passkey away, holds the same row.
    user::hold(&mut tx, user).await?;
    let open = sql("SELECT id FROM users WHERE id = $1 AND suspended_at IS NULL")
        .bind(user)
        .optional(tx.on(), |_| Ok(()))
        .await?;
    if open.is_none() {
        return Err(factor::unknown_passkey().into());
    }
    factor::settle(&mut tx, &right, "passkey", now).await?;
    tries.give_back(&mut tx).await?;
    let signed_in = sign_in::whole(&mut tx, &*server.world, user, &seen, known).await?;
    tx.commit().await?;
    Ok(signed_in)
}

async fn is_known(server: &Server, device: &Secret) -> Result<bool, Problem> {
    let known = sql("SELECT id FROM devices WHERE id = $1")
        .bind(hashed(device.reveal()))
        .optional(server.store.on(), |_| Ok(()))
        .await?;
    Ok(known.is_some())
}

fn network(seen: &Seen) -> String {
    sign_in::network(seen.address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)))
}
