//! What every case starts from: a fresh panel, one web host, a plan, an admin, and two members with an account each.

use crate::{agent::seal_key, postgres::Postgres, world::FakeWorld};
use model::{AccountId, HostFacts, HostId, PlanId, Secret, UserId};
use serde_json::json;
use server::{
    Actor, Config, Server, Via,
    account::{self, NewAccount},
    actor::Staff,
    member::{self, NewMember},
    plan::{self, PlanInput},
    session,
    store::sql,
    user,
};
use std::sync::Arc;
use tempfile::TempDir;

pub struct Bench {
    pub server: Server,
    pub world: Arc<FakeWorld>,
    pub admin: Actor,
    pub host: HostId,
    pub plan: PlanId,
    pub config: Config,
    _folder: TempDir,
}

/// A member with an account and its owner.
pub struct Household {
    pub owner: Actor,
    pub account: AccountId,
    pub member: model::MemberId,
}

pub const PASSWORD: &str = "quatre mots au hasard";

impl Bench {
    pub async fn new(postgres: Option<&Postgres>) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let database = match postgres {
            Some(postgres) => format!("database = \"{}\"", postgres.database().await),
            None => String::new(),
        };
        let state = folder.path().display();
        let config = Config::parse(&format!(
            "origin = \"https://panel.coop.example:8443\"\nagents_names = [\"agents.coop.example\"]\nstate_dir = \"{state}\"\n{database}"
        ))
        .unwrap();
        let world = Arc::new(FakeWorld::new());
        let server = Server::open(config.clone(), world.clone()).await.unwrap();
        let admin = staff(&server, "admin@coop.example").await;
        let host = host(&server, "web1").await;
        let input = PlanInput {
            name: "Ruche".into(),
            sites_max: 5,
            names_max: 4,
            databases_max: Some(3),
            php_workers: 4,
            disk_mb: 1024,
            memory_mb: 256,
            ..Default::default()
        };
        let plan = plan::create(&server, &admin, input).await.unwrap().item.id;
        Bench { server, world, admin, host, plan, config, _folder: folder }
    }

    /// The host takes accounts again, whatever was done to it.
    pub async fn open_host(&self) {
        let mut tx = self.server.store.write().await.unwrap();
        sql("UPDATE hosts SET state = 'active' WHERE id = $1").bind(self.host).run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A second panel process on the same database.
    pub async fn another(&self) -> Server {
        Server::open(self.config.clone(), self.world.clone()).await.unwrap()
    }

    pub async fn household(&self, name: &str) -> Household {
        let new = NewMember { name: format!("Association {name}"), ..NewMember::default() };
        let member = member::create(&self.server, &self.admin, new).await.unwrap().item.id;
        let email = format!("{name}@membre.example");
        let new = NewAccount {
            member: member.to_string(),
            plan: self.plan.to_string(),
            name: name.into(),
            host: None,
            owner: Some(email.clone()),
            mail: None,
        };
        let created = account::create(&self.server, &self.admin, new).await.unwrap();
        let link = created.link.unwrap();
        let id =
            user::set_password_by_link(&self.server, link.reveal(), &Secret::new(PASSWORD)).await.unwrap();
        Household { owner: as_user(id.user, &email, Staff::NONE), account: created.item.id, member }
    }

    /// All the resources a host shall have: kind, key, generation, body.
    pub async fn resources(&self) -> Vec<(String, String, i64, Option<serde_json::Value>)> {
        sql("SELECT kind, key, generation, body FROM resources WHERE host_id = $1 ORDER BY generation")
            .bind(self.host)
            .all(self.server.store.on(), |row| {
                Ok((row.get("kind")?, row.get("key")?, row.get("generation")?, row.get("body")?))
            })
            .await
            .unwrap()
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sql(query).one(self.server.store.on(), |row| row.first()).await.unwrap()
    }
}

pub fn as_user(id: UserId, email: &str, staff: Staff) -> Actor {
    Actor {
        user: Some(id),
        who: email.into(),
        staff,
        lang: None,
        via: Via::Session("test".into()),
        // However long a case takes.
        proved_at: Some(i64::MAX),
        must_set_up: false,
        viewing: None,
        once: None,
    }
}

pub async fn staff(server: &Server, email: &str) -> Actor {
    let link = user::create_admin(server, email).await.unwrap();
    let id = user::set_password_by_link(server, link.reveal(), &Secret::new(PASSWORD)).await.unwrap();
    as_user(id.user, email, Staff::ADMIN)
}

/// What its agent tells of it.
fn facts() -> String {
    json!({
        "debian": "13.1",
        "kernel": "6.12",
        "php": ["8.4"],
        "mariadb": "11.8",
        "kinds": HostFacts::all_kinds(),
        "seal": seal_key(),
        "sessions": true,
        "sftp": true,
        "sftp_logins": true,
        "runtimes": [],
        "apps": [
            { "application": "wordpress", "version": "6.8.3" },
            { "application": "spip", "version": "4.4.30" },
            { "application": "dokuwiki", "version": "2024-02-06b" },
        ],
    })
    .to_string()
}

/// A host as enrolment leaves it; the hub's own tests enrol for real.
pub async fn host(server: &Server, name: &str) -> HostId {
    let id: HostId = server.world.id();
    let now = server.world.now_ms();
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO hosts (id, name, roles, ipv4, ipv6, state, epoch, generation, acked_generation, connected_at, last_seen_at, created_at, version, facts)
         VALUES ($1, $2, 'web', '192.0.2.1', '2001:db8::1', 'active', 1, 0, 0, $3, $4, $3, 1, $5)")
        .bind(id)
        .bind(name)
        .bind(now)
        .bind(now + 100 * 24 * 3_600_000)
        .bind(facts())
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A user whose password was right just now.
pub async fn verified(server: &Server, user: UserId) -> session::Verified {
    let hash = sql("SELECT COALESCE(password, '') FROM users WHERE id = $1")
        .bind(user)
        .one(server.store.on(), |row| row.first::<String>())
        .await
        .unwrap();
    session::Verified { user, hash: Secret::new(hash) }
}

/// A suspension as most cases need one.
pub fn unpaid(reason: &str) -> account::Suspension {
    account::Suspension { code: "unpaid".into(), reference: None, reason: Some(reason.into()) }
}
