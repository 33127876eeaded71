//! Words the tests of several files share.

use crate::{
    certificate::keys,
    database::fake::FakeMariaDb,
    fault::{Faults, NoFaults},
    fs::There,
    ledger::{Changes, Ledger, Taken},
    limits::quota::fake::FakeQuotas,
    paths::Paths,
    reconcile::{Batch, Done, Hands, daemons::Daemons, guard::Guard, trouble::Trouble},
    record::Records,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{
    Account, AccountId, AccountState, App, AppDatabase, AppId, Application, Body, Certificate, CertificateId,
    Chain, ChangeId, CronJob, CronJobId, Database, DatabaseId, DatabaseRights, DatabaseState, DatabaseUser,
    Engine, Https, Limits, PanelId, PhpVersion, Resource, ResourceKey, Site, SiteId, SiteSettings, SiteState,
    Task, TenantUid, Thumbprint, TimeLimit, UnixName, ZoneName, wire::ReportState,
};
use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::Instant,
};

pub fn panel() -> PanelId {
    PanelId::new(1, &[1; 10])
}

pub fn change(n: u8) -> ChangeId {
    ChangeId::new(1_000 + u64::from(n), &[n; 10])
}

pub fn account_id(n: u8) -> AccountId {
    AccountId::new(u64::from(n), &[n; 10])
}

pub fn account(name: &str, n: u8) -> Account {
    Account {
        id: account_id(n),
        name: name.parse().unwrap(),
        uid: (200_000 + u32::from(n)).try_into().unwrap(),
        state: AccountState::Active,
        php: PhpVersion::DEBIAN_13,
        php_workers: 4,
        ssh_keys: vec![],
        limits: Some(limits()),
        mail: None,
        sftp_logins: vec![],
    }
}

pub fn limits() -> Limits {
    Limits { disk_mb: 100, files: 5_000, memory_mb: 256, cpu_percent: 200, processes: 300 }
}

pub fn site(account: &str, account_n: u8, n: u8, names: &[&str]) -> Site {
    Site {
        id: SiteId::new(100 + u64::from(n), &[n; 10]),
        account_id: account_id(account_n),
        account: account.parse().unwrap(),
        state: SiteState::Serving,
        folder: names[0].parse().unwrap(),
        names: names.iter().map(|name| name.parse().unwrap()).collect(),
        https: Https::default(),
        settings: SiteSettings::default(),
    }
}

/// A resource as the panel would send it.
pub fn wanted(body: &Body, generation: u64) -> Resource {
    Resource {
        kind: body.kind(),
        key: body.key(),
        generation,
        change: change(1),
        body: Some(body.to_value().unwrap()),
        consent: None,
    }
}

/// One key for everything, whose signatures are always the same: two worlds can be compared byte by byte.
pub struct OneKey;

static ONE_KEY: LazyLock<String> =
    LazyLock::new(|| rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem());

impl keys::Maker for OneKey {
    fn make(&self) -> Result<rcgen::KeyPair, rcgen::Error> {
        rcgen::KeyPair::from_pem(&ONE_KEY)
    }
}

pub fn certificate(account: &str, account_n: u8, n: u8, name: &str) -> Certificate {
    Certificate {
        id: CertificateId::new(200 + u64::from(n), &[n; 10]),
        account_id: account_id(account_n),
        account: account.parse().unwrap(),
        name: name.parse().unwrap(),
        thumbprint: Some("t".repeat(Thumbprint::LENGTH).parse().unwrap()),
        key: 1,
        chain: None,
        given: None,
    }
}

/// A database of two users, the second of whom may read.
pub fn database(account: &str, account_n: u8, n: u8, name: &str) -> Database {
    let user = |part: &str, rights| DatabaseUser {
        name: format!("{account}_{part}").parse().unwrap(),
        password: Some(format!("*{}", "0A".repeat(20)).parse().unwrap()),
        rights,
    };
    Database {
        id: DatabaseId::new(300 + u64::from(n), &[n; 10]),
        account_id: account_id(account_n),
        account: account.parse().unwrap(),
        engine: Engine::Mariadb,
        name: name.parse().unwrap(),
        state: DatabaseState::Serving,
        connections: 12,
        users: vec![user("app", DatabaseRights::All), user("reader", DatabaseRights::Read)],
    }
}

