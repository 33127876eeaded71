//! Setting a factor up: begun after a fresh proof, shown once, good only when its first code has come back.

use super::{Pending, accept::advance, recovery, remove, show, totp};
use crate::{
    Actor, Server, Via,
    actor::not_found,
    change::{self, Act, Subject},
    mail,
    session::{self, Tries},
    store::{Tx, sql},
    user,
};
use model::{FactorId, Problem, ProblemKind, Secret, Text, UserId};
use serde_json::json;

/// How long setting up may take.
pub(super) const PENDING_MS: i64 = 15 * 60_000;

/// A new app, to be confirmed; one begun earlier is forgotten.
pub async fn begin_totp(server: &Server, actor: &Actor) -> Result<Pending, Problem> {
    let now = server.world.now_ms();
    let user = own(actor, now)?;
    let (id, secret): (FactorId, _) = (server.world.id(), totp::fresh(&*server.world));
    let mut tx = server.store.write().await?;
    sql("DELETE FROM factors WHERE user_id = $1 AND kind = 'totp' AND confirmed_at IS NULL")
        .bind(user)
        .run(tx.on())
        .await?;
    sql("INSERT INTO factors (id, user_id, kind, secret, created_at) VALUES ($1, $2, 'totp', $3, $4)")
        .bind(id)
        .bind(user)
        .bind(secret.as_str())
        .bind(now)
        .run(tx.on())
        .await?;
    tx.commit().await?;
    Ok(show::shown(server, actor, id, secret))
}

/// The app's first code: from now on it is asked for at sign-in, and replaces an earlier app. Gives recovery codes, told this once.
pub async fn confirm_totp(
    server: &Server,
    actor: &Actor,
    factor: FactorId,
    code: &str,
) -> Result<Vec<Secret>, Problem> {
    let now = server.world.now_ms();
    let user = own(actor, now)?;
    let pending = super::pending_totp(server, actor, factor).await?;
    let tries = Tries::take(server, vec![(format!("factor-new:{user}"), 10)]).await?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    let Some(step) = totp::step_of(pending.secret.reveal(), &code, now, None) else {
        return Err(Problem::invalid(
            "code",
            "code_wrong",
            Text::new(
                "Ce n’est pas le code du moment\u{a0}: tapez celui que l’application montre, et vérifiez l’heure du téléphone.",
                "This is not the code of the moment: type the one the app shows, and check the phone's clock.",
            ),
        ));
    };
    let mut tx = server.store.write().await?;
    tries.give_back(&mut tx).await?;
    let replaced = remove::totp(&mut tx, user).await?;
    let confirmed = sql("UPDATE factors SET confirmed_at = $2 WHERE id = $1 AND confirmed_at IS NULL")
        .bind(factor)
        .bind(now)
        .run(tx.on())
        .await?;
    if confirmed == 0 || !advance(&mut tx, factor, step, now).await? {
        return Err(not_found());
    }
    let codes = recovery::give(&mut tx, &*server.world, user).await?;
    if replaced > 0 {
        remove::end_others(&mut tx, actor, user, now).await?;
    } else if let Via::Session(own) = &actor.via {
        // Whoever else was signed in by the password alone shows the factor too from now on. Tokens were made on purpose, and stay.
        session::end_all(&mut tx, user, now, own).await?;
    }
    let mut act = Act::new("factor.create", Subject::new("user", user, &actor.who));
    act.after = Some(json!({ "kind": "totp", "replaced": replaced > 0 }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    mail::factor(&mut tx, server, mail::Kind::FactorAdded, user, "totp", None).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Ten new recovery codes in place of the old ones.
pub async fn new_codes(server: &Server, actor: &Actor) -> Result<Vec<Secret>, Problem> {
    let now = server.world.now_ms();
    let user = own(actor, now)?;
    let mut tx = server.store.write().await?;
    if held(&mut tx, user).await? == 0 {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "no_factor",
            Text::new(
                "Mettez d’abord en place la double authentification\u{a0}: ses codes de secours viennent avec.",
                "Set up two-step sign-in first: its recovery codes come with it.",
            ),
        ));
    }
    let codes = recovery::give(&mut tx, &*server.world, user).await?;
    let act = Act::new("factor.codes", Subject::new("user", user, &actor.who));
    change::record(&mut tx, &*server.world, actor, act).await?;
    mail::factor(&mut tx, server, mail::Kind::FactorAdded, user, "codes", None).await?;
    tx.commit().await?;
    Ok(codes)
}

/// One's own factors are set up and removed in a session whose user has just proved to be there.
pub(super) fn own(actor: &Actor, now: i64) -> Result<UserId, Problem> {
    let (Some(user), Via::Session(_)) = (actor.user, &actor.via) else { return Err(user::session_only()) };
    actor.must_have_proved(now)?;
    Ok(user)
}

/// How many factors are asked for.
pub(crate) async fn held(tx: &mut Tx, user: UserId) -> Result<i64, Problem> {
    sql("SELECT COUNT(*) FROM factors WHERE user_id = $1 AND confirmed_at IS NOT NULL")
        .bind(user)
        .one(tx.on(), |row| row.first())
        .await
}
