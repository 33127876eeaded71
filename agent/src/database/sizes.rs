//! How much databases hold, when a page asks.

use super::client::Engine;
use crate::reconcile::trouble::Trouble;
use model::DatabaseName;

/// Asked for at once, at most.
const MOST: usize = 100;

/// Data and indexes, in octets, of those that are there. A server that is busy is not waited for long.
pub fn sizes(engine: &dyn Engine, names: &[DatabaseName]) -> Result<Vec<(DatabaseName, u64)>, Trouble> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let list: Vec<String> = names.iter().take(MOST).map(|name| format!("'{name}'")).collect();
    let rows = engine.run(&format!(
        "SET SESSION max_statement_time=3;
         SELECT s.SCHEMA_NAME, CAST(COALESCE(SUM(t.DATA_LENGTH + t.INDEX_LENGTH), 0) AS UNSIGNED)
         FROM information_schema.SCHEMATA s LEFT JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = s.SCHEMA_NAME
         WHERE s.SCHEMA_NAME IN ({list}) AND (t.TABLE_SCHEMA IS NULL OR t.TABLE_SCHEMA IN ({list})) GROUP BY s.SCHEMA_NAME;\n",
        list = list.join(",")
    ))?;
    let read = |row: &str| {
        let (name, octets) = row.split_once('\t')?;
        Some((DatabaseName::parse(name).ok()?, octets.parse().ok()?))
    };
    Ok(rows.lines().filter_map(read).collect())
}