/// WordPress in the account's first site, with the database `ACCOUNT_blog`.
pub fn app(account: &str, account_n: u8, n: u8) -> App {
    let name: model::SiteName = format!("{account}.example").parse().unwrap();
    let blog = format!("{account}_blog");
    App {
        id: AppId::new(500 + u64::from(n), &[n; 10]),
        account_id: account_id(account_n),
        account: account.parse().unwrap(),
        site: SiteId::new(100 + u64::from(n), &[n; 10]),
        application: Application::Wordpress,
        folder: name.clone(),
        root: None,
        https: false,
        name,
        php: PhpVersion::DEBIAN_13,
        title: "L’été".parse().unwrap(),
        language: model::Lang::Fr,
        admin: "ana".parse().unwrap(),
        email: format!("ana@{account}.example").parse().unwrap(),
        password: "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA".parse().unwrap(),
        database: Some(AppDatabase { name: blog.parse().unwrap(), user: blog.parse().unwrap() }),
    }
}

/// Every hour, a command.
pub fn cron_job(account: &str, account_n: u8, n: u8, line: &str) -> CronJob {
    CronJob {
        id: CronJobId::new(400 + u64::from(n), &[n; 10]),
        account_id: account_id(account_n),
        account: account.parse().unwrap(),
        schedule: "0 * * * *".parse().unwrap(),
        zone: ZoneName::default(),
        task: Task::Command { line: line.parse().unwrap() },
        limit: TimeLimit::default(),
        paused: false,
        run_now: 0,
    }
}

/// What an authority would send for the key `number`.
pub fn chain(number: u32, name: &str) -> Chain {
    chain_for(&rcgen::KeyPair::from_pem(&ONE_KEY).unwrap(), number, name)
}

pub fn chain_for(key: &rcgen::KeyPair, number: u32, name: &str) -> Chain {
    let params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
    let der = STANDARD.encode(params.self_signed(key).unwrap().der());
    Chain { key: number, certificates: vec![der.parse().unwrap()] }
}

/// Daemons that accept everything but what holds a given text, and remember what they were asked.
#[derive(Default)]
pub struct FakeDaemons {
    pub refuse: Mutex<Option<String>>,
    pub reload_fails: Mutex<bool>,
    pub asked: Mutex<Vec<String>>,
}

impl FakeDaemons {
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// What a configuration holds, its includes read too.
    fn whole(config: &Path) -> String {
        let text = std::fs::read_to_string(config).unwrap();
        let includes = text.lines().filter_map(|line| line.strip_prefix("IncludeOptional \""));
        let read = |path: &str| std::fs::read_to_string(path.trim_end_matches('"')).unwrap_or_default();
        let included: String = includes.map(read).collect();
        text + &included
    }

    fn check(&self, what: &str, config: &Path) -> Result<(), Trouble> {
        self.asked.lock().unwrap().push(format!("check {what}"));
        match &*self.refuse.lock().unwrap() {
            Some(bad) if FakeDaemons::whole(config).contains(bad) => {
                Err(Trouble::Refused(model::text!("refusé\u{a0}: {bad}", "refused: {bad}")))
            }
            _ => Ok(()),
        }
    }
}

impl Daemons for FakeDaemons {
    fn check_apache(&self, config: &Path, _: TenantUid) -> Result<(), Trouble> {
        self.check("apache", config)
    }
    fn check_php(&self, _: PhpVersion, config: &Path, _: TenantUid) -> Result<(), Trouble> {
        self.check("php", config)
    }
    fn reload(&self, account: &UnixName, php: bool) -> Result<(), Trouble> {
        self.asked.lock().unwrap().push(format!("reload {account}{}", if php { " php" } else { "" }));
        if *self.reload_fails.lock().unwrap() {
            return Err(Trouble::io("reload", std::io::Error::other("no")));
        }
        Ok(())
    }
    fn stop(&self, account: &UnixName) -> Result<(), Trouble> {
        self.asked.lock().unwrap().push(format!("stop {account}"));
        Ok(())
    }
    fn set_limits(&self, account: &UnixName, limits: &Limits) -> Result<(), Trouble> {
        self.asked.lock().unwrap().push(format!("limit {account} {}", limits.memory_mb));
        Ok(())
    }
    fn start_app(&self, app: &App) -> Result<(), Trouble> {
        self.asked.lock().unwrap().push(format!("start {} {}", app.application.name(), app.account));
        Ok(())
    }
}

/// A host below a temporary folder.
pub struct World {
    pub paths: Paths,
    pub hands: Hands,
    pub ledger: Mutex<Ledger>,
    pub daemons: Arc<FakeDaemons>,
    pub mariadb: Arc<FakeMariaDb>,
    pub quotas: Arc<FakeQuotas>,
    pub guard: Guard,
    pub now: Instant,
    pub dir: tempfile::TempDir,
}

