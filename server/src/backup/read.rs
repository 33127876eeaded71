//! Restores a backup, into nothing but an empty panel; all of it or nothing.

use super::{FILES, FORMAT, Line, TABLES, write};
use crate::{
    Config, Store, World,
    ca::{Ca, hex},
    file,
    store::{Engine, Tx, internal, sql},
};
use model::{Problem, ProblemKind, TenantUid, text};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// A line is a row: the largest is a change with its before and after.
const LONGEST_LINE: u64 = 16 << 20;

/// More accounts than are made between a backup and its restoration.
const UIDS_SKIPPED: i64 = 10_000;

/// Puts the panel of a backup where the configuration says. Gives the number of rows.
pub async fn restore<Source: Read + Seek>(
    config: &Config,
    world: &dyn World,
    mut source: Source,
) -> Result<u64, Problem> {
    let (state, sqlite) = (&config.state_dir, config.sqlite_path());
    let embedded = Engine::of(&config.database_url()) == Engine::Sqlite;
    for path in [Some(config.ca_dir().join("ca.pem")), embedded.then(|| sqlite.clone())].into_iter().flatten()
    {
        if path.exists() {
            return Err(not_empty(&path.display().to_string()));
        }
    }
    // Whole and unaltered, before anything is touched.
    check(&mut source)?;
    source.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
    file::private_folder(state)?;
    let beside = state.join("restoring");
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(|error| file::trouble(&beside, &error))?;
    }
    file::private_folder(&beside.join("ca"))?;
    let url = if embedded {
        format!("sqlite://{}", beside.join("panel.db").display())
    } else {
        config.database_url()
    };
    let restored = fill(&url, world, &beside, source).await;
    let rows = match restored {
        Ok(rows) => rows,
        Err(problem) => {
            let _ = fs::remove_dir_all(&beside);
            return Err(problem);
        }
    };
    let place = || -> std::io::Result<()> {
        fs::rename(beside.join("ca"), config.ca_dir())?;
        if embedded {
            fs::rename(beside.join("panel.db"), &sqlite)?;
        }
        file::sync_folder_of(&sqlite)?;
        fs::remove_dir_all(&beside)
    };
    place().map_err(|error| file::trouble(state, &error))?;
    Ok(rows)
}

async fn fill(url: &str, world: &dyn World, beside: &Path, source: impl Read) -> Result<u64, Problem> {
    let store = Store::open(url, world).await?;
    let mut snapshot = store.read().await?;
    let schema = write::schema(&mut snapshot).await?;
    drop(snapshot);
    let mut tx = store.write().await?;
    for query in
        ["SELECT id FROM users LIMIT 1", "SELECT id FROM hosts LIMIT 1", "SELECT id FROM changes LIMIT 1"]
    {
        if sql(query).optional(tx.on(), |_| Ok(())).await?.is_some() {
            return Err(not_empty("database"));
        }
    }
    sql("DELETE FROM panel").run(tx.on()).await?;
    let mut rows = 0;
    for line in lines(source) {
        match line? {
            (Line::Head { schema: theirs, version, .. }, _) if theirs != schema => {
                return Err(other_schema(&version));
            }
            (Line::Head { .. } | Line::End { .. }, _) => {}
            (Line::File { path, text }, _) => {
                if !FILES.contains(&path.as_str()) {
                    return Err(damaged("a file that is none of ours"));
                }
                file::write_private(&beside.join(path), text.as_bytes())?;
            }
            (Line::Row { table, values }, _) => {
                insert(&mut tx, &table, values).await?;
                rows += 1;
            }
        }
    }
    // No agent is connected to a panel that does not run.
    sql("UPDATE hosts SET connected_at = NULL, connected_to = NULL").run(tx.on()).await?;
    Ca::open(&beside.join("ca"), 0)?;
    leap(&mut tx).await?;
    tx.commit().await?;
    store.close().await;
    Ok(rows)
}

