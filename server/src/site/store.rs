//! The tables `sites` and `names`, always scoped by owner.

use super::{HttpsView, PhpView, SiteView};
use crate::{
    Actor, Server,
    account::AccountView,
    actor::{not_found, scoped, scoped_accounts},
    change,
    paging::{Listing, Page},
    store::{Row, Tx, among, internal, sql},
    views::Ref,
};
use model::{AccountId, ChangeState, HostFacts, Https, Problem, SiteId, SiteName, SiteSettings, wire::Drift};
use serde_json::Value;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, btree_map::Entry};

/// What `view` reads, and from where.
macro_rules! columns {
    () => {
        "SELECT s.id, s.folder, s.redirect, s.hsts, s.hsts_at, s.hsts_long_at, s.settings, s.created_at, s.version, a.id AS account_id, a.name AS account_name, a.php,
           h.id AS host_id, h.name AS host_name, h.facts, h.connected_at, h.last_seen_at, h.frozen_at,
           r.state, r.text_fr, r.text_en, r.drift, r.change_id
         FROM sites s JOIN accounts a ON a.id = s.account_id JOIN hosts h ON h.id = a.host_id
           LEFT JOIN resources r ON r.host_id = a.host_id AND r.kind = 'site' AND r.key = s.id "
    };
}

/// A site as its resource is derived from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SiteRow {
    pub id: SiteId,
    pub folder: SiteName,
    pub names: Vec<SiteName>,
    pub https: HttpsView,
    /// Those of its names whose certificate was seen in place.
    pub proven: Vec<SiteName>,
    pub preview: Option<SiteName>,
    pub settings: SiteSettings,
}

impl SiteRow {
    /// A new one.
    pub fn new(id: SiteId, folder: SiteName, names: Vec<SiteName>) -> SiteRow {
        let (https, settings) = (HttpsView::default(), SiteSettings::default());
        SiteRow { id, folder, names, https, proven: vec![], preview: None, settings }
    }

    /// Whether every name has its certificate in place.
    pub fn is_proven(&self) -> bool {
        self.names.iter().all(|name| self.proven.contains(name))
    }

    /// Its HTTPS, as the host is told.
    pub fn on_host(&self) -> Https {
        super::https::on_host(&self.https, &self.proven)
    }
}

macro_rules! select_rows {
    ($of:literal) => {
        concat!(
            "SELECT s.id, s.folder, s.redirect, s.hsts, s.hsts_at, s.hsts_long_at, s.settings, n.name, n.preview_at, c.proven_at
             FROM sites s JOIN names n ON n.site_id = s.id LEFT JOIN certificates c ON c.name = n.name AND c.account_id = s.account_id
             WHERE ",
            $of,
            " = $1 ORDER BY s.id, n.position"
        )
    };
}

/// All sites of an account that the caller has locked.
pub(crate) async fn rows(tx: &mut Tx, account: AccountId) -> Result<Vec<SiteRow>, Problem> {
    let mut sites: BTreeMap<SiteId, SiteRow> = BTreeMap::new();
    sql(select_rows!("s.account_id")).bind(account).all(tx.on(), |row| gather(row, &mut sites)).await?;
    Ok(sites.into_values().collect())
}

/// One site of an account that the caller has locked.
pub(super) async fn row(tx: &mut Tx, site: SiteId) -> Result<SiteRow, Problem> {
    let mut sites: BTreeMap<SiteId, SiteRow> = BTreeMap::new();
    sql(select_rows!("s.id")).bind(site).all(tx.on(), |row| gather(row, &mut sites)).await?;
    sites.remove(&site).ok_or_else(not_found)
}

fn gather(row: &Row, sites: &mut BTreeMap<SiteId, SiteRow>) -> Result<(), Problem> {
    let id: SiteId = row.get("id")?;
    let site = match sites.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => {
            let (https, settings) = (HttpsView::read(row)?, told(row)?);
            new.insert(SiteRow { https, settings, ..SiteRow::new(id, row.get("folder")?, vec![]) })
        }
    };
    let name: SiteName = row.get("name")?;
    if row.get::<Option<i64>>("preview_at")?.is_some() {
        site.preview = Some(name);
        return Ok(());
    }
    if row.get::<Option<i64>>("proven_at")?.is_some() {
        site.proven.push(name.clone());
    }
    site.names.push(name);
    Ok(())
}

/// The sites of an account, oldest first.
pub async fn list(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    listing: &Listing,
) -> Result<Page<SiteView>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let now = server.world.now_ms();
    let [after] = listing.after()?;
    let sites =
        sql(concat!(columns!(), "WHERE s.account_id = $1 AND ($2 = '' OR s.id > $2) ORDER BY s.id LIMIT $3"))
            .bind(account)
            .bind(after)
            .bind(listing.fetch())
            .all(server.store.on(), |row| view(row, now))
            .await?;
    let mut page = listing.page(sites, |site| [site.id.to_string()]);
    if let (Some(first), Some(last)) = (page.items.first(), page.items.last()) {
        let mut names: BTreeMap<SiteId, Vec<SiteName>> = BTreeMap::new();
        sql("SELECT n.site_id, n.name FROM names n JOIN sites s ON s.id = n.site_id
             WHERE s.account_id = $1 AND s.id >= $2 AND s.id <= $3 AND n.preview_at IS NULL ORDER BY n.site_id, n.position")
        .bind(account)
        .bind(first.id)
        .bind(last.id)
        .all(server.store.on(), |row| {
            names.entry(row.get("site_id")?).or_default().push(row.get("name")?);
            Ok(())
        })
        .await?;
        for site in &mut page.items {
            site.names = names.remove(&site.id).unwrap_or_default();
        }
    }
    Ok(page)
}

