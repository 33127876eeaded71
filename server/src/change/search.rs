//! Finding changes: a page of those that have all that is asked, newest first, out of however many.

use super::{
    ChangeView, Filter,
    index::indexed,
    rules,
    terms::{Indexed, Term, asked, indexed_columns},
};
use crate::{
    Actor, Server,
    paging::{Listing, Page},
    store::{Row, internal, sql},
};
use model::{AccountId, ChangeId, Duty, MemberId, Problem};
use sqlx::{Any, Transaction};

/// The newest acts that are looked through one by one because the index does not have them yet. More only wait after a restoration.
const NOT_INDEXED_YET: i64 = 2000;

/// Everything anybody did, as filtered.
pub async fn search(
    server: &Server,
    actor: &Actor,
    filter: &Filter,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    actor.must(Duty::SeeHistory)?;
    find(server, actor, filter, listing).await
}

/// Of one account.
pub async fn search_account(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    filter: &Filter,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    let open = filter.is_open() && filter.from.is_none() && filter.to.is_none();
    if open {
        return rules::list(server, actor, account, listing).await;
    }
    crate::account::must_see(server, actor, account).await?;
    find(server, actor, &Filter { account: Some(account), ..filter.clone() }, listing).await
}

/// Of one member: what was done to it, its accounts and their sites.
pub async fn search_member(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    filter: &Filter,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    crate::grant::access_to_member(server, actor, member).await?;
    find(server, actor, &Filter { member: Some(member), ..filter.clone() }, listing).await
}

async fn find(
    server: &Server,
    actor: &Actor,
    filter: &Filter,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    if filter.is_open() {
        return rules::list_between(server, actor, filter, listing).await;
    }
    let [cursor] = listing.after()?;
    let Some(terms) = asked(filter) else { return Ok(Page { items: vec![], next: None }) };
    let cursor: Option<ChangeId> = if cursor.is_empty() { None } else { Some(cursor.parse()?) };
    // One snapshot: an act that moves from the queue into the index meanwhile is neither missed nor seen twice.
    let mut on = server.store.read().await?;
    let done = indexed(&mut *on).await?;
    let reached = match cursor {
        Some(cursor) => position(&mut on, cursor).await?,
        None => None,
    };
    let in_index = reached.is_some_and(|position| position <= done);
    let mut ids =
        if in_index { vec![] } else { recent(&mut on, filter, &terms, done, cursor, reached).await? };
    let wanted = usize::try_from(listing.fetch()).unwrap_or(usize::MAX);
    ids.truncate(wanted);
    if ids.len() < wanted {
        let below = reached.unwrap_or(i64::MAX).min(done + 1);
        let more = i64::try_from(wanted - ids.len()).unwrap_or(0);
        ids.extend(through_index(server, &mut on, filter, &terms, below, more).await?);
    }
    drop(on);
    let page = listing.page(ids, |id| [id.to_string()]);
    Ok(Page { items: rules::load(server, actor, &page.items).await?, next: page.next })
}

/// What the index does not have yet, looked through.
async fn recent(
    on: &mut Transaction<'static, Any>,
    filter: &Filter,
    terms: &[Term],
    done: i64,
    cursor: Option<ChangeId>,
    reached: Option<i64>,
) -> Result<Vec<ChangeId>, Problem> {
    let queued = sql(concat!(
        "SELECT ",
        indexed_columns!(),
        " FROM change_queue q JOIN changes c ON c.id = q.change_id WHERE ($1 = '' OR q.change_id < $1)
          ORDER BY q.change_id DESC LIMIT $2"
    ))
    .bind(cursor.map(|cursor| cursor.to_string()).unwrap_or_default())
    .bind(NOT_INDEXED_YET);
    // Those of a page whose last one is chained by now were behind it.
    let mut found = if reached.is_some() { vec![] } else { queued.all(&mut **on, Indexed::read).await? };
    let chained = sql(concat!(
        "SELECT ",
        indexed_columns!(),
        " FROM change_chain x JOIN changes c ON c.id = x.change_id WHERE x.position > $1 AND x.position < $2
          ORDER BY x.position DESC LIMIT $3"
    ))
    .bind(done)
    .bind(reached.unwrap_or(i64::MAX))
    .bind(NOT_INDEXED_YET);
    found.extend(chained.all(&mut **on, Indexed::read).await?);
    let fits = |change: &Indexed| {
        let words = change.terms();
        filter.holds(change.id) && terms.iter().all(|term| term.is_in(&words))
    };
    Ok(found.iter().filter(|change| fits(change)).map(|change| change.id).collect())
}

async fn through_index(
    server: &Server,
    on: &mut Transaction<'static, Any>,
    filter: &Filter,
    terms: &[Term],
    below: i64,
    most: i64,
) -> Result<Vec<ChangeId>, Problem> {
    let (above, before) = positions(on, filter).await?;
    let engine = server.store.engine();
    if let Some(plan) = engine.plan_anew() {
        sql(plan).run(&mut **on).await?;
    }
    let rare: Vec<Term> = terms.iter().filter(|term| term.is_of_one()).cloned().collect();
    let few = engine.find_few().filter(|_| !rare.is_empty());
    let found = sql(few.unwrap_or(engine.find_words()))
        .bind(query(server, terms))
        .bind(above)
        .bind(below.min(before))
        .bind(most);
    let found = if few.is_some() { found.bind(query(server, &rare)) } else { found };
    found.all(&mut **on, |row| row.get("change_id")).await
}

pub(super) fn query(server: &Server, terms: &[Term]) -> String {
    let terms: Vec<(&str, bool)> = terms.iter().map(|term| (term.word.as_str(), term.beginning)).collect();
    server.store.engine().words_query(&terms)
}

/// Between which positions of the chain (both excluded) a filter's from and to lie.
pub(super) async fn positions(
    on: &mut Transaction<'static, Any>,
    filter: &Filter,
) -> Result<(i64, i64), Problem> {
    let (from, to) = filter.ids();
    let above = match filter.from {
        None => 0,
        Some(_) => sql("SELECT position FROM change_chain WHERE change_id >= $1 ORDER BY change_id LIMIT 1")
            .bind(from)
            .optional(&mut **on, Row::first::<i64>)
            .await?
            .map_or(i64::MAX, |first| first - 1),
    };
    let below = match filter.to {
        None => i64::MAX,
        Some(_) => {
            sql("SELECT position FROM change_chain WHERE change_id < $1 ORDER BY change_id DESC LIMIT 1")
                .bind(to)
                .optional(&mut **on, Row::first::<i64>)
                .await?
                .map_or(0, |last| last + 1)
        }
    };
    Ok((above, below))
}

/// How many acts the search cannot find yet: none, but for some minutes after a restoration.
pub async fn behind(server: &Server) -> Result<i64, Problem> {
    let done = indexed(server.store.on()).await?;
    let last = sql("SELECT position FROM change_chain ORDER BY position DESC LIMIT 1")
        .optional(server.store.on(), Row::first::<i64>)
        .await?;
    Ok((last.unwrap_or(0) - done - NOT_INDEXED_YET).max(0))
}

async fn position(on: &mut Transaction<'static, Any>, change: ChangeId) -> Result<Option<i64>, Problem> {
    sql("SELECT position FROM change_chain WHERE change_id = $1")
        .bind(change)
        .optional(&mut **on, Row::first)
        .await
}

/// Ids as one value of a query.
pub(super) fn json(ids: &[ChangeId]) -> Result<String, Problem> {
    serde_json::to_string(ids).map_err(|error| internal("ids", &error))
}
