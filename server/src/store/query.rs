//! Queries: static SQL with `$1` placeholders, typed binds in, typed columns out, failures turned into problems once, here.

use model::{Id, Problem, ProblemKind, Text};
use sqlx::{Any, Arguments, Executor, Row as _, any::AnyArguments, any::AnyRow};
use std::str::FromStr;

/// One statement with its values.
pub struct Query {
    sql: &'static str,
    values: AnyArguments,
    broken: Option<sqlx::error::BoxDynError>,
}

/// Begins a statement.
pub fn sql(sql: &'static str) -> Query {
    Query { sql, values: AnyArguments::default(), broken: None }
}

impl Query {
    /// Gives `$n` its value, in order.
    pub fn bind(mut self, value: impl Bind) -> Query {
        if let Err(error) = value.add(&mut self.values) {
            self.broken = Some(error);
        }
        self
    }

    fn ready(self) -> Result<sqlx::query::Query<'static, Any, AnyArguments>, Problem> {
        match self.broken {
            Some(error) => Err(internal("cannot bind a value", &*error)),
            None => Ok(sqlx::query_with(self.sql, self.values)),
        }
    }

    /// Runs it; gives the number of rows concerned.
    pub async fn run<'c>(self, on: impl Executor<'c, Database = Any>) -> Result<u64, Problem> {
        let text = self.sql;
        let done = on.execute(self.ready()?).await.map_err(|error| database_problem(text, error))?;
        Ok(done.rows_affected())
    }

    /// At most one row.
    pub async fn optional<'c, T>(
        self,
        on: impl Executor<'c, Database = Any>,
        read: impl FnOnce(&Row) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        let text = self.sql;
        let row = on.fetch_optional(self.ready()?).await.map_err(|error| database_problem(text, error))?;
        row.map(|row| read(&Row(row))).transpose()
    }

    /// Exactly one row; none is our own fault.
    pub async fn one<'c, T>(
        self,
        on: impl Executor<'c, Database = Any>,
        read: impl FnOnce(&Row) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let text = self.sql;
        let found = self.optional(on, read).await?;
        found.ok_or_else(|| internal("a row is missing", &text))
    }

    pub async fn all<'c, T>(
        self,
        on: impl Executor<'c, Database = Any>,
        mut read: impl FnMut(&Row) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Problem> {
        let text = self.sql;
        let rows = on.fetch_all(self.ready()?).await.map_err(|error| database_problem(text, error))?;
        rows.into_iter().map(|row| read(&Row(row))).collect()
    }
}

/// A row, read by column name (or position, for one-column answers).
pub struct Row(AnyRow);

impl Row {
    pub fn get<T: Column>(&self, name: &str) -> Result<T, Problem> {
        let raw = self.0.try_get::<T::Raw, _>(name).map_err(|error| internal(name, &error))?;
        T::from_raw(raw).ok_or_else(|| internal("a stored value cannot be read", &name))
    }

    /// The first column.
    pub fn first<T: Column>(&self) -> Result<T, Problem> {
        let raw = self.0.try_get::<T::Raw, _>(0).map_err(|error| internal("first column", &error))?;
        T::from_raw(raw).ok_or_else(|| internal("a stored value cannot be read", &"first column"))
    }

    /// A pair of columns `name_fr`, `name_en` as one text.
    pub fn text(&self, fr: &str, en: &str) -> Result<Option<Text>, Problem> {
        let (fr, en) = (self.get::<Option<String>>(fr)?, self.get::<Option<String>>(en)?);
        Ok(fr.zip(en).map(|(fr, en)| Text { fr: fr.into(), en: en.into() }))
    }
}

/// What a column can be read as.
pub trait Column: Sized {
    type Raw: for<'r> sqlx::Decode<'r, Any> + sqlx::Type<Any>;
    fn from_raw(raw: Self::Raw) -> Option<Self>;
}

impl<T: Column> Column for Option<T> {
    type Raw = Option<T::Raw>;
    fn from_raw(raw: Self::Raw) -> Option<Self> {
        match raw {
            None => Some(None),
            Some(raw) => T::from_raw(raw).map(Some),
        }
    }
}

impl Column for i64 {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<i64> {
        Some(raw)
    }
}

