//! The files of an account: looked at and changed on its host, by a process that has the account's uid, over a session. The panel keeps
//! none of them; what is changed stands in the account's history.
//!
//! Who may change sites may do all of this: what is written into a home is what its sites run, and what is read there holds their secrets.

mod act;
mod api;
mod archive_api;
mod contents;
mod look;
mod problem;
mod put;
mod resume;
mod work;
mod work_store;

pub use act::{Act, Acted, act};
pub(crate) use api::ROUTES;
pub(crate) use archive_api::ROUTES as ARCHIVE_ROUTES;
pub use archive_api::sent;
pub use contents::{Download, Packed, TextView, download, packed, put, save, text};
pub use look::{Asked, list, look, show, trash};
pub(crate) use problem::refused;
pub use put::Put;
pub use resume::{Rest, SoFar, resume, so_far};
pub use work::{Work, WorkState, WorkView, work, works};

use crate::{Actor, Server, transfer, transfer::Session};
use model::{
    AccountId, FileName, HomePath, Problem, Right,
    files::{FileEntry, FileKind, FileMode, TrashId},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Something in a home, as pages and the API show it. A path is text; an octet of a name that is no text is `%XX`, `%` itself `%25`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileView {
    #[schema(value_type = String)]
    pub path: HomePath,
    #[schema(value_type = String)]
    pub name: FileName,
    /// `folder`, `file`, `link`, or `other`: a pipe, a socket, a device.
    #[schema(value_type = String)]
    pub kind: FileKind,
    pub size: u64,
    pub modified_at: i64,
    /// Three octal digits.
    #[schema(value_type = String)]
    #[serde(serialize_with = "as_text")]
    pub mode: FileMode,
    /// Changes whenever the file does.
    pub stamp: String,
    /// Of a link, where it leads.
    pub target: Option<String>,
}

fn as_text<S: serde::Serializer>(mode: &FileMode, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(mode)
}

impl FileView {
    fn of(folder: &HomePath, entry: FileEntry) -> FileView {
        FileView { path: folder.join(entry.name.clone()), ..FileView::at(entry) }
    }

    /// Of a path that is known already.
    fn at(entry: FileEntry) -> FileView {
        let FileEntry { name, kind, size, modified_at, mode, stamp, target } = entry;
        FileView { path: HomePath::HOME, name, kind, size, modified_at, mode, stamp, target }
    }
}

/// Something in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrashView {
    #[schema(value_type = String)]
    pub id: TrashId,
    /// Where it was.
    #[schema(value_type = String)]
    pub from: HomePath,
    #[schema(value_type = String)]
    pub kind: FileKind,
    pub size: u64,
    pub deleted_at: i64,
    /// When it goes for good.
    pub erase_at: i64,
}

async fn open(server: &Server, actor: &Actor, account: AccountId) -> Result<Session, Problem> {
    transfer::open(server, transfer::For { actor: actor.clone(), account, right: Right::Sites }).await
}
