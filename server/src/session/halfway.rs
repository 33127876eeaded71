//! Half signed in: the password was right, and a second factor is awaited. This opens nothing, and ends after five minutes.

use super::{Refusal, Seen, SignedIn, Tries, sign_in};
use crate::{
    Server,
    factor::{self, Challenge, Purpose},
    secrets::{fresh, hashed},
    store::{Tx, sql},
    user,
    world::World,
};
use model::{Problem, ProblemKind, Secret, Text, UserId};
use serde_json::Value;

/// How long a factor is awaited.
pub const HALFWAY_MS: i64 = 5 * 60_000;

/// Codes tried for one user within the window, from browsers the user never signed in from,
pub(super) const PER_USER: i64 = 10;
/// from one the user did,
const PER_DEVICE: i64 = 10;
/// and from one address, whoever is tried.
const PER_ADDRESS: i64 = 40;

/// Begins the wait; gives the secret of its cookie.
pub(super) async fn begin(tx: &mut Tx, world: &dyn World, user: UserId) -> Result<Secret, Problem> {
    let (secret, now) = (fresh(world), world.now_ms());
    sql("DELETE FROM halfway WHERE created_at <= $1").bind(now - HALFWAY_MS).run(tx.on()).await?;
    sql("INSERT INTO halfway (id, user_id, created_at) VALUES ($1, $2, $3)")
        .bind(hashed(secret.reveal()))
        .bind(user)
        .bind(now)
        .run(tx.on())
        .await?;
    Ok(secret)
}

/// Whose factor is awaited.
pub async fn awaited(server: &Server, halfway: &Secret) -> Result<UserId, Problem> {
    let found = sql("SELECT h.user_id FROM halfway h JOIN users u ON u.id = h.user_id
         WHERE h.id = $1 AND h.created_at > $2 AND u.suspended_at IS NULL")
    .bind(hashed(halfway.reveal()))
    .bind(server.world.now_ms() - HALFWAY_MS)
    .optional(server.store.on(), |row| row.get("user_id"))
    .await?;
    found.ok_or_else(over)
}

/// Whether this user can show a passkey here.
pub async fn takes_passkey(server: &Server, user: UserId) -> Result<bool, Problem> {
    let held = sql("SELECT COUNT(*) FROM factors WHERE user_id = $1 AND kind = 'passkey'")
        .bind(user)
        .one(server.store.on(), |row| row.first::<i64>())
        .await?;
    Ok(held > 0 && factor::passkeys(server).is_ok())
}

/// The challenge for a passkey of the user who is half way.
pub async fn ask_passkey(server: &Server, halfway: &Secret) -> Result<Challenge, Problem> {
    let user = awaited(server, halfway).await?;
    factor::ask(server, Purpose::Halfway { halfway: &hashed(halfway.reveal()), user }).await
}

/// The factor: a code of the app, or a recovery code. Signed in when it is accepted.
pub async fn finish(server: &Server, halfway: &Secret, code: &str, seen: Seen) -> Result<SignedIn, Refusal> {
    with(server, halfway, Given::Code(code), seen).await
}

/// The same with a passkey's answer to the challenge.
pub async fn finish_with_passkey(
    server: &Server,
    halfway: &Secret,
    answer: &Value,
    seen: Seen,
) -> Result<SignedIn, Refusal> {
    with(server, halfway, Given::Passkey(answer), seen).await
}

/// What is shown for a second factor.
enum Given<'a> {
    Code(&'a str),
    Passkey(&'a Value),
}

async fn with(server: &Server, halfway: &Secret, given: Given<'_>, seen: Seen) -> Result<SignedIn, Refusal> {
    let user = awaited(server, halfway).await?;
    let tries = Tries::take(server, buckets(server, user, &seen).await?).await?;
    let known = sign_in::known_device(server, user, &seen).await?.is_some();
    let id = hashed(halfway.reveal());
    let right = match &given {
        Given::Passkey(answer) => {
            Some(factor::verify(server, Purpose::Halfway { halfway: &id, user }, answer).await?)
        }
        Given::Code(_) => None,
    };
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    user::hold(&mut tx, user).await?;
    if let Some(right) = right {
        factor::settle(&mut tx, &right, "passkey", now).await?;
    } else if let Given::Code(code) = given
        && !factor::accept(&mut tx, user, code, now).await?
    {
        tracing::info!(%user, address = ?seen.address, "a second factor was wrong");
        return Err(wrong("code").into());
    }
    tries.give_back(&mut tx).await?;
    // Of two that finish at once one does; and whoever was shut out meanwhile (another password, suspended) has nothing to finish.
    let done = sql("DELETE FROM halfway WHERE id = $1").bind(id).run(tx.on()).await?;
    if done == 0 {
        return Err(over().into());
    }
    let signed_in = sign_in::whole(&mut tx, &*server.world, user, &seen, known).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Strangers who know the password can use up the first two, never the owner's own browser's, and none for good.
async fn buckets(server: &Server, user: UserId, seen: &Seen) -> Result<Vec<(String, i64)>, Problem> {
    if let Some(device) = sign_in::known_device(server, user, seen).await? {
        return Ok(vec![(format!("factor-device:{device}"), PER_DEVICE)]);
    }
    let mut buckets = vec![(format!("factor:{user}"), PER_USER)];
    if let Some(address) = seen.address {
        buckets.push((format!("factor-address:{}", sign_in::network(address)), PER_ADDRESS));
    }
    Ok(buckets)
}

pub(super) fn wrong(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "code_wrong",
        Text::new(
            "Ce code n’est pas le bon ou a déjà servi\u{a0}: tapez celui que l’application montre à présent, ou un code de secours.",
            "This code is not right, or was used already: type the one the app shows now, or a recovery code.",
        ),
    )
}

fn over() -> Problem {
    Problem::new(
        ProblemKind::SignIn,
        "halfway_over",
        Text::new(
            "Les cinq minutes sont passées\u{a0}: donnez à nouveau votre mot de passe.",
            "The five minutes are over: give your password again.",
        ),
    )
}
