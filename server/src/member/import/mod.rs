//! Members from a file: first a dry run that says row by row what would be made or why not, then all of it or nothing. What is imported is
//! what was shown: the file is kept in between, judged again, and refused if the outcome would be another.

mod cells;
mod file;
mod header;
mod judge;
mod known;
mod write;

pub(super) use cells::guarded;
pub use file::{text_of, too_large};
pub(super) use header::{Column, Part, names};
pub use write::apply;

use crate::{
    Actor, Server,
    actor::not_found,
    store::{internal, sql},
};
use model::{Day, Duty, ImportId, Lang, MemberKind, MemberNumber, MemberStatus, Problem, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file is no larger.
pub const LARGEST_FILE: usize = 4 << 20;
/// Nor does it have more members.
pub const MOST_ROWS: usize = 5_000;
/// How long a dry run waits for its import.
pub const IMPORT_MS: i64 = 24 * 3_600_000;

/// What a dry run says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Import {
    #[schema(value_type = String)]
    pub id: ImportId,
    pub created_at: i64,
    /// When it was imported.
    pub applied_at: Option<i64>,
    /// Addresses may stand at several members.
    pub same_email: bool,
    /// Rows that would become members.
    pub good: usize,
    /// Rows with something to mend: while there is one, nothing is imported.
    pub wrong: usize,
    /// Users who would be made.
    pub owners: usize,
    pub rows: Vec<RowReport>,
}

/// One row: what it would make, or what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowReport {
    /// As a spreadsheet counts: the header is row 1.
    pub row: usize,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Made(Made),
    Wrong(Vec<RowProblem>),
}

/// The member a row would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Made {
    /// `None`: the panel gives the next one.
    #[schema(value_type = Option<u32>)]
    pub number: Option<MemberNumber>,
    pub name: String,
    #[schema(value_type = String)]
    pub kind: MemberKind,
    #[schema(value_type = String)]
    pub status: MemberStatus,
    /// `None`: the day of the import.
    #[schema(value_type = Option<String>)]
    pub since: Option<Day>,
    #[schema(value_type = String)]
    pub lang: Lang,
    pub contacts: usize,
    pub notes: bool,
    pub owner: Option<Owner>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Owner {
    pub email: String,
    /// No such user yet: one is made, without a mail.
    pub new: bool,
}

/// What is wrong in a row: where, why, and what helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowProblem {
    /// The column, as the file's header calls it; empty for the whole row.
    pub column: String,
    /// Stable, for programs.
    pub code: String,
    #[schema(value_type = Object)]
    pub text: Text,
}

/// The dry run of a file; it takes the place of the actor's last one. With `same_email`, an address may stand at several members.
pub async fn check(server: &Server, actor: &Actor, csv: &str, same_email: bool) -> Result<Import, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    let rows = file::rows(csv)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let known = known::Known::load(tx.on()).await?;
    let (reports, _) = judge::judge(&rows, &known, same_email, now);
    let id: ImportId = server.world.id();
    sql("DELETE FROM member_imports WHERE COALESCE(user_id, '') = $1")
        .bind(actor.user_text())
        .run(tx.on())
        .await?;
    sql("INSERT INTO member_imports (id, user_id, csv, same_email_at, report, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(actor.user)
        .bind(csv)
        .bind(same_email.then_some(now))
        .bind(written(&reports)?)
        .bind(now)
        .run(tx.on())
        .await?;
    tx.commit().await?;
    Ok(summed_up(id, Kept { csv: String::new(), same_email, created_at: now, applied_at: None, reports }))
}

/// What a dry run said, or an import did.
pub async fn show_import(server: &Server, actor: &Actor, import: ImportId) -> Result<Import, Problem> {
    actor.must(Duty::KeepMembers)?;
    let kept = kept(&mut *server.store.read().await?, server, import).await?;
    Ok(summed_up(import, kept))
}

/// A file that waits, and what was said of it.
struct Kept {
    csv: String,
    same_email: bool,
    created_at: i64,
    applied_at: Option<i64>,
    reports: Vec<RowReport>,
}

async fn kept(on: &mut sqlx::AnyConnection, server: &Server, import: ImportId) -> Result<Kept, Problem> {
    let found = sql("SELECT csv, same_email_at, report, created_at, applied_at FROM member_imports
         WHERE id = $1 AND created_at > $2")
    .bind(import)
    .bind(server.world.now_ms() - IMPORT_MS)
    .optional(on, |row| {
        let report: String = row.get("report")?;
        Ok(Kept {
            csv: row.get("csv")?,
            same_email: row.get::<Option<i64>>("same_email_at")?.is_some(),
            created_at: row.get("created_at")?,
            applied_at: row.get("applied_at")?,
            reports: serde_json::from_str(&report).map_err(|error| internal("an import's report", &error))?,
        })
    })
    .await?;
    found.ok_or_else(not_found)
}

fn written(reports: &[RowReport]) -> Result<String, Problem> {
    serde_json::to_string(reports).map_err(|error| internal("an import's report", &error))
}

fn summed_up(id: ImportId, kept: Kept) -> Import {
    let Kept { csv: _, same_email, created_at, applied_at, reports: rows } = kept;
    let made = |row: &RowReport| match &row.outcome {
        Outcome::Made(made) => Some(made.owner.clone()),
        Outcome::Wrong(_) => None,
    };
    let good: Vec<Option<Owner>> = rows.iter().filter_map(made).collect();
    let mut new: Vec<String> =
        good.iter().flatten().filter(|owner| owner.new).map(|owner| owner.email.to_lowercase()).collect();
    new.sort();
    new.dedup();
    Import {
        id,
        created_at,
        applied_at,
        same_email,
        good: good.len(),
        wrong: rows.len() - good.len(),
        owners: new.len(),
        rows,
    }
}
