//! Idempotency-Key: a creation sent twice happens once. The key is claimed in the creation's own transaction, so that neither a crash
//! nor two requests at the same instant can make two.

use crate::{
    actor::{Actor, Once},
    store::{Tx, sql},
};
use model::{Id, Problem, Text};

/// How long a key is remembered.
pub const MEMORY_MS: i64 = 24 * 3_600_000;

/// Claims the request's key for the thing about to be made. Gives what an earlier request with the same key made, if one did.
pub async fn claim<Noun>(
    tx: &mut Tx,
    actor: &Actor,
    making: Id<Noun>,
    now: i64,
) -> Result<Option<Id<Noun>>, Problem> {
    let (Some(Once { key, request }), Some(user)) = (&actor.once, actor.user) else { return Ok(None) };
    sql("DELETE FROM idempotency WHERE user_id = $1 AND key = $2 AND at <= $3")
        .bind(user)
        .bind(key.as_str())
        .bind(now - MEMORY_MS)
        .run(tx.on())
        .await?;
    let claimed =
        sql("INSERT INTO idempotency (user_id, key, request, subject_id, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, key) DO NOTHING")
        .bind(user)
        .bind(key.as_str())
        .bind(request.as_str())
        .bind(making)
        .bind(now)
        .run(tx.on())
        .await?;
    if claimed == 1 {
        return Ok(None);
    }
    let (earlier, made): (String, Id<Noun>) =
        sql("SELECT request, subject_id FROM idempotency WHERE user_id = $1 AND key = $2")
            .bind(user)
            .bind(key.as_str())
            .one(tx.on(), |row| Ok((row.get("request")?, row.get("subject_id")?)))
            .await?;
    if earlier == *request {
        return Ok(Some(made));
    }
    Err(Problem::invalid(
        "Idempotency-Key",
        "idempotency_key_reused",
        Text::new(
            "Cette clé d’idempotence a déjà servi à une autre demande\u{a0}: prenez-en une nouvelle.",
            "This idempotency key was already used for another request: take a new one.",
        ),
    ))
}
