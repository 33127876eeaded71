//! What is on disk where a resource's products lie.

use super::product::{Places, Products};
use crate::{
    app::steps::{self, Stand},
    database::There as Database,
    fs::{self, There},
    limits::quota::Most,
    paths::Paths,
    tenant::{self, Place},
};
use model::SiteName;
use std::{collections::BTreeMap, io, path::PathBuf};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub files: BTreeMap<PathBuf, There>,
    pub folders: BTreeMap<PathBuf, There>,
    pub links: BTreeMap<SiteName, There>,
    pub home: Option<Place>,
    pub folder: Option<Place>,
    pub database: Option<Database>,
    pub app: Option<Stand>,
    /// None where the disk holds nobody to anything.
    pub quota: Option<Most>,
}

impl Seen {
    /// Looks at every place the products or the leftovers of a resource may occupy.
    pub fn look(paths: &Paths, want: &Products, gone: &Places) -> io::Result<Seen> {
        let mut seen = Seen::default();
        for path in want.files.iter().map(|product| &product.path).chain(&gone.files) {
            seen.files.insert(path.clone(), fs::look(path)?);
        }
        for path in want.folders.iter().chain(&gone.folders) {
            seen.folders.insert(path.clone(), fs::look(path)?);
        }
        for name in want.links.iter().map(|(name, _)| name).chain(&gone.names) {
            seen.links.insert(name.clone(), fs::look(&paths.name(name))?);
        }
        if let Some(home) = &want.home {
            seen.home = Some(tenant::look_home(paths, &home.account, home.uid)?);
        }
        if let Some(folder) = &want.folder {
            seen.folder = Some(tenant::look_site(paths, &folder.account, &folder.name)?);
        }
        if let Some(app) = &want.app {
            seen.app = Some(steps::look(paths, app)?);
        }
        Ok(seen)
    }

    pub fn file(&self, path: &std::path::Path) -> &There {
        self.files.get(path).unwrap_or(&There::Nothing)
    }

    pub fn folder(&self, path: &std::path::Path) -> &There {
        self.folders.get(path).unwrap_or(&There::Nothing)
    }

    pub fn link(&self, name: &SiteName) -> &There {
        self.links.get(name).unwrap_or(&There::Nothing)
    }
}
