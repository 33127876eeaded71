//! An upload that goes on where it was cut off: what arrived waits on the host for a day, and whoever sends asks first how much that is.

use super::{Put, open, refused};
use crate::{Actor, Server};
use axum::body::Bytes;
use futures_util::Stream;
use model::{
    AccountId, ChangeId, HomePath, Problem,
    files::{FileAsk, FileRefusal, FileSaid, Over},
    upload::UploadMark,
};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// What is missing of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Of the whole file.
    pub size: u64,
    pub from: u64,
    /// What the sender calls this file, so that another of the same name and size is not taken for it.
    pub mark: String,
}

/// How much has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SoFar {
    pub octets: u64,
}

/// The same for the same person, place, size and word of theirs, and for nobody else.
fn mark(actor: &Actor, path: &HomePath, size: u64, word: &str) -> UploadMark {
    let of = json!([actor.user, actor.who, path, size, word]).to_string();
    UploadMark::of(&Sha256::digest(of).into())
}

pub async fn so_far(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    (path, size, word): (HomePath, u64, String),
) -> Result<SoFar, Problem> {
    let mut session = open(server, actor, account).await?;
    match session.ask(&FileAsk::SoFar { mark: mark(actor, &path, size, &word) }).await? {
        FileSaid::SoFar { octets } => Ok(SoFar { octets }),
        _ => Err(refused(FileRefusal::Unreadable)),
    }
}

/// The change, once all of it is there and in place.
pub async fn resume(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    ((path, over), rest): ((HomePath, Over), Rest),
    contents: impl Stream<Item = Result<Bytes, Problem>>,
) -> Result<Option<ChangeId>, Problem> {
    let mut put = Put::begin(server, actor, account, "file.upload").await?;
    let mark = mark(actor, &path, rest.size, &rest.mark);
    let ask = FileAsk::Resume { path: path.clone(), over, mark, from: rest.from, size: rest.size };
    match put.bring(ask, path, contents).await? {
        true => put.done().await.map(Some),
        false => Ok(None),
    }
}
