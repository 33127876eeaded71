//! Something to ask each route for: what is there, and what is not.

use super::cast::{Cast, Part, insert_user};
use crate::{
    bench::{Bench, Household, PASSWORD, verified},
    mails,
};
use model::{Role, StaffRole};
use serde_json::{Value, json};
use server::{
    account::{self, NewAccount},
    api::{Route, Verb},
    app, approval, cron_job, database, factor, grant,
    grant::{AddedStaff, NewStaff},
    member::{self, NewMember},
    session, site, ssh_key,
    store::sql,
    token,
};

/// What stands in the paths; where the same word means another thing below another path, the path's beginning stands before it.
pub struct Things {
    ids: Vec<(&'static str, &'static str, String)>,
}

impl Things {
    /// A household with one of everything, in which the cast have their parts.
    pub async fn of(bench: &Bench, cast: &Cast, name: &str) -> Things {
        let server = &bench.server;
        let new = NewMember { name: format!("Association {name}"), ..Default::default() };
        let member = member::create(server, &bench.admin, new).await.unwrap().item.id;
        let new = NewAccount {
            member: member.to_string(),
            plan: bench.plan.to_string(),
            name: name.into(),
            ..Default::default()
        };
        let account = account::create(server, &bench.admin, new).await.unwrap().item;
        let owner = cast.actor(Part::OfAccount(Role::Owner)).clone();
        let home = Household { owner: owner.clone(), account: account.id, member };
        let [reader, own, of_member] = cast.enter(bench, &home).await;
        let new = database::NewDatabase { name: "wiki".into(), user: None };
        let database = database::create(server, &owner, account.id, new).await.unwrap().done.item;
        let site = site::create(server, &owner, account.id, &format!("{name}.example")).await.unwrap();
        let new = cron_job::NewCronJob {
            schedule: Some("@daily".into()),
            command: Some("true".into()),
            ..Default::default()
        };
        let job = cron_job::create(server, &owner, account.id, new).await.unwrap().item.id;
        let new = ssh_key::NewSshKey { key: KEY.into(), label: Some("portable".into()) };
        let key = ssh_key::create(server, &owner, account.id, new).await.unwrap().item.id;
        let new = server::sftp_login::NewSftpLogin {
            name: "photos".into(),
            folder: "sites/photos".into(),
            key: None,
        };
        let login = server::sftp_login::create(server, &owner, account.id, new).await.unwrap().item.login.id;
        let wiki = site::create(server, &owner, account.id, &format!("wiki.{name}.example")).await.unwrap();
        let new = app::NewApp { application: "dokuwiki".into(), ..crate::apps::wordpress() };
        let app = app::create(server, &owner, wiki.item.id, new, model::Lang::Fr).await.unwrap();
        let app = app.done.item.id;
        let new = token::NewToken { name: "t".into(), ..Default::default() };
        let (token, _) = token::create(server, &owner, new).await.unwrap();
        let factor = factor::begin_totp(server, &owner).await.unwrap().id.to_string();
        session::begin(server, verified(server, owner.user.unwrap()).await, Default::default())
            .await
            .unwrap();
        let session = session::list(server, &owner).await.unwrap()[0].id.clone();
        let victim = insert_user(bench, &format!("{name}@autre.example")).await;
        let staff = NewStaff { email: format!("{name}@equipe.example"), role: "board".into(), days: Some(9) };
        let AddedStaff::Held(staff, _) = grant::add_staff(server, &bench.admin, staff).await.unwrap() else {
            panic!("a second admin for the board?")
        };
        let asked = recovery(bench, victim).await;
        let known = approval::list(server, &bench.admin).await.unwrap();
        assert!(known.iter().any(|one| one.id.to_string() == asked));
        let mine = invitation(bench, cast, &home, true).await;
        let theirs = invitation(bench, cast, &home, false).await;
        Things {
            ids: vec![
                ("/members", "{grant}", of_member.to_string()),
                ("/me", "{grant}", own.to_string()),
                ("/staff", "{grant}", staff.id.to_string()),
                ("/members", "{invitation}", theirs),
                ("", "{account}", home.account.to_string()),
                ("", "{member}", home.member.to_string()),
                ("", "{site}", site.item.id.to_string()),
                ("", "{database}", database.id.to_string()),
                ("", "{database_user}", database.users[0].id.to_string()),
                ("", "{certificate}", certificate(bench, &home, &format!("{name}.example")).await),
                ("", "{cron_job}", job.to_string()),
                ("", "{ssh_key}", key.to_string()),
                ("", "{sftp_login}", login.to_string()),
                ("", "{app}", app.to_string()),
                ("", "{change}", site.change.unwrap().to_string()),
                ("", "{token}", token.id.to_string()),
                ("", "{grant}", reader.to_string()),
                ("", "{invitation}", mine),
                ("", "{viewing}", viewing(bench, cast, &home).await),
                (
                    "",
                    "{import}",
                    member::check(server, &bench.admin, "nom\nAna", false).await.unwrap().id.to_string(),
                ),
                ("", "{approval}", asked),
                ("", "{factor}", factor),
                ("", "{session}", session),
                ("", "{plan}", bench.plan.to_string()),
                ("", "{user}", victim.to_string()),
                ("", "{host}", account.host.id.to_string()),
                ("", "{kind}", "account".to_owned()),
                ("", "{key}", home.account.to_string()),
                ("", "{mail}", mails::failed(server, &home).await.to_string()),
            ],
        }
    }

