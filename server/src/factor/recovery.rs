//! Recovery codes: ten, for the day the phone is lost. Each works once.

use super::totp::base32;
use crate::{
    secrets::hashed,
    store::{Tx, sql},
    world::World,
};
use model::{Problem, Secret, UserId};

/// How many are given at once.
pub const CODES: usize = 10;
/// 80 random bits, sixteen letters: too many to be found from the hash.
const BYTES: usize = 10;
const LETTERS: usize = 16;

/// Ten new codes; those given earlier work no more.
pub(super) async fn give(tx: &mut Tx, world: &dyn World, user: UserId) -> Result<Vec<Secret>, Problem> {
    forget(tx, user).await?;
    let now = world.now_ms();
    let mut codes = Vec::new();
    for _ in 0..CODES {
        let mut bytes = [0; BYTES];
        world.random(&mut bytes);
        let code = base32(&bytes).to_ascii_lowercase();
        sql("INSERT INTO recovery_codes (id, user_id, created_at) VALUES ($1, $2, $3)")
            .bind(kept(user, &code))
            .bind(user)
            .bind(now)
            .run(tx.on())
            .await?;
        let groups: Vec<&str> = (0..LETTERS).step_by(4).filter_map(|at| code.get(at..at + 4)).collect();
        codes.push(Secret::new(groups.join("-")));
    }
    Ok(codes)
}

/// Uses one up. `code` has been stripped of spaces and hyphens.
pub(super) async fn take(tx: &mut Tx, user: UserId, code: &str, now: i64) -> Result<bool, Problem> {
    if code.len() != LETTERS {
        return Ok(false);
    }
    let used =
        sql("UPDATE recovery_codes SET used_at = $3 WHERE id = $1 AND user_id = $2 AND used_at IS NULL")
            .bind(kept(user, &code.to_ascii_lowercase()))
            .bind(user)
            .bind(now)
            .run(tx.on())
            .await?;
    Ok(used == 1)
}

pub(super) async fn forget(tx: &mut Tx, user: UserId) -> Result<(), Problem> {
    sql("DELETE FROM recovery_codes WHERE user_id = $1").bind(user).run(tx.on()).await.map(drop)
}

/// What the store keeps of one.
fn kept(user: UserId, code: &str) -> String {
    hashed(&format!("{user}:{code}"))
}
