//! All or nothing: every row becomes a member in one transaction, or none does.

use super::{Import, Outcome, RowReport, file, judge, kept, known::Known, summed_up, written};
use crate::{
    Actor, Server,
    change::{self, Act, Done, Subject},
    grant,
    member::{rules, store},
    store::{Tx, internal, many, sql},
    user,
};
use model::{Duty, EmailAddress, GrantId, ImportId, MemberId, Problem, ProblemKind, Text};
use serde_json::json;

/// Imports what a dry run showed; what was imported already (a second click, a request sent again) is answered as it was. Refused, with the new report kept, when the panel has changed so that it would no longer be the same.
pub async fn apply(server: &Server, actor: &Actor, import: ImportId) -> Result<Done<Import>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    // Of two that import the same file the second sees what the first did.
    store::hold_numbers(&mut tx).await?;
    let mut kept = kept(tx.on(), server, import).await?;
    if kept.applied_at.is_some() {
        return Ok(Done { item: summed_up(import, kept), change: None });
    }
    // It makes owners.
    actor.must_have_proved(now)?;
    let rows = file::rows(&kept.csv)?;
    let known = Known::load(tx.on()).await?;
    let (reports, drafts) = judge::judge(&rows, &known, kept.same_email, now);
    if reports != kept.reports {
        keep(&mut tx, import, &reports).await?;
        tx.commit().await?;
        return Err(changed());
    }
    if reports.iter().any(|row| matches!(row.outcome, Outcome::Wrong(_))) {
        return Err(wrong());
    }
    let typed = drafts.iter().filter_map(|draft| draft.parsed.number).map(|number| number.get()).max();
    let mut next = store::next_number(&mut tx).await?.max(typed.unwrap_or(0) + 1);
    let (mut all, mut owners) = (Vec::with_capacity(drafts.len()), Vec::new());
    for draft in drafts {
        let number = match draft.parsed.number {
            Some(number) => number,
            None => {
                next += 1;
                store::numbered(next - 1)?
            }
        };
        let new = rules::begun(server.world.id(), number, draft.parsed, now);
        owners.extend(draft.owner.map(|email| (new.id, new.name.clone(), email)));
        all.push(new);
    }
    rules::add_all(&mut tx, server, actor, &all).await?;
    own(&mut tx, server, actor, &owners, now).await?;
    sql("UPDATE member_imports SET applied_at = $2, csv = '' WHERE id = $1")
        .bind(import)
        .bind(now)
        .run(tx.on())
        .await?;
    kept.applied_at = Some(now);
    let mut act = Act::new("member.import", Subject::new("import", import, ""));
    act.after = Some(json!({ "members": reports.len(), "owners": owners.len() }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(Done { item: summed_up(import, kept), change: Some(change) })
}

async fn keep(tx: &mut Tx, import: ImportId, reports: &[RowReport]) -> Result<(), Problem> {
    sql("UPDATE member_imports SET report = $2 WHERE id = $1")
        .bind(import)
        .bind(written(reports)?)
        .run(tx.on())
        .await
        .map(drop)
}

/// Makes people the owners of new members, and notes that they were not told yet.
async fn own(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    owners: &[(MemberId, String, EmailAddress)],
    now: i64,
) -> Result<(), Problem> {
    let emails: Vec<&EmailAddress> = owners.iter().map(|(.., email)| email).collect();
    let users = user::ensure_all(tx, &*server.world, &emails).await?;
    let mut held = Vec::with_capacity(owners.len());
    for (member, _, email) in owners {
        let (user, new) = users.get(&email.key()).ok_or_else(|| internal("an owner was not made", email))?;
        held.push((*member, *user));
        // Who was just made has nothing open yet.
        if !new {
            tx.wake_user(*user);
        }
    }
    let grants = grant::give_new_owners(tx, &*server.world, &held).await?;
    let rows: Vec<_> = held.iter().map(|(member, user)| json!([member, user, now])).collect();
    let statement = many!(
        tx.engine(),
        "imported_owners",
        [(0, "member_id", text), (1, "user_id", text), (2, "imported_at", int)],
        ""
    );
    crate::store::insert(tx, statement, &rows).await?;
    let act = |((member, name, email), grant): (&(MemberId, String, EmailAddress), GrantId)| {
        let mut act = Act::new("grant.create", Subject::new("grant", grant, email));
        act.member = Some(*member);
        act.after = Some(json!({ "email": email, "role": "owner", "member": name }));
        act
    };
    change::record_all(tx, &*server.world, actor, owners.iter().zip(grants).map(act).collect()).await
}

fn changed() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "import_changed",
        Text::new(
            "Le panneau a changé depuis cet essai\u{a0}: rien n’est importé. Relisez le nouveau compte rendu, puis importez.",
            "The panel has changed since this dry run: nothing is imported. Read the new report, then import.",
        ),
    )
}

fn wrong() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "import_wrong",
        Text::new(
            "Il reste des lignes à corriger\u{a0}: rien n’est importé. Corrigez le fichier et déposez-le à nouveau.",
            "There are rows to mend: nothing is imported. Mend the file and put it in again.",
        ),
    )
}
