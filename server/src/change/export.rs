//! The change log as a file: CSV for people, JSON lines for whoever wants to verify the chain (docs/history.md). Oldest first, a page of the
//! database at a time, so that a million acts are never in memory; who is signed out meanwhile gets no further page.

use super::{
    Filter,
    chain::{covered, extend},
    csv::{HEADS, csv},
    index::indexed,
    search::{json, positions, query},
    terms::{Indexed, Term, asked, indexed_columns},
};
use crate::{
    Actor, Server, account,
    actor::not_found,
    grant, session,
    store::{Row, among, sql},
};
use futures_util::stream::{self, Stream};
use model::{AccountId, ChangeId, Duty, MemberId, Problem, Text};
use serde::Serialize;
use sqlx::{Any, Transaction};

/// Acts read at once.
const BATCH: i64 = 500;

/// As what it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
}

impl Format {
    /// `csv` or `jsonl`.
    pub fn from_code(code: &str) -> Result<Format, Problem> {
        match code {
            "csv" => Ok(Format::Csv),
            "jsonl" | "" => Ok(Format::JsonLines),
            _ => Err(Problem::invalid("format", "bad_format", Text::new("csv ou jsonl.", "csv or jsonl."))),
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::JsonLines => "jsonl",
        }
    }

    /// Its media type.
    pub fn media(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::JsonLines => "application/x-ndjson",
        }
    }
}

/// Whose changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    All,
    Member(MemberId),
    Account(AccountId),
}

/// One act with its place in the chain; from `id` on the very parts that its hash covers, in their order.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub position: i64,
    pub previous: String,
    pub hash: String,
    pub id: String,
    pub at: i64,
    pub user_id: Option<String>,
    pub who: String,
    pub via: String,
    pub verb: String,
    pub member_id: Option<String>,
    pub account_id: Option<String>,
    pub host_id: Option<String>,
    pub subject_kind: String,
    pub subject_id: String,
    pub subject_label: String,
    pub before_json: Option<String>,
    pub after_json: Option<String>,
    pub undoes: Option<String>,
}

macro_rules! lines {
    () => {
        concat!(
            "SELECT x.position, x.hash, (SELECT y.hash FROM change_chain y WHERE y.position = x.position - 1) AS previous, ",
            covered!(),
            " FROM change_chain x JOIN changes c ON c.id = x.change_id "
        )
    };
}

struct Export {
    server: Server,
    actor: Actor,
    of: Of,
    format: Format,
    terms: Vec<Term>,
    /// The last position written or passed over, and the first that is too late.
    at: i64,
    below: i64,
    begun: bool,
}

/// The file in pieces. What was done up to now is in it, each act with its place in the chain.
pub async fn export(
    server: &Server,
    actor: &Actor,
    of: Of,
    filter: &Filter,
    format: Format,
) -> Result<impl Stream<Item = Result<String, Problem>> + use<>, Problem> {
    may(server, actor, of).await?;
    let filter = match of {
        Of::All => filter.clone(),
        Of::Member(member) => Filter { member: Some(member), ..filter.clone() },
        Of::Account(account) => Filter { account: Some(account), ..filter.clone() },
    };
    extend(server).await?;
    let mut on = server.store.read().await?;
    let (at, below) = positions(&mut on, &filter).await?;
    drop(on);
    let (below, terms) = match asked(&filter) {
        Some(terms) => (below, terms),
        None => (0, vec![]),
    };
    let (server, actor) = (server.clone(), actor.clone());
    let export = Export { server, actor, of, format, terms, at, below, begun: false };
    Ok(stream::try_unfold(export, |mut export| async move {
        Ok(export.next().await?.map(|piece| (piece, export)))
    }))
}

async fn may(server: &Server, actor: &Actor, of: Of) -> Result<(), Problem> {
    match of {
        Of::All => actor.must(Duty::SeeHistory),
        Of::Member(member) => grant::access_to_member(server, actor, member).await.map(drop),
        Of::Account(account) => account::must_see(server, actor, account).await,
    }
}

