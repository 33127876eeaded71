//! A new passkey: begun and confirmed after a fresh proof, named by its user.

use super::{
    Challenge, Purpose,
    ceremony::{keep, take},
    keys, party, words,
};
use crate::{
    Actor, Server, Via,
    change::{self, Act, Subject},
    factor::{recovery, set_up},
    mail,
    session::{self, Tries},
    store::sql,
    user,
};
use model::{FactorId, Label, Problem, Secret, UserId};
use serde_json::{Value, json};
use webauthn_rs_core::proto::{
    Credential, RegisterPublicKeyCredential, RegistrationState, UserVerificationPolicy,
};

/// A user's passkeys, at most.
const MOST: usize = 20;

/// The first half. Every passkey is discoverable and verifies its user, so that each can later sign in alone.
pub async fn begin_passkey(server: &Server, actor: &Actor) -> Result<Challenge, Problem> {
    let user = set_up::own(actor, server.world.now_ms())?;
    let party = party::party(server)?;
    let known = keys::of_user(server, user).await?;
    if known.len() >= MOST {
        return Err(words::enough());
    }
    let id = user.to_string();
    let asked = party
        .new_challenge_register_builder(id.as_bytes(), &actor.who, &actor.who)
        .map_err(words::ours)?
        .user_verification_policy(UserVerificationPolicy::Required)
        .require_resident_key(true)
        .exclude_credentials(Some(known.into_iter().map(|key| key.credential.cred_id).collect()));
    let (challenge, state) = party.generate_challenge_register(asked).map_err(words::ours)?;
    keep(server, &purpose(actor, user)?, &state).await?;
    Ok(Challenge { options: serde_json::to_value(challenge.public_key).map_err(words::ours)? })
}

/// The second half: from now on it is asked for at sign-in. With the first factor come recovery codes, told this once.
pub async fn confirm_passkey(
    server: &Server,
    actor: &Actor,
    name: &str,
    answer: &Value,
) -> Result<Vec<Secret>, Problem> {
    let now = server.world.now_ms();
    let user = set_up::own(actor, now)?;
    let party = party::party(server)?;
    // A name that will not do costs no ceremony.
    let name = Label::parse(name)?;
    let purpose = purpose(actor, user)?;
    let tries = Tries::take(server, vec![(format!("factor-new:{user}"), 10)]).await?;
    let state: RegistrationState = take(server, &purpose).await?;
    let answer: RegisterPublicKeyCredential =
        serde_json::from_value(answer.clone()).map_err(|_| words::refused(purpose.field()))?;
    let credential = party.register_credential(&answer, &state, None).map_err(|error| {
        tracing::info!(%user, %error, "a new passkey was refused");
        words::wrong(purpose.field(), &error)
    })?;
    let mut tx = server.store.write().await?;
    user::hold(&mut tx, user).await?;
    tries.give_back(&mut tx).await?;
    let first = set_up::held(&mut tx, user).await? == 0;
    if !insert(&mut tx, server.world.id(), user, &name, &credential, now).await? {
        return Err(words::taken(purpose.field()));
    }
    let codes = if first { recovery::give(&mut tx, &*server.world, user).await? } else { Vec::new() };
    if first && let Via::Session(own) = &actor.via {
        // As with an app: whoever else was signed in by the password alone shows the factor too from now on.
        session::end_all(&mut tx, user, now, own).await?;
    }
    let mut act = Act::new("factor.create", Subject::new("user", user, &actor.who));
    act.after = Some(json!({ "kind": "passkey", "name": name }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    mail::factor(&mut tx, server, mail::Kind::FactorAdded, user, "passkey", Some(name.as_str())).await?;
    tx.commit().await?;
    Ok(codes)
}

/// False when this very passkey is registered already, whosever it is.
async fn insert(
    tx: &mut crate::store::Tx,
    id: FactorId,
    user: UserId,
    name: &Label,
    credential: &Credential,
    now: i64,
) -> Result<bool, Problem> {
    let inserted = sql("INSERT INTO factors
           (id, user_id, kind, secret, created_at, confirmed_at, name, credential_id, counter)
         VALUES ($1, $2, 'passkey', $3, $4, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING")
    .bind(id)
    .bind(user)
    .bind(serde_json::to_string(credential).map_err(words::ours)?)
    .bind(now)
    .bind(name)
    .bind(keys::id_of(&credential.cred_id))
    .bind(i64::from(credential.counter))
    .run(tx.on())
    .await?;
    Ok(inserted == 1)
}

fn purpose(actor: &Actor, user: UserId) -> Result<Purpose<'_>, Problem> {
    match &actor.via {
        Via::Session(session) => Ok(Purpose::Register { session, user }),
        _ => Err(user::session_only()),
    }
}
