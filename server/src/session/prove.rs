//! Re-authentication: before a dangerous act the user shows once more to be there. Good for ten minutes, in this session alone.

use super::{Tries, halfway::wrong};
use crate::{
    Actor, Server, Via,
    factor::{self, Challenge, Purpose},
    store::sql,
    user,
};
use model::{Problem, Secret, Text};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The password, a code of a second factor, or a passkey's answer to the challenge of `ask_proof`: one of them.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub code: Option<Secret>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub passkey: Option<Value>,
}

/// The challenge for one of the actor's passkeys.
pub async fn ask_proof(server: &Server, actor: &Actor) -> Result<Challenge, Problem> {
    let (Some(user), Via::Session(session)) = (actor.user, &actor.via) else {
        return Err(user::session_only());
    };
    factor::ask(server, Purpose::Proof { session, user }).await
}

/// Takes the proof; gives the time it counts from.
pub async fn prove(server: &Server, actor: &Actor, proof: &Proof) -> Result<i64, Problem> {
    let (Some(user), Via::Session(session)) = (actor.user, &actor.via) else {
        return Err(user::session_only());
    };
    let given = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.reveal().is_empty());
    let (password, code) = (given(&proof.password), given(&proof.code));
    let passkey = proof.passkey.as_ref().filter(|_| password.is_none() && code.is_none());
    if password.is_none() && code.is_none() && passkey.is_none() {
        return Err(nothing());
    }
    let tries = Tries::take(server, vec![(format!("prove:{session}"), 10)]).await?;
    if let Some(password) = &password {
        let stored: Option<String> = sql("SELECT password FROM users WHERE id = $1")
            .bind(user)
            .one(server.store.on(), |row| row.get("password"))
            .await?;
        if !user::verify(&server.hashers, password, stored).await? {
            return Err(user::wrong_password("prove_password"));
        }
    }
    let right = match passkey {
        Some(answer) => Some(factor::verify(server, Purpose::Proof { session, user }, answer).await?),
        None => None,
    };
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    if let Some(right) = right {
        user::hold(&mut tx, user).await?;
        factor::settle(&mut tx, &right, "prove_passkey", now).await?;
    }
    if let (None, Some(code)) = (&password, &code)
        && !factor::accept(&mut tx, user, code.reveal(), now).await?
    {
        return Err(wrong("prove_code"));
    }
    tries.give_back(&mut tx).await?;
    note(&mut tx, session, now).await?;
    tx.commit().await?;
    Ok(now)
}

/// Proved by other means: the form itself asked for the password.
pub(crate) async fn note(tx: &mut crate::store::Tx, session: &str, now: i64) -> Result<(), Problem> {
    sql("UPDATE sessions SET proved_at = $2 WHERE id = $1")
        .bind(session)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}

fn nothing() -> Problem {
    Problem::invalid(
        "prove_password",
        "proof_empty",
        Text::new(
            "Donnez votre mot de passe, ou un code de votre application.",
            "Give your password, or a code of your app.",
        ),
    )
}
