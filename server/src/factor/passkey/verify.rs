//! A passkey shown: half way of a sign-in, as a fresh proof, or alone.

use super::{
    Challenge,
    ceremony::{keep, take},
    keys::{self, Key},
    party, words,
};
use crate::{
    Actor, Server,
    change::{self, Act, Subject},
    store::{Tx, sql},
};
use model::{Problem, UserId};
use serde_json::{Value, json};
use webauthn_rs_core::{
    error::WebauthnError,
    proto::{AuthenticationState, Credential, PublicKeyCredential, UserVerificationPolicy},
};

/// What a ceremony is for, and whose it is. An answer is good for this alone.
pub(crate) enum Purpose<'a> {
    Register {
        session: &'a str,
        user: UserId,
    },
    Halfway {
        halfway: &'a str,
        user: UserId,
    },
    Proof {
        session: &'a str,
        user: UserId,
    },
    /// The hash of a cookie of its own.
    Alone {
        cookie: &'a str,
    },
}

impl Purpose<'_> {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Purpose::Register { .. } => "register",
            Purpose::Halfway { .. } => "halfway",
            Purpose::Proof { .. } => "proof",
            Purpose::Alone { .. } => "alone",
        }
    }

    pub(super) fn holder(&self) -> &str {
        match self {
            Purpose::Register { session, .. } | Purpose::Proof { session, .. } => session,
            Purpose::Halfway { halfway, .. } => halfway,
            Purpose::Alone { cookie } => cookie,
        }
    }

    pub(super) fn user(&self) -> Option<UserId> {
        match self {
            Purpose::Register { user, .. } | Purpose::Halfway { user, .. } | Purpose::Proof { user, .. } => {
                Some(*user)
            }
            Purpose::Alone { .. } => None,
        }
    }

    /// The field of form and API that brings the answer.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Purpose::Proof { .. } => "prove_passkey",
            _ => "passkey",
        }
    }
}

/// A right answer: what is to be written down where it takes effect (`settle`).
pub(crate) struct Right {
    pub user: UserId,
    key: Key,
    before: u32,
}

/// The first half.
pub(crate) async fn ask(server: &Server, purpose: Purpose<'_>) -> Result<Challenge, Problem> {
    let party = party::party(server)?;
    let known: Vec<Credential> = match purpose.user() {
        Some(user) => keys::of_user(server, user).await?.into_iter().map(|key| key.credential).collect(),
        None => Vec::new(),
    };
    if known.is_empty() && purpose.user().is_some() {
        return Err(words::none());
    }
    let asked = party
        .new_challenge_authenticate_builder(known, Some(UserVerificationPolicy::Required))
        .map_err(words::ours)?;
    let (challenge, mut state) = party.generate_challenge_authenticate(asked).map_err(words::ours)?;
    // What is allowed is looked up again when the answer comes: a passkey removed meanwhile opens nothing.
    state.set_allowed_credentials(Vec::new());
    keep(server, &purpose, &state).await?;
    Ok(Challenge { options: serde_json::to_value(challenge.public_key).map_err(words::ours)? })
}

/// The second half. Uses the challenge up, and changes nothing else but to note a counter that goes back.
pub(crate) async fn verify(server: &Server, purpose: Purpose<'_>, answer: &Value) -> Result<Right, Problem> {
    let (party, field) = (party::party(server)?, purpose.field());
    let state: AuthenticationState = take(server, &purpose).await?;
    let answer: PublicKeyCredential =
        serde_json::from_value(answer.clone()).map_err(|_| words::refused(field))?;
    let key = keys::by_id(server, answer.get_credential_id()).await?;
    // Whose it is: of the user who is known by now; alone, of the one the passkey itself names.
    let named = answer.get_user_unique_id();
    let Some(mut key) = key.filter(|key| {
        let named_so = named.is_some_and(|named| named == key.user.to_string().as_bytes());
        match purpose.user() {
            Some(user) => key.user == user && (named.is_none() || named_so),
            None => named_so,
        }
    }) else {
        return Err(words::unknown(field));
    };
    match party.authenticate_single_credential(&answer, &state, &key.credential) {
        Ok(shown) if shown.user_verified() => {
            let before = key.credential.counter;
            key.credential.counter = shown.counter();
            key.credential.backup_state = shown.backup_state();
            Ok(Right { user: key.user, key, before })
        }
        Ok(_) => Err(words::wrong(field, &WebauthnError::UserNotVerified)),
        Err(error) => {
            tracing::info!(user = %key.user, %error, "a passkey was refused");
            if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                note_suspect(server, &key).await?;
            }
            Err(words::wrong(field, &error))
        }
    }
}

/// Writes the use down, in the transaction in which the answer takes effect; the user's row is held. Refused when the passkey was removed
/// or used with the same count meanwhile.
pub(crate) async fn settle(tx: &mut Tx, right: &Right, field: &'static str, now: i64) -> Result<(), Problem> {
    let credential = &right.key.credential;
    let settled = sql("UPDATE factors SET counter = $3, secret = $4, used_at = $5
         WHERE id = $1 AND counter = $2 AND kind = 'passkey'")
    .bind(right.key.factor)
    .bind(i64::from(right.before))
    .bind(i64::from(credential.counter))
    .bind(serde_json::to_string(credential).map_err(words::ours)?)
    .bind(now)
    .run(tx.on())
    .await?;
    if settled == 1 { Ok(()) } else { Err(words::unknown(field)) }
}

/// The signature was right and the count was not: the user reads so on the profile and in the history.
async fn note_suspect(server: &Server, key: &Key) -> Result<(), Problem> {
    tracing::warn!(user = %key.user, factor = %key.factor, "a passkey counted backwards");
    let mut tx = server.store.write().await?;
    let name: Option<Option<String>> = sql("UPDATE factors SET suspect_at = $2 WHERE id = $1 RETURNING name")
        .bind(key.factor)
        .bind(server.world.now_ms())
        .optional(tx.on(), |row| row.get("name"))
        .await?;
    let Some(name) = name else { return Ok(()) };
    let mut act = Act::new("factor.suspect", Subject::new("user", key.user, &key.email));
    act.after = Some(json!({ "kind": "passkey", "name": name }));
    change::record(&mut tx, &*server.world, &Actor::panel(), act).await?;
    tx.commit().await
}
