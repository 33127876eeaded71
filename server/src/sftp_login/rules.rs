//! Making a login, and taking it away.

use super::{SftpLoginView, store};
use crate::{
    Actor, Server,
    account::{self, AccountView},
    change::{self, Act, Done, Subject},
    once, resource, secrets, ssh_key,
    store::{Tx, sql},
    views::Ref,
};
use model::{
    AccountId, HomePath, LoginWord, Problem, ProblemKind, Right, Secret, SftpLogin, SftpLoginId, SshKey,
    Text, text,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSftpLogin {
    /// What it is called besides the account's name.
    pub name: String,
    /// Its folder, such as sites/www.asso.example/public.
    pub folder: String,
    /// A public key. Without one a password is made, and shown this once.
    pub key: Option<String>,
}

/// What was made. The password is in no change, no log, and no other answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Made {
    #[serde(flatten)]
    pub login: SftpLoginView,
    /// Shown this once.
    #[serde(serialize_with = "shown", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
}

fn shown<S: serde::Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::reveal).serialize(to)
}

pub async fn create(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    new: NewSftpLogin,
) -> Result<Done<Made>, Problem> {
    let (id, now): (SftpLoginId, i64) = (server.world.id(), server.world.now_ms());
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        let login = store::load(tx.on(), server, actor, made).await?;
        return Ok(Done { item: Made { login, password: None }, change: None });
    }
    account::must_stay(&of)?;
    // What support puts in would open long after it stopped looking.
    if actor.viewing.is_some() {
        return Err(crate::user::while_viewing());
    }
    if !ssh_key::has_logins(tx.on(), of.host.id).await? {
        return Err(no_logins());
    }
    let word = LoginWord::parse(&new.name)?;
    if !word.fits(&of.name) {
        let text = Text::new(
            "Avec le nom du compte, c’est trop long\u{a0}: 31 caractères au plus en tout.",
            "With the account's name it is too long: 31 characters at most in all.",
        );
        return Err(Problem::invalid("name", "login_word", text));
    }
    let folder: HomePath = new.folder.trim().parse().map_err(|problem: Problem| problem.on("folder"))?;
    must_be_ours(&folder)?;
    let key = new.key.filter(|key| !key.trim().is_empty()).map(|key| SshKey::parse(&key)).transpose()?;
    let held: Vec<String> = sql("SELECT word FROM sftp_logins WHERE account_id = $1")
        .bind(account)
        .all(tx.on(), |row| row.get("word"))
        .await?;
    if held.iter().any(|held| held == word.as_str()) {
        let text = Text::new(
            "Ce compte a déjà un accès de ce nom.",
            "This account has a login of that name already.",
        );
        return Err(Problem::new(ProblemKind::Conflict, "login_taken", text).on("name"));
    }
    let most = SftpLogin::MOST;
    if held.len() >= most as usize {
        let text = text!(
            "Un compte a {most} accès au plus\u{a0}: supprimez-en un d’abord.",
            "An account has {most} logins at most: delete one first."
        );
        return Err(Problem::new(ProblemKind::Conflict, "logins_limit", text).on("name"));
    }
    let password = key.is_none().then(|| secrets::letters(&*server.world));
    let secret = password.as_ref().map(|password| secrets::hashed(password.reveal()).parse()).transpose()?;
    let login = SftpLogin { word, folder, key, secret };
    let view = SftpLoginView {
        id,
        account: Ref { id: of.id, name: of.name.to_string() },
        name: login.word.of(&of.name),
        folder: login.folder.clone(),
        opens_by: if login.key.is_some() { "key" } else { "password" },
        fingerprint: login.key.as_ref().map(ssh_key::fingerprint),
        made_by: Some(actor.who.clone()),
        maker_left: false,
        created_at: now,
    };
    store::insert(&mut tx, &view, &login).await?;
    let mut act = act("sftp_login.create", &of, &view);
    act.after =
        Some(json!({ "folder": view.folder, "opens_by": view.opens_by, "fingerprint": view.fingerprint }));
    let done = write(server, actor, tx, &of, (act, view)).await?;
    Ok(Done { item: Made { login: done.item, password }, change: done.change })
}

/// The home's own folders hold more than files of people: the trash, uploads, logs of others' acts.
fn must_be_ours(folder: &HomePath) -> Result<(), Problem> {
    let trash = HomePath::parse(model::files::TRASH)?;
    if folder.names().len() >= 2 && !folder.is_within(&trash) {
        return Ok(());
    }
    let text = Text::new(
        "Choisissez un dossier dans sites, private ou tmp, par exemple sites/www.asso.example/public.",
        "Choose a folder within sites, private or tmp, such as sites/www.asso.example/public.",
    );
    Err(Problem::invalid("folder", "login_folder", text))
}

/// An agent that does not know logins could not read an account that has some, nor suspend it.
fn no_logins() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "no_sftp_logins",
        Text::new(
            "L’hôte de ce compte n’a pas encore d’accès limités à un dossier\u{a0}: la coopérative doit d’abord y mettre à jour Alvéole.",
            "This account's host has no logins limited to a folder yet: the cooperative has to update Alvéole there first.",
        ),
    )
    .on("name")
}

/// It opens nothing any more, and what is open by it ends within seconds.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    id: SftpLoginId,
    _expected: Option<i64>,
) -> Result<Done<SftpLoginView>, Problem> {
    let mut tx = server.store.write().await?;
    let account = store::load(tx.on(), server, actor, id).await?.account.id;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    let view = store::load(tx.on(), server, actor, id).await?;
    account::must_stay(&of)?;
    store::delete(&mut tx, id).await?;
    let mut act = act("sftp_login.delete", &of, &view);
    act.before =
        Some(json!({ "folder": view.folder, "opens_by": view.opens_by, "fingerprint": view.fingerprint }));
    write(server, actor, tx, &of, (act, view)).await
}

fn act(verb: &'static str, of: &AccountView, login: &SftpLoginView) -> Act {
    let mut act = Act::new(verb, Subject::new("sftp_login", login.id, &login.name));
    act.member = Some(of.member.id);
    act.account = Some(of.id);
    act
}

async fn write(
    server: &Server,
    actor: &Actor,
    mut tx: Tx,
    of: &AccountView,
    (act, item): (Act, SftpLoginView),
) -> Result<Done<SftpLoginView>, Problem> {
    let now = server.world.now_ms();
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let wants = account::as_it_is(&mut tx, of).await?;
    resource::write(&mut tx, change, now, wants).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}
