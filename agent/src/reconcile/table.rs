//! The table of operations and their steps, from the very code that plans them: what the fail-point tests walk.

use super::{
    plan::{Case, Plan, plan},
    product::{Home, Places, Product, Products},
    seen::Seen,
    step::Step,
};
use crate::{
    account,
    app::steps::Stand,
    certificate, cron_job,
    database::{Presence, There as Users, Want, steps::places},
    fs::There,
    limits::quota::Most,
    paths::Paths,
    record::Record,
    render::RenderError,
    site,
    tenant::Place,
};
use model::{
    Account, AccountId, AccountState, App, AppDatabase, AppId, Application, Body, Certificate, CertificateId,
    CronJob, CronJobId, Database, DatabaseId, DatabaseRights, DatabaseState, DatabaseUser, Engine, Https,
    Kind, Lang, Limits, PhpKey, PhpVersion, Problem, Site, SiteId, SitePhp, SiteSettings, SiteState, Task,
    TenantUid, TimeLimit, ZoneName,
};
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
pub struct Operation {
    pub operation: &'static str,
    pub steps: Vec<&'static str>,
}

/// A disk on which exactly these products stand.
fn standing(products: &Products) -> Seen {
    let mut seen = Seen::default();
    for product in &products.files {
        seen.files.insert(product.path.clone(), There::File(product.bytes.clone()));
    }
    for folder in &products.folders {
        seen.folders.insert(folder.clone(), There::Folder);
    }
    for (name, target) in &products.links {
        seen.links.insert(name.clone(), There::Link(target.path()));
    }
    seen.home = products.home.as_ref().map(|_| Place::Right);
    seen.folder = products.folder.as_ref().map(|_| Place::Right);
    seen.database = products.database.as_ref().map(|want| Users {
        database: true,
        users: want.users.iter().map(|(name, login)| (name.clone(), Some(login.clone()))).collect(),
    });
    seen.quota = products.quota.map(|(_, most)| most).or(Some(Most::NONE));
    seen
}

