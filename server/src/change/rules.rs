//! Reading changes: per account, per host, one by one, and as events for open pages.

use super::{ChangeView, Filter, StateView, Subject, derive, search, undo};
use crate::{
    Actor, Server,
    actor::{not_found, scoped_accounts},
    grant::accounts_with,
    paging::{Listing, Page},
    store::{Row, among, sql},
};
use model::{
    AccountId, ChangeId, ChangeState, Duty, HostId, Problem, Right,
    event::{ChangeEvent, ResourceEvent},
};
use std::collections::{BTreeMap, HashMap};

macro_rules! columns {
    () => {
        "SELECT c.id, c.at, c.user_id, c.who, c.via, c.verb, c.account_id, c.subject_kind, c.subject_id, c.subject_label,
           c.before_json, c.after_json, c.undoes, (SELECT u.id FROM changes u WHERE u.undoes = c.id) AS undone_by"
    };
}

macro_rules! state_columns {
    () => {
        "SELECT s.change_id, h.name AS host, s.kind, s.key, s.state, s.text_fr, s.text_en, s.at,
           h.connected_at, h.last_seen_at, h.frozen_at, r.state AS now_state
         FROM change_states s JOIN hosts h ON h.id = s.host_id
           LEFT JOIN resources r ON r.host_id = s.host_id AND r.kind = s.kind AND r.key = s.key "
    };
}

/// The changes of an account, newest first; admins' acts included.
pub async fn list(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let [before] = listing.after()?;
    let changes = sql(concat!(
        columns!(),
        " FROM changes c WHERE c.account_id = $1 AND ($2 = '' OR c.id < $2) ORDER BY c.id DESC LIMIT $3"
    ))
    .bind(account)
    .bind(before)
    .bind(listing.fetch())
    .all(server.store.on(), |row| view(row, actor))
    .await?;
    with_states(server, actor, listing.page(changes, |change| [change.id.to_string()]), Some(account)).await
}

/// Everything anybody did, newest first: the admins' audit log.
pub async fn list_all(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    actor.must(Duty::SeeHistory)?;
    list_between(server, actor, &Filter::default(), listing).await
}

/// The same of a time; whether the actor may is settled before.
pub(super) async fn list_between(
    server: &Server,
    actor: &Actor,
    filter: &Filter,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    let ([before], (from, to)) = (listing.after()?, filter.ids());
    let changes = sql(concat!(
        columns!(),
        " FROM changes c WHERE c.id >= $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3"
    ))
    .bind(from)
    .bind(if before.is_empty() { to } else { before.min(to) })
    .bind(listing.fetch())
    .all(server.store.on(), |row| view(row, actor))
    .await?;
    with_states(server, actor, listing.page(changes, |change| [change.id.to_string()]), None).await
}

/// These changes, in this order; whether the actor may see them is settled before.
pub(super) async fn load(
    server: &Server,
    actor: &Actor,
    ids: &[ChangeId],
) -> Result<Vec<ChangeView>, Problem> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let (engine, now, asked) = (server.store.engine(), server.world.now_ms(), search::json(ids)?);
    let found = sql(among!(engine, concat!(columns!(), " FROM changes c WHERE c.id IN"), ""))
        .bind(asked.as_str())
        .all(server.store.on(), |row| view(row, actor))
        .await?;
    let mut found: HashMap<ChangeId, ChangeView> =
        found.into_iter().map(|change| (change.id, change)).collect();
    let mut changes: Vec<ChangeView> = ids.iter().filter_map(|id| found.remove(id)).collect();
    let states =
        sql(among!(engine, concat!(state_columns!(), "WHERE s.change_id IN"), "ORDER BY s.kind, s.key"))
            .bind(asked)
            .all(server.store.on(), |row| state(row, now))
            .await?;
    add_states(&mut changes, states);
    offered(server, actor, &mut changes).await?;
    Ok(changes)
}

/// What admins did on a host itself, newest first.
pub async fn list_of_host(
    server: &Server,
    actor: &Actor,
    host: HostId,
    listing: &Listing,
) -> Result<Page<ChangeView>, Problem> {
    actor.must(Duty::SeeHosts)?;
    let [before] = listing.after()?;
    let changes = sql(concat!(
        columns!(),
        " FROM changes c WHERE c.host_id = $1 AND ($2 = '' OR c.id < $2) ORDER BY c.id DESC LIMIT $3"
    ))
    .bind(host)
    .bind(before)
    .bind(listing.fetch())
    .all(server.store.on(), |row| view(row, actor))
    .await?;
    Ok(listing.page(changes, |change| [change.id.to_string()]))
}

