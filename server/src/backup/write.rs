//! Writes a backup while the panel runs: one snapshot of the database, row by row.

use super::{FILES, FORMAT, Line, TABLES};
use crate::{Server, ca::hex, file, store::internal};
use futures_util::StreamExt;
use model::Problem;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sqlx::{Any, AssertSqlSafe, Column, Row, Transaction, any::AnyRow};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

/// What went into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub rows: u64,
    pub octets: u64,
}

/// Fills an empty file, and makes it last.
pub async fn write(server: &Server, path: &Path, file: File) -> Result<Written, Problem> {
    let mut lines = Lines { out: BufWriter::new(file), hash: Sha256::new(), lines: 0, octets: 0, path };
    let mut snapshot = server.store.read().await?;
    lines.put(&Line::Head {
        format: FORMAT.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        schema: schema(&mut snapshot).await?,
        at: server.world.now_ms(),
    })?;
    for name in FILES {
        let text = file::read_text(&server.config.state_dir.join(name))?;
        lines.put(&Line::File { path: name.into(), text })?;
    }
    let mut rows = 0;
    for table in TABLES {
        // Of our own constants; by the first column, so that equal databases give equal files.
        let query = AssertSqlSafe(format!("SELECT * FROM {table} ORDER BY 1"));
        let mut found = sqlx::query(query).fetch(&mut *snapshot);
        while let Some(row) = found.next().await {
            let row = row.map_err(|error| internal(table, &error))?;
            lines.put(&Line::Row { table: table.into(), values: values(&row)? })?;
            rows += 1;
        }
    }
    let (count, sha256) = (lines.lines, hex(&lines.hash.clone().finalize()));
    lines.put(&Line::End { lines: count, sha256 })?;
    let octets = lines.octets;
    let file = lines.out.into_inner().map_err(|error| file::trouble(path, &error))?;
    file.sync_all().map_err(|error| file::trouble(path, &error))?;
    Ok(Written { rows, octets })
}

struct Lines<'a> {
    out: BufWriter<File>,
    hash: Sha256,
    lines: u64,
    octets: u64,
    path: &'a Path,
}

impl Lines<'_> {
    fn put(&mut self, line: &Line) -> Result<(), Problem> {
        let mut text = serde_json::to_string(line).map_err(|error| internal("backup", &error))?;
        text.push('\n');
        self.hash.update(&text);
        self.lines += 1;
        self.octets += text.len() as u64;
        self.out.write_all(text.as_bytes()).map_err(|error| file::trouble(self.path, &error))
    }
}

/// The last migration the tables have seen.
pub(super) async fn schema(on: &mut Transaction<'static, Any>) -> Result<i64, Problem> {
    let row = sqlx::query("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut **on).await;
    row.and_then(|row| row.try_get(0)).map_err(|error| internal("schema", &error))
}

fn values(row: &AnyRow) -> Result<Map<String, Value>, Problem> {
    let mut values = Map::new();
    for column in row.columns() {
        let at = column.ordinal();
        // All our columns are TEXT or BIGINT, perhaps NULL.
        let value = match row.try_get::<Option<i64>, _>(at) {
            Ok(number) => number.map(Value::from),
            Err(_) => row
                .try_get::<Option<String>, _>(at)
                .map_err(|error| internal(column.name(), &error))?
                .map(Value::from),
        };
        if let Some(value) = value {
            values.insert(column.name().to_owned(), value);
        }
    }
    Ok(values)
}
