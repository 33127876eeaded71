//! The tables of a member: read whole, written whole.

use super::{Contact, MemberView, confirm::CONFIRM_AFTER_MS};
use crate::{
    Server,
    actor::not_found,
    store::{self, Row, Tx, many, sql},
};
use model::{Label, MemberId, MemberNumber, Problem, ProblemKind, Text};
use serde_json::json;
use sqlx::{Any, Executor};

/// The member without its contacts.
async fn facts<'c>(on: impl Executor<'c, Database = Any>, member: MemberId) -> Result<MemberView, Problem> {
    let found = sql("SELECT m.id, m.number, m.name, m.kind, m.status, m.status_since, m.lang, m.address, m.notes, m.confirmed_at,
           m.created_at, m.version, m.erase_at,
           (SELECT COUNT(*) FROM accounts a WHERE a.member_id = m.id AND a.state <> 'erased') AS accounts
         FROM members m WHERE m.id = $1")
    .bind(member)
    .optional(on, view)
    .await?;
    found.ok_or_else(not_found)
}

async fn contacts<'c>(
    on: impl Executor<'c, Database = Any>,
    member: MemberId,
) -> Result<Vec<Contact>, Problem> {
    sql("SELECT purpose, name, email, phone FROM member_contacts WHERE member_id = $1 ORDER BY position")
        .bind(member)
        .all(on, |row| {
            Ok(Contact {
                purpose: row.get("purpose")?,
                name: row.get("name")?,
                email: row.get("email")?,
                phone: row.get("phone")?,
            })
        })
        .await
}

/// With the cooperative's notes: who shows it to others takes them out.
pub(super) async fn read(server: &Server, member: MemberId) -> Result<MemberView, Problem> {
    let mut found = facts(server.store.on(), member).await?;
    found.contacts = contacts(server.store.on(), member).await?;
    Ok(found)
}

/// The same, within a transaction.
pub(crate) async fn load(tx: &mut Tx, member: MemberId) -> Result<MemberView, Problem> {
    let mut found = facts(tx.on(), member).await?;
    found.contacts = contacts(tx.on(), member).await?;
    Ok(found)
}

/// Locks the member until the transaction ends; tells whether there is one.
pub(crate) async fn hold(tx: &mut Tx, member: MemberId) -> Result<bool, Problem> {
    let held = sql("UPDATE members SET version = version WHERE id = $1").bind(member).run(tx.on()).await?;
    Ok(held > 0)
}

/// Numbers are given and taken by one transaction at a time.
pub(super) async fn hold_numbers(tx: &mut Tx) -> Result<(), Problem> {
    sql("UPDATE panel SET one = 1").run(tx.on()).await.map(drop)
}

/// The number after the highest there is or was; `hold_numbers` first.
pub(super) async fn next_number(tx: &mut Tx) -> Result<u32, Problem> {
    let highest = sql("SELECT MAX(n) FROM (SELECT COALESCE(MAX(number), 0) AS n FROM members UNION ALL SELECT member_number_floor FROM panel) x")
        .one(tx.on(), |row| row.first::<u32>())
        .await?;
    Ok(highest + 1)
}

/// The next number, if they do not run out.
pub(super) fn numbered(number: u32) -> Result<MemberNumber, Problem> {
    MemberNumber::try_from(number).map_err(|_| {
        let text = Text::new(
            "Les numéros sont épuisés\u{a0}: donnez-en un vous-même.",
            "Numbers have run out: give one yourself.",
        );
        Problem::new(ProblemKind::Conflict, "numbers_over", text).on("number")
    })
}

/// Whose a number is; `hold_numbers` first, where it shall stay so.
pub(super) async fn holder(tx: &mut Tx, number: MemberNumber) -> Result<Option<(MemberId, String)>, Problem> {
    sql("SELECT id, name FROM members WHERE number = $1")
        .bind(number)
        .optional(tx.on(), |row| Ok((row.get("id")?, row.get("name")?)))
        .await
}

/// A new member's row, with the given id and number; statuses and contacts apart.
pub(super) async fn insert(tx: &mut Tx, new: &MemberView) -> Result<(), Problem> {
    sql("INSERT INTO members (id, number, name, name_key, sort_key, kind, status, status_since, lang, address, notes, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)")
    .bind(new.id)
    .bind(new.number)
    .bind(new.name.as_str())
    .bind(new.name.to_lowercase())
    .bind(super::words::sort_key(&new.name))
    .bind(new.kind)
    .bind(new.status)
    .bind(new.since)
    .bind(new.lang)
    .bind(new.address.as_deref())
    .bind(new.notes.as_deref())
    .bind(new.created_at)
    .run(tx.on())
    .await?;
    insert_contacts(tx, new.id, &new.contacts).await
}