/// Of one's own sites those that stand still: failed, refused, or waiting for somebody's consent.
pub async fn care(server: &Server, actor: &Actor, most: u32) -> Result<Vec<SiteView>, Problem> {
    let now = server.world.now_ms();
    let mut sites = sql(scoped_accounts!(
        concat!(columns!(), "WHERE r.state IN ('failed', 'refused', 'held') AND a.state <> 'erased' AND"),
        "ORDER BY s.id LIMIT $3"
    ))
    .bind(actor.holder())
    .bind(now)
    .bind(most)
    .all(server.store.on(), |row| view(row, now))
    .await?;
    for site in &mut sites {
        site.names =
            sql("SELECT name FROM names WHERE site_id = $1 AND preview_at IS NULL ORDER BY position")
                .bind(site.id)
                .all(server.store.on(), |row| row.get("name"))
                .await?;
    }
    Ok(sites)
}

/// The main names of the sites of accounts whoever asks has been shown, oldest first, and no more than `most` in all.
pub async fn main_names(
    server: &Server,
    accounts: &[AccountView],
    most: u32,
) -> Result<Vec<(AccountId, SiteId, SiteName)>, Problem> {
    let ids: Vec<String> = accounts.iter().map(|account| account.id.to_string()).collect();
    let ids = serde_json::to_string(&ids).map_err(|error| internal("ids", &error))?;
    sql(among!(
        server.store.engine(),
        "SELECT s.account_id, s.id, n.name FROM sites s JOIN names n ON n.site_id = s.id WHERE s.account_id IN",
        "AND n.position = (SELECT MIN(p.position) FROM names p WHERE p.site_id = s.id) ORDER BY s.id LIMIT $2"
    ))
    .bind(ids)
    .bind(most)
    .all(server.store.on(), |row| Ok((row.get("account_id")?, row.get("id")?, row.get("name")?)))
    .await
}

/// One site.
pub async fn show(server: &Server, actor: &Actor, site: SiteId) -> Result<SiteView, Problem> {
    let mut snapshot = server.store.read().await?;
    load(&mut snapshot, actor, site, server.world.now_ms()).await
}

pub(super) async fn load(
    on: &mut AnyConnection,
    actor: &Actor,
    site: SiteId,
    now: i64,
) -> Result<SiteView, Problem> {
    let found = sql(scoped!(actor, concat!(columns!(), "WHERE s.id = $3 AND a.state <> 'erased' AND"), ""))
        .bind(actor.holder())
        .bind(now)
        .bind(site)
        .optional(&mut *on, |row| view(row, now))
        .await?;
    let mut site = found.ok_or_else(not_found)?;
    site.names = sql("SELECT name FROM names WHERE site_id = $1 AND preview_at IS NULL ORDER BY position")
        .bind(site.id)
        .all(&mut *on, |row| row.get("name"))
        .await?;
    site.preview = sql("SELECT name FROM names WHERE site_id = $1 AND preview_at IS NOT NULL")
        .bind(site.id)
        .optional(&mut *on, |row| row.get("name"))
        .await?;
    Ok(site)
}

/// What it is told, as stored.
fn told(row: &Row) -> Result<SiteSettings, Problem> {
    let stored: String = row.get("settings")?;
    serde_json::from_str(&stored).map_err(|error| internal("a site's settings", &error))
}

fn facts(row: &Row) -> Result<HostFacts, Problem> {
    let facts: Option<String> = row.get("facts")?;
    Ok(facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok()).unwrap_or_default())
}

fn php(row: &Row, settings: &SiteSettings, facts: &HostFacts) -> Result<PhpView, Problem> {
    let version = settings.php.version.unwrap_or(row.get("php")?);
    Ok(PhpView { version, offered: facts.php.clone(), end_of_life: version.end_of_life() })
}

fn view(row: &Row, now: i64) -> Result<SiteView, Problem> {
    let away =
        change::host_away(row.get("connected_at")?, row.get("last_seen_at")?, row.get("frozen_at")?, now);
    let state: Option<ChangeState> = row.get("state")?;
    let drift: Option<Value> = row.get("drift")?;
    let (settings, facts) = (told(row)?, facts(row)?);
    Ok(SiteView {
        id: row.get("id")?,
        account: Ref { id: row.get("account_id")?, name: row.get("account_name")? },
        host: Ref { id: row.get("host_id")?, name: row.get("host_name")? },
        folder: row.get("folder")?,
        names: vec![],
        preview: None,
        https: HttpsView::read(row)?,
        php: php(row, &settings, &facts)?,
        runtimes: facts.runtimes,
        settings,
        state: change::shown(state.unwrap_or(ChangeState::Wanted), away),
        text: row.text("text_fr", "text_en")?,
        drift: drift.and_then(|drift| serde_json::from_value::<Drift>(drift).ok()),
        change: row.get("change_id")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
