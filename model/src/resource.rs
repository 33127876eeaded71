//! Resources: the items of a host's desired state, as they travel and as the ledger keeps them.

use crate::{Account, App, Certificate, ChangeId, CronJob, Database, Problem, Site};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The kinds an agent of this version knows. Adding one: docs/adding-a-resource.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Account,
    Site,
    Certificate,
    Database,
    CronJob,
    App,
}

impl Kind {
    /// In the order they are applied; deletions go the other way round.
    pub const ALL: [Kind; 6] =
        [Kind::Account, Kind::Site, Kind::Certificate, Kind::Database, Kind::CronJob, Kind::App];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Account => "account",
            Kind::Site => "site",
            Kind::Certificate => "certificate",
            Kind::Database => "database",
            Kind::CronJob => "cron_job",
            Kind::App => "app",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A resource's name on its host: its kind and its key (the id of the noun it stands for).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceKey {
    pub kind: Kind,
    pub key: Uuid,
}

/// What a person allowed for this generation of a resource; the next change asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Overwrite what was edited by hand.
    PutBack,
    /// Leave what was edited by hand as it is (pinned).
    Keep,
    /// This deletion is meant, although many come at once.
    Delete,
}

/// One resource as it travels and as the ledger stores it. The body is parsed by kind, resource by resource,
/// so that one that cannot be read is set aside alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    pub kind: Kind,
    pub key: Uuid,
    /// The host's generation at which this resource last changed.
    pub generation: u64,
    /// The change that caused it.
    pub change: ChangeId,
    /// What is wanted; `null` when the resource shall be gone.
    pub body: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
}

impl Resource {
    pub fn at(&self) -> ResourceKey {
        ResourceKey { kind: self.kind, key: self.key }
    }

    /// The typed body, or `None` for a resource that shall be gone.
    pub fn want(&self) -> Result<Option<Body>, Problem> {
        let Some(body) = self.body.clone() else { return Ok(None) };
        let body = match self.kind {
            Kind::Account => serde_json::from_value::<Account>(body).map(Body::Account),
            Kind::Site => serde_json::from_value::<Site>(body).map(Body::Site),
            Kind::Certificate => serde_json::from_value::<Certificate>(body).map(Body::Certificate),
            Kind::Database => serde_json::from_value::<Database>(body).map(Body::Database),
            Kind::CronJob => serde_json::from_value::<CronJob>(body).map(Body::CronJob),
            Kind::App => serde_json::from_value::<App>(body).map(Body::App),
        };
        let body = body.map_err(|error| unreadable(&error.to_string()))?;
        if body.key() != self.key {
            return Err(unreadable("the body's id is not the resource's key"));
        }
        Ok(Some(body))
    }
}

fn unreadable(reason: &str) -> Problem {
    Problem::invalid(
        "body",
        "resource_unreadable",
        crate::text!(
            "L’hôte ne comprend pas cette description ({reason})\u{a0}: mettez l’agent à jour.",
            "The host does not understand this description ({reason}): update the agent."
        ),
    )
}

/// A resource's body, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Account(Account),
    Site(Site),
    Certificate(Certificate),
    Database(Database),
    CronJob(CronJob),
    App(App),
}

impl Body {
    pub fn kind(&self) -> Kind {
        match self {
            Body::Account(_) => Kind::Account,
            Body::Site(_) => Kind::Site,
            Body::Certificate(_) => Kind::Certificate,
            Body::Database(_) => Kind::Database,
            Body::CronJob(_) => Kind::CronJob,
            Body::App(_) => Kind::App,
        }
    }

    pub fn key(&self) -> Uuid {
        match self {
            Body::Account(account) => account.id.uuid(),
            Body::Site(site) => site.id.uuid(),
            Body::Certificate(certificate) => certificate.id.uuid(),
            Body::Database(database) => database.id.uuid(),
            Body::CronJob(job) => job.id.uuid(),
            Body::App(app) => app.id.uuid(),
        }
    }