/// A page of changes, of one account or of all, with their states: one query for the page.
async fn with_states(
    server: &Server,
    actor: &Actor,
    mut page: Page<ChangeView>,
    account: Option<AccountId>,
) -> Result<Page<ChangeView>, Problem> {
    let (Some(newest), Some(oldest)) = (page.items.first(), page.items.last()) else { return Ok(page) };
    let query = match account {
        Some(_) => concat!(
            state_columns!(),
            "WHERE s.change_id >= $1 AND s.change_id <= $2 AND s.account_id = $3 ORDER BY s.kind, s.key"
        ),
        None => {
            concat!(state_columns!(), "WHERE s.change_id >= $1 AND s.change_id <= $2 ORDER BY s.kind, s.key")
        }
    };
    let mut states = sql(query).bind(oldest.id).bind(newest.id);
    if let Some(account) = account {
        states = states.bind(account);
    }
    let now = server.world.now_ms();
    let states = states.all(server.store.on(), |row| state(row, now)).await?;
    add_states(&mut page.items, states);
    offered(server, actor, &mut page.items).await?;
    Ok(page)
}

/// Offers an undo where it would be done.
async fn offered(server: &Server, actor: &Actor, changes: &mut [ChangeView]) -> Result<(), Problem> {
    only_theirs(server, actor, changes).await?;
    undo::only_what_stands(server, changes).await
}

/// Offers no undo to who sees an account and may not change its sites: readers, mail managers, staff that looks on.
async fn only_theirs(server: &Server, actor: &Actor, changes: &mut [ChangeView]) -> Result<(), Problem> {
    if actor.staff.does(Duty::Administer) || !changes.iter().any(|change| change.undoable) {
        return Ok(());
    }
    let theirs = accounts_with(server, actor, Right::Sites).await?;
    for change in changes {
        change.undoable &= change.account.is_some_and(|account| theirs.contains(&account));
    }
    Ok(())
}

/// The states of one change.
async fn states_of(server: &Server, change: ChangeId) -> Result<Vec<StateRow>, Problem> {
    sql(concat!(state_columns!(), "WHERE s.change_id = $1 ORDER BY s.kind, s.key"))
        .bind(change)
        .all(server.store.on(), |row| state(row, server.world.now_ms()))
        .await
}

/// What of history staff may read one by one is what their lists show them: of members and accounts, of hosts, or everything; and what they
/// did themselves.
macro_rules! for_staff {
    ($condition:literal) => {
        concat!(
            columns!(),
            " FROM changes c WHERE c.id = $3 AND $2 >= 0 AND (c.user_id = $1",
            $condition,
            ")"
        )
    };
}

fn one_for(actor: &Actor) -> &'static str {
    let may = |duty| actor.staff.does(duty);
    match (may(Duty::SeeHistory), may(Duty::SeeMembers), may(Duty::SeeHosts)) {
        (true, ..) => for_staff!(" OR c.id = $3"),
        (_, true, true) => {
            for_staff!(" OR c.account_id IS NOT NULL OR c.member_id IS NOT NULL OR c.host_id IS NOT NULL")
        }
        (_, true, false) => for_staff!(" OR c.account_id IS NOT NULL OR c.member_id IS NOT NULL"),
        (_, false, _) => scoped_accounts!(
            concat!(
                columns!(),
                " FROM changes c LEFT JOIN accounts a ON a.id = c.account_id WHERE c.id = $3 AND ("
            ),
            " OR (c.account_id IS NULL AND c.user_id = $1)
              OR (c.account_id IS NULL AND c.member_id IN (SELECT g.member_id FROM grants g WHERE g.user_id = $1 AND g.revoked_at IS NULL
                AND (g.expires_at IS NULL OR g.expires_at > $2)
                UNION SELECT v.member_id FROM viewings v WHERE v.id = $1 AND v.ended_at IS NULL AND v.expires_at > $2)))"
        ),
    }
}

/// One change with its states.
pub async fn show(server: &Server, actor: &Actor, change: ChangeId) -> Result<ChangeView, Problem> {
    let found = sql(one_for(actor))
        .bind(actor.holder())
        .bind(server.world.now_ms())
        .bind(change)
        .optional(server.store.on(), |row| view(row, actor))
        .await?;
    let mut changes = vec![found.ok_or_else(not_found)?];
    add_states(&mut changes, states_of(server, change).await?);
    offered(server, actor, &mut changes).await?;
    changes.pop().ok_or_else(not_found)
}

