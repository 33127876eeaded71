//! What a stage is made of: one of each thing that only other people, hosts or days could bring about.

use model::{
    AccountId, AccountUse, ApprovalId, Bite, Culprit, GrantId, InvitationId, MemberId, Scarce, Secret, Span,
    StaffRole, Use, UserId,
};
use server::{Actor, Server, plan::PlanInput, store::sql};

/// A small plan.
pub fn plan(name: &str) -> PlanInput {
    PlanInput {
        name: name.into(),
        sites_max: 5,
        names_max: 5,
        databases_max: Some(3),
        php_workers: 2,
        disk_mb: 1024,
        memory_mb: 256,
        ..Default::default()
    }
}

pub async fn host(server: &Server, panel: &Actor) -> model::HostId {
    let new = server::host::NewHost { name: "web1".into(), ipv4: "192.0.2.1".into(), ..Default::default() };
    let host = server::host::add(server, panel, new).await.unwrap().item.host.id;
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE hosts SET state = 'active', connected_at = $2, last_seen_at = $2, agent_version = '0.1.0', facts = $3 WHERE id = $1")
        .bind(host)
        .bind(server.world.now_ms())
        .bind(facts())
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    host
}

/// What a host says that can do everything.
pub fn facts() -> String {
    let kinds = model::HostFacts::all_kinds();
    serde_json::json!({
        "debian": "13.1", "kernel": "6.12", "php": ["8.4"], "mariadb": "11.8", "kinds": kinds, "sessions": true, "sftp": true, "sftp_logins": true,
        "limits": 1, "home": { "kind": "ext4", "mount": "/home" },
        "apps": [{ "application": "wordpress", "version": "6.8.3" }, { "application": "spip", "version": "4.4.30" }, { "application": "dokuwiki", "version": "2024-02-06b" }]
    })
    .to_string()
}

/// What a host told of an account: nearly all of its space is taken, and limits have held it back.
pub async fn uses(server: &Server, host: model::HostId, account: AccountId, job: model::CronJobId) {
    let now = u64::try_from(server.world.now_ms()).unwrap();
    let of = |span: Span, at: u64| Use {
        span,
        start: span.start(at),
        at,
        octets: Some(950_000_000),
        files: Some(1234),
        memory: Some(200 << 20),
        cpu_ms: 90_000,
        processes: Some(31),
    };
    let whose = [Culprit::Account, Culprit::Cell, Culprit::Php, Culprit::Job(job), Culprit::Account];
    let bites = Scarce::ALL.into_iter().zip(whose);
    let bites = bites.map(|(what, by)| Bite { what, by, start: Span::Hour.start(now), at: now, times: 3 });
    let before = now - 86_400_000;
    let uses = vec![of(Span::Hour, now), of(Span::Day, before), of(Span::Day, now)];
    let told = AccountUse { account, uses, bites: bites.collect() };
    server::limits::told(server, host, &[told]).await.unwrap();
}

/// The cookie of somebody with a staff role.
pub async fn staff(server: &Server, role: StaffRole) -> String {
    let email = format!("{}@coop.example", role.code());
    let cookie = session(server, &email, false).await;
    self::role(server, &email, None, None, role.code()).await;
    cookie
}

