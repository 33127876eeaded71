//! The index: written with the thing itself, in its transaction.

use super::{Kind, words::words};
use crate::{
    ca::hex,
    store::{self, Tx, many, sql},
};
use model::{Problem, SiteName};
use serde_json::json;
use std::fmt::Display;

/// By these names it is found from now on, and by no others.
pub(crate) async fn put(
    tx: &mut Tx,
    kind: Kind,
    id: impl Display + Copy,
    names: &[impl AsRef<str>],
) -> Result<(), Problem> {
    forget(tx, kind, id).await?;
    for word in words(names.iter().map(AsRef::as_ref)) {
        sql("INSERT INTO search_words (kind, word, id) VALUES ($1, $2, $3) ON CONFLICT (kind, word, id) DO NOTHING")
            .bind(kind.code())
            .bind(word.into_bytes())
            .bind(id.to_string())
            .run(tx.on())
            .await?;
    }
    Ok(())
}

/// Many new things at once, each by its names: nothing was known of them.
pub(crate) async fn put_new<Id: Display, Name: AsRef<str>>(
    tx: &mut Tx,
    kind: Kind,
    things: impl IntoIterator<Item = (Id, Vec<Name>)>,
) -> Result<(), Problem> {
    let mut rows = Vec::new();
    for (id, names) in things {
        let id = id.to_string();
        for word in words(names.iter().map(AsRef::as_ref)) {
            rows.push(json!([kind.code(), hex(word.as_bytes()), id]));
        }
    }
    let statement =
        many!(tx.engine(), "search_words", [(0, "kind", text), (1, "word", bytes), (2, "id", text)], "");
    store::insert(tx, statement, &rows).await
}

/// A site, by its names as they are written and as they are read (Été.example is xn--…).
pub(crate) async fn put_site(
    tx: &mut Tx,
    site: impl Display + Copy,
    names: &[SiteName],
) -> Result<(), Problem> {
    let names: Vec<String> = names.iter().flat_map(|name| [name.to_string(), name.unicode()]).collect();
    put(tx, Kind::Site, site, &names).await
}

/// It is found no more.
pub(crate) async fn forget(tx: &mut Tx, kind: Kind, id: impl Display) -> Result<(), Problem> {
    sql("DELETE FROM search_words WHERE kind = $1 AND id = $2")
        .bind(kind.code())
        .bind(id.to_string())
        .run(tx.on())
        .await
        .map(drop)
}
