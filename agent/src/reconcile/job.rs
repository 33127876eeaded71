//! One resource on its way: what the ledger wants of it, what is seen, and the plan between the two.

use super::{
    Hands,
    plan::{Case, Plan, goes_on, plan, taken},
    product::{Home, Places, Products},
    seen::Seen,
    step::Step,
    trouble::Trouble,
};
use crate::{
    account, app,
    certificate::{self, keys},
    cron_job,
    database::{self, sql},
    ledger::{self, Ledger},
    limits::quota::Most,
    record::{Outcome, Record},
    site, tenant,
};
use model::{
    Account, AccountState, Body, Certificate, CronJob, Kind, Resource, ResourceKey, Site, SiteName, Text,
    UnixName, text,
    wire::{Drift, KeyRequest, ReportState},
};
use serde_json::Value;
use uuid::Uuid;

/// What the ledger wants of one resource, with all that hangs on other resources already looked up.
#[derive(Clone, Debug)]
pub struct Wish {
    pub resource: Resource,
    pub record: Record,
    pub body: Option<Body>,
    /// A site's account, or the account itself.
    pub account: Option<Account>,
    /// What of earlier bodies may be on disk; names that another resource wants by now are not among them.
    pub old: Places,
    /// A reason to leave it alone, found in the ledger.
    pub refused: Option<Text>,
    /// It was erased before: what stands under its name by now is another one's.
    pub settled: bool,
    /// What is there of a database, where many were looked at together.
    pub looked: Option<database::There>,
}

/// A resource with its plan.
pub struct Job {
    pub at: ResourceKey,
    pub wish: Wish,
    pub want: Products,
    pub gone: Places,
    pub seen: Seen,
    pub steps: Vec<Step>,
    /// What is missing for it to work although all steps are done.
    pub lacks: Option<Text>,
    /// It is under way, and will be looked at again when it has ended.
    pub goes_on: bool,
    /// `site.create`, `account.erase`, …
    pub operation: String,
}

impl Job {
    /// What is told of it once its steps are done.
    pub fn outcome(&self) -> Outcome {
        let state = match self.lacks {
            _ if self.goes_on => ReportState::Checked,
            Some(_) => ReportState::Failed,
            None => ReportState::Applied,
        };
        Outcome { state, text: self.lacks.clone(), drift: None }
    }
}

/// What became of the planning.
pub enum Planned {
    Job(Box<Job>),
    Edited(Wish, Drift),
    Refused(Wish, Text),
    Trouble(Wish, Trouble),
}

/// Bodies that a record holds, as far as this version can read them.
pub(crate) fn bodies(kind: Kind, record: &Record) -> Vec<Body> {
    let read = |value: &Value| match kind {
        Kind::Account => serde_json::from_value(value.clone()).ok().map(Body::Account),
        Kind::Site => serde_json::from_value(value.clone()).ok().map(Body::Site),
        Kind::Certificate => serde_json::from_value(value.clone()).ok().map(Body::Certificate),
        Kind::Database => serde_json::from_value(value.clone()).ok().map(Body::Database),
        Kind::CronJob => serde_json::from_value(value.clone()).ok().map(Body::CronJob),
        Kind::App => serde_json::from_value(value.clone()).ok().map(Body::App),
    };
    record.bodies().filter_map(read).collect()
}

pub(crate) fn is_erased(body: Option<&Value>) -> bool {
    body.and_then(|body| body.get("state")?.as_str()) == Some("erased")
}

