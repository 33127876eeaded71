//! Keeping members: made, changed part by part, deleted while nothing hangs on them.

use super::{
    MemberPatch, MemberView, NewMember,
    access::{must_keep_on, must_see},
    gone,
    input::Parsed,
    status, store, summary, words,
};
use crate::{
    Actor, Server,
    actor::not_found,
    change::{self, Act, Done, Subject},
    once, search,
    store::{Tx, sql},
    views::stale,
};
use model::{
    ChangeId, Day, Duty, MemberId, MemberKind, MemberNumber, MemberStatus, Problem, ProblemKind, Text, text,
};

/// One member; without the cooperative's notes for others.
pub async fn show(server: &Server, actor: &Actor, member: MemberId) -> Result<MemberView, Problem> {
    must_see(server, actor, member).await?;
    Ok(shown(actor, store::read(server, member).await?))
}

/// What the actor may read of a member they may see.
pub(super) fn shown(actor: &Actor, member: MemberView) -> MemberView {
    let notes = member.notes.filter(|_| actor.staff.does(Duty::SeeMembers));
    MemberView { notes, ..member }
}

pub async fn create(server: &Server, actor: &Actor, new: NewMember) -> Result<Done<MemberView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    let (id, now): (MemberId, _) = (server.world.id(), server.world.now_ms());
    let mut patch = MemberPatch::from(new);
    patch.status.get_or_insert_with(|| MemberStatus::Member.code().to_owned());
    let parsed = patch.parse(now)?;
    let mut tx = server.store.write().await?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        return Ok(Done { item: store::load(&mut tx, made).await?, change: None });
    }
    store::hold_numbers(&mut tx).await?;
    let number = match parsed.number {
        Some(number) => {
            free(&mut tx, number, None).await?;
            number
        }
        None => store::numbered(store::next_number(&mut tx).await?)?,
    };
    let made = begun(id, number, parsed, now);
    let change = add(&mut tx, server, actor, &made).await?;
    let item = store::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// A member as it begins; what was not said is what most are.
pub(super) fn begun(id: MemberId, number: MemberNumber, parsed: Parsed, now: i64) -> MemberView {
    MemberView {
        id,
        number,
        name: parsed.name.map(String::from).unwrap_or_default(),
        kind: parsed.kind.unwrap_or(MemberKind::Organisation),
        status: parsed.status.unwrap_or(MemberStatus::Member),
        since: parsed.since.unwrap_or_else(|| Day::from_ms(now)),
        lang: parsed.lang.unwrap_or_default(),
        address: parsed.address.flatten(),
        contacts: parsed.contacts.unwrap_or_default(),
        notes: parsed.notes.flatten(),
        accounts: 0,
        erase_at: None,
        confirmed_at: None,
        confirm_at: 0,
        created_at: now,
        version: 1,
    }
}

/// Writes new members with all that hangs on them, and their acts: many at once.
pub(super) async fn add_all(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    all: &[MemberView],
) -> Result<(), Problem> {
    store::insert_all(tx, all).await?;
    status::insert_all(tx, server, all).await?;
    words::write_new(tx, all).await?;
    let found = all.iter().map(|new| (new.id, vec![new.name.clone(), new.number.to_string()]));
    search::put_new(tx, search::Kind::Member, found).await?;
    change::record_all(tx, &*server.world, actor, all.iter().map(created).collect()).await
}

fn created(new: &MemberView) -> Act {
    let mut act = Act::new("member.create", Subject::new("member", new.id, &new.name));
    act.member = Some(new.id);
    act.after = Some(summary::whole(new));
    act
}

/// Writes a new member with all that hangs on it, and its act.
pub(super) async fn add(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    new: &MemberView,
) -> Result<ChangeId, Problem> {
    store::insert(tx, new).await?;
    status::insert(tx, server, new.id, new.status, new.since).await?;
    words::write(tx, new, true).await?;
    find_by_name(tx, new).await?;
    change::record(tx, &*server.world, actor, created(new)).await
}

/// For the one search over everything; the members' own list also looks at contacts (`words`).
async fn find_by_name(tx: &mut Tx, member: &MemberView) -> Result<(), Problem> {
    let number = member.number.to_string();
    search::put(tx, search::Kind::Member, member.id, &[&member.name, &number]).await
}

/// Changes any part of a member. Its own people may change contacts and language, which also says that they are right.
pub async fn update(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    expected: Option<i64>,
    patch: MemberPatch,
) -> Result<Done<MemberView>, Problem> {
    update_as(server, actor, member, expected, patch, None).await
}

