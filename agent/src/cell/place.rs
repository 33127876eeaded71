//! Where a host keeps what serving needs: names, cells, sockets. Reading it is all that happens here.

use crate::fs;
use model::{
    AccountId, AccountState, Limits, PhpVersion, ProgramFile, SiteId, SiteName, TenantUid, Thumbprint,
    UnixName,
};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
};

/// What a link in `names/` leads to when its account is suspended.
pub const SUSPENDED: &str = "../suspended";

/// The folders of a host; tests have their own.
#[derive(Clone, Debug)]
pub struct Places {
    pub names: PathBuf,
    pub cells: PathBuf,
    /// What the links of serving names say, so always the real path.
    pub sockets: PathBuf,
    pub starter: PathBuf,
    pub php: PathBuf,
    /// By what an authority's challenges are answered, name by name.
    pub thumbprints: PathBuf,
}

impl Default for Places {
    fn default() -> Places {
        Places {
            names: "/var/lib/alveole/names".into(),
            cells: "/var/lib/alveole/cells".into(),
            sockets: "/run/alveole/cells".into(),
            starter: "/run/alveole/starter.sock".into(),
            php: "/run/alveole/php".into(),
            thumbprints: "/var/lib/alveole/acme".into(),
        }
    }
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    Unknown,
    Suspended,
    Cell(UnixName),
    /// A link that says something else: a fault of the host, not of the visitor.
    Broken,
}

impl Places {
    pub fn lead(&self, name: &SiteName) -> Lead {
        let target = match std::fs::read_link(self.names.join(name.as_str())) {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Lead::Unknown,
            Err(_) => return Lead::Broken,
        };
        if target == Path::new(SUSPENDED) {
            return Lead::Suspended;
        }
        let account = target
            .strip_prefix(&self.sockets)
            .ok()
            .and_then(Path::to_str)
            .and_then(|file| file.strip_suffix(".sock"))
            .and_then(|account| UnixName::parse(account).ok());
        // Compared as written: `strip_prefix` forgives doubled slashes.
        match account {
            Some(account) if target == self.socket(&account) => Lead::Cell(account),
            _ => Lead::Broken,
        }
    }

    pub fn socket(&self, account: &UnixName) -> PathBuf {
        self.sockets.join(format!("{account}.sock"))
    }

    pub fn pool_socket(&self, account: &UnixName, pool: &Pool) -> PathBuf {
        self.php.join(account.as_str()).join(pool.socket())
    }

    pub fn pools_folder(&self, account: &UnixName) -> PathBuf {
        self.cells.join(account.as_str()).join("php")
    }

    /// The pools the agent has written for an account.
    pub fn pools(&self, account: &UnixName) -> io::Result<Vec<Pool>> {
        let mut pools = Vec::new();
        for entry in std::fs::read_dir(self.pools_folder(account))? {
            pools.extend(entry?.file_name().to_str().and_then(Pool::from_file));
        }
        pools.sort();
        Ok(pools)
    }

    /// Where a site's program answers.
    pub fn program_socket(&self, account: &UnixName, site: SiteId) -> PathBuf {
        self.php.join(account.as_str()).join(format!("{}.sock", site.simple()))
    }

    /// There while it is known not to run.
    pub fn program_down(&self, account: &UnixName, site: SiteId) -> PathBuf {
        self.php.join(account.as_str()).join(format!("{}.down", site.simple()))
    }

    /// The programs the agent has written for an account's sites. One that cannot be read is the affair of its site alone.
    pub fn programs(&self, account: &UnixName) -> Vec<ProgramFile> {
        let Ok(entries) = std::fs::read_dir(self.cells.join(account.as_str()).join(PROGRAMS)) else {
            return vec![];
        };
        let read = |path: PathBuf| {
            let file: ProgramFile = serde_json::from_slice(&fs::read_bounded(&path, LONGEST_PROGRAM)?)?;
            let own =
                path.file_name().is_some_and(|name| name == format!("{}.json", file.site.simple()).as_str());
            if own { Ok(file) } else { Err(io::Error::other("named after another site")) }
        };
        let mut found: Vec<ProgramFile> = vec![];
        for entry in
            entries.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
        {
            match read(entry.path()) {
                Ok(file) => found.push(file),
                Err(error) => super::log::error(format!("{}: {error}", entry.path().display())),
            }
        }
        found.sort_by_key(|file| file.site);
        found
    }

    /// By what this name's challenges are answered, if it wants a certificate.
    pub fn thumbprint(&self, name: &SiteName) -> Option<Thumbprint> {
        let bytes = fs::read_bounded(&self.thumbprints.join(name.as_str()), LONGEST).ok()?;
        Thumbprint::parse(std::str::from_utf8(&bytes).ok()?.trim_end()).ok()
    }

    /// The cell of an account, if the agent has written one.
    pub fn cell(&self, account: &UnixName) -> io::Result<Cell> {
        let cell: Cell = serde_json::from_slice(&fs::read_bounded(
            &self.cells.join(account.as_str()).join("cell.json"),
            LONGEST,
        )?)?;
        if cell.account == *account {
            Ok(cell)
        } else {
            Err(io::Error::other("cell.json names another account"))
        }
    }
}

/// One pool of PHP-FPM: an account's, or a site's that has settings or a version of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pool {
    /// `None`: the account's.
    pub site: Option<SiteId>,
    pub version: PhpVersion,
}

