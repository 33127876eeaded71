//! Many rows by one statement: an import of thousands of members would else be a hundred thousand statements, and hold other writers off
//! for as long.

use super::{Tx, internal, sql};
use model::Problem;
use serde_json::Value;

/// Rows of one statement: more would be no faster, and a larger text to hold.
const AT_ONCE: usize = 500;

/// `many!(engine, "table", [(0, "id", text), (1, "at", int), (2, "word", bytes)], "ON CONFLICT …")`: inserts what stands in `$1`, a JSON array of
/// rows, each an array of columns. Octets stand there in hexadecimal.
macro_rules! many {
    ($engine:expr, $table:literal, [$first:tt $(, $other:tt)* $(,)?], $tail:literal) => {
        match $engine {
            $crate::store::Engine::Sqlite => concat!(
                "INSERT INTO ", $table, " (", $crate::store::many!(@name $first) $(, ", ", $crate::store::many!(@name $other))*, ") SELECT ",
                $crate::store::many!(@sqlite $first) $(, ", ", $crate::store::many!(@sqlite $other))*, " FROM json_each($1) j WHERE 1 = 1 ", $tail
            ),
            $crate::store::Engine::Postgres => concat!(
                "INSERT INTO ", $table, " (", $crate::store::many!(@name $first) $(, ", ", $crate::store::many!(@name $other))*, ") SELECT ",
                $crate::store::many!(@postgres $first) $(, ", ", $crate::store::many!(@postgres $other))*,
                " FROM json_array_elements(CAST($1 AS json)) AS j(value) ", $tail
            ),
        }
    };
    (@name ($at:literal, $column:literal, $kind:ident)) => { $column };
    (@sqlite ($at:literal, $column:literal, bytes)) => { concat!("unhex(json_extract(j.value, '$[", $at, "]'))") };
    (@sqlite ($at:literal, $column:literal, $kind:ident)) => { concat!("json_extract(j.value, '$[", $at, "]')") };
    (@postgres ($at:literal, $column:literal, text)) => { concat!("j.value->>", $at) };
    (@postgres ($at:literal, $column:literal, int)) => { concat!("CAST(j.value->>", $at, " AS BIGINT)") };
    (@postgres ($at:literal, $column:literal, bytes)) => { concat!("decode(j.value->>", $at, ", 'hex')") };
}
pub(crate) use many;

/// Runs such a statement over all the rows.
pub async fn insert(tx: &mut Tx, statement: &'static str, rows: &[Value]) -> Result<(), Problem> {
    for some in rows.chunks(AT_ONCE) {
        let rows = serde_json::to_string(some).map_err(|error| internal("rows as JSON", &error))?;
        sql(statement).bind(rows).run(tx.on()).await?;
    }
    Ok(())
}
