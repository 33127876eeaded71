//! What a member is found by: words without case and accents, kept in `member_words` in the transaction that writes the member, and asked
//! for by their beginnings. Nothing is ever searched in the midst of a word, so that an index answers.

use super::{MemberView, store};
use crate::{
    Server, letters,
    store::{Tx, many, sql},
};
use model::{MemberId, Problem};
use serde_json::json;
use std::collections::BTreeSet;

/// Raised whenever words are taken apart in another way: then every member's are made anew.
pub(super) const VERSION: i64 = 2;
/// Longer words are found by their beginning.
const LONGEST: usize = 32;
/// Words of one member; a dozen contacts have about as many.
const MOST: usize = 96;
/// Words written by one statement.
const AT_ONCE: usize = 8;
/// Members whose words are made anew in one transaction.
const BATCH: i64 = 200;

/// The words of a text in their order.
pub(crate) fn words(text: &str) -> Vec<String> {
    letters::words(text, LONGEST).collect()
}

/// How a name is put in order.
pub(super) fn sort_key(name: &str) -> String {
    let words = words(name);
    if words.is_empty() { name.to_lowercase() } else { words.join(" ") }
}

/// Every word a member is found by.
fn of(member: &MemberView) -> BTreeSet<String> {
    let mut found = BTreeSet::from([member.number.to_string()]);
    let contacts = member.contacts.iter().flat_map(|contact| {
        [contact.name.as_ref().map(ToString::to_string), contact.email.as_ref().map(ToString::to_string)]
    });
    for text in [Some(member.name.clone())].into_iter().chain(contacts).flatten() {
        found.extend(words(&text));
    }
    found.into_iter().take(MOST).collect()
}

/// Writes a member's words as it stands now; `new`: it has none yet.
pub(super) async fn write(tx: &mut Tx, member: &MemberView, new: bool) -> Result<(), Problem> {
    if !new {
        sql("DELETE FROM member_words WHERE member_id = $1").bind(member.id).run(tx.on()).await?;
    }
    let found: Vec<String> = of(member).into_iter().collect();
    for some in found.chunks(AT_ONCE) {
        let mut insert = sql("INSERT INTO member_words (member_id, word) SELECT $1, x.word FROM (SELECT $2 AS word UNION SELECT $3
               UNION SELECT $4 UNION SELECT $5 UNION SELECT $6 UNION SELECT $7 UNION SELECT $8 UNION SELECT $9) x
             WHERE x.word IS NOT NULL")
        .bind(member.id);
        for place in 0..AT_ONCE {
            insert = insert.bind(some.get(place).map(String::as_str));
        }
        insert.run(tx.on()).await?;
    }
    sql("UPDATE members SET sort_key = $2, words_version = $3 WHERE id = $1")
        .bind(member.id)
        .bind(sort_key(&member.name))
        .bind(VERSION)
        .run(tx.on())
        .await
        .map(drop)
}

/// Writes the words of many new members; their rows say by which way of taking words apart.
pub(super) async fn write_new(tx: &mut Tx, all: &[MemberView]) -> Result<(), Problem> {
    let rows = all.iter().flat_map(|new| of(new).into_iter().map(move |word| json!([new.id, word])));
    let statement = many!(tx.engine(), "member_words", [(0, "member_id", text), (1, "word", text)], "");
    crate::store::insert(tx, statement, &rows.collect::<Vec<_>>()).await
}

/// Makes the words of members that have none, or older ones: of those that were there before this panel searched so.
pub(crate) async fn catch_up(server: &Server) -> Result<(), Problem> {
    loop {
        let behind = sql("SELECT id FROM members WHERE words_version < $1 LIMIT $2")
            .bind(VERSION)
            .bind(BATCH)
            .all(server.store.on(), |row| row.get::<MemberId>("id"))
            .await?;
        if behind.is_empty() {
            return Ok(());
        }
        let mut tx = server.store.write().await?;
        for member in behind {
            // Another process may have been faster, or the member may be gone meanwhile.
            if store::hold(&mut tx, member).await? {
                let member = store::load(&mut tx, member).await?;
                write(&mut tx, &member, false).await?;
            }
        }
        tx.commit().await?;
    }
}

/// What somebody types to find members: each word's beginning, and the first text after all words that begin so. `None`: nothing is
/// asked; an empty list: what was typed holds no word, so nothing is like it.
pub(super) fn asked(typed: Option<&str>) -> Option<Vec<[String; 2]>> {
    let typed = typed.map(str::trim).filter(|typed| !typed.is_empty())?;
    let mut asked = words(typed);
    asked.sort_by_key(|word| std::cmp::Reverse(word.len()));
    asked.dedup();
    asked.truncate(super::list::MOST_WORDS);
    Some(asked.into_iter().map(|word| [word.clone(), format!("{word}\u{10ffff}")]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_no_case_and_no_accents() {
        assert_eq!(words("L’Été des œuvres, n° 42 !"), ["l", "ete", "des", "oeuvres", "n", "42"]);
        assert_eq!(words("E\u{301}te\u{301} Ana.B@Asso.example"), ["ete", "ana", "b", "asso", "example"]);
        assert_eq!(words("İstanbul Москва ٣"), ["istanbul", "москва", "٣"]);
        assert_eq!(words("… —"), Vec::<String>::new());
        assert_eq!(words(&"x".repeat(40)), ["x".repeat(32)]);
        assert_eq!(sort_key("Écluse & Cie"), "ecluse cie");
        assert_eq!(sort_key("★"), "★");
    }

    #[test]
    fn nothing_typed_is_not_the_same_as_no_word_typed() {
        assert_eq!(asked(Some("  ")), None);
        assert_eq!(asked(Some("!!")), Some(vec![]));
        assert_eq!(asked(Some("les Amis")).map(|words| words.len()), Some(2));
        assert_eq!(asked(Some("a Été")).unwrap_or_default()[0], ["ete", "ete\u{10ffff}"]);
    }
}
