//! Queries: static SQL with `$1` placeholders, typed binds in, typed columns out, failures turned into problems once, here.

use super::columns::{Bind, Column, Nul};
use model::{Problem, ProblemKind, Text};
use sqlx::{Any, Executor, Row as _, any::AnyArguments, any::AnyRow};

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
            // Both engines refuse it alike; whoever knows the field has refused it before (`api::asked`).
            Some(error) if error.is::<Nul>() => Err(control_character()),
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

/// What no text may hold.
pub(crate) fn control_character() -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        "control_character",
        Text::new(
            "Un texte contient un caractère de commande invisible\u{a0}: retirez-le, ou tapez le texte à nouveau.",
            "A text holds an invisible control character: take it out, or type the text anew.",
        ),
    )
}

/// Our own fault: the cause goes to the log, the person gets an apology.
pub fn internal(what: &str, cause: &(impl std::fmt::Display + ?Sized)) -> Problem {
    tracing::error!(%cause, "internal error: {what}");
    Problem::new(
        ProblemKind::Internal,
        "internal",
        Text::new(
            "Le panneau a rencontré une erreur. Rien n’a été modifié\u{a0}; réessayez, puis prévenez la coopérative.",
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
                "La base de données du panneau est occupée. Rien n’a été modifié\u{a0}; réessayez dans un instant.",
                "The panel's database is busy. Nothing was changed; try again in a moment.",
            ),
        );
    }
    internal(text, &error)
}
