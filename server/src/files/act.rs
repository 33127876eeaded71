//! What is changed: done on the host first, then kept in the account's history. (The other way round, history would tell of what a full disk
//! or a permission refused.)

use super::open;
use crate::{
    Actor, Server,
    account::AccountView,
    change::{self, Act as Change, Subject},
    store::{Tx, internal},
    transfer::Session,
};
use model::{
    AccountId, ChangeId, HomePath, Problem,
    files::{FileAsk, FileMode, FileSaid, TrashId},
};
use serde_json::{Value, json};

/// Something done to files, as a form or the API asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    MakeFolder(HomePath),
    Move(HomePath, HomePath),
    Copy(HomePath, HomePath),
    /// Into the trash.
    Delete(Vec<HomePath>),
    SetMode(HomePath, FileMode),
    /// Out of the trash again.
    Restore(TrashId),
    /// Out of the trash for good.
    Forget(TrashId),
}

/// Things deleted in one go, at most.
const MOST: usize = 1_000;
/// Names that a change tells, at most.
const MOST_TOLD: usize = 20;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    pub change: ChangeId,
    /// Where the thing is now.
    pub at: Option<HomePath>,
    /// Whether that is beside the place it was meant for, which something else has.
    pub beside: bool,
}

/// Does it.
pub async fn act(server: &Server, actor: &Actor, account: AccountId, act: Act) -> Result<Acted, Problem> {
    let (server, actor) = (server.clone(), actor.clone());
    to_the_end(async move { done(&server, &actor, account, act).await }).await
}

/// In a task of its own: an asker who hangs up meanwhile keeps nothing out of history.
pub(super) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) => Err(internal("work on files", &error)),
    }
}

async fn done(server: &Server, actor: &Actor, account: AccountId, act: Act) -> Result<Acted, Problem> {
    let mut session = open(server, actor, account).await?;
    let (ask, mut change, mut at) = match act {
        Act::Delete(paths) => return delete(server, actor, session, paths).await,
        Act::MakeFolder(path) => {
            let change = Change::new("file.make_folder", subject(&path));
            (FileAsk::MakeFolder { path: path.clone() }, change, path)
        }
        Act::Move(from, to) => {
            let change = Change::new("file.move", subject(&from));
            let change = sides(change, json!({ "path": from }), json!({ "path": to }));
            (FileAsk::Move { from, to: to.clone() }, change, to)
        }
        Act::Copy(from, to) => {
            let mut change = Change::new("file.copy", subject(&from));
            change.after = Some(json!({ "path": to }));
            (FileAsk::Copy { from, to: to.clone() }, change, to)
        }
        Act::SetMode(path, mode) => {
            let mut change = Change::new("file.mode", subject(&path));
            change.after = Some(json!({ "mode": mode.to_string() }));
            (FileAsk::SetMode { path: path.clone(), mode }, change, path)
        }
        Act::Restore(id) => {
            let from = in_trash(&mut session, &id).await?;
            (FileAsk::Restore { id }, Change::new("file.restore", subject(&from)), from)
        }
        Act::Forget(id) => {
            let from = in_trash(&mut session, &id).await?;
            (FileAsk::Forget { id }, Change::new("file.erase", subject(&from)), from)
        }
    };
    let mut beside = false;
    match session.ask(&ask).await {
        Ok(FileSaid::Done { path: Some(path) }) if path != at => {
            // Not where it was asked for.
            change.after = Some(json!({ "path": path }));
            beside = !at.is_home();
            at = path;
        }
        Ok(_) => {}
        Err(problem) => {
            if session.unanswered() {
                record(server, actor, &session.account, unsure(change)).await?;
            }
            return Err(problem);
        }
    }
    let change = record(server, actor, &session.account, change).await?;
    Ok(Acted { change, at: Some(at), beside })
}

/// Where something in the trash was; nothing is known of what the account put there itself.
async fn in_trash(session: &mut Session, id: &TrashId) -> Result<HomePath, Problem> {
    let FileSaid::Trash { items } = session.ask(&FileAsk::Trash).await? else {
        return Err(super::refused(model::files::FileRefusal::Unreadable));
    };
    Ok(items.into_iter().find(|item| item.id == *id).map(|item| item.from).unwrap_or_default())
}

/// One by one, until one is refused; what was deleted until then is one change.
async fn delete(
    server: &Server,
    actor: &Actor,
    mut session: Session,
    paths: Vec<HomePath>,
) -> Result<Acted, Problem> {
    let told = |paths: &[HomePath]| {
        let mut change = Change::new("file.delete", subject(paths.first().unwrap_or(&HomePath::HOME)));
        let named = &paths[..paths.len().min(MOST_TOLD)];
        change.before = Some(json!({ "paths": named, "count": paths.len() }));
        change
    };
    let (mut deleted, mut failed) = (Vec::new(), None);
    for path in paths.into_iter().take(MOST) {
        let now = server.world.now_ms();
        if let Err(problem) = session.ask(&FileAsk::Delete { path: path.clone(), now }).await {
            failed = Some((path, problem));
            break;
        }
        deleted.push(path);
    }
    let at = deleted.first().and_then(HomePath::folder);
    let made = match deleted.is_empty() {
        true => None,
        false => Some(record(server, actor, &session.account, told(&deleted)).await?),
    };
    if let Some((path, problem)) = failed {
        if session.unanswered() {
            record(server, actor, &session.account, unsure(told(&[path]))).await?;
        }
        return Err(problem);
    }
    made.map(|change| Acted { change, at, beside: false })
        .ok_or_else(|| super::refused(model::files::FileRefusal::Gone))
}

/// Nobody knows whether it was done: the session ended before the host said so.
pub(super) fn unsure(mut change: Change) -> Change {
    change.after.get_or_insert_with(|| json!({}))["outcome"] = json!("unknown");
    change
}

pub(super) fn subject(path: &HomePath) -> Subject {
    // The end of a path says more than its beginning.
    let shown = path.shown();
    let skip = shown.chars().count().saturating_sub(80);
    let mut label: String = shown.chars().skip(skip).collect();
    if skip > 0 {
        label.insert(0, '…');
    }
    Subject::new("file", path, label)
}

fn sides(mut change: Change, before: Value, after: Value) -> Change {
    (change.before, change.after) = (Some(before), Some(after));
    change
}

/// Keeps in history what has been done.
pub(super) async fn record(
    server: &Server,
    actor: &Actor,
    of: &AccountView,
    change: Change,
) -> Result<ChangeId, Problem> {
    let mut tx = server.store.write().await?;
    let made = record_in(&mut tx, server, actor, of, change).await?;
    tx.commit().await?;
    Ok(made)
}

/// The same, with what else is written of it.
pub(super) async fn record_in(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    of: &AccountView,
    mut change: Change,
) -> Result<ChangeId, Problem> {
    change.member = Some(of.member.id);
    change.account = Some(of.id);
    change::record(tx, &*server.world, actor, change).await
}