impl World {
    pub fn new() -> World {
        World::with(Arc::new(NoFaults))
    }

    pub fn with(faults: Arc<dyn Faults>) -> World {
        // In memory where there is such a place: the walk over all fail-points makes hundreds of worlds, and fsyncs each.
        let shm = Path::new("/dev/shm");
        let dir = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() }.unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let paths = Paths::below(dir.path());
        for folder in [paths.names(), paths.cells(), paths.userdb(), paths.homes(), paths.staging()] {
            std::fs::create_dir_all(folder).unwrap();
        }
        crate::ground::lay(&paths).unwrap();
        let daemons = Arc::new(FakeDaemons::default());
        let records = Records::open(&paths).unwrap();
        let mariadb = Arc::new(FakeMariaDb::default());
        let quotas = Arc::new(FakeQuotas::default());
        let hands = Hands {
            paths: paths.clone(),
            records,
            daemons: daemons.clone(),
            faults,
            keys: Arc::new(OneKey),
            mariadb: mariadb.clone(),
            quotas: quotas.clone(),
        };
        let ledger = Mutex::new(Ledger::open(&paths.ledger()).unwrap());
        World {
            paths,
            hands,
            ledger,
            daemons,
            mariadb,
            quotas,
            guard: Guard::default(),
            now: Instant::now(),
            dir,
        }
    }

    pub fn generation(&self) -> u64 {
        self.ledger.lock().unwrap().position().map_or(0, |position| position.generation)
    }

    /// Puts resources into the ledger, each at the next generation.
    pub fn want(&self, mut resources: Vec<Resource>) -> Vec<ResourceKey> {
        let from = self.generation();
        for (n, resource) in resources.iter_mut().enumerate() {
            resource.generation = from + 1 + n as u64;
        }
        let to = from + resources.len() as u64;
        let frame = Changes { panel: panel(), epoch: 1, from, to, resources, more: false };
        match self.ledger.lock().unwrap().take(frame).unwrap() {
            Taken::Written { touched, .. } => touched,
            other => panic!("{other:?}"),
        }
    }

    pub fn reconcile(&mut self, keys: impl IntoIterator<Item = ResourceKey>) -> Vec<Done> {
        let told = Mutex::new(Vec::new());
        let batch = Batch {
            hands: &self.hands,
            ledger: &self.ledger,
            keys: keys.into_iter().collect(),
            with_sites: true,
            looked: Mutex::default(),
        };
        batch.run(&mut self.guard, self.now, &|done| told.lock().unwrap().push(done));
        told.into_inner().unwrap()
    }

    /// The final words about everything.
    pub fn all(&mut self) -> Vec<Done> {
        let keys = self.ledger.lock().unwrap().keys();
        let mut done = self.reconcile(keys);
        done.retain(|done| done.outcome.state != ReportState::Checked);
        done
    }

    pub fn apply(&mut self, resources: Vec<Resource>) -> Vec<Done> {
        let keys = self.want(resources);
        let mut done = self.reconcile(keys);
        done.retain(|done| done.outcome.state != ReportState::Checked);
        done
    }

    /// Everything on disk that serves (not our notes), as text: to compare two worlds.
    pub fn snapshot(&self) -> String {
        let mut out = String::new();
        for folder in [
            self.paths.names(),
            self.paths.certificates(),
            self.paths.thumbprints(),
            self.paths.redirects(),
            self.paths.ssh_keys(),
            self.paths.cells(),
            self.paths.userdb(),
            self.paths.homes(),
        ] {
            walk(&folder, self.dir.path(), &mut out);
        }
        out.push_str(&self.mariadb.snapshot());
        out.push_str(&self.quotas.snapshot());
        out.replace(&self.dir.path().display().to_string(), "")
    }
}

fn walk(folder: &Path, root: &Path, out: &mut String) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        match crate::fs::look(&path).unwrap() {
            There::Folder => {
                let meta = std::fs::metadata(&path).unwrap();
                let mode = meta.permissions().mode() & 0o7777;
                out.push_str(&format!("{name}/ {mode:o} {}:{}\n", meta.uid(), meta.gid()));
                walk(&path, root, out);
            }
            There::Link(target) => out.push_str(&format!("{name} -> {}\n", target.display())),
            There::File(bytes) => out.push_str(&format!("{name}\n{}", String::from_utf8_lossy(&bytes))),
            There::Nothing | There::Other => {}
        }
    }
}