impl Export {
    async fn next(&mut self) -> Result<Option<String>, Problem> {
        let mut piece = String::new();
        if !self.begun {
            self.begun = true;
            if self.format == Format::Csv {
                // The byte order mark tells spreadsheets that this is UTF-8.
                piece.push('\u{feff}');
                piece.push_str(HEADS);
            }
        } else {
            // As things stand now: who was signed out or lost the right reads no further.
            self.actor = session::still(&self.server, &self.actor).await?.ok_or_else(not_found)?;
            may(&self.server, &self.actor, self.of).await?;
        }
        loop {
            let Some(lines) = self.batch().await? else {
                return Ok(Some(piece).filter(|piece| !piece.is_empty()));
            };
            for line in &lines {
                match self.format {
                    Format::Csv => csv(line, &mut piece),
                    Format::JsonLines => {
                        let line = serde_json::to_string(line);
                        piece.push_str(&line.map_err(|error| crate::store::internal("export", &error))?);
                        piece.push('\n');
                    }
                }
            }
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }

    /// The next acts that fit; `None` at the end.
    async fn batch(&mut self) -> Result<Option<Vec<Line>>, Problem> {
        let mut on = self.server.store.read().await?;
        if self.terms.is_empty() {
            let lines = self.all(&mut on).await?;
            return Ok(self.passed(lines.last().map(|line| line.position)).then_some(lines));
        }
        let done = indexed(&mut *on).await?;
        if self.at < done {
            if let Some(plan) = self.server.store.engine().plan_anew() {
                sql(plan).run(&mut *on).await?;
            }
            let found = sql(self.server.store.engine().find_words_upwards())
                .bind(query(&self.server, &self.terms))
                .bind(self.at)
                .bind(self.below.min(done + 1))
                .bind(BATCH)
                .all(&mut *on, |row| Ok((row.get::<i64>("position")?, row.get::<ChangeId>("change_id")?)))
                .await?;
            if !self.passed(found.last().map(|(position, _)| *position)) {
                self.at = done;
                return Ok(Some(vec![]));
            }
            let ids: Vec<ChangeId> = found.into_iter().map(|(_, id)| id).collect();
            return self.these(&mut on, &ids).await.map(Some);
        }
        // What the index does not have yet.
        let rows = sql(concat!(
            "SELECT x.position, ",
            indexed_columns!(),
            " FROM change_chain x JOIN changes c ON c.id = x.change_id
              WHERE x.position > $1 AND x.position < $2 ORDER BY x.position LIMIT $3"
        ))
        .bind(self.at)
        .bind(self.below)
        .bind(BATCH)
        .all(&mut *on, |row| Ok((row.get::<i64>("position")?, Indexed::read(row)?)))
        .await?;
        if !self.passed(rows.last().map(|(position, _)| *position)) {
            return Ok(None);
        }
        let fits = |change: &Indexed| {
            let words = change.terms();
            self.terms.iter().all(|term| term.is_in(&words))
        };
        let ids: Vec<ChangeId> =
            rows.iter().filter(|(_, change)| fits(change)).map(|(_, change)| change.id).collect();
        self.these(&mut on, &ids).await.map(Some)
    }

    /// Goes on behind this position, if there is one.
    fn passed(&mut self, last: Option<i64>) -> bool {
        self.at = last.unwrap_or(self.at);
        last.is_some()
    }

    async fn all(&self, on: &mut Transaction<'static, Any>) -> Result<Vec<Line>, Problem> {
        sql(concat!(lines!(), "WHERE x.position > $1 AND x.position < $2 ORDER BY x.position LIMIT $3"))
            .bind(self.at)
            .bind(self.below)
            .bind(BATCH)
            .all(&mut **on, |row| self.line(row))
            .await
    }

    async fn these(
        &self,
        on: &mut Transaction<'static, Any>,
        ids: &[ChangeId],
    ) -> Result<Vec<Line>, Problem> {
        let engine = self.server.store.engine();
        sql(among!(engine, concat!(lines!(), "WHERE x.change_id IN"), "ORDER BY x.position"))
            .bind(json(ids)?)
            .all(&mut **on, |row| self.line(row))
            .await
    }

    fn line(&self, row: &Row) -> Result<Line, Problem> {
        let position = row.get("position")?;
        let previous: Option<String> = row.get("previous")?;
        let at: String = row.get("at")?;
        Ok(Line {
            position,
            previous: previous.unwrap_or_else(|| self.server.store.panel().to_string()),
            hash: row.get("hash")?,
            id: row.get("id")?,
            at: at.parse().map_err(|error| crate::store::internal("a change's time", &error))?,
            user_id: row.get("user_id")?,
            who: row.get("who")?,
            via: row.get("via")?,
            verb: row.get("verb")?,
            member_id: row.get("member_id")?,
            account_id: row.get("account_id")?,
            host_id: row.get("host_id")?,
            subject_kind: row.get("subject_kind")?,
            subject_id: row.get("subject_id")?,
            subject_label: row.get("subject_label")?,
            before_json: row.get("before_json")?,
            after_json: row.get("after_json")?,
            undoes: row.get("undoes")?,
        })
    }
}