    /// As the store and the wire keep it. Field order is fixed by the types, so equal bodies are equal bytes.
    pub fn to_value(&self) -> Result<Value, serde_json::Error> {
        match self {
            Body::Account(account) => serde_json::to_value(account),
            Body::Site(site) => serde_json::to_value(site),
            Body::Certificate(certificate) => serde_json::to_value(certificate),
            Body::Database(database) => serde_json::to_value(database),
            Body::CronJob(job) => serde_json::to_value(job),
            Body::App(app) => serde_json::to_value(app),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AccountId, AccountState, AppDatabase, AppId, Application, CertificateId, Chain, CronJobId,
        DatabaseId, DatabaseRights, DatabaseState, DatabaseUser, Engine, Given, Hsts, Https, Limits,
        PhpVersion, SiteId, SiteSettings, SiteState, Task, TimeLimit, ZoneName,
    };

    fn site() -> Site {
        Site {
            id: SiteId::new(2, &[2; 10]),
            account_id: AccountId::new(1, &[1; 10]),
            account: "asso".parse().unwrap(),
            state: SiteState::Serving,
            folder: "asso.example".parse().unwrap(),
            names: vec!["asso.example".parse().unwrap(), "www.asso.example".parse().unwrap()],
            https: Https::default(),
            settings: SiteSettings::default(),
        }
    }

    fn resource(body: &Body) -> Resource {
        Resource {
            kind: body.kind(),
            key: body.key(),
            generation: 1,
            change: ChangeId::new(3, &[3; 10]),
            body: Some(body.to_value().unwrap()),
            consent: None,
        }
    }

    #[test]
    fn bodies_come_back_as_they_went() {
        let account = Body::Account(Account {
            id: AccountId::new(1, &[1; 10]),
            name: "asso".parse().unwrap(),
            uid: 200_001.try_into().unwrap(),
            state: AccountState::Active,
            php: PhpVersion::DEBIAN_13,
            php_workers: 4,
            ssh_keys: vec![],
            limits: Some(Limits { disk_mb: 1, files: 2, memory_mb: 3, cpu_percent: 4, processes: 5 }),
            mail: None,
            sftp_logins: vec![crate::SftpLogin {
                word: "photos".parse().unwrap(),
                folder: "sites/www".parse().unwrap(),
                key: None,
                secret: Some("0".repeat(64).parse().unwrap()),
            }],
        });
        let certificate = Body::Certificate(Certificate {
            id: CertificateId::new(4, &[4; 10]),
            account_id: AccountId::new(1, &[1; 10]),
            account: "asso".parse().unwrap(),
            name: "asso.example".parse().unwrap(),
            thumbprint: Some("t".repeat(43).parse().unwrap()),
            key: 2,
            chain: Some(Chain { key: 1, certificates: vec!["AAAA".parse().unwrap()] }),
            given: Some(Given { key: 1, sealed: "AAAA".parse().unwrap() }),
        });
        let database = Body::Database(Database {
            id: DatabaseId::new(5, &[5; 10]),
            account_id: AccountId::new(1, &[1; 10]),
            account: "asso".parse().unwrap(),
            engine: Engine::Mariadb,
            name: "asso_wiki".parse().unwrap(),
            state: DatabaseState::Serving,
            connections: 8,
            users: vec![DatabaseUser {
                name: "asso_wiki".parse().unwrap(),
                password: Some(format!("*{}", "0A".repeat(20)).parse().unwrap()),
                rights: DatabaseRights::All,
            }],
        });
        let hsts = Some(Hsts { max_age: Hsts::DAY, subdomains: true });
        let https = Https { redirect: vec!["asso.example".parse().unwrap()], hsts };
        let settings = SiteSettings { main_only: true, ..SiteSettings::default() };
        let told = Body::Site(Site { settings, ..site() });
        let secured = Body::Site(Site { https, ..site() });
        let task = Task::Php {
            php: PhpVersion::DEBIAN_13,
            script: "sites/asso.example/public/cron.php".parse().unwrap(),
            arguments: vec!["--all".parse().unwrap()],
        };
        let job = CronJob {
            id: CronJobId::new(6, &[6; 10]),
            account_id: AccountId::new(1, &[1; 10]),
            account: "asso".parse().unwrap(),
            schedule: "*/5 * * * *".parse().unwrap(),
            zone: ZoneName::default(),
            task,
            limit: TimeLimit::default(),
            paused: false,
            run_now: 0,
        };
        let app = App {
            id: AppId::new(7, &[7; 10]),
            account_id: AccountId::new(1, &[1; 10]),
            account: "asso".parse().unwrap(),
            site: SiteId::new(2, &[2; 10]),
            application: Application::Wordpress,
            folder: "asso.example".parse().unwrap(),
            root: Some("web".parse().unwrap()),
            https: true,
            name: "asso.example".parse().unwrap(),
            php: PhpVersion::DEBIAN_13,
            title: "L’été".parse().unwrap(),
            language: crate::Lang::Fr,
            admin: "ana".parse().unwrap(),
            email: "ana@asso.example".parse().unwrap(),
            password: "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA".parse().unwrap(),
            database: Some(AppDatabase {
                name: "asso_blog".parse().unwrap(),
                user: "asso_blog".parse().unwrap(),
            }),
        };
        let line = Task::Command { line: "echo \"%i $HOME\"".parse().unwrap() };
        let jobs = [
            Body::App(app),
            Body::CronJob(job.clone()),
            Body::CronJob(CronJob { task: line, paused: true, ..job }),
        ];
        let others = [account, Body::Site(site()), secured, told, certificate, database];
        for body in others.into_iter().chain(jobs) {
            let json = serde_json::to_string(&resource(&body)).unwrap();
            let back: Resource = serde_json::from_str(&json).unwrap();
            assert_eq!(back.want().unwrap(), Some(body));
        }
    }

    #[test]
    fn unknown_fields_wrong_keys_and_double_names_are_set_aside() {
        let good = resource(&Body::Site(site()));
        let mut extra = good.clone();
        extra.body.as_mut().unwrap()["include"] = "/etc/passwd".into();
        let mut wrong_key = good.clone();
        wrong_key.key = ChangeId::new(9, &[9; 10]).uuid();
        let mut twice = good.clone();
        twice.body.as_mut().unwrap()["names"] = serde_json::json!(["asso.example", "ASSO.example"]);
        let mut strange = good.clone();
        strange.body.as_mut().unwrap()["https"] = serde_json::json!({ "redirect": ["other.example"] });
        let mut for_ever = good.clone();
        for_ever.body.as_mut().unwrap()["https"] =
            serde_json::json!({ "hsts": { "max_age": 63_072_000, "subdomains": false } });
        let mut round = good.clone();
        round.body.as_mut().unwrap()["settings"] =
            serde_json::json!({ "redirects": [{ "from": "/a", "to": "/a" }] });
        let keys: Vec<_> =
            ["https", "settings"].iter().filter_map(|key| good.body.as_ref()?.get(key)).collect();
        assert!(keys.is_empty(), "older hosts read it too");
        for resource in [extra, wrong_key, twice, strange, for_ever, round] {
            assert_eq!(resource.want().unwrap_err().code, "resource_unreadable");
        }
    }
}
