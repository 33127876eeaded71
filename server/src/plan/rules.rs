//! Plans are the admins' to keep. A plan that changes changes every account that has it, in one transaction.

use super::{CPU, DATABASES, FILES, PROCESSES, PlanInput, PlanView, above};
use crate::{
    Actor, Server, account,
    actor::not_found,
    change::{self, Act, Done, Subject},
    database, once,
    paging::{Listing, Page},
    resource, site,
    store::{Row, Tx, sql},
    views::stale,
};
use model::{AccountId, AccountMail, Duty, PlanId, PlanName, Problem, ProblemKind, Text, text};
use serde_json::{Value, json};
use sqlx::{Any, Executor};
use std::ops::RangeInclusive;

macro_rules! columns {
    () => {
        "SELECT p.id, p.name, p.name_key, p.sites_max, p.names_max, p.databases_max, p.php_workers, p.disk_mb, p.memory_mb,
           p.files_max, p.cpu_percent, p.processes_max, p.mails_hour, p.mails_day, p.created_at, p.version,
           (SELECT COUNT(*) FROM accounts a WHERE a.plan_id = p.id AND a.state <> 'erased') AS accounts FROM plans p "
    };
}

/// Plans by name; `q` is part of it.
pub async fn list(server: &Server, actor: &Actor, listing: &Listing) -> Result<Page<PlanView>, Problem> {
    actor.must(Duty::SeeMembers)?;
    let [after] = listing.after()?;
    let plans = sql(concat!(
        columns!(),
        "WHERE ($1 = '' OR p.name_key > $1) AND ($2 = '%' OR p.name_key LIKE $2 ESCAPE '\\') ORDER BY p.name_key LIMIT $3"
    ))
    .bind(after)
    .bind(listing.pattern())
    .bind(listing.fetch())
    .all(server.store.on(), view)
    .await?;
    Ok(listing.page(plans, |plan| [plan.name.to_lowercase()]))
}

pub async fn show(server: &Server, actor: &Actor, plan: PlanId) -> Result<PlanView, Problem> {
    actor.must(Duty::SeeMembers)?;
    load(server.store.on(), plan).await
}

async fn load<'c>(on: impl Executor<'c, Database = Any>, plan: PlanId) -> Result<PlanView, Problem> {
    let found = sql(concat!(columns!(), "WHERE p.id = $1")).bind(plan).optional(on, view).await?;
    found.ok_or_else(not_found)
}

/// Locks the plan until the transaction ends and gives it as it stands.
async fn lock(tx: &mut Tx, plan: PlanId) -> Result<PlanView, Problem> {
    sql("UPDATE plans SET version = version WHERE id = $1").bind(plan).run(tx.on()).await?;
    load(tx.on(), plan).await
}

pub async fn create(server: &Server, actor: &Actor, new: PlanInput) -> Result<Done<PlanView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    let name = check(&new)?;
    let (id, now): (PlanId, _) = (server.world.id(), server.world.now_ms());
    let mut tx = server.store.write().await?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        return Ok(Done { item: load(tx.on(), made).await?, change: None });
    }
    let inserted = sql("INSERT INTO plans (id, name, name_key, sites_max, names_max, php_workers, disk_mb, memory_mb, created_at, databases_max,
           files_max, cpu_percent, processes_max, mails_hour, mails_day, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1) ON CONFLICT (name_key) DO NOTHING")
    .bind(id)
    .bind(&name)
    .bind(name.as_str().to_lowercase())
    .bind(new.sites_max)
    .bind(new.names_max)
    .bind(new.php_workers)
    .bind(new.disk_mb)
    .bind(new.memory_mb)
    .bind(now)
    .bind(new.databases_max.unwrap_or(DATABASES))
    .bind(new.files_max.unwrap_or(FILES))
    .bind(new.cpu_percent.unwrap_or(CPU))
    .bind(new.processes_max.unwrap_or(PROCESSES))
    .bind(new.mails_hour.unwrap_or(AccountMail::HOUR))
    .bind(new.mails_day.unwrap_or(AccountMail::DAY))
    .run(tx.on())
    .await?;
    if inserted == 0 {
        return Err(taken());
    }
    let item = load(tx.on(), id).await?;
    let mut act = Act::new("plan.create", Subject::new("plan", id, &name));
    act.after = Some(summary(&item));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

