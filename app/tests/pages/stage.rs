//! A panel with one of everything, and people who look at it.

mod made;

pub use made::{facts, plan};

use app::{Panel, assets::Assets, routes::Route};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use made::{
    application, approval, certificate, cron_job, database, factor, host, invitation, mail, role, session,
    staff,
};
use model::{AccountId, StaffRole, UserId};
use server::{Actor, Config, RealWorld, Server, store::sql};
use std::{path::PathBuf, sync::Arc};
use tower::ServiceExt;

pub const ORIGIN: &str = "https://panel.example";
/// What would run or break out if a page forgot to escape it.
pub const HOSTILE: &str = r#"</p><script>alert(1)</script><img src=x>"'&amp;"#;

/// A panel, its router, and the ids of what is in it.
pub struct Stage {
    pub server: Server,
    pub ids: Vec<(&'static str, String)>,
    pub account: AccountId,
    pub admin: Person,
    pub member: Person,
    /// Reader of the account and the member.
    pub reader: Person,
    pub stranger: Person,
    pub nobody: Person,
    /// One of each staff role.
    pub staff: [(StaffRole, Person); 5],
    _dir: tempfile::TempDir,
}

/// Whether a route shows a page: some give a file.
pub fn is_page(route: &&Route) -> bool {
    !route.path.ends_with(".csv")
}

/// Somebody with a browser: a cookie, or none.
#[derive(Clone)]
pub struct Person {
    router: Router,
    cookie: Option<String>,
    lang: &'static str,
}

/// What a browser got.
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Got {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Person {
    pub fn reading(&self, lang: &'static str) -> Person {
        Person { lang, ..self.clone() }
    }

    pub fn with_cookie(&self, cookie: &str) -> Person {
        Person { cookie: Some(cookie.to_owned()), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Got {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let request = self
            .request("POST", path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form(fields))).unwrap()).await
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request.header(header::ACCEPT_LANGUAGE, self.lang)
    }

    pub async fn send(&self, request: Request<Body>) -> Got {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4 << 20).await.unwrap();
        Got { status: parts.status, headers: parts.headers, html: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

/// Somebody's public key.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

pub fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect::<String>()
    };
    fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

impl Stage {
    pub async fn new() -> Stage {
        Stage::with("Asso").await
    }

    /// `label` is the name of everything that may have any name.
    pub async fn with(label: &str) -> Stage {
        Stage::made(label, tempfile::tempdir().unwrap(), ORIGIN, "").await
    }

    /// A panel that has no name, only an address. Its forms are refused, for people send them from `ORIGIN`.
    pub async fn nameless() -> Stage {
        Stage::made("Asso", tempfile::tempdir().unwrap(), "https://192.0.2.1:8443", "").await
    }

    /// A panel that writes to people: its mails become files in the folder.
    pub async fn mailing() -> (Stage, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("mail");
        let more = format!("[mail]\nfrom = \"panel@coop.example\"\nfolder = \"{}\"\n", folder.display());
        (Stage::made("Asso", dir, ORIGIN, &more).await, folder)
    }

    /// A panel with an authority that signs certificates, of which nobody asks anything here.
    pub async fn certifying() -> Stage {
        let more = "[acme]\ncontact = \"admin@coop.example\"\nagreed = true\nresolvers = [\"127.0.0.1:9\"]";
        Stage::made("Asso", tempfile::tempdir().unwrap(), ORIGIN, more).await
    }

    async fn made(label: &str, dir: tempfile::TempDir, origin: &str, more: &str) -> Stage {
        let config = format!("origin = \"{origin}\"\nstate_dir = \"{}\"\n{more}", dir.path().display());
        let server = Server::open(Config::parse(&config).unwrap(), Arc::new(RealWorld)).await.unwrap();
        let mut panel = Panel::new(server.clone(), Arc::new(Assets::default()));
        panel.styleguide = true;
        let router = app::router(panel);
        let person = |cookie| Person { router: router.clone(), cookie, lang: "en" };
        let admin = person(Some(session(&server, "admin@coop.example", true).await));
        let panel = Actor::panel();
        let host = host(&server, &panel).await;
        let plan = server::plan::create(&server, &panel, made::plan(label)).await.unwrap().item.id;
        let contact = server::member::ContactInput {
            purpose: "billing".into(),
            name: Some(label.into()),
            email: Some("billing@asso.example".into()),
            phone: None,
        };
        let member = server::member::NewMember {
            name: label.into(),
            address: Some(label.into()),
            notes: Some(label.into()),
            contacts: Some(vec![contact]),
            ..Default::default()
        };
        let member = server::member::create(&server, &panel, member).await.unwrap().item.id;
        let mut accounts = Vec::new();
        for name in ["asso", "autre"] {
            let new = server::account::NewAccount {
                member: member.to_string(),
                plan: plan.to_string(),
                name: name.into(),
                host: None,
                owner: Some("owner@asso.example".into()),
                mail: None,
            };
            accounts.push(server::account::create(&server, &panel, new).await.unwrap().item.id);
        }
        let account = accounts[0];
        // Before the site: what changed last is its names.
        let job = cron_job(&server, &panel, account, label).await;
        let key =
            server::ssh_key::NewSshKey { key: KEY.into(), label: Some(label.chars().take(60).collect()) };
        let key = server::ssh_key::create(&server, &panel, account, key).await.unwrap().item.id;
        let login = server::sftp_login::NewSftpLogin {
            name: "photos".into(),
            folder: "sites/photos".into(),
            key: None,
        };
        let login = server::sftp_login::create(&server, &panel, account, login).await.unwrap().item.login.id;
        let site = server::site::create(&server, &panel, account, "asso.example").await.unwrap();
        let names = ["asso.example".to_owned(), "www.asso.example".to_owned()];
        server::site::set_names(&server, &panel, site.item.id, None, &names).await.unwrap();
        let app = application(&server, site.item.id, label).await;
        made::uses(&server, host, account, job).await;
        let owner = session(&server, "owner@asso.example", false).await;
        let (support, operator) =
            (staff(&server, StaffRole::Support).await, staff(&server, StaffRole::Operator).await);
        let (treasurer, board) =
            (staff(&server, StaffRole::Treasurer).await, staff(&server, StaffRole::Board).await);
        let of_member = role(&server, "owner@asso.example", Some(member), None, "owner").await;
        let reader = session(&server, "reader@asso.example", false).await;
        role(&server, "reader@asso.example", None, Some(account), "reader").await;
        role(&server, "reader@asso.example", Some(member), None, "reader").await;
        let invitation = invitation(&server, account).await;
        let approval = approval(&server).await;
        let stranger = session(&server, "stranger@asso.example", false).await;
        let grant =
            server::grant::list(&server, &panel, server::grant::On::Account(account)).await.unwrap()[0].id;
        let me =
            server::session::by_secret(&server, admin.cookie.as_deref().unwrap().split_once('=').unwrap().1);
        let me = me.await.unwrap().unwrap();
        let csv = format!("nom;notes\n\"{0}\";x\n", label.replace('"', "\"\""));
        let import = server::member::check(&server, &me, &csv, false).await.unwrap().id;
        let token = server::token::NewToken { name: label.into(), ..Default::default() };
        let token = server::token::create(&server, &me, token).await.unwrap().0.id;
        let (database, database_user) = database(&server, account).await;
        let ids = vec![
            ("host", host.to_string()),
            ("database", database.to_string()),
            ("database_user", database_user.to_string()),
            ("plan", plan.to_string()),
            ("member", member.to_string()),
            ("account", account.to_string()),
            ("site", site.item.id.to_string()),
            ("change", site.change.unwrap().to_string()),
            ("grant", grant.to_string()),
            ("of_member", of_member.to_string()),
            ("invitation", invitation.to_string()),
            ("approval", approval.to_string()),
            ("viewing", server.world.id::<model::Viewing>().to_string()),
            ("token", token.to_string()),
            ("kind", "site".to_owned()),
            ("key", site.item.id.to_string()),
            ("name", "www.asso.example".to_owned()),
            ("user", me.user.unwrap().to_string()),
            ("secret", "nothing".to_owned()),
            ("import", import.to_string()),
            ("factor", factor(&server, &owner).await),
            ("session", "0123456789abcdef".to_owned()),
            ("mail", mail(&server, account).await.to_string()),
            ("cron_job", job.to_string()),
            ("app", app.to_string()),
            ("ssh_key", key.to_string()),
            ("sftp_login", login.to_string()),
            ("certificate", certificate(&server, "www.asso.example").await.to_string()),
        ];
        let (member, stranger, nobody) = (person(Some(owner)), person(Some(stranger)), person(None));
        let staff = [
            (StaffRole::Admin, admin.clone()),
            (StaffRole::Support, person(Some(support))),
            (StaffRole::Operator, person(Some(operator))),
            (StaffRole::Treasurer, person(Some(treasurer))),
            (StaffRole::Board, person(Some(board))),
        ];
        let reader = person(Some(reader));
        Stage { server, ids, account, admin, member, reader, stranger, nobody, staff, _dir: dir }
    }

    /// A route's path with real ids in it.
    pub fn path(&self, route: &Route) -> String {
        // Below members, a grant is the member's.
        let of_member =
            route.path.starts_with("/members").then(|| route.path.replace("{grant}", "{of_member}"));
        self.filled(of_member.as_deref().unwrap_or(route.path))
    }

    pub fn filled(&self, path: &str) -> String {
        self.ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
    }

    /// Runs a query: for states only an agent could bring about.
    pub async fn run(&self, query: &'static str, value: &str) {
        let mut tx = self.server.store.write().await.unwrap();
        sql(query).bind(value).run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The id of a user.
    pub async fn user(&self, email: &str) -> UserId {
        sql("SELECT id FROM users WHERE email_key = $1")
            .bind(email)
            .one(self.server.store.on(), |row| row.get("id"))
            .await
            .unwrap()
    }

    /// How many acts are on record.
    pub async fn acts(&self) -> i64 {
        sql("SELECT COUNT(*) AS n FROM changes")
            .one(self.server.store.on(), |row| row.get("n"))
            .await
            .unwrap()
    }
}