    /// What stands for a word in most paths.
    pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(&self, word: &str) -> T {
        self.ids
            .iter()
            .find(|(below, known, _)| below.is_empty() && *known == word)
            .unwrap()
            .2
            .parse()
            .unwrap()
    }

    /// The same, with ids of nothing.
    pub fn absent(&self, bench: &Bench) -> Things {
        let id = |_: &String| bench.server.world.id::<()>().to_string();
        let ids = self.ids.iter().map(|(below, name, known)| match *name {
            "{kind}" => (*below, *name, known.clone()),
            _ => (*below, *name, id(known)),
        });
        Things { ids: ids.collect() }
    }

    /// A path whose first id is of these things, and the others are of those.
    pub fn path_into(&self, others: &Things, route: &Route) -> String {
        let (mine, theirs) = (self.path(route), others.path(route));
        let first = route.path.split('/').position(|part| part.starts_with('{'));
        let at =
            |n: usize| if first.is_some_and(|first| n > first) { theirs.split('/') } else { mine.split('/') };
        (0..route.path.split('/').count()).filter_map(|n| at(n).nth(n)).collect::<Vec<_>>().join("/")
    }

    pub fn path(&self, route: &Route) -> String {
        let fitting = self.ids.iter().filter(|(below, ..)| route.path.starts_with(below));
        let path = fitting.fold(route.path.to_owned(), |path, (_, name, id)| path.replace(name, id));
        assert!(!path.contains('{'), "{path}: tell this test what stands there");
        path
    }
}

/// Somebody's public key.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