impl Pool {
    pub fn of_account(version: PhpVersion) -> Pool {
        Pool { site: None, version }
    }

    fn key(&self) -> String {
        self.site.map_or_else(|| "account".to_owned(), |site| site.simple().to_string())
    }

    /// The masters of PHP-FPM find theirs by the version at its end: /usr/share/alveole/cell/fpm.conf.
    pub fn file(&self) -> String {
        format!("{}-{}.conf", self.key(), self.version)
    }

    pub fn from_file(name: &str) -> Option<Pool> {
        let (key, version) = name.strip_suffix(".conf")?.split_once('-')?;
        let site = match key {
            "account" => None,
            key => Some(key.parse().ok()?),
        };
        let pool = Pool { site, version: version.parse().ok()? };
        (pool.file() == name).then_some(pool)
    }

    /// Of two versions at once, since a site that moves from one to the other is asked of both for a moment.
    fn socket(&self) -> String {
        match self.site {
            None => "fpm.sock".to_owned(),
            Some(site) => format!("{}-{}.sock", site.simple(), self.version),
        }
    }
}

/// The program of a version.
pub fn fpm(version: PhpVersion) -> String {
    format!("/usr/sbin/php-fpm{version}")
}

/// What every master of PHP-FPM reads first.
pub const FPM_CONF: &str = "/usr/share/alveole/cell/fpm.conf";

/// `cell.json`: who the cell belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    pub account: UnixName,
    pub account_id: AccountId,
    pub uid: TenantUid,
    pub state: AccountState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

/// In a cell's folder: what is to be known of its sites' programs.
pub const PROGRAMS: &str = "programs";
/// Thirty-two values of 4 KiB may be six times as long in JSON.
const LONGEST_PROGRAM: u64 = 2 * 1024 * 1024;

/// A file of ours is small.
const LONGEST: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn places(dir: &Path) -> Places {
        let places = Places { names: dir.join("names"), cells: dir.join("cells"), ..Places::default() };
        std::fs::create_dir(&places.names).unwrap();
        std::fs::create_dir(&places.cells).unwrap();
        places
    }

    fn name(n: &str) -> SiteName {
        SiteName::parse(n).unwrap()
    }

    #[test]
    fn a_link_leads_to_a_cell_to_nothing_or_is_broken() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        for (link, target) in [
            ("a.example", "/run/alveole/cells/les-amis.sock"),
            ("s.example", "../suspended"),
            ("t.example", "/run/alveole/cells/../les-amis.sock"),
            ("u.example", "/run/alveole/cells//les-amis.sock/"),
            ("v.example", "/run/alveole/cells/root.sock"),
            ("w.example", "/etc/passwd"),
            ("x.example", "les-amis.sock"),
        ] {
            symlink(target, places.names.join(link)).unwrap();
        }
        assert_eq!(places.lead(&name("a.example")), Lead::Cell(UnixName::parse("les-amis").unwrap()));
        assert_eq!(places.lead(&name("s.example")), Lead::Suspended);
        assert_eq!(places.lead(&name("nobody.example")), Lead::Unknown);
        for broken in ["t.example", "v.example", "w.example", "x.example"] {
            assert_eq!(places.lead(&name(broken)), Lead::Broken, "{broken}");
        }
    }

    #[test]
    fn pools_are_what_their_files_say() {
        let site = Pool { site: Some(SiteId::new(1, &[7; 10])), version: "8.2".parse().unwrap() };
        for pool in [site, Pool::of_account(PhpVersion::DEBIAN_13)] {
            assert_eq!(Pool::from_file(&pool.file()), Some(pool));
            let path = Places::default().pool_socket(&"a".repeat(31).parse().unwrap(), &pool);
            assert!(path.as_os_str().len() < 108, "a socket's path has its bound: {}", path.display());
        }
        for strange in [
            "account-8.4.conf~",
            "account.conf",
            ".account-8.4.conf",
            "x-8.4.conf",
            "account-8.conf",
            "account--8.4.conf",
        ] {
            assert_eq!(Pool::from_file(strange), None, "{strange}");
        }
    }

    #[test]
    fn a_cell_is_read_strictly() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        let account = UnixName::parse("les-amis").unwrap();
        let file = places.cells.join("les-amis/cell.json");
        std::fs::create_dir(file.parent().unwrap()).unwrap();
        let write = |account: &str, uid: u32, more: &str| {
            std::fs::write(
                &file,
                format!(
                    r#"{{"account":"{account}","account_id":"01890a5d-ac96-774b-bcce-b302099a8057","uid":{uid},"state":"active"{more}}}"#
                ),
            )
            .unwrap();
        };
        assert!(places.cell(&account).is_err());
        write("les-amis", 200_001, "");
        assert_eq!(places.cell(&account).unwrap().uid.get(), 200_001);
        write("les-autres", 200_001, "");
        assert!(places.cell(&account).is_err());
        write("les-amis", 0, "");
        assert!(places.cell(&account).is_err());
        write("les-amis", 200_001, r#","more":1"#);
        assert!(places.cell(&account).is_err());
        std::fs::remove_file(&file).unwrap();
        symlink("/dev/zero", &file).unwrap();
        assert!(places.cell(&account).is_err());
    }
}