pub async fn update(
    server: &Server,
    actor: &Actor,
    plan: PlanId,
    expected: Option<i64>,
    new: PlanInput,
) -> Result<Done<PlanView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    let name = check(&new)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let before = lock(&mut tx, plan).await?;
    stale(expected, before.version)?;
    let same = sql("SELECT id FROM plans WHERE name_key = $1 AND id <> $2")
        .bind(name.as_str().to_lowercase())
        .bind(plan)
        .optional(tx.on(), |_| Ok(()))
        .await?;
    if same.is_some() {
        return Err(taken());
    }
    let databases_max = new.databases_max.unwrap_or(before.databases_max);
    let less = new.sites_max < before.sites_max
        || new.names_max < before.names_max
        || databases_max < before.databases_max;
    if less && !new.above {
        above::plan(&mut tx, plan, (new.sites_max, new.names_max, databases_max)).await?;
    }
    sql("UPDATE plans SET name = $2, name_key = $3, sites_max = $4, names_max = $5, php_workers = $6, disk_mb = $7, memory_mb = $8,
           databases_max = $9, files_max = $10, cpu_percent = $11, processes_max = $12, mails_hour = $13, mails_day = $14,
           version = version + 1 WHERE id = $1")
    .bind(plan)
    .bind(&name)
    .bind(name.as_str().to_lowercase())
    .bind(new.sites_max)
    .bind(new.names_max)
    .bind(new.php_workers)
    .bind(new.disk_mb)
    .bind(new.memory_mb)
    .bind(databases_max)
    .bind(new.files_max.unwrap_or(before.files_max))
    .bind(new.cpu_percent.unwrap_or(before.cpu_percent))
    .bind(new.processes_max.unwrap_or(before.processes_max))
    .bind(new.mails_hour.unwrap_or(before.mails_hour))
    .bind(new.mails_day.unwrap_or(before.mails_day))
    .run(tx.on())
    .await?;
    let item = load(tx.on(), plan).await?;
    if summary(&before) == summary(&item) {
        return Ok(Done { item: before, change: None });
    }
    let mut act = Act::new("plan.update", Subject::new("plan", plan, &name));
    act.before = Some(summary(&before));
    act.after = Some(summary(&item));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    // Sites ask for no more memory than their account has, and hosts hold accounts to their limits.
    if on_hosts(&before) != on_hosts(&item) {
        let accounts: Vec<AccountId> =
            sql("SELECT id FROM accounts WHERE plan_id = $1 AND state <> 'erased' ORDER BY id")
                .bind(plan)
                .all(tx.on(), |row| row.get("id"))
                .await?;
        let mut wants = Vec::new();
        for id in accounts {
            let account = account::lock(&mut tx, server, actor, id).await?;
            let sites = site::rows(&mut tx, id).await?;
            wants.extend(account::wants(&mut tx, &account, &sites).await?);
            wants.extend(database::wants_of(&mut tx, &account).await?);
        }
        resource::write(&mut tx, change, now, wants).await?;
    }
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// What of a plan hosts are told.
fn on_hosts(plan: &PlanView) -> [u32; 9] {
    let PlanView { php_workers, memory_mb, disk_mb, files_max, cpu_percent, processes_max, .. } = *plan;
    let PlanView { databases_max, mails_hour, mails_day, .. } = *plan;
    [
        php_workers,
        memory_mb,
        disk_mb,
        files_max,
        cpu_percent,
        processes_max,
        databases_max,
        mails_hour,
        mails_day,
    ]
}

/// Only a plan that no account has or had.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    plan: PlanId,
    expected: Option<i64>,
) -> Result<Done<PlanView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    let mut tx = server.store.write().await?;
    let before = lock(&mut tx, plan).await?;
    stale(expected, before.version)?;
    let deleted =
        sql("DELETE FROM plans WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts WHERE plan_id = $1)")
            .bind(plan)
            .run(tx.on())
            .await?;
    if deleted == 0 {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "plan_in_use",
            Text::new(
                "Des comptes ont cette offre, ou l’avaient\u{a0}: donnez-leur d’abord une autre offre.",
                "Accounts have this plan, or had it: give them another plan first.",
            ),
        ));
    }
    let mut act = Act::new("plan.delete", Subject::new("plan", plan, &before.name));
    act.before = Some(summary(&before));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(Done { item: before, change: Some(change) })
}

fn check(new: &PlanInput) -> Result<PlanName, Problem> {
    within("sites_max", new.sites_max, 1..=1000)?;
    within("names_max", new.names_max, 1..=100)?;
    within("databases_max", new.databases_max.unwrap_or_default(), 0..=1000)?;
    within("php_workers", new.php_workers, 1..=64)?;
    within("disk_mb", new.disk_mb, 1..=100_000_000)?;
    within("memory_mb", new.memory_mb, 32..=1_000_000)?;
    within("files_max", new.files_max.unwrap_or(FILES), 1_000..=1_000_000_000)?;
    within("cpu_percent", new.cpu_percent.unwrap_or(CPU), 5..=100_000)?;
    within("processes_max", new.processes_max.unwrap_or(PROCESSES), 100..=100_000)?;
    within("mails_hour", new.mails_hour.unwrap_or_default(), 0..=AccountMail::MOST)?;
    within("mails_day", new.mails_day.unwrap_or_default(), 0..=AccountMail::MOST)?;
    PlanName::parse(&new.name)
}

fn within(field: &'static str, value: u32, range: RangeInclusive<u32>) -> Result<(), Problem> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(Problem::invalid(field, "out_of_range", text!("De {least} à {most}.", "From {least} to {most}.")))
}

fn taken() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "plan_name_taken",
        Text::new(
            "Une offre porte déjà ce nom\u{a0}: choisissez-en un autre.",
            "A plan already has this name: choose another.",
        ),
    )
    .on("name")
}

fn summary(plan: &PlanView) -> Value {
    json!({
        "name": plan.name, "sites_max": plan.sites_max, "names_max": plan.names_max, "databases_max": plan.databases_max,
        "php_workers": plan.php_workers, "disk_mb": plan.disk_mb, "memory_mb": plan.memory_mb,
        "files_max": plan.files_max, "cpu_percent": plan.cpu_percent, "processes_max": plan.processes_max,
        "mails_hour": plan.mails_hour, "mails_day": plan.mails_day,
    })
}

fn view(row: &Row) -> Result<PlanView, Problem> {
    Ok(PlanView {
        id: row.get("id")?,
        name: row.get("name")?,
        sites_max: row.get("sites_max")?,
        names_max: row.get("names_max")?,
        databases_max: row.get("databases_max")?,
        php_workers: row.get("php_workers")?,
        disk_mb: row.get("disk_mb")?,
        memory_mb: row.get("memory_mb")?,
        files_max: row.get("files_max")?,
        cpu_percent: row.get("cpu_percent")?,
        processes_max: row.get("processes_max")?,
        mails_hour: row.get("mails_hour")?,
        mails_day: row.get("mails_day")?,
        accounts: row.get("accounts")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
