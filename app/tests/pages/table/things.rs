//! Something to ask each page for: what is there, and what is not.

use super::cast::{Cast, Part, insert_grant, insert_user};
use crate::stage::{self, Stage};
use app::routes::Route;
use model::{AccountId, MemberId, Role, StaffRole};
use server::{Actor, secrets, store::sql};

/// A household with one of everything, in which the cast have their parts.
pub struct Things {
    pub home: (AccountId, MemberId),
    /// Below which path, the word in it, what stands there.
    ids: Vec<(&'static str, &'static str, String)>,
}

impl Things {
    pub async fn of(stage: &Stage, cast: &Cast, name: &str) -> Things {
        let (server, panel) = (&stage.server, Actor::panel());
        let plan = stage.filled("{plan}");
        // Some routes take hosts out of service: there is always one that takes the account.
        let new = server::host::NewHost {
            name: format!("h{name}"),
            ipv4: "192.0.2.1".into(),
            ..Default::default()
        };
        let host = server::host::add(server, &panel, new).await.unwrap().item.host.id;
        stage.run("UPDATE hosts SET state = 'active' WHERE id = $1", &host.to_string()).await;
        let mut tx = server.store.write().await.unwrap();
        let able = sql("UPDATE hosts SET facts = $1 WHERE id = $2").bind(stage::facts()).bind(host);
        able.run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let new = server::member::NewMember { name: format!("Association {name}"), ..Default::default() };
        let member = server::member::create(server, &panel, new).await.unwrap().item.id;
        let new = server::account::NewAccount {
            member: member.to_string(),
            plan: plan.clone(),
            name: name.into(),
            host: Some(host.to_string()),
            ..Default::default()
        };
        let account = server::account::create(server, &panel, new).await.unwrap().item.id;
        let site = server::site::create(server, &panel, account, &format!("{name}.example")).await.unwrap();
        let new = server::database::NewDatabase { name: "wiki".into(), user: None };
        let database = server::database::create(server, &panel, account, new).await.unwrap().done.item;
        let names = [format!("{name}.example"), format!("www.{name}.example")];
        let renamed = server::site::set_names(server, &panel, site.item.id, None, &names).await.unwrap();
        let job = server::cron_job::NewCronJob {
            schedule: Some("@daily".into()),
            command: Some("true".into()),
            ..Default::default()
        };
        let job = server::cron_job::create(server, &panel, account, job).await.unwrap().item.id;
        let key = server::ssh_key::NewSshKey { key: KEY.into(), label: Some(name.into()) };
        let key = server::ssh_key::create(server, &panel, account, key).await.unwrap().item.id;
        let login = server::sftp_login::NewSftpLogin {
            name: "photos".into(),
            folder: "sites/photos".into(),
            key: None,
        };
        let login = server::sftp_login::create(server, &panel, account, login).await.unwrap().item.login.id;
        let wiki = server::site::create(server, &panel, account, &format!("wiki.{name}.example")).await;
        let new = server::app::NewApp {
            application: "dokuwiki".into(),
            title: "Wiki".into(),
            login: "ana".into(),
            email: "ana@asso.example".into(),
            language: None,
        };
        let app = server::app::create(server, &panel, wiki.unwrap().item.id, new, model::Lang::Fr).await;
        let app = app.unwrap().done.item.id;
        let import = server::member::check(server, &panel, &format!("nom\n{name}"), false).await.unwrap().id;
        let spare = server::plan::create(server, &panel, stage::plan(&format!("Ruche {name}")))
            .await
            .unwrap()
            .item
            .id;
        let id = || server.world.id::<()>().to_string();
        let owner = cast.user(Part::OfAccount(Role::Owner));
        let second = stage.user("second@coop.example").await;
        let mut tx = server.store.write().await.unwrap();
        let victim = insert_user(stage, &mut tx, &format!("{name}@autre.example")).await;
        let [reader, own, of_member] = cast.enter(stage, &mut tx, (account, member)).await;
        let staff = insert_grant(stage, &mut tx, victim, (None, None), "board", None).await;
        let [mine, theirs, viewing, approval, token, factor, mail, certificate] = [0; 8].map(|_| id());
        let session = secrets::hashed(&id());
        // Of the account's owner, to the account; of the account's reader, to the member.
        let asked = [
            (&mine, owner, Some(account), None),
            (&theirs, cast.user(Part::OfAccount(Role::Reader)), None, Some(member)),
        ];
        for (id, user, account, member) in asked {
            sql("INSERT INTO invitations (id, user_id, account_id, member_id, role, by_user, by_who, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, 'reader', $5, 'x', 1, $6)")
                .bind(id.as_str()).bind(user).bind(account).bind(member)
                .bind(cast.user(Part::OfMember(Role::Owner))).bind(i64::MAX)
                .run(tx.on()).await.unwrap();
        }
        sql("INSERT INTO viewings (id, session_id, user_id, who, account_id, reason, started_at, expires_at, asked_at)
             VALUES ($1, 'x', $2, 'x', $3, 'x', 1, $4, 1)")
            .bind(viewing.as_str()).bind(cast.user(Part::Staff(StaffRole::Support))).bind(account).bind(i64::MAX)
            .run(tx.on()).await.unwrap();
        // An admin asks for a recovery; support may approve it too.
        let lost = insert_user(stage, &mut tx, &format!("{name}@perdu.example")).await;
        let ask = format!(
            r#"{{"act":"recover","user":"{lost}","email":"{name}@retrouve.example","reason":"reconnue"}}"#
        );
        sql("INSERT INTO approvals (id, ask, kind, label, by_user, by_who, created_at, expires_at)
             VALUES ($1, $2, 'recover', $3, $4, 'x', 1, $5)")
        .bind(approval.as_str())
        .bind(ask)
        .bind(format!("{name}@perdu.example"))
        .bind(second)
        .bind(i64::MAX)
        .run(tx.on())
        .await
        .unwrap();
        sql("INSERT INTO tokens (id, user_id, name, secret_hash, created_at) VALUES ($1, $2, 'x', $3, 1)")
            .bind(token.as_str())
            .bind(owner)
            .bind(secrets::hashed(&token))
            .run(tx.on())
            .await
            .unwrap();
        sql("INSERT INTO factors (id, user_id, kind, secret, created_at) VALUES ($1, $2, 'totp', 'JBSWY3DPEHPK3PXP', $3)")
            .bind(factor.as_str()).bind(owner).bind(server.world.now_ms()).run(tx.on()).await.unwrap();
        sql("INSERT INTO sessions (id, user_id, created_at, seen_at, proved_at) VALUES ($1, $2, $3, $3, $3)")
            .bind(session.as_str())
            .bind(owner)
            .bind(server.world.now_ms())
            .run(tx.on())
            .await
            .unwrap();
        sql("INSERT INTO mails (id, at, address, address_key, kind, lang, subject, user_id, account_id, facts, state, tries, next_at, error_fr, error_en)
             VALUES ($1, $2, 'x@y.example', 'x@y.example', 'invitation', 'fr', 'x', $3, $4, '{}', 'failed', 1, $2, '550', '550')")
            .bind(mail.as_str()).bind(server.world.now_ms()).bind(owner).bind(account)
            .run(tx.on()).await.unwrap();
        sql("INSERT INTO certificates (id, name, account_id, host_id, key_number, tries, refusals, next_at, created_at, version)
             SELECT $1, $2, a.id, a.host_id, 1, 0, 0, 1, 1, 1 FROM accounts a WHERE a.id = $3")
            .bind(certificate.as_str()).bind(format!("{name}.example")).bind(account)
            .run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let link = server::user::link(server, &panel, victim).await.unwrap();
        let site_id = site.item.id.to_string();
        let ids = vec![
            ("/members", "{grant}", of_member),
            ("/grants", "{grant}", own),
            ("/staff", "{grant}", staff),
            ("/members", "{invitation}", theirs),
            ("", "{account}", account.to_string()),
            ("", "{member}", member.to_string()),
            ("", "{site}", site_id.clone()),
            ("", "{cron_job}", job.to_string()),
            ("", "{ssh_key}", key.to_string()),
            ("", "{sftp_login}", login.to_string()),
            ("", "{app}", app.to_string()),
            ("", "{change}", renamed.change.unwrap().to_string()),
            ("", "{grant}", reader),
            ("", "{invitation}", mine),
            ("", "{viewing}", viewing),
            ("", "{import}", import.to_string()),
            ("", "{approval}", approval),
            ("", "{token}", token),
            ("", "{factor}", factor),
            ("", "{session}", session[..16].to_owned()),
            ("", "{plan}", spare.to_string()),
            ("", "{user}", victim.to_string()),
            ("", "{host}", host.to_string()),
            ("", "{kind}", "site".to_owned()),
            ("", "{key}", site_id),
            ("", "{name}", format!("www.{name}.example")),
            ("", "{mail}", mail),
            ("", "{certificate}", certificate),
            ("", "{database}", database.id.to_string()),
            ("", "{database_user}", database.users[0].id.to_string()),
            ("", "{secret}", link.reveal().to_owned()),
        ];
        Things { home: (account, member), ids }
    }

    /// The same, with ids of nothing, as long as the others are.
    pub fn absent(&self, stage: &Stage) -> Things {
        let other = |known: &String, word: &str| match word {
            "{kind}" => known.clone(),
            "{name}" => known.replace("www.", "web."),
            "{secret}" => "neither".to_owned(),
            "{session}" => secrets::hashed(known)[..16].to_owned(),
            _ => stage.server.world.id::<()>().to_string(),
        };
        let ids = self.ids.iter().map(|(below, word, known)| (*below, *word, other(known, word)));
        Things { home: self.home, ids: ids.collect() }
    }

    pub fn path(&self, route: &Route) -> String {
        let fitting = self.ids.iter().filter(|(below, ..)| route.path.starts_with(below));
        let path = fitting.fold(route.path.to_owned(), |path, (_, word, id)| path.replace(word, id));
        assert!(!path.contains('{'), "{path}: tell this test what stands there");
        path
    }

    /// A text without what was asked for by id.
    pub fn unnamed(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (_, word, id)| text.replace(id.as_str(), word))
    }
}

/// Somebody's public key.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

/// A form that most routes would take.
pub fn fields(name: &str, plan: &str) -> Vec<(&'static str, String)> {
    [
        ("name", format!("neuf.{name}.example")),
        ("user", "neuve".into()),
        ("rights", "write".into()),
        ("email", "x@y.example".into()),
        ("role", "reader".into()),
        ("days", "9".into()),
        ("reason", "ticket 12".into()),
        ("code", "at_request".into()),
        ("confirm", name.to_owned()),
        ("plan", plan.to_owned()),
        ("lang", "fr".into()),
        ("asked_of", "staff".into()),
        ("hourly", "5".into()),
        ("count", "1".into()),
        ("consent", "put_back".into()),
        ("status", "left".into()),
        ("to", "/".into()),
        ("every", "hour".into()),
        ("at", "0:05".into()),
        ("zone", "UTC".into()),
        ("does", "command".into()),
        ("command", "true".into()),
        ("application", "dokuwiki".into()),
        ("title", "Wiki".into()),
        ("login", "ana".into()),
        ("minutes", "5".into()),
        ("csv", format!("nom\n{name}")),
    ]
    .into()
}
