//! Where everything lies on a host (contract: “Paths on a host”), below a root that tests choose.

use crate::{
    cell::place::{PROGRAMS, Pool},
    fs::Readers,
};
use model::{AppId, CertificateId, CronJobId, Kind, LoginWord, SiteId, SiteName, TenantUid, UnixName};
use std::path::{Path, PathBuf};

/// All paths of the agent, from one root: `/` on a host, a temporary folder in tests.
#[derive(Clone, Debug)]
pub struct Paths {
    root: PathBuf,
}

impl Paths {
    /// A host's own paths.
    pub fn of_host() -> Paths {
        Paths { root: PathBuf::from("/") }
    }

    pub fn below(root: impl Into<PathBuf>) -> Paths {
        Paths { root: root.into() }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn config(&self) -> PathBuf {
        self.at("etc/alveole/agent.toml")
    }

    /// What only root reads: identity, ledger, records.
    pub fn state(&self) -> PathBuf {
        self.at("var/lib/alveole/agent")
    }

    /// Key, certificate and authority.
    pub fn identity(&self) -> PathBuf {
        self.state().join("identity.pem")
    }

    /// The one before the last renewal.
    pub fn identity_before(&self) -> PathBuf {
        self.state().join("identity-before.pem")
    }

    /// The key that secrets for this host are sealed to.
    pub fn seal(&self) -> PathBuf {
        self.state().join("seal.key")
    }

    pub fn ledger(&self) -> PathBuf {
        self.state().join("ledger")
    }

    /// What the agent itself put on disk, resource by resource.
    pub fn records(&self, kind: Kind) -> PathBuf {
        self.state().join("records").join(kind.code())
    }

    /// What `alveole-agent status` shows of a running agent.
    pub fn status(&self) -> PathBuf {
        self.state().join("status.json")
    }

    pub fn names(&self) -> PathBuf {
        self.at("var/lib/alveole/names")
    }

    pub fn name(&self, name: &SiteName) -> PathBuf {
        self.names().join(name.as_str())
    }

    /// What nginx reads at a handshake: key and chain of one name in one file, so that they are never of two minds.
    pub fn certificates(&self) -> PathBuf {
        self.at("var/lib/alveole/certs")
    }

    pub fn certificate(&self, name: &SiteName) -> PathBuf {
        self.certificates().join(format!("{name}.pem"))
    }

    /// Shown to who asks for no name that could be a site's.
    pub fn default_certificate(&self) -> PathBuf {
        self.at("var/lib/alveole/default.pem")
    }

    /// By what the waker answers an authority's challenges.
    pub fn thumbprints(&self) -> PathBuf {
        self.at("var/lib/alveole/acme")
    }

    pub fn thumbprint(&self, name: &SiteName) -> PathBuf {
        self.thumbprints().join(name.as_str())
    }

    /// Whose visitors over HTTP nginx sends to HTTPS.
    pub fn redirects(&self) -> PathBuf {
        self.at("var/lib/alveole/http")
    }

    /// It is there, and so they are sent. Its ending keeps a name like `a.conf` from being taken for a configuration.
    pub fn redirect(&self, name: &SiteName) -> PathBuf {
        self.redirects().join(format!("{name}.https"))
    }

    pub fn keys(&self) -> PathBuf {
        self.state().join("keys")
    }

    pub fn key(&self, certificate: CertificateId, number: u32) -> PathBuf {
        self.keys().join(format!("{}-{number}.pem", certificate.simple()))
    }

    /// What the scheduler of cron jobs reads, one file a job. In no account's cell: a command may hold what is nobody's business.
    pub fn jobs(&self) -> PathBuf {
        self.at("var/lib/alveole/cron/jobs")
    }

    pub fn job(&self, job: CronJobId) -> PathBuf {
        self.jobs().join(format!("{}.json", job.simple()))
    }

    /// Whose SFTP lets in which keys; the server reads them anew each time.
    pub fn ssh_keys(&self) -> PathBuf {
        self.at("var/lib/alveole/ssh")
    }

    pub fn ssh_keys_of(&self, account: &UnixName) -> PathBuf {
        self.ssh_keys().join(format!("{account}.keys"))
    }

    /// Whom the outbox lets send how much, one file for each uid.
    pub fn senders(&self) -> PathBuf {
        self.at("var/lib/alveole/outbox/senders")
    }

    pub fn sender(&self, uid: TenantUid) -> PathBuf {
        self.senders().join(format!("{}.json", uid.get()))
    }

    /// Of a login that is limited to a folder: its user record, what it may see, its key.
    pub fn login_files(&self, account: &UnixName, word: &LoginWord) -> [PathBuf; 3] {
        let (name, folder) = (word.of(account), self.ssh_keys());
        [
            self.userdb().join(format!("{name}.user")),
            folder.join(format!("{name}.login")),
            folder.join(format!("{name}.keys")),
        ]
    }

    /// Where the scheduler keeps what became of runs.
    pub fn runs(&self) -> PathBuf {
        self.at("var/lib/alveole/cron/runs")
    }

    /// What installations of applications begin with and how they ended; only root looks there.
    pub fn apps(&self) -> PathBuf {
        self.at("run/alveole/apps")
    }

    /// `json`: what is wanted; `out`: what was written meanwhile; `end`: how it ended.
    pub fn app(&self, app: AppId, what: &str) -> PathBuf {
        self.apps().join(format!("{}.{what}", app.simple()))
    }

    /// A file for each transient unit that systemd has loaded.
    pub fn transient_units(&self) -> PathBuf {
        self.at("run/systemd/transient")
    }

    /// Who may read a file of ours, told by where it lies.
    pub fn readers(&self, path: &Path) -> Readers {
        if path.starts_with(self.state()) || path.starts_with(self.apps()) {
            Readers::Root
        } else if path.starts_with(self.certificates()) || path == self.default_certificate() {
            Readers::Front
        } else if path.starts_with(self.jobs()) {
            Readers::Scheduler
        } else if path.starts_with(self.senders()) {
            Readers::Outbox
        } else if let Some(account) = self.program_of(path) {
            Readers::Tenant(account)
        } else {
            Readers::All
        }
    }

    /// Whose program a file describes; `None`: it describes none.
    pub fn program_of(&self, path: &Path) -> Option<UnixName> {
        let mut parts = path.strip_prefix(self.cells()).ok()?.iter();
        let account = parts.next()?.to_str()?;
        let of_programs = parts.next()? == PROGRAMS && parts.next().is_some();
        of_programs.then(|| UnixName::parse(account).ok()).flatten()
    }

    pub fn cells(&self) -> PathBuf {
        self.at("var/lib/alveole/cells")
    }

    pub fn cell(&self, account: &UnixName) -> PathBuf {
        self.cells().join(account.as_str())
    }

    pub fn fragments(&self, account: &UnixName) -> PathBuf {
        self.cell(account).join("sites")
    }

    pub fn fragment(&self, account: &UnixName, site: SiteId) -> PathBuf {
        self.fragments(account).join(format!("{}.conf", site.simple()))
    }

    /// The pools of PHP-FPM, of all versions.
    pub fn pools(&self, account: &UnixName) -> PathBuf {
        self.cell(account).join("php")
    }

    pub fn pool(&self, account: &UnixName, pool: &Pool) -> PathBuf {
        self.pools(account).join(pool.file())
    }

    /// What an account's cell reads of its sites' programs.
    pub fn programs(&self, account: &UnixName) -> PathBuf {
        self.cell(account).join(PROGRAMS)
    }

    pub fn program(&self, account: &UnixName, site: SiteId) -> PathBuf {
        self.programs(account).join(format!("{}.json", site.simple()))
    }

    /// Where a cell's configuration is tried before it takes effect; the tenant must be able to read it.
    pub fn staging(&self) -> PathBuf {
        self.at("run/alveole/staging")
    }

    /// The socket of a cell that is awake.
    pub fn socket(&self, account: &UnixName) -> PathBuf {
        self.at("run/alveole/cells").join(format!("{account}.sock"))
    }

    /// What nginx writes, which no tenant can alter; what was rotated away lies beside it.
    pub fn access_log(&self) -> PathBuf {
        self.at("var/log/alveole/access.log")
    }

    /// What is counted of requests: a folder for each account, and what is not yet over.
    pub fn statistics(&self) -> PathBuf {
        self.state().join("statistics")
    }

    pub fn statistics_of(&self, account: &UnixName) -> PathBuf {
        self.statistics().join(account.as_str())
    }

    pub fn counting(&self) -> PathBuf {
        self.statistics().join("counting.json")
    }

    pub fn counts(&self, account: &UnixName, name: &SiteName) -> PathBuf {
        self.statistics_of(account).join(format!("{name}.jsonl"))
    }

    /// What an account held on the disk, day by day.
    pub fn space(&self, account: &UnixName) -> PathBuf {
        self.state().join("space").join(format!("{account}.json"))
    }

    /// What was sampled of an account, hour by hour and day by day.
    pub fn uses(&self, account: &UnixName) -> PathBuf {
        self.state().join("uses").join(format!("{account}.json"))
    }

    pub fn userdb(&self) -> PathBuf {
        self.at("etc/userdb")
    }

    /// The records systemd's NSS module reads: by name and by number.
    pub fn userdb_files(&self, account: &UnixName, uid: TenantUid) -> [PathBuf; 4] {
        let (folder, uid) = (self.userdb(), uid.get());
        [
            folder.join(format!("{account}.user")),
            folder.join(format!("{uid}.user")),
            folder.join(format!("{account}.group")),
            folder.join(format!("{uid}.group")),
        ]
    }

    pub fn homes(&self) -> PathBuf {
        self.at("home")
    }

    pub fn home(&self, account: &UnixName) -> PathBuf {
        self.homes().join(account.as_str())
    }

    /// A site's document root.
    pub fn document_root(&self, account: &UnixName, folder: &SiteName) -> PathBuf {
        self.home(account).join("sites").join(folder.as_str()).join("public")
    }

    pub fn root(&self) -> &Path {
        &self.root
    }
}