/// One change as its event.
pub async fn event(server: &Server, actor: &Actor, change: ChangeId) -> Result<ChangeEvent, Problem> {
    show(server, actor, change).await?;
    let found = to_events(states_of(server, change).await?).pop();
    Ok(found.unwrap_or(ChangeEvent { change, state: ChangeState::Applied, text: None, resources: vec![] }))
}

/// The changes of an account that are on their way, or moved in the last five minutes; oldest first.
pub async fn events(server: &Server, actor: &Actor, account: AccountId) -> Result<Vec<ChangeEvent>, Problem> {
    crate::account::must_see(server, actor, account).await?;
    let now = server.world.now_ms();
    let states = sql(concat!(
        state_columns!(),
        "WHERE s.change_id IN (SELECT x.change_id FROM change_states x WHERE x.account_id = $1 AND x.at > $2
           UNION SELECT x.change_id FROM change_states x WHERE x.account_id = $1
             AND x.state IN ('wanted', 'waiting', 'checked', 'held'))
         ORDER BY s.change_id, s.kind, s.key"
    ))
    .bind(account)
    .bind(now - 300_000)
    .all(server.store.on(), |row| state(row, now))
    .await?;
    Ok(to_events(states))
}

/// A state, the change it belongs to, and how its resource stands now.
struct StateRow {
    change: ChangeId,
    view: StateView,
    resource: ChangeState,
}

fn state(row: &Row, now: i64) -> Result<StateRow, Problem> {
    let away =
        derive::host_away(row.get("connected_at")?, row.get("last_seen_at")?, row.get("frozen_at")?, now);
    let state = derive::shown(row.get("state")?, away);
    let resource = row.get::<Option<ChangeState>>("now_state")?;
    Ok(StateRow {
        change: row.get("change_id")?,
        resource: resource.map_or(state, |resource| derive::shown(resource, away)),
        view: StateView {
            host: row.get("host")?,
            kind: row.get("kind")?,
            key: row.get("key")?,
            state,
            text: row.text("text_fr", "text_en")?,
            at: row.get("at")?,
        },
    })
}

fn to_events(states: Vec<StateRow>) -> Vec<ChangeEvent> {
    let mut changes: BTreeMap<ChangeId, (Vec<StateView>, BTreeMap<_, ResourceEvent>)> = BTreeMap::new();
    for row in states {
        let (views, resources) = changes.entry(row.change).or_default();
        let now = ResourceEvent { kind: row.view.kind, key: row.view.key, state: row.resource };
        let worst = resources.entry((now.kind, now.key)).or_insert(now);
        worst.state = worst.state.max(now.state);
        views.push(row.view);
    }
    let sum_up = |(change, (views, resources)): (ChangeId, (Vec<StateView>, BTreeMap<_, ResourceEvent>))| {
        let (state, text) = derive::worst(&views);
        ChangeEvent { change, state, text, resources: resources.into_values().collect() }
    };
    changes.into_iter().map(sum_up).collect()
}

fn add_states(changes: &mut [ChangeView], states: Vec<StateRow>) {
    let mut by_change: BTreeMap<ChangeId, Vec<StateView>> = BTreeMap::new();
    for row in states {
        by_change.entry(row.change).or_default().push(row.view);
    }
    for change in changes {
        change.states = by_change.remove(&change.id).unwrap_or_default();
        (change.state, change.text) = derive::worst(&change.states);
    }
}

fn view(row: &Row, actor: &Actor) -> Result<ChangeView, Problem> {
    let verb: String = row.get("verb")?;
    let undone_by: Option<ChangeId> = row.get("undone_by")?;
    Ok(ChangeView {
        undoable: undone_by.is_none() && undo::may(actor, &verb),
        id: row.get("id")?,
        at: row.get("at")?,
        who: row.get("who")?,
        via: row.get("via")?,
        verb,
        account: row.get("account_id")?,
        subject: Subject {
            kind: row.get("subject_kind")?,
            id: row.get("subject_id")?,
            label: row.get("subject_label")?,
        },
        before: row.get("before_json")?,
        after: row.get("after_json")?,
        state: ChangeState::Applied,
        text: None,
        states: vec![],
        undoes: row.get("undoes")?,
        undone_by,
    })
}