impl Wish {
    /// Everything that must be read from the ledger; short, since the ledger is locked meanwhile.
    pub fn read(hands: &Hands, ledger: &Ledger, resource: &Resource, record: Record) -> Wish {
        let olds = bodies(resource.kind, &record);
        let mut wish = Wish {
            resource: resource.clone(),
            record,
            body: None,
            account: None,
            old: Places::default(),
            refused: None,
            settled: false,
            looked: None,
        };
        for old in &olds {
            wish.old.add(match old {
                Body::Account(account) => account::steps::places(account, &hands.paths),
                Body::Site(site) => site::steps::places(site, &hands.paths),
                Body::Certificate(old) => certificate::steps::places(old, &hands.paths),
                Body::Database(old) => database::steps::places(old),
                Body::CronJob(job) => cron_job::steps::places(job, &hands.paths),
                // What it has on disk is the account's.
                Body::App(_) => Places::default(),
            });
        }
        match resource.want() {
            Ok(body) => wish.body = body,
            Err(problem) => wish.refused = Some(problem.text),
        }
        match &wish.body {
            Some(Body::Account(account)) => wish.account = Some(account.clone()),
            Some(Body::Site(site)) => {
                let site = site.clone();
                wish.account = ledger.account(site.account_id);
                wish.site(hands, ledger, &site);
            }
            Some(Body::Certificate(certificate)) => {
                let certificate = certificate.clone();
                wish.account = ledger.account(certificate.account_id);
                wish.certificate(ledger, &certificate);
            }
            Some(Body::Database(database)) => {
                let database = database.clone();
                wish.account = ledger.account(database.account_id);
                wish.database(hands, ledger, &database);
            }
            Some(Body::CronJob(job)) => {
                let job = job.clone();
                wish.account = ledger.account(job.account_id);
                wish.cron_job(ledger, &job);
            }
            Some(Body::App(app)) => {
                let app = app.clone();
                wish.account = ledger.account(app.account_id);
                wish.app(hands, ledger, &app);
            }
            None => {
                // For a cell to reload or stop: the account as it was.
                wish.account = olds.iter().find_map(|old| match old {
                    Body::Account(account) => Some(account.clone()),
                    Body::Site(site) => ledger.account(site.account_id),
                    Body::Certificate(old) => ledger.account(old.account_id),
                    Body::Database(old) => ledger.account(old.account_id),
                    Body::CronJob(job) => ledger.account(job.account_id),
                    Body::App(app) => ledger.account(app.account_id),
                });
            }
        }
        wish.leave_to_others(hands, ledger, &olds);
        wish
    }

    /// What moved to another site or certificate is that one's by now.
    fn leave_to_others(&mut self, hands: &Hands, ledger: &Ledger, olds: &[Body]) {
        let key = self.resource.key;
        let moved = |kind, name: &SiteName| {
            ledger.claimants(kind, name.as_str()).iter().any(|claimant| *claimant != key)
        };
        self.old.users.retain(|user| {
            let claimants = ledger.claimants(Kind::Database, &ledger::user_claim(user));
            claimants.iter().all(|claimant| *claimant == key)
        });
        self.old.names.retain(|name| !moved(Kind::Site, name));
        for old in olds {
            let theirs: Vec<_> = match old {
                Body::Certificate(old) if moved(Kind::Certificate, &old.name) => {
                    vec![hands.paths.certificate(&old.name), hands.paths.thumbprint(&old.name)]
                }
                Body::Site(old) => {
                    let names = old.https.redirect.iter().filter(|name| moved(Kind::Site, name));
                    names.map(|name| hands.paths.redirect(name)).collect()
                }
                _ => continue,
            };
            self.old.files.retain(|path| !theirs.contains(path));
        }
    }

    /// One certificate has a name; of several the newest, since a name that moves is wanted by both for a moment.
    fn certificate(&mut self, ledger: &Ledger, certificate: &Certificate) {
        let newest = |key: &Uuid| {
            ledger.get(ResourceKey { kind: Kind::Certificate, key: *key }).map(|resource| resource.generation)
        };
        let rivals = ledger.claimants(Kind::Certificate, certificate.name.as_str());
        if rivals.iter().max_by_key(|key| newest(key)).is_some_and(|key| *key != self.resource.key) {
            self.refused = Some(text!(
                "Un autre certificat de cet hôte est pour {}\u{a0}: il le remplace.",
                "Another certificate of this host is for {}: it takes its place.",
                certificate.name
            ));
        }
    }

