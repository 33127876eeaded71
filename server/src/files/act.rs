//! What is changed: done on the host first, then kept in the account's history. (The other way round, history would tell of what a full disk
//! or a permission refused.)

use super::open;
use crate::{
    Actor, Server,
    account::AccountView,
    change::{self, Act as Change, Subject},
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

/// Does it; the change, and where the thing is now.
pub async fn act(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    act: Act,
) -> Result<(ChangeId, Option<HomePath>), Problem> {
    let mut session = open(server, actor, account).await?;
    let (change, at) = match act {
        Act::Delete(paths) => {
            let (deleted, failed) = delete(server, &mut session, paths).await;
            let Some(first) = deleted.first() else {
                return Err(failed.unwrap_or_else(|| super::refused(model::files::FileRefusal::Gone)));
            };
            let (count, told) = (deleted.len(), &deleted[..deleted.len().min(MOST_TOLD)]);
            let mut change = Change::new("file.delete", subject(first));
            change.before = Some(json!({ "paths": told, "count": count }));
            let made = record(server, actor, &session.account, change).await?;
            return failed.map_or(Ok((made, first.folder())), Err);
        }
        Act::MakeFolder(path) => {
            session.ask(&FileAsk::MakeFolder { path: path.clone() }).await?;
            (Change::new("file.make_folder", subject(&path)), path)
        }
        Act::Move(from, to) => {
            session.ask(&FileAsk::Move { from: from.clone(), to: to.clone() }).await?;
            let change = Change::new("file.move", subject(&from));
            (sides(change, json!({ "path": from }), json!({ "path": to })), to)
        }
        Act::Copy(from, to) => {
            session.ask(&FileAsk::Copy { from: from.clone(), to: to.clone() }).await?;
            let mut change = Change::new("file.copy", subject(&from));
            change.after = Some(json!({ "path": to }));
            (change, to)
        }
        Act::SetMode(path, mode) => {
            session.ask(&FileAsk::SetMode { path: path.clone(), mode }).await?;
            let mut change = Change::new("file.mode", subject(&path));
            change.after = Some(json!({ "mode": mode.to_string() }));
            (change, path)
        }
        Act::Restore(id) => {
            let FileSaid::Done { path: Some(path) } = session.ask(&FileAsk::Restore { id }).await? else {
                return Err(super::refused(model::files::FileRefusal::Unreadable));
            };
            (Change::new("file.restore", subject(&path)), path)
        }
        Act::Forget(id) => {
            let FileSaid::Trash { items } = session.ask(&FileAsk::Trash).await? else {
                return Err(super::refused(model::files::FileRefusal::Unreadable));
            };
            let from = items.into_iter().find(|item| item.id == id).map(|item| item.from);
            session.ask(&FileAsk::Forget { id }).await?;
            let from = from.unwrap_or_default();
            (Change::new("file.erase", subject(&from)), from)
        }
    };
    Ok((record(server, actor, &session.account, change).await?, Some(at)))
}

/// One by one, until one is refused.
async fn delete(
    server: &Server,
    session: &mut Session,
    paths: Vec<HomePath>,
) -> (Vec<HomePath>, Option<Problem>) {
    let mut deleted = Vec::new();
    for path in paths.into_iter().take(MOST) {
        let now = server.world.now_ms();
        if let Err(problem) = session.ask(&FileAsk::Delete { path: path.clone(), now }).await {
            return (deleted, Some(problem));
        }
        deleted.push(path);
    }
    (deleted, None)
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
    mut change: Change,
) -> Result<ChangeId, Problem> {
    change.member = Some(of.member.id);
    change.account = Some(of.id);
    let mut tx = server.store.write().await?;
    let made = change::record(&mut tx, &*server.world, actor, change).await?;
    tx.commit().await?;
    Ok(made)
}
