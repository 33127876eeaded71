//! Passkeys in the table `factors`.

use super::words;
use crate::store::{Row, sql};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{FactorId, Problem, UserId};
use webauthn_rs_core::proto::Credential;

/// A passkey, with its counter as it stands.
pub(super) struct Key {
    pub factor: FactorId,
    pub user: UserId,
    pub email: String,
    pub credential: Credential,
}

/// The passkeys of one user.
pub(super) async fn of_user(server: &crate::Server, user: UserId) -> Result<Vec<Key>, Problem> {
    sql("SELECT f.id, f.user_id, f.secret, f.counter, u.email FROM factors f JOIN users u ON u.id = f.user_id
         WHERE f.user_id = $1 AND f.kind = 'passkey' ORDER BY f.id")
    .bind(user)
    .all(server.store.on(), key)
    .await
}

/// The one that answers to this id, whosever it is.
pub(super) async fn by_id(server: &crate::Server, credential: &[u8]) -> Result<Option<Key>, Problem> {
    sql("SELECT f.id, f.user_id, f.secret, f.counter, u.email FROM factors f JOIN users u ON u.id = f.user_id
         WHERE f.credential_id = $1 AND f.kind = 'passkey'")
    .bind(id_of(credential))
    .optional(server.store.on(), key)
    .await
}

/// A credential's id as the store keeps it.
pub(super) fn id_of(credential: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential)
}

fn key(row: &Row) -> Result<Key, Problem> {
    let mut credential: Credential =
        serde_json::from_str(&row.get::<String>("secret")?).map_err(words::ours)?;
    credential.counter = row.get("counter")?;
    Ok(Key { factor: row.get("id")?, user: row.get("user_id")?, email: row.get("email")?, credential })
}