/// Every operation on a sample account and a sample site of two names.
pub fn table() -> Result<Vec<Operation>, Problem> {
    let paths = Paths::of_host();
    let sample = Account {
        id: AccountId::new(1, &[1; 10]),
        name: "asso".parse()?,
        uid: TenantUid::try_from(TenantUid::FIRST)?,
        state: AccountState::Active,
        php: PhpVersion::DEBIAN_13,
        php_workers: 4,
        ssh_keys: vec![],
        limits: Some(Limits { disk_mb: 100, files: 5_000, memory_mb: 256, cpu_percent: 200, processes: 300 }),
        mail: None,
        sftp_logins: vec![],
    };
    let suspended = Account { state: AccountState::Suspended, ..sample.clone() };
    let smaller = sample.limits.map(|limits| Limits { disk_mb: 50, ..limits });
    let changed = Account { php_workers: 5, limits: smaller, ..sample.clone() };
    let site = Site {
        id: SiteId::new(2, &[2; 10]),
        account_id: sample.id,
        account: sample.name.clone(),
        state: SiteState::Serving,
        folder: "asso.example".parse()?,
        names: vec!["asso.example".parse()?, "old.example".parse()?],
        https: Https { redirect: vec!["old.example".parse()?], hsts: None },
        settings: settings("8.4")?,
    };
    let renamed = Site {
        names: vec!["asso.example".parse()?, "new.example".parse()?],
        https: Https { redirect: vec!["new.example".parse()?], hsts: None },
        settings: settings("8.2")?,
        ..site.clone()
    };
    let of_account = |body: &Account| account::steps::products(body, &paths).map_err(broken);
    let of_site = |body: &Site| site::steps::products(body, &sample, &paths).map_err(broken);
    let none = Products::default;
    let account_places = account::steps::places(&sample, &paths);
    let site_places = site::steps::places(&site, &paths);
    let home = Home { account: sample.name.clone(), uid: sample.uid };
    let account_row = |operation, old: &Products, new: &Products, stopped, erase| {
        steps(operation, Body::Account(sample.clone()), old, new, &account_places, stopped, erase)
    };
    let site_row = |operation, old: &Products, new: &Products| {
        steps(operation, Body::Site(site.clone()), old, new, &site_places, false, None)
    };
    let certificate = Certificate {
        id: CertificateId::new(3, &[3; 10]),
        account_id: sample.id,
        account: sample.name.clone(),
        name: "asso.example".parse()?,
        thumbprint: None,
        key: 1,
        chain: None,
        given: None,
    };
    let certificate_places = certificate::steps::places(&certificate, &paths);
    let certificate_row = |operation, old: &Products, new: &Products| {
        let body = Body::Certificate(certificate.clone());
        steps(operation, body, old, new, &certificate_places, false, None)
    };
    // Which bytes they hold makes no difference to the steps. The key is made before they are planned.
    let shows = |bytes: &[u8]| {
        let [pair, thumbprint] = [paths.certificate(&certificate.name), paths.thumbprint(&certificate.name)];
        let product = |path, bytes: &[u8]| Product { path, bytes: bytes.to_vec() };
        Products { files: vec![product(pair, bytes), product(thumbprint, b"")], ..none() }
    };
    let database = Database {
        id: DatabaseId::new(4, &[4; 10]),
        account_id: sample.id,
        account: sample.name.clone(),
        engine: Engine::Mariadb,
        name: "asso_wiki".parse()?,
        state: DatabaseState::Serving,
        connections: 12,
        users: vec![DatabaseUser {
            name: "asso_wiki".parse()?,
            password: Some(format!("*{}", "0".repeat(40)).parse()?),
            rights: DatabaseRights::All,
        }],
    };
    let mut reading = database.clone();
    reading.users.iter_mut().for_each(|user| user.rights = DatabaseRights::Read);
    let in_state = |state| Database { state, ..database.clone() };
    let of_database = |body: &Database| {
        let users = places(&database).users;
        Products { database: Some(Want::of(body, users)), ..none() }
    };
    let database_row = |operation, old: &Products, new: &Products| {
        steps(operation, Body::Database(database.clone()), old, new, &places(&database), false, None)
    };
    let d = of_database(&database);
    let left = Want {
        presence: Presence::LeftAlone,
        users: Default::default(),
        ..Want::of(&in_state(DatabaseState::Erased), places(&database).users)
    };
    let left = Products { database: Some(left), ..none() };
    let job = CronJob {
        id: CronJobId::new(5, &[5; 10]),
        account_id: sample.id,
        account: sample.name.clone(),
        schedule: "0 * * * *".parse()?,
        zone: ZoneName::default(),
        task: Task::Command { line: "true".parse()? },
        limit: TimeLimit::default(),
        paused: false,
        run_now: 0,
    };
    let of_job = |body: &CronJob| cron_job::steps::products(body, &paths).map_err(broken);
    let job_places = cron_job::steps::places(&job, &paths);
    let job_row = |operation, old: &Products, new: &Products| {
        steps(operation, Body::CronJob(job.clone()), old, new, &job_places, false, None)
    };
    let app = App {
        id: AppId::new(6, &[6; 10]),
        account_id: sample.id,
        account: sample.name.clone(),
        site: site.id,
        application: Application::Wordpress,
        folder: site.folder.clone(),
        root: None,
        https: false,
        name: site.folder.clone(),
        php: sample.php,
        title: "Asso".parse()?,
        language: Lang::Fr,
        admin: "ana".parse()?,
        email: "ana@asso.example".parse()?,
        password: "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA".parse()?,
        database: Some(AppDatabase { name: "asso_wiki".parse()?, user: "asso_wiki".parse()? }),
    };
    let freed = Products { quota: Some((sample.uid, Most::NONE)), ..none() };
    let (a, s, j) = (of_account(&sample)?, of_site(&site)?, of_job(&job)?);
    Ok(vec![
        account_row("account.create", &none(), &a, false, None),
        account_row("account.change", &a, &of_account(&changed)?, false, None),
        account_row("account.suspend", &a, &of_account(&suspended)?, true, None),
        account_row("account.erase", &a, &freed, true, Some(&home)),
        account_row("account.remove", &a, &freed, true, None),
        site_row("site.create", &none(), &s),
        site_row("site.change", &s, &of_site(&renamed)?),
        site_row("site.remove", &s, &none()),
        database_row("database.create", &none(), &d),
        database_row("database.change", &d, &of_database(&reading)),
        database_row("database.suspend", &d, &of_database(&in_state(DatabaseState::Suspended))),
        database_row("database.erase", &d, &of_database(&in_state(DatabaseState::Erased))),
        database_row("database.remove", &d, &left),
        certificate_row("certificate.create", &none(), &shows(b"placeholder")),
        certificate_row("certificate.change", &shows(b"placeholder"), &shows(b"chain")),
        certificate_row("certificate.remove", &shows(b"chain"), &none()),
        job_row("cron_job.create", &none(), &j),
        job_row("cron_job.change", &j, &of_job(&CronJob { paused: true, ..job.clone() })?),
        job_row("cron_job.remove", &j, &none()),
        // Between the two it goes on without the agent.
        installing("app.create", &app, Stand::Nothing),
        installing("app.finish", &app, Stand::Installed),
    ])
}

