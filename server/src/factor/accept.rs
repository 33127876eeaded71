//! Whether what somebody typed is one of the user's factors. Each is accepted once.

use super::{recovery, totp};
use crate::store::{Tx, sql};
use model::{FactorId, Problem, UserId};

/// Uses up a code of the user's app, or a recovery code. Of two requests with the same code one wins.
pub(crate) async fn accept(tx: &mut Tx, user: UserId, typed: &str, now: i64) -> Result<bool, Problem> {
    // As apps and papers show them: in groups.
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect();
    let known = sql("SELECT id, secret, last_step FROM factors
         WHERE user_id = $1 AND kind = 'totp' AND confirmed_at IS NOT NULL")
    .bind(user)
    .all(tx.on(), |row| {
        Ok((row.get::<FactorId>("id")?, row.get::<String>("secret")?, row.get::<Option<i64>>("last_step")?))
    })
    .await?;
    for (factor, secret, last) in known {
        if let Some(step) = totp::step_of(&secret, &code, now, last)
            && advance(tx, factor, step, now).await?
        {
            return Ok(true);
        }
    }
    recovery::take(tx, user, &code, now).await
}

/// Remembers the step: a code is good once, also for two requests at the same instant.
pub(super) async fn advance(tx: &mut Tx, factor: FactorId, step: i64, now: i64) -> Result<bool, Problem> {
    let advanced = sql("UPDATE factors SET last_step = $2, used_at = $3
         WHERE id = $1 AND (last_step IS NULL OR last_step < $2)")
    .bind(factor)
    .bind(step)
    .bind(now)
    .run(tx.on())
    .await?;
    Ok(advanced == 1)
}