/// Hosts may hold accounts made after the backup, whose uids own files there. Given again, such a uid would give one member's files to
/// another; so the count goes on well beyond what can have been given since.
async fn leap(tx: &mut Tx) -> Result<(), Problem> {
    let next = sql("UPDATE panel SET next_uid = next_uid + $1 WHERE one = 1 RETURNING next_uid")
        .bind(UIDS_SKIPPED)
        .one(tx.on(), |row| row.first::<u32>())
        .await?;
    if next <= TenantUid::LAST {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "restore_uids",
        text!(
            "Il ne reste pas assez de numéros d’utilisateur pour restaurer sans risque (prochain\u{a0}: {next})\u{a0}: rien n’a été restauré. Demandez de l’aide avant de continuer.",
            "There are not enough user numbers left to restore safely (next: {next}): nothing was restored. Ask for help before going on."
        ),
    ))
}

async fn insert(tx: &mut Tx, table: &str, values: Map<String, Value>) -> Result<(), Problem> {
    let plain = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !TABLES.contains(&table) || values.is_empty() || !values.keys().all(|name| plain(name)) {
        return Err(damaged("a table that is none of ours"));
    }
    let columns: Vec<&str> = values.keys().map(String::as_str).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let text = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
    let mut query = sqlx::query(AssertSqlSafe(text));
    for value in values.values() {
        query = match value {
            Value::String(text) => query.bind(text.clone()),
            Value::Number(number) => query.bind(number.as_i64().ok_or_else(|| damaged("a number"))?),
            _ => return Err(damaged("a value")),
        };
    }
    query.execute(tx.on()).await.map_err(|error| internal(table, &error)).map(drop)
}

/// Head, end, number of lines and hash.
fn check(source: impl Read) -> Result<(), Problem> {
    let (mut hash, mut count, mut ended) = (Sha256::new(), 0, false);
    for line in lines(source) {
        let (line, text) = line?;
        match line {
            Line::Head { format, .. } if count == 0 && format == FORMAT => {}
            _ if count == 0 || ended => return Err(damaged("not a backup of this kind")),
            Line::Head { .. } => return Err(damaged("two heads")),
            Line::End { lines, sha256 } => {
                if lines != count || sha256 != hex(&hash.clone().finalize()) {
                    return Err(damaged("its checksum does not fit"));
                }
                ended = true;
            }
            Line::File { .. } | Line::Row { .. } => {}
        }
        hash.update(text);
        count += 1;
    }
    if ended { Ok(()) } else { Err(damaged("its end is missing")) }
}

/// Each line, parsed and as it was read.
fn lines(source: impl Read) -> impl Iterator<Item = Result<(Line, String), Problem>> {
    let mut source = BufReader::new(source);
    std::iter::from_fn(move || {
        let mut text = String::new();
        match source.by_ref().take(LONGEST_LINE).read_line(&mut text) {
            Ok(0) => None,
            Ok(_) => Some(match serde_json::from_str(&text) {
                Ok(line) => Ok((line, text)),
                Err(_) => Err(damaged("an unreadable line")),
            }),
            Err(error) => Some(Err(unreadable(&error))),
        }
    })
}

fn not_empty(what: &str) -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "restore_not_empty",
        text!(
            "Il y a déjà un panneau ici ({what}). Arrêtez-le (systemctl stop alveole-panel), mettez de côté son dossier d’état et sa base, puis recommencez\u{a0}: une restauration n’écrase rien.",
            "There is a panel here already ({what}). Stop it (systemctl stop alveole-panel), set its state folder and database aside, then try again: a restoration overwrites nothing."
        ),
    )
}

fn other_schema(version: &str) -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "restore_schema",
        text!(
            "Cette sauvegarde vient d’une autre version du panneau ({version})\u{a0}: restaurez-la avec cette version, puis mettez à jour.",
            "This backup comes from another version of the panel ({version}): restore it with that version, then upgrade."
        ),
    )
}

fn damaged(why: &str) -> Problem {
    tracing::debug!(why, "backup refused");
    Problem::new(
        ProblemKind::Invalid,
        "backup_damaged",
        text!(
            "Ce fichier n’est pas une sauvegarde entière ({why})\u{a0}: rien n’a été restauré. Prenez-en une autre copie.",
            "This file is no whole backup ({why}): nothing was restored. Take another copy."
        ),
    )
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem::new(
        ProblemKind::Internal,
        "backup_unreadable",
        text!("La sauvegarde ne se lit pas\u{a0}: {error}", "The backup cannot be read: {error}"),
    )
}