impl Column for u64 {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<u64> {
        raw.try_into().ok()
    }
}

impl Column for u32 {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<u32> {
        raw.try_into().ok()
    }
}

impl Column for model::TenantUid {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<model::TenantUid> {
        u32::try_from(raw).ok()?.try_into().ok()
    }
}

impl Column for String {
    type Raw = String;
    fn from_raw(raw: String) -> Option<String> {
        Some(raw)
    }
}

impl<Noun> Column for Id<Noun> {
    type Raw = String;
    fn from_raw(raw: String) -> Option<Self> {
        raw.parse().ok()
    }
}

impl Column for uuid::Uuid {
    type Raw = String;
    fn from_raw(raw: String) -> Option<Self> {
        raw.parse().ok()
    }
}

impl Column for serde_json::Value {
    type Raw = String;
    fn from_raw(raw: String) -> Option<Self> {
        serde_json::from_str(&raw).ok()
    }
}

/// What a placeholder can be given.
pub trait Bind {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError>;
}

macro_rules! bind_as_is {
    ($($type:ty),*) => { $(
        impl Bind for $type {
            fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
                values.add(self)
            }
        }
    )* };
}
bind_as_is!(i64, Option<i64>, String, Option<String>);

impl Bind for &str {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.to_owned())
    }
}

impl Bind for Option<&str> {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.map(str::to_owned))
    }
}

impl Bind for u64 {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(i64::try_from(self)?)
    }
}

impl Bind for u32 {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(i64::from(self))
    }
}

impl Bind for uuid::Uuid {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.to_string())
    }
}

impl<Noun> Bind for Id<Noun> {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.to_string())
    }
}

impl<Noun> Bind for Option<Id<Noun>> {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.map(|id| id.to_string()))
    }
}

/// The validated strings of `model` go both ways.
macro_rules! text_columns {
    ($($type:ty),* $(,)?) => { $(
        impl Column for $type {
            type Raw = String;
            fn from_raw(raw: String) -> Option<Self> {
                <$type>::from_str(&raw).ok()
            }
        }
        impl Bind for &$type {
            fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
                values.add(self.to_string())
            }
        }
    )* };
}
text_columns!(
    model::DomainName,
    model::SiteName,
    model::UnixName,
    model::EmailAddress,
    model::HostName,
    model::PlanName,
    model::Label,
    model::PhpVersion,
);

/// Enums stored by their code.
macro_rules! coded_columns {
    ($($type:ty),* $(,)?) => { $(
        impl Column for $type {
            type Raw = String;
            fn from_raw(raw: String) -> Option<Self> {
                <$type>::from_code(&raw)
            }
        }
        impl Bind for $type {
            fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
                values.add(self.code().to_owned())
            }
        }
    )* };
}
coded_columns!(model::Kind, model::ChangeState, model::Lang, crate::account::Standing);

/// Our own fault: the cause goes to the log, the person gets an apology.
pub fn internal(what: &str, cause: &(impl std::fmt::Display + ?Sized)) -> Problem {
    tracing::error!(%cause, "internal error: {what}");
    Problem::new(
        ProblemKind::Internal,
        "internal",
        Text::new(
            "Le panneau a rencontré une erreur. Rien n’a été modifié ; réessayez, puis prévenez la coopérative.",
            "The panel met an error. Nothing was changed; try again, then tell the cooperative.",
        ),
    )
}

/// SQLite's busy, PostgreSQL's lock timeout, deadlock and serialisation failure: trying again helps.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => {
            matches!(
                error.code().as_deref(),
                Some("5" | "6" | "261" | "262" | "517" | "55P03" | "40P01" | "40001" | "57P01")
            )
        }
        _ => false,
    }
}

pub(super) fn database_problem(text: &str, error: sqlx::Error) -> Problem {
    if passes(&error) {
        tracing::warn!(%error, sql = text, "the database is busy or away");
        return Problem::new(
            ProblemKind::Unavailable,
            "database_busy",
            Text::new(
                "La base de données du panneau est occupée. Rien n’a été modifié ; réessayez dans un instant.",
                "The panel's database is busy. Nothing was changed; try again in a moment.",
            ),
        );
    }
    internal(text, &error)
}