/// Settings of its PHP, of a version.
fn settings(version: &str) -> Result<SiteSettings, Problem> {
    let mut php = SitePhp { version: Some(version.parse()?), ..SitePhp::default() };
    php.settings.set(PhpKey::MemoryLimit, "64M")?;
    Ok(SiteSettings { php, ..SiteSettings::default() })
}

fn broken(error: RenderError) -> Problem {
    let text = super::trouble::Trouble::from(error).text();
    Problem::new(model::ProblemKind::Internal, "render", text)
}

fn steps(
    operation: &'static str,
    body: Body,
    old: &Products,
    new: &Products,
    places: &Places,
    stopped: bool,
    erase: Option<&Home>,
) -> Operation {
    let mut seen = standing(old);
    if new.home.is_some() && old.home.is_none() {
        seen.home = Some(Place::Missing);
    }
    if new.database.is_some() && old.database.is_none() {
        seen.database = Some(Users::default());
    }
    if new.folder.is_some() && old.folder.is_none() {
        seen.folder = Some(Place::Missing);
    }
    // What we wrote is ours to change.
    let mut record = Record::default();
    for product in &old.files {
        record.ours.entry(product.path.clone()).or_default().insert(crate::fs::hash(&product.bytes));
    }
    let mut gone = places.clone();
    gone.files.retain(|path| !new.files.iter().any(|product| product.path == *path));
    gone.folders.retain(|path| !new.folders.contains(path));
    gone.names.retain(|name| !new.links.iter().any(|(wanted, _)| wanted == name));
    let account = match &body {
        Body::Account(account) => Some(account.name.clone()),
        Body::Site(site) => Some(site.account.clone()),
        Body::Certificate(_) | Body::Database(_) | Body::CronJob(_) | Body::App(_) => None,
    };
    let planned = plan(Case {
        kind: body.kind(),
        account: account.as_ref(),
        want: new,
        gone: &gone,
        seen: &seen,
        record: &record,
        generation: 1,
        consent: None,
        stopped,
        erase,
    });
    Operation { operation, steps: names(planned) }
}

fn names(planned: Plan) -> Vec<&'static str> {
    match planned {
        Plan::Steps(steps) => steps.iter().map(Step::name).collect(),
        Plan::Edited(_) | Plan::Blocked(_) => Vec::new(),
    }
}

/// An application, once its installation stands so.
fn installing(operation: &'static str, app: &App, stand: Stand) -> Operation {
    let planned = plan(Case {
        kind: Kind::App,
        account: None,
        want: &Products { app: Some(app.clone()), ..Products::default() },
        gone: &Places::default(),
        seen: &Seen { app: Some(stand), ..Seen::default() },
        record: &Record { begun: vec![Value::Null], ..Record::default() },
        generation: 1,
        consent: None,
        stopped: false,
        erase: None,
    });
    Operation { operation, steps: names(planned) }
}