/// A member's facts as they are now; statuses apart. Raises the version.
pub(super) async fn update(tx: &mut Tx, now: &MemberView) -> Result<(), Problem> {
    sql("UPDATE members SET number = $2, name = $3, name_key = $4, kind = $5, lang = $6, address = $7, notes = $8, confirmed_at = $9,
           version = version + 1 WHERE id = $1")
    .bind(now.id)
    .bind(now.number)
    .bind(now.name.as_str())
    .bind(now.name.to_lowercase())
    .bind(now.kind)
    .bind(now.lang)
    .bind(now.address.as_deref())
    .bind(now.notes.as_deref())
    .bind(now.confirmed_at)
    .run(tx.on())
    .await
    .map(drop)
}

pub(super) async fn replace_contacts(
    tx: &mut Tx,
    member: MemberId,
    contacts: &[Contact],
) -> Result<(), Problem> {
    sql("DELETE FROM member_contacts WHERE member_id = $1").bind(member).run(tx.on()).await?;
    insert_contacts(tx, member, contacts).await
}

async fn insert_contacts(tx: &mut Tx, member: MemberId, contacts: &[Contact]) -> Result<(), Problem> {
    for (position, contact) in (0_i64..).zip(contacts) {
        sql("INSERT INTO member_contacts (member_id, position, purpose, name, email, email_key, phone)
             VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(member)
        .bind(position)
        .bind(contact.purpose)
        .bind(contact.name.as_ref().map(Label::as_str))
        .bind(contact.email.as_ref().map(ToString::to_string))
        .bind(contact.email.as_ref().map(model::EmailAddress::key))
        .bind(contact.phone.as_ref().map(ToString::to_string))
        .run(tx.on())
        .await?;
    }
    Ok(())
}

/// Many new members' rows, with their contacts; statuses and words apart.
pub(super) async fn insert_all(tx: &mut Tx, all: &[MemberView]) -> Result<(), Problem> {
    let member = |new: &MemberView| {
        json!([
            new.id,
            new.number.get(),
            new.name,
            new.name.to_lowercase(),
            super::words::sort_key(&new.name),
            new.kind.code(),
            new.status.code(),
            new.since.ms(),
            new.lang.code(),
            new.address,
            new.notes,
            new.created_at,
            1,
            super::words::VERSION,
        ])
    };
    let statement = many!(
        tx.engine(),
        "members",
        [
            (0, "id", text),
            (1, "number", int),
            (2, "name", text),
            (3, "name_key", text),
            (4, "sort_key", text),
            (5, "kind", text),
            (6, "status", text),
            (7, "status_since", int),
            (8, "lang", text),
            (9, "address", text),
            (10, "notes", text),
            (11, "created_at", int),
            (12, "version", int),
            (13, "words_version", int),
        ],
        ""
    );
    store::insert(tx, statement, &all.iter().map(member).collect::<Vec<_>>()).await?;
    let contact = |(new, (position, contact)): (&MemberView, (i64, &Contact))| {
        json!([
            new.id,
            position,
            contact.purpose.code(),
            contact.name.as_ref().map(Label::as_str),
            contact.email.as_ref().map(ToString::to_string),
            contact.email.as_ref().map(model::EmailAddress::key),
            contact.phone.as_ref().map(ToString::to_string),
        ])
    };
    let contacts = all.iter().flat_map(|new| (0..).zip(&new.contacts).map(move |one| contact((new, one))));
    let statement = many!(
        tx.engine(),
        "member_contacts",
        [
            (0, "member_id", text),
            (1, "position", int),
            (2, "purpose", text),
            (3, "name", text),
            (4, "email", text),
            (5, "email_key", text),
            (6, "phone", text),
        ],
        ""
    );
    store::insert(tx, statement, &contacts.collect::<Vec<_>>()).await
}

fn view(row: &Row) -> Result<MemberView, Problem> {
    let (created_at, confirmed_at): (i64, Option<i64>) = (row.get("created_at")?, row.get("confirmed_at")?);
    Ok(MemberView {
        id: row.get("id")?,
        number: row.get("number")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        status: row.get("status")?,
        since: row.get("status_since")?,
        lang: row.get("lang")?,
        address: row.get("address")?,
        contacts: Vec::new(),
        notes: row.get("notes")?,
        accounts: row.get("accounts")?,
        erase_at: row.get("erase_at")?,
        confirmed_at,
        confirm_at: confirmed_at.unwrap_or(created_at) + CONFIRM_AFTER_MS,
        created_at,
        version: row.get("version")?,
    })
}
