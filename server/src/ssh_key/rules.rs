//! Letting a key in, and out again.

use super::{SshKeyView, store};
use crate::{
    Actor, Server,
    account::{self, AccountView},
    change::{self, Act, Done, Subject},
    once, resource,
    store::{Tx, sql},
    views::Ref,
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use model::{AccountId, Problem, ProblemKind, Right, SshKey, SshKeyId, Text, text};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSshKey {
    /// A line of a file that ends in `.pub`.
    pub key: String,
    /// What people call it; what the line says of itself where nothing is given.
    pub label: Option<String>,
}

/// As `ssh-keygen -l` shows it.
pub(crate) fn fingerprint(key: &SshKey) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(key.octets())))
}

pub async fn create(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    new: NewSshKey,
) -> Result<Done<SshKeyView>, Problem> {
    let (id, now): (SshKeyId, i64) = (server.world.id(), server.world.now_ms());
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        let item = store::load(tx.on(), server, actor, made).await?;
        return Ok(Done { item, change: None });
    }
    account::must_stay(&of)?;
    // What support puts in would open long after it stopped looking.
    if actor.viewing.is_some() {
        return Err(crate::user::while_viewing());
    }
    if store::address_on(tx.on(), of.host.id).await?.is_none() {
        return Err(no_sftp());
    }
    let (key, comment) = SshKey::with_comment(&new.key)?;
    let label = new.label.filter(|label| !label.trim().is_empty()).or(comment);
    let label = model::KeyLabel::parse(&label.unwrap_or_default())?;
    let fingerprint = fingerprint(&key);
    let held: Vec<String> = sql("SELECT fingerprint FROM ssh_keys WHERE account_id = $1")
        .bind(account)
        .all(tx.on(), |row| row.get("fingerprint"))
        .await?;
    if held.contains(&fingerprint) {
        let text = Text::new("Ce compte a déjà cette clé.", "This account has this key already.");
        return Err(Problem::new(ProblemKind::Conflict, "ssh_key_taken", text).on("key"));
    }
    let most = SshKey::MOST;
    if held.len() >= most as usize {
        let text = text!(
            "Un compte a {most} clés au plus\u{a0}: supprimez-en une d’abord.",
            "An account has {most} keys at most: delete one first."
        );
        return Err(Problem::new(ProblemKind::Conflict, "ssh_keys_limit", text).on("key"));
    }
    let item = SshKeyView {
        id,
        account: Ref { id: of.id, name: of.name.to_string() },
        label: label.to_string(),
        algorithm: key.algorithm().to_owned(),
        fingerprint,
        created_at: now,
        made_by: Some(actor.who.clone()),
        maker_left: false,
    };
    store::insert(&mut tx, &item, &key).await?;
    let mut act = act("ssh_key.create", &of, &item);
    act.after = Some(json!({ "fingerprint": item.fingerprint, "algorithm": item.algorithm }));
    write(server, actor, tx, &of, (act, item)).await
}

/// An agent that does not know keys could not read an account that has some, nor suspend it.
fn no_sftp() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "no_sftp",
        Text::new(
            "L’hôte de ce compte n’a pas encore SFTP\u{a0}: la coopérative doit d’abord y mettre à jour Alvéole.",
            "This account's host has no SFTP yet: the cooperative has to update Alvéole there first.",
        ),
    )
    .on("key")
}

/// New connections with it are refused from now on, and those of the account that are open end within seconds; who has another key comes
/// back at once.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    id: SshKeyId,
    _expected: Option<i64>,
) -> Result<Done<SshKeyView>, Problem> {
    let mut tx = server.store.write().await?;
    let account = store::load(tx.on(), server, actor, id).await?.account.id;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    let item = store::load(tx.on(), server, actor, id).await?;
    account::must_stay(&of)?;
    store::delete(&mut tx, id).await?;
    let mut act = act("ssh_key.delete", &of, &item);
    act.before = Some(json!({ "fingerprint": item.fingerprint, "algorithm": item.algorithm }));
    write(server, actor, tx, &of, (act, item)).await
}

fn act(verb: &'static str, of: &AccountView, key: &SshKeyView) -> Act {
    let mut act = Act::new(verb, Subject::new("ssh_key", key.id, &key.label));
    act.member = Some(of.member.id);
    act.account = Some(of.id);
    act
}

/// Keys are data of the account on its host: the account is told anew, with those it has now.
async fn write(
    server: &Server,
    actor: &Actor,
    mut tx: Tx,
    of: &AccountView,
    (act, item): (Act, SshKeyView),
) -> Result<Done<SshKeyView>, Problem> {
    let now = server.world.now_ms();
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let wants = account::as_it_is(&mut tx, of).await?;
    resource::write(&mut tx, change, now, wants).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}
