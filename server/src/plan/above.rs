//! What would be above new limits. Nothing is taken away then, but nothing can be added either: that is said before, and accepted or not.

use crate::store::{Tx, sql};
use model::{AccountId, PlanId, Problem, ProblemKind, Text, text};
use sqlx::{Any, Executor};

/// Names told; more are counted.
const NAMED: i64 = 5;

/// What an account has.
struct Has {
    name: String,
    sites: u32,
    /// Of the site with the most.
    names: u32,
    /// Without deleted ones.
    databases: u32,
}

/// Sites, names of one site, databases: what there may be at most.
type Limits = (u32, u32, u32);

/// The names of the account's site with the most.
macro_rules! most_names {
    () => {
        "(SELECT COALESCE(MAX(x.n), 0) FROM (SELECT COUNT(*) AS n FROM names n JOIN sites s ON s.id = n.site_id
            WHERE s.account_id = a.id AND n.preview_at IS NULL GROUP BY n.site_id) x)"
    };
}

macro_rules! has {
    () => {
        concat!(
            "SELECT a.name, (SELECT COUNT(*) FROM sites s WHERE s.account_id = a.id) AS sites,
               (SELECT COUNT(*) FROM databases d WHERE d.account_id = a.id AND d.deleted_at IS NULL) AS databases, ",
            most_names!(),
            " AS names FROM accounts a WHERE a.state <> 'erased' AND "
        )
    };
}

/// How many names the site with the most has.
pub(crate) async fn most_names<'c>(
    on: impl Executor<'c, Database = Any>,
    account: AccountId,
) -> Result<u32, Problem> {
    let names = sql(concat!("SELECT ", most_names!(), " AS names FROM accounts a WHERE a.id = $1"))
        .bind(account)
        .optional(on, |row| row.get("names"))
        .await?;
    Ok(names.unwrap_or_default())
}

/// Refused, with what would be above, when an account gets these limits.
pub(crate) async fn account(
    tx: &mut Tx,
    account: AccountId,
    (sites_max, names_max, databases_max): Limits,
) -> Result<(), Problem> {
    let has = sql(concat!(has!(), "a.id = $1")).bind(account).one(tx.on(), read).await?;
    let mut fr = Vec::new();
    let mut en = Vec::new();
    if has.sites > sites_max {
        fr.push(format!("{} sites pour {sites_max}", has.sites));
        en.push(format!("{} sites for {sites_max}", has.sites));
    }
    if has.names > names_max {
        fr.push(format!("{} noms sur un site pour {names_max}", has.names));
        en.push(format!("{} names on one site for {names_max}", has.names));
    }
    if has.databases > databases_max {
        fr.push(format!("{} bases de données pour {databases_max}", has.databases));
        en.push(format!("{} databases for {databases_max}", has.databases));
    }
    if fr.is_empty() {
        return Ok(());
    }
    let (fr, en) = (fr.join(", "), en.join(", "));
    Err(problem(text!(
        "Ce compte serait au-dessus de l’offre\u{a0}: {fr}. Rien n’est supprimé, mais il ne pourra plus rien ajouter. Acceptez-le, ou choisissez une autre offre.",
        "This account would be above the plan: {en}. Nothing is deleted, but it could add nothing more. Accept that, or choose another plan."
    )))
}

/// Refused, with the accounts that would be above, when a plan gets these limits.
pub(super) async fn plan(
    tx: &mut Tx,
    plan: PlanId,
    (sites_max, names_max, databases_max): Limits,
) -> Result<(), Problem> {
    let found = sql(concat!(
        "SELECT h.name, h.sites, h.names, h.databases, COUNT(*) OVER () AS total FROM (",
        has!(),
        "a.plan_id = $1) h WHERE h.sites > $2 OR h.names > $3 OR h.databases > $5 ORDER BY h.name LIMIT $4"
    ))
    .bind(plan)
    .bind(sites_max)
    .bind(names_max)
    .bind(NAMED)
    .bind(databases_max)
    .all(tx.on(), |row| Ok((read(row)?.name, row.get::<i64>("total")?)))
    .await?;
    let Some((_, total)) = found.first() else { return Ok(()) };
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let mut names = names.join(", ");
    if *total > NAMED {
        names.push('…');
    }
    Err(problem(text!(
        "Comptes qui seraient au-dessus de l’offre ({total})\u{a0}: {names}. Rien n’est supprimé, mais ils ne pourront plus rien ajouter. Acceptez-le, ou laissez plus de place.",
        "Accounts that would be above the plan ({total}): {names}. Nothing is deleted, but they could add nothing more. Accept that, or leave more room."
    )))
}

fn read(row: &crate::store::Row) -> Result<Has, Problem> {
    Ok(Has {
        name: row.get("name")?,
        sites: row.get("sites")?,
        names: row.get("names")?,
        databases: row.get("databases")?,
    })
}

fn problem(text: Text) -> Problem {
    Problem::new(ProblemKind::Conflict, "plan_above", text).on("above")
}
