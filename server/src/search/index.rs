//! The index: written with the thing itself, in its transaction.

use super::{Kind, words::words};
use crate::store::{Tx, sql};
use model::{Problem, SiteName};
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