/// The site's name has a certificate to come.
async fn certificate(bench: &Bench, home: &Household, name: &str) -> String {
    let id = bench.server.world.id::<model::CertificateId>().to_string();
    let mut tx = bench.server.store.write().await.unwrap();
    sql("INSERT INTO certificates (id, name, account_id, host_id, key_number, tries, refusals, next_at, created_at, version)
         SELECT $1, $2, a.id, a.host_id, 1, 0, 0, 1, 1, 1 FROM accounts a WHERE a.id = $3")
        .bind(id.as_str())
        .bind(name)
        .bind(home.account)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// An invitation of the account's owner: to oneself's account, or of somebody else to the member.
async fn invitation(bench: &Bench, cast: &Cast, home: &Household, on_account: bool) -> String {
    let id = bench.server.world.id::<model::Invitation>().to_string();
    let asked = if on_account { Part::OfAccount(Role::Owner) } else { Part::OfAccount(Role::Reader) };
    let mut tx = bench.server.store.write().await.unwrap();
    sql("INSERT INTO invitations (id, user_id, member_id, account_id, role, by_user, by_who, created_at, expires_at)
         VALUES ($1, $2, $3, $4, 'reader', $5, 'x', 1, $6)")
        .bind(id.as_str())
        .bind(cast.user(asked))
        .bind(Some(home.member).filter(|_| !on_account))
        .bind(Some(home.account).filter(|_| on_account))
        .bind(cast.user(Part::OfMember(Role::Owner)))
        .bind(i64::MAX)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// An admin asks for a user's recovery; support may approve it too.
async fn recovery(bench: &Bench, user: model::UserId) -> String {
    let id = bench.server.world.id::<model::Approval>().to_string();
    let ask = json!({ "act": "recover", "user": user, "email": "neuf@autre.example", "reason": "reconnue" });
    let mut tx = bench.server.store.write().await.unwrap();
    sql("INSERT INTO approvals (id, ask, kind, label, by_user, by_who, created_at, expires_at)
         VALUES ($1, $2, 'recover', 'x', $3, 'x', 1, $4)")
    .bind(id.as_str())
    .bind(ask.to_string())
    .bind(bench.admin.user)
    .bind(i64::MAX)
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Support looks at the account, and asks to be let act.
async fn viewing(bench: &Bench, cast: &Cast, home: &Household) -> String {
    let id = bench.server.world.id::<model::Viewing>().to_string();
    let mut tx = bench.server.store.write().await.unwrap();
    sql("INSERT INTO viewings (id, session_id, user_id, who, account_id, reason, started_at, expires_at, asked_at)
         VALUES ($1, 'x', $2, 'x', $3, 'x', 1, $4, 1)")
    .bind(id.as_str())
    .bind(cast.user(Part::Staff(StaffRole::Support)))
    .bind(home.account)
    .bind(i64::MAX)
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A body each route would take.
pub fn body(route: &Route, bench: &Bench, name: &str) -> Option<Value> {
    route.body?;
    Some(match (route.verb, route.path) {
        (Verb::Post, "/session") => json!({ "email": "x@y.example", "password": "z" }),
        (_, "/session/code" | "/me/factors/{factor}/confirm") => json!({ "code": "123456" }),
        (_, "/session/passkey") => json!({ "passkey": {} }),
        (Verb::Patch, "/me/factors/{factor}") => json!({ "name": "clé" }),
        (_, "/me/factors/passkey/confirm") => json!({ "name": "clé", "passkey": {} }),
        (_, "/session/proof") => json!({ "password": PASSWORD }),
        (_, "/settings/second-factor") => json!({ "asked_of": "nobody" }),
        (_, "/forgotten") => json!({ "email": "x@y.example" }),
        (Verb::Patch, "/me") => json!({ "lang": "en" }),
        (Verb::Put, "/me/password") => json!({ "current": "x", "new": "y" }),
        (_, "/tokens") => json!({ "name": "t" }),
        (_, "/members") => json!({ "name": name }),
        (_, "/members/{member}") => json!({ "lang": "en" }),
        (_, "/members/imports") => json!({ "csv": format!("nom\n{name}") }),
        (Verb::Post, "/members/invitations") => json!({ "count": 1 }),
        (Verb::Put, "/members/invitations") => json!({ "hourly": null }),
        (_, "/plans" | "/plans/{plan}") => {
            json!({ "name": name, "sites_max": 5, "names_max": 4, "php_workers": 4, "disk_mb": 9, "memory_mb": 64 })
        }
        (Verb::Post, "/accounts") => json!({ "member": "x", "plan": bench.plan, "name": name }),
        (Verb::Patch, "/accounts/{account}") => json!({ "plan": bench.plan }),
        (_, "/accounts/{account}/suspend") => json!({ "code": "at_request", "reason": "x" }),
        (_, "/accounts/{account}/grants" | "/members/{member}/grants") => {
            json!({ "email": "x@y.example", "role": "reader" })
        }
        (_, "/accounts/{account}/hand-over" | "/members/{member}/hand-over") => {
            json!({ "email": "x@y.example" })
        }
        (_, "/accounts/{account}/view" | "/members/{member}/view") => json!({ "reason": "ticket 12" }),
        (_, "/users/{user}/recovery") => json!({ "email": "n@y.example", "reason": "Appel, dossier 12" }),
        (_, "/staff") => json!({ "email": "x@y.example", "role": "board" }),
        (_, "/accounts/{account}/sites") => json!({ "name": format!("neuf.{name}.example") }),
        (Verb::Patch, "/sites/{site}") => json!({ "names": [format!("neuf.{name}.example")] }),
        (_, "/sites/{site}/certificates") => {
            let own = crate::certificates::own::made(
                &bench.server,
                &["*.example", &format!("*.{name}.example")],
                90,
            );
            json!({ "chain": own.chain, "key": own.key.reveal() })
        }
        (_, "/sites/{site}/https") => json!({ "redirect": "off" }),
        (_, "/sites/{site}/php") => json!({ "display_errors": "on" }),
        (_, "/sites/{site}/redirects") => {
            json!({ "from": format!("/{name}"), "to": "https://neuf.example/" })
        }
        (_, "/sites/{site}/redirects/remove" | "/sites/{site}/redirects/move") => {
            json!({ "from": "/x", "place": 1 })
        }
        (_, "/sites/{site}/main-name") => json!({ "others": "redirect" }),
        (_, "/sites/{site}/maintenance") => json!({ "switch": "on" }),
        (_, "/sites/{site}/visitors") => json!({ "who": "others", "addresses": "192.0.2.7" }),
        (_, "/sites/{site}/errors") => json!({ "404": "/404.html" }),
        (_, "/sites/{site}/root") => json!({ "root": "web" }),
        (_, "/sites/{site}/variables") => json!({ "name": "TOKEN", "value": "a secret" }),
        (_, "/sites/{site}/variables/remove") => json!({ "name": "TOKEN" }),
        (_, "/sites/{site}/preview") => json!({ "switch": "off" }),
        (_, "/sites/{site}/program") => json!({ "serves": "program", "command": "node server.js" }),
        (_, "/accounts/{account}/databases" | "/databases/{database}/users") => {
            let mut body = json!({ "name": "neuve" });
            if route.path.ends_with("users") {
                body["rights"] = "read".into();
            }
            body
        }
        (_, "/databases/{database}/users/{database_user}") => json!({ "rights": "write" }),
        (_, "/accounts/{account}/cron-jobs" | "/cron-jobs/{cron_job}") => {
            json!({ "schedule": "@hourly", "command": "true" })
        }
        (_, "/accounts/{account}/sftp-logins") => {
            json!({ "name": format!("l{}", name.len()), "folder": "sites/x", "key": KEY })
        }
        (_, "/accounts/{account}/ssh-keys") => json!({ "key": KEY, "label": name }),
        (_, "/accounts/{account}/files/folders" | "/accounts/{account}/files/delete") => {
            json!({ "path": "sites/x" })
        }
        (_, "/accounts/{account}/files/move" | "/accounts/{account}/files/copy") => {
            json!({ "from": "sites/x", "to": "sites/y" })
        }
        (_, "/accounts/{account}/files/mode") => json!({ "path": "sites/x", "mode": "640" }),
        (_, "/accounts/{account}/files/pack") => json!({ "paths": ["sites/x"], "to": "private/x.zip" }),
        (_, "/accounts/{account}/files/unpack") => json!({ "path": "private/x.zip", "into": "private/x" }),
        (_, "/accounts/{account}/files/trash/restore" | "/accounts/{account}/files/trash/erase") => {
            json!({ "item": "1700000000000-0" })
        }
        (_, "/sites/{site}/apps") => {
            json!({ "application": "dokuwiki", "title": name, "login": "ana", "email": "ana@asso.example" })
        }
        (Verb::Post, "/hosts") => json!({ "name": name }),
        (Verb::Patch, "/hosts/{host}") => json!({}),
        (Verb::Post, "/hosts/{host}/resources/{kind}/{key}/consent") => json!({ "consent": "put_back" }),
        (verb, path) => panic!("{verb:?} {path}: tell this test what it takes"),
    })
}
