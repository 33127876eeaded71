//! The table `sftp_logins`.

use super::SftpLoginView;
use crate::{
    Actor, Server,
    actor::{not_found, scoped},
    ssh_key::{self, fingerprint},
    store::{Row, Tx, sql},
    views::Ref,
};
use model::{AccountId, HomePath, LoginWord, Problem, SftpLogin, SftpLoginId, SshKey, UnixName};
use sqlx::{Any, Executor};

macro_rules! columns {
    () => {
        "SELECT l.id, l.word, l.folder, l.public_key, l.made_by, l.created_at, a.id AS account_id, a.name AS account_name
         FROM sftp_logins l JOIN accounts a ON a.id = l.account_id WHERE a.state <> 'erased' AND "
    };
}

fn view(row: &Row) -> Result<SftpLoginView, Problem> {
    let word: LoginWord = row.get::<String>("word")?.parse()?;
    let account: UnixName = row.get::<String>("account_name")?.parse()?;
    let key: Option<SshKey> = row.get::<Option<String>>("public_key")?.map(|key| key.parse()).transpose()?;
    Ok(SftpLoginView {
        id: row.get("id")?,
        name: word.of(&account),
        account: Ref { id: row.get("account_id")?, name: account.to_string() },
        folder: row.get::<String>("folder")?.parse()?,
        opens_by: if key.is_some() { "key" } else { "password" },
        fingerprint: key.as_ref().map(fingerprint),
        made_by: row.get("made_by")?,
        maker_left: false,
        created_at: row.get("created_at")?,
    })
}

/// An account's logins, oldest first.
pub async fn list(server: &Server, actor: &Actor, account: AccountId) -> Result<Vec<SftpLoginView>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let logins = sql(concat!(columns!(), "l.account_id = $1 ORDER BY l.id"))
        .bind(account)
        .all(server.store.on(), view)
        .await?;
    let here = ssh_key::makers(server, account).await?;
    let left = |login: &SftpLoginView| login.made_by.as_ref().is_some_and(|who| !here.contains(who));
    Ok(logins.into_iter().map(|login| SftpLoginView { maker_left: left(&login), ..login }).collect())
}

/// One login, for who may see its account.
pub(super) async fn load(
    on: impl Executor<'_, Database = Any>,
    server: &Server,
    actor: &Actor,
    id: SftpLoginId,
) -> Result<SftpLoginView, Problem> {
    let query = scoped!(actor, concat!(columns!(), "l.id = $3 AND"), "");
    sql(query)
        .bind(actor.holder())
        .bind(server.world.now_ms())
        .bind(id)
        .optional(on, view)
        .await?
        .ok_or_else(not_found)
}

/// What a host is told of an account.
pub(crate) async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<SftpLogin>, Problem> {
    sql("SELECT word, folder, public_key, secret FROM sftp_logins WHERE account_id = $1 ORDER BY id")
        .bind(account)
        .all(tx.on(), |row| {
            let some = |column: &str| row.get::<Option<String>>(column);
            Ok(SftpLogin {
                word: row.get::<String>("word")?.parse()?,
                folder: row.get::<String>("folder")?.parse::<HomePath>()?,
                key: some("public_key")?.map(|key| key.parse()).transpose()?,
                secret: some("secret")?.map(|secret| secret.parse()).transpose()?,
            })
        })
        .await
}

pub(super) async fn insert(tx: &mut Tx, view: &SftpLoginView, login: &SftpLogin) -> Result<(), Problem> {
    sql("INSERT INTO sftp_logins (id, account_id, word, folder, public_key, secret, made_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(view.id)
    .bind(view.account.id)
    .bind(login.word.as_str())
    .bind(login.folder.to_string())
    .bind(login.key.as_ref().map(|key| key.as_str().to_owned()))
    .bind(login.secret.as_ref().map(|secret| secret.as_str().to_owned()))
    .bind(view.made_by.clone())
    .bind(view.created_at)
    .run(tx.on())
    .await
    .map(drop)
}

pub(super) async fn delete(tx: &mut Tx, id: SftpLoginId) -> Result<(), Problem> {
    sql("DELETE FROM sftp_logins WHERE id = $1").bind(id).run(tx.on()).await.map(drop)
}

/// With their account.
pub(crate) async fn erase_all(tx: &mut Tx, account: AccountId) -> Result<(), Problem> {
    sql("DELETE FROM sftp_logins WHERE account_id = $1").bind(account).run(tx.on()).await.map(drop)
}