pub async fn role(
    server: &Server,
    email: &str,
    member: Option<MemberId>,
    account: Option<AccountId>,
    role: &str,
) -> GrantId {
    let id: GrantId = server.world.id();
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO grants (id, user_id, member_id, account_id, role, created_at)
         SELECT $1, u.id, $2, $3, $4, 1 FROM users u WHERE u.email_key = $5")
    .bind(id)
    .bind(member)
    .bind(account)
    .bind(role)
    .bind(email)
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Somebody who was asked to be webmaster of the account, by its owner.
pub async fn invitation(server: &Server, account: AccountId) -> InvitationId {
    let id: InvitationId = server.world.id();
    session(server, "asked@asso.example", false).await;
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO invitations (id, user_id, account_id, role, by_user, by_who, created_at, expires_at)
         SELECT $1, a.id, $2, 'webmaster', o.id, o.email, 1, $3 FROM users a JOIN users o ON o.email_key = 'owner@asso.example'
         WHERE a.email_key = 'asked@asso.example'")
    .bind(id)
    .bind(account)
    .bind(4_000_000_000_000_i64)
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// An admin whom another one asks for.
pub async fn approval(server: &Server) -> ApprovalId {
    let id: ApprovalId = server.world.id();
    session(server, "second@coop.example", true).await;
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO approvals (id, ask, kind, label, by_user, by_who, created_at, expires_at)
         SELECT $1, $2, 'admin', 'third@coop.example', u.id, u.email, 1, $3 FROM users u WHERE u.email_key = 'second@coop.example'")
    .bind(id)
    .bind(r#"{"act":"admin","email":"third@coop.example","days":null}"#)
    .bind(4_000_000_000_000_i64)
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A mail that was given up.
pub async fn mail(server: &Server, account: AccountId) -> model::MailId {
    let id = server.world.id();
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO mails (id, at, address, address_key, kind, lang, subject, user_id, account_id, facts, state, tries, next_at, error_fr, error_en)
         SELECT $1, $2, email, email, 'invitation', 'fr', 'x', id, $3, '{}', 'failed', 1, $2, '550', '550' FROM users WHERE email = $4")
        .bind(id)
        .bind(server.world.now_ms())
        .bind(account)
        .bind("owner@asso.example")
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// The certificate of a site's name, for which something is missing.
pub async fn certificate(server: &Server, name: &str) -> model::CertificateId {
    let id = server.world.id();
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO certificates (id, name, account_id, host_id, key_number, request, tries, refusals, next_at, text_fr, text_en, created_at, version)
         SELECT $1, n.name, a.id, a.host_id, 1, 'AAAA', 7, 0, $3, 'Ce nom ne mène nulle part.', 'This name leads nowhere.', 1, 1
         FROM names n JOIN sites s ON s.id = n.site_id JOIN accounts a ON a.id = s.account_id WHERE n.name = $2")
        .bind(id)
        .bind(name)
        .bind(server.world.now_ms() + 3_600_000)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A database and its user, of before there was history.
pub async fn database(server: &Server, account: AccountId) -> (model::DatabaseId, model::DatabaseUserId) {
    let ids = (server.world.id(), server.world.id());
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO databases (id, account_id, host_id, engine, name, created_at, version)
         SELECT $1, a.id, a.host_id, 'mariadb', 'asso_wiki', 1, 1 FROM accounts a WHERE a.id = $2")
    .bind(ids.0)
    .bind(account)
    .run(tx.on())
    .await
    .unwrap();
    sql("INSERT INTO database_users (id, database_id, name, password, rights, created_at)
         VALUES ($1, $2, 'asso_wiki', $3, 'all', 1)")
    .bind(ids.1)
    .bind(ids.0)
    .bind(format!("*{}", "0A".repeat(20)))
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    ids
}

/// WordPress in the account's first site, called `label`, of before there was history.
pub async fn application(server: &Server, site: model::SiteId, label: &str) -> model::AppId {
    let id = server.world.id();
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO apps (id, account_id, site_id, application, release, address, title, admin, created_at, version)
         SELECT $1, s.account_id, s.id, 'wordpress', '6.8.1', 'http://asso.example', $3, 'ana', 1, 1 FROM sites s WHERE s.id = $2")
        .bind(id)
        .bind(site)
        .bind(label)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// An app that is being set up: it is not asked for at sign-in.
pub async fn factor(server: &Server, cookie: &str) -> String {
    let me = server::session::by_secret(server, cookie.split_once('=').unwrap().1).await.unwrap().unwrap();
    server::factor::begin_totp(server, &me).await.unwrap().id.to_string()
}

/// The cookie of a user's session; the user is made if need be.
pub async fn session(server: &Server, email: &str, admin: bool) -> String {
    if admin {
        server::user::create_admin(server, email).await.unwrap();
    } else {
        let mut tx = server.store.write().await.unwrap();
        sql("INSERT INTO users (id, email, email_key, created_at) VALUES ($1, $2, $2, 1) ON CONFLICT (email_key) DO NOTHING")
            .bind(server.world.id::<model::User>())
            .bind(email)
            .run(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let user: UserId = sql("SELECT id FROM users WHERE email_key = $1")
        .bind(email)
        .one(server.store.on(), |row| row.get("id"))
        .await
        .unwrap();
    let link: Secret = server::user::link(server, &Actor::panel(), user).await.unwrap();
    let password = Secret::new("four random words here");
    let verified = server::user::set_password_by_link(server, link.reveal(), &password).await.unwrap();
    let begun = server::session::begin(server, verified, Default::default()).await.unwrap().whole().unwrap();
    format!("{}={}", server::session::SESSION_COOKIE, begun.session.reveal())
}

/// A cron job that says `label`, with a run that failed saying so too.
pub async fn cron_job(
    server: &Server,
    actor: &server::Actor,
    account: model::AccountId,
    label: &str,
) -> model::CronJobId {
    let new = server::cron_job::NewCronJob {
        schedule: Some("30 2 * * *".into()),
        command: Some(format!("echo '{label}'")),
        ..Default::default()
    };
    let id = server::cron_job::create(server, actor, account, new).await.unwrap().item.id;
    let mut tx = server.store.write().await.unwrap();
    sql("INSERT INTO cron_runs (job_id, started_at, ended_at, how, code, why, skipped, output, kept)
         VALUES ($1, 1790000000000, 1790000009000, 'exit', 3, 'time', 2, $2, 'end')")
    .bind(id)
    .bind(format!("{label}\n"))
    .run(tx.on())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}