    fn cron_job(&mut self, ledger: &Ledger, job: &CronJob) {
        if self.belongs(ledger, &job.account) {
            self.refused = cron_job::steps::refusal(job);
        }
    }

    /// Whether the account of this name is here, as the account's own description says. An erased account's things go with it, whatever
    /// the panel still says of them.
    pub(crate) fn belongs(&mut self, ledger: &Ledger, name: &UnixName) -> bool {
        match &self.account {
            None => {
                self.refused = Some(text!(
                    "Le compte {name} n’est pas sur cet hôte\u{a0}: une personne de l’administration doit le vérifier.",
                    "The account {name} is not on this host: an admin must look into it."
                ));
            }
            Some(account) if account.state == AccountState::Erased => {
                self.body = None;
                let at = ResourceKey { kind: Kind::Account, key: account.id.uuid() };
                self.resource.consent = ledger.get(at).and_then(|resource| resource.consent);
            }
            Some(account) if account.name != *name => {
                self.refused = Some(Text::new(
                    "Cette description et celle de son compte ne s’accordent pas\u{a0}: une personne de l’administration doit le vérifier.",
                    "This description and its account's do not agree: an admin must look into it.",
                ));
            }
            Some(_) => return true,
        }
        false
    }

    fn site(&mut self, hands: &Hands, ledger: &Ledger, site: &Site) {
        if !self.belongs(ledger, &site.account) {
            return;
        }
        let taken = site.names.iter().find(|name| {
            let rivals = ledger.claimants(Kind::Site, name.as_str());
            rivals.len() > 1
                && rivals.iter().min_by_key(|site| hands.rank(ledger, **site, name))
                    != Some(&self.resource.key)
        });
        if let Some(name) = taken {
            self.refused = Some(text!(
                "Le nom {name} est déjà servi par un autre site de cet hôte\u{a0}: retirez-le de l’un des deux.",
                "The name {name} is already served by another site of this host: remove it from one of the two."
            ));
        }
    }

    fn products(&self, hands: &Hands) -> Result<Products, Trouble> {
        Ok(match (&self.body, &self.account) {
            (Some(Body::Account(account)), _) if account.state != AccountState::Erased => {
                account::steps::products(account, &hands.paths)?
            }
            // Whose files they were is held to nothing any more.
            (_, Some(account)) if self.resource.kind == Kind::Account => {
                Products { quota: Some((account.uid, Most::NONE)), ..Products::default() }
            }
            (Some(Body::Site(site)), Some(account)) => site::steps::products(site, account, &hands.paths)?,
            (Some(Body::Certificate(certificate)), _) => {
                let keys = keys::read(&hands.paths, certificate)
                    .map_err(|error| Trouble::io("reading the keys", error))?;
                certificate::steps::products(certificate, &keys, &hands.paths)?
            }
            (Some(Body::CronJob(job)), _) => cron_job::steps::products(job, &hands.paths)?,
            // Once it is in its site it is the account's own: nobody looks after it any more.
            (Some(Body::App(app)), _) if self.record.done.is_none() => {
                Products { app: Some(app.clone()), ..Products::default() }
            }
            _ if self.resource.kind == Kind::Database => {
                Products { database: self.database_wanted(), ..Products::default() }
            }
            _ => Products::default(),
        })
    }

    /// Makes what a plan can only find: a certificate's key. One that was made and not used yet is found the next time. And hears of an
    /// installation that failed.
    pub fn prepare(&self, hands: &Hands) -> Result<(), Trouble> {
        match &self.body {
            Some(Body::Certificate(certificate)) if self.refused.is_none() => {
                keys::prepare(&hands.paths, &*hands.keys, certificate)
            }
            Some(Body::App(app)) if self.refused.is_none() && self.record.done.is_none() => {
                app::steps::told(hands, app)
            }
            _ => Ok(()),
        }
    }

