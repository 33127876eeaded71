//! What a resource is on disk: the words between a noun's steps and the plan.

use crate::{database::Want, limits::quota::Most, paths::Paths};
use model::{App, DatabaseUserName, Limits, SiteName, TenantUid, UnixName};
use std::path::PathBuf;

pub const FOLDER_MODE: u32 = 0o755;

/// Everything one resource shall have on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Products {
    /// Folders of root's, outside homes, parents first.
    pub folders: Vec<PathBuf>,
    pub files: Vec<Product>,
    pub home: Option<Home>,
    pub folder: Option<Folder>,
    pub links: Vec<(SiteName, Target)>,
    /// In the host's MariaDB.
    pub database: Option<Want>,
    /// To be installed, once.
    pub app: Option<App>,
    /// The space its uid may take, where the disk holds it to that.
    pub quota: Option<(TenantUid, Most)>,
    /// What all that runs of it may take.
    pub limits: Option<Limits>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub account: UnixName,
    pub uid: TenantUid,
}

/// A site's folder in a home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub account: UnixName,
    pub uid: TenantUid,
    pub name: SiteName,
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Cell(UnixName),
    Suspended,
}

impl Target {
    /// The link's content. It names the host's real socket, whatever root the tests work below.
    pub fn path(&self) -> PathBuf {
        match self {
            Target::Cell(account) => Paths::of_host().socket(account),
            Target::Suspended => PathBuf::from("../suspended"),
        }
    }
}

/// Where a resource's products lie; what of them is no longer wanted is to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    pub files: Vec<PathBuf>,
    /// Children first.
    pub folders: Vec<PathBuf>,
    pub names: Vec<SiteName>,
    pub users: Vec<DatabaseUserName>,
}

impl Places {
    pub fn add(&mut self, more: Places) {
        self.files.extend(more.files);
        self.folders.extend(more.folders);
        self.names.extend(more.names);
        self.files.sort();
        self.files.dedup();
        self.users.extend(more.users);
        self.users.sort();
        self.users.dedup();
        self.names.sort();
        self.names.dedup();
        // The order of folders matters: children first.
        self.folders.sort();
        self.folders.dedup();
        self.folders.reverse();
    }
}