pub(super) async fn update_as(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    expected: Option<i64>,
    patch: MemberPatch,
    undoes: Option<ChangeId>,
) -> Result<Done<MemberView>, Problem> {
    let mut tx = server.store.write().await?;
    // Who may not see it does not make others wait for it.
    let theirs = must_keep_on(tx.on(), server, actor, member).await?;
    if !store::hold(&mut tx, member).await? {
        return Err(not_found());
    }
    if patch.is_the_cooperatives() {
        actor.must_do(Duty::KeepMembers)?;
    }
    let now = server.world.now_ms();
    let parsed = patch.parse(now)?;
    let before = store::load(&mut tx, member).await?;
    stale(expected, before.version)?;
    if let Some(number) = parsed.number.filter(|number| *number != before.number) {
        store::hold_numbers(&mut tx).await?;
        free(&mut tx, number, Some(member)).await?;
    }
    let said = parsed.lang.is_some() || parsed.contacts.is_some();
    let moved = parsed.status.map(|status| (status, parsed.since));
    let mut after = patched(before.clone(), parsed);
    if theirs && said {
        after.confirmed_at = Some(now);
    }
    let mut change = write(&mut tx, server, actor, &before, &after, undoes).await?;
    if let Some((status, since)) = moved {
        let since = since.unwrap_or_else(|| Day::from_ms(now));
        change = status::add(&mut tx, server, actor, &after, status, since, None).await?.or(change);
    }
    let item = store::load(&mut tx, member).await?;
    tx.commit().await?;
    Ok(Done { item: shown(actor, item), change })
}

fn patched(mut member: MemberView, parsed: Parsed) -> MemberView {
    let Parsed { name, number, kind, status: _, since: _, lang, address, contacts, notes } = parsed;
    member.name = name.map_or(member.name, String::from);
    member.number = number.unwrap_or(member.number);
    member.kind = kind.unwrap_or(member.kind);
    member.lang = lang.unwrap_or(member.lang);
    member.address = address.unwrap_or(member.address);
    member.contacts = contacts.unwrap_or(member.contacts);
    member.notes = notes.unwrap_or(member.notes);
    member
}

/// Writes what differs, with an act for the facts and one for the notes; equal values are no step.
async fn write(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    before: &MemberView,
    after: &MemberView,
    undoes: Option<ChangeId>,
) -> Result<Option<ChangeId>, Problem> {
    if before == after {
        return Ok(None);
    }
    store::update(tx, after).await?;
    let mut change = None;
    if before.notes != after.notes {
        // That there are notes is the cooperative's matter too: the act stands in nobody's own history.
        let act = Act::new("member.notes", Subject::new("member", after.id, &after.name));
        change = Some(change::record(tx, &*server.world, actor, act).await?);
    }
    if let Some((was, is)) = summary::difference(before, after) {
        if before.contacts != after.contacts {
            store::replace_contacts(tx, after.id, &after.contacts).await?;
        }
        words::write(tx, after, false).await?;
        find_by_name(tx, after).await?;
        let mut act = Act::new("member.update", Subject::new("member", after.id, &after.name));
        act.member = Some(after.id);
        (act.before, act.after) = (Some(was), Some(is));
        act.undoes = undoes;
        change = Some(change::record(tx, &*server.world, actor, act).await?);
    }
    Ok(change)
}

/// Refused while another member has the number; `hold_numbers` first.
async fn free(tx: &mut Tx, number: MemberNumber, own: Option<MemberId>) -> Result<(), Problem> {
    match store::holder(tx, number).await? {
        Some((holder, name)) if own != Some(holder) => Err(taken(number, &name)),
        _ => Ok(()),
    }
}

pub(super) fn taken(number: MemberNumber, name: &str) -> Problem {
    let text = text!(
        "Le numéro {number} est celui de «\u{a0}{name}\u{a0}»\u{a0}: donnez-en un autre, ou laissez le panneau le donner.",
        "The number {number} is that of “{name}”: give another, or let the panel give one."
    );
    Problem::new(ProblemKind::Conflict, "number_taken", text).on("number")
}

/// Only a member who never had an account: history keeps the others.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    member: MemberId,
    expected: Option<i64>,
) -> Result<Done<MemberView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    actor.must_have_proved(server.world.now_ms())?;
    let mut tx = server.store.write().await?;
    if !store::hold(&mut tx, member).await? {
        return Err(not_found());
    }
    let before = store::load(&mut tx, member).await?;
    stale(expected, before.version)?;
    let accounts = sql("SELECT COUNT(*) FROM accounts WHERE member_id = $1")
        .bind(member)
        .one(tx.on(), |row| row.first::<u32>())
        .await?;
    if accounts > 0 {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "member_has_accounts",
            Text::new(
                "Ce membre a des comptes, ou en a eu\u{a0}: le supprimer se demande, et une deuxième personne de l’administration doit donner son accord. S’il est seulement parti, changez son statut.",
                "This member has accounts, or had some: deleting it is asked for, and a second admin has to approve. If it has only left, change its status.",
            ),
        ));
    }
    let change = gone::remove(&mut tx, server, actor, &before).await?;
    tx.commit().await?;
    Ok(Done { item: before, change: Some(change) })
}