    /// The request the panel waits for, if this is a certificate without its chain.
    pub fn request(&self, hands: &Hands) -> Option<KeyRequest> {
        let Some(Body::Certificate(certificate)) = &self.body else { return None };
        keys::request(certificate, &keys::read(&hands.paths, certificate).ok()?)
    }

    /// Looks at the disk and works out the steps.
    pub fn plan(mut self, hands: &Hands) -> Planned {
        if let Some(text) = self.refused.take() {
            return Planned::Refused(self, text);
        }
        let want = match self.products(hands) {
            Ok(want) => want,
            Err(trouble) => return Planned::Trouble(self, trouble),
        };
        let erased = match &self.body {
            Some(Body::Account(account)) if account.state == AccountState::Erased => Some(account.clone()),
            _ => None,
        };
        let mut gone = self.old.clone();
        if let Some(account) = &erased {
            gone.add(account::steps::places(account, &hands.paths));
        }
        gone.files.retain(|path| !want.files.iter().any(|product| product.path == *path));
        gone.folders.retain(|path| !want.folders.contains(path));
        gone.names.retain(|name| !want.links.iter().any(|(wanted, _)| wanted == name));
        let looked = Seen::look(&hands.paths, &want, &gone).and_then(|seen| {
            let home = match erased {
                Some(a) if tenant::look_home(&hands.paths, &a.name, a.uid)? != tenant::Place::Missing => {
                    Some(Home { account: a.name, uid: a.uid })
                }
                _ => None,
            };
            Ok((seen, home))
        });
        let (mut seen, erase) = match looked {
            Ok(looked) => looked,
            Err(source) => return Planned::Trouble(self, Trouble::io("looking at the disk", source)),
        };
        if let Some(want) = &want.database {
            let looked = match self.looked.take() {
                Some(there) => Ok(there),
                None => hands.mariadb.run(&sql::look(want)).map(|rows| sql::read(&rows).of(want)),
            };
            match looked {
                Ok(there) => seen.database = Some(there),
                Err(trouble) => return Planned::Trouble(self, trouble),
            }
        }
        if let Some((uid, _)) = want.quota {
            match hands.quotas.look(uid) {
                Ok(held) => seen.quota = held.map(|held| held.most),
                Err(source) => return Planned::Trouble(self, Trouble::io("looking at the quota", source)),
            }
        }
        // No cell reads a certificate (nginx does, at the next handshake), how a database is made, or a cron job (the scheduler does).
        let of_cell = matches!(self.resource.kind, Kind::Account | Kind::Site);
        let name = self.account_name().filter(|_| of_cell);
        let stopped = self.resource.kind == Kind::Account
            && !matches!(&self.body, Some(Body::Account(account)) if account.state == AccountState::Active);
        let case = Case {
            kind: self.resource.kind,
            account: name.as_ref(),
            want: &want,
            gone: &gone,
            seen: &seen,
            record: &self.record,
            generation: self.resource.generation,
            consent: self.resource.consent,
            stopped,
            erase: erase.as_ref(),
        };
        let (planned, lacks, goes_on) = (plan(case), taken(&case), goes_on(&case));
        match planned {
            Plan::Edited(drift) => Planned::Edited(self, drift),
            Plan::Blocked(text) => Planned::Refused(self, text),
            Plan::Steps(steps) => {
                let (at, mut operation) = (self.resource.at(), self.operation());
                if want.app.is_some() && !goes_on {
                    operation = "app.finish".to_owned();
                }
                Planned::Job(Box::new(Job {
                    at,
                    wish: self,
                    want,
                    gone,
                    seen,
                    steps,
                    lacks,
                    goes_on,
                    operation,
                }))
            }
        }
    }
}
