//! The table `apps`, always scoped by owner.

use super::{AppView, offer};
use crate::{
    Actor, Server,
    actor::{not_found, scoped},
    change,
    paging::{Listing, Page},
    store::{Row, Tx, sql},
    views::Ref,
};
use model::{
    AccountId, AppAdmin, AppId, AppTitle, AppVersion, Application, ChangeState, CronJobId, DatabaseId,
    DatabaseName, Problem, SiteId, SiteName,
};
use sqlx::AnyConnection;

macro_rules! columns {
    () => {
        "SELECT p.id, p.application, p.release, p.address, p.title, p.admin, p.site_id, p.created_at, p.version,
           a.id AS account_id, a.name AS account_name, h.id AS host_id, h.name AS host_name, h.facts, h.connected_at, h.last_seen_at,
           h.frozen_at, r.state, r.text_fr, r.text_en, r.change_id, d.id AS database_id, d.name AS database_name, j.id AS cron_job_id,
           (SELECT n.name FROM names n WHERE n.site_id = p.site_id ORDER BY n.position LIMIT 1) AS site_name
         FROM apps p JOIN accounts a ON a.id = p.account_id JOIN hosts h ON h.id = a.host_id
           LEFT JOIN databases d ON d.id = p.database_id AND d.deleted_at IS NULL
           LEFT JOIN cron_jobs j ON j.id = p.cron_job_id
           LEFT JOIN resources r ON r.host_id = a.host_id AND r.kind = 'app' AND r.key = p.id "
    };
}

/// An application as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppRow {
    pub id: AppId,
    pub site: SiteId,
    pub application: Application,
    pub release: AppVersion,
    pub address: String,
    pub title: AppTitle,
    pub admin: AppAdmin,
    pub database: Option<DatabaseId>,
    pub cron_job: Option<CronJobId>,
}

pub(super) async fn insert(tx: &mut Tx, account: AccountId, row: &AppRow, now: i64) -> Result<(), Problem> {
    let inserted =
        sql("INSERT INTO apps (id, account_id, site_id, application, release, address, title, admin, database_id, cron_job_id, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT (site_id) DO NOTHING")
            .bind(row.id)
            .bind(account)
            .bind(row.site)
            .bind(row.application)
            .bind(&row.release)
            .bind(row.address.as_str())
            .bind(&row.title)
            .bind(&row.admin)
            .bind(row.database)
            .bind(row.cron_job)
            .bind(now)
            .run(tx.on())
            .await?;
    if inserted == 1 { Ok(()) } else { Err(super::rules::taken()) }
}

pub(super) async fn delete(tx: &mut Tx, id: AppId) -> Result<(), Problem> {
    sql("DELETE FROM apps WHERE id = $1").bind(id).run(tx.on()).await.map(drop)
}

/// One application of an account that the caller has locked.
pub(super) async fn row(tx: &mut Tx, id: AppId) -> Result<AppRow, Problem> {
    let found = sql("SELECT * FROM apps WHERE id = $1")
        .bind(id)
        .optional(tx.on(), |row| {
            Ok(AppRow {
                id,
                site: row.get("site_id")?,
                application: row.get("application")?,
                release: row.get("release")?,
                address: row.get("address")?,
                title: row.get("title")?,
                admin: row.get("admin")?,
                database: row.get("database_id")?,
                cron_job: row.get("cron_job_id")?,
            })
        })
        .await?;
    found.ok_or_else(not_found)
}

pub(super) async fn ids(tx: &mut Tx, account: AccountId) -> Result<Vec<AppId>, Problem> {
    sql("SELECT id FROM apps WHERE account_id = $1 ORDER BY id")
        .bind(account)
        .all(tx.on(), |row| row.get("id"))
        .await
}

pub(super) async fn ids_of_site(tx: &mut Tx, site: SiteId) -> Result<Vec<AppId>, Problem> {
    sql("SELECT id FROM apps WHERE site_id = $1").bind(site).all(tx.on(), |row| row.get("id")).await
}

/// The applications of an account, oldest first.
pub async fn list(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    listing: &Listing,
) -> Result<Page<AppView>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let now = server.world.now_ms();
    let [after] = listing.after()?;
    let found =
        sql(concat!(columns!(), "WHERE p.account_id = $1 AND ($2 = '' OR p.id > $2) ORDER BY p.id LIMIT $3"))
            .bind(account)
            .bind(after)
            .bind(listing.fetch())
            .all(server.store.on(), |row| view(row, now))
            .await?;
    Ok(listing.page(found, |app| [app.id.to_string()]))
}

/// That of a site one has been shown.
pub async fn of_site(server: &Server, actor: &Actor, site: SiteId) -> Result<Option<AppView>, Problem> {
    let now = server.world.now_ms();
    sql(scoped!(actor, concat!(columns!(), "WHERE p.site_id = $3 AND a.state <> 'erased' AND"), ""))
        .bind(actor.holder())
        .bind(now)
        .bind(site)
        .optional(server.store.on(), |row| view(row, now))
        .await
}

/// One application.
pub async fn show(server: &Server, actor: &Actor, app: AppId) -> Result<AppView, Problem> {
    let mut snapshot = server.store.read().await?;
    load(&mut snapshot, actor, app, server.world.now_ms()).await
}

pub(super) async fn load(
    on: &mut AnyConnection,
    actor: &Actor,
    app: AppId,
    now: i64,
) -> Result<AppView, Problem> {
    let found = sql(scoped!(actor, concat!(columns!(), "WHERE p.id = $3 AND a.state <> 'erased' AND"), ""))
        .bind(actor.holder())
        .bind(now)
        .bind(app)
        .optional(&mut *on, |row| view(row, now))
        .await?;
    found.ok_or_else(not_found)
}

fn view(row: &Row, now: i64) -> Result<AppView, Problem> {
    let away =
        change::host_away(row.get("connected_at")?, row.get("last_seen_at")?, row.get("frozen_at")?, now);
    let state: Option<ChangeState> = row.get("state")?;
    let (application, release): (Application, AppVersion) = (row.get("application")?, row.get("release")?);
    let facts: Option<String> = row.get("facts")?;
    let newer = offer::release(&offer::read(facts.as_deref()), application).filter(|now| *now != release);
    let name: Option<SiteName> = row.get("site_name")?;
    let database: Option<DatabaseId> = row.get("database_id")?;
    let database_name: Option<DatabaseName> = row.get("database_name")?;
    Ok(AppView {
        id: row.get("id")?,
        account: Ref { id: row.get("account_id")?, name: row.get("account_name")? },
        host: Ref { id: row.get("host_id")?, name: row.get("host_name")? },
        site: Ref { id: row.get("site_id")?, name: name.map(|name| name.unicode()).unwrap_or_default() },
        application,
        release,
        newer,
        address: row.get("address")?,
        title: row.get("title")?,
        login: row.get("admin")?,
        database: database.zip(database_name).map(|(id, name)| Ref { id, name: name.to_string() }),
        cron_job: row.get("cron_job_id")?,
        state: change::shown(state.unwrap_or(ChangeState::Wanted), away),
        text: row.text("text_fr", "text_en")?,
        change: row.get("change_id")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
