//! All or nothing: every row becomes a member in one transaction, or none does.

use super::{Import, Kept, Outcome, RowReport, file, judge, kept, known::Known, summed_up, written};
use crate::{
    Actor, Server,
    change::{self, Act, Done, Subject},
    grant::{self, On},
    member::{rules, store},
    store::{Tx, sql},
    user,
};
use model::{Duty, EmailAddress, ImportId, MemberId, Problem, ProblemKind, Role, Text};
use serde_json::json;

/// Imports what a dry run showed. Refused, with the new report kept, when the panel has changed so that it would no longer be the same.
pub async fn apply(server: &Server, actor: &Actor, import: ImportId) -> Result<Done<Import>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::KeepMembers)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let Kept { csv, same_email, created_at, reports: shown } = kept(tx.on(), server, import).await?;
    // It makes owners.
    actor.must_have_proved(now)?;
    store::hold_numbers(&mut tx).await?;
    let rows = file::rows(&csv)?;
    let known = Known::load(tx.on()).await?;
    let (reports, drafts) = judge::judge(&rows, &known, same_email, now);
    if reports != shown {
        keep(&mut tx, import, &reports).await?;
        tx.commit().await?;
        return Err(changed());
    }
    if reports.iter().any(|row| matches!(row.outcome, Outcome::Wrong(_))) {
        return Err(wrong());
    }
    let typed = drafts.iter().filter_map(|draft| draft.parsed.number).map(|number| number.get()).max();
    let mut next = store::next_number(&mut tx).await?.max(typed.unwrap_or(0) + 1);
    let mut owners = 0;
    for draft in drafts {
        let number = match draft.parsed.number {
            Some(number) => number,
            None => {
                next += 1;
                store::numbered(next - 1)?
            }
        };
        let new = rules::begun(server.world.id(), number, draft.parsed, now);
        rules::add(&mut tx, server, actor, &new).await?;
        if let Some(email) = draft.owner {
            own(&mut tx, server, actor, (new.id, &new.name), &email, now).await?;
            owners += 1;
        }
    }
    sql("DELETE FROM member_imports WHERE id = $1").bind(import).run(tx.on()).await?;
    let mut act = Act::new("member.import", Subject::new("import", import, ""));
    act.after = Some(json!({ "members": reports.len(), "owners": owners }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(Done { item: summed_up(import, created_at, same_email, reports), change: Some(change) })
}

async fn keep(tx: &mut Tx, import: ImportId, reports: &[RowReport]) -> Result<(), Problem> {
    sql("UPDATE member_imports SET report = $2 WHERE id = $1")
        .bind(import)
        .bind(written(reports)?)
        .run(tx.on())
        .await
        .map(drop)
}

/// Makes somebody the owner of a new member, and notes that they were not told yet.
async fn own(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    (member, name): (MemberId, &str),
    email: &EmailAddress,
    now: i64,
) -> Result<(), Problem> {
    let user = user::ensure(tx, &*server.world, email).await?;
    let grant = grant::give(tx, &*server.world, user, On::Member(member), Role::Owner, None).await?;
    sql("INSERT INTO imported_owners (member_id, user_id, imported_at) VALUES ($1, $2, $3)")
        .bind(member)
        .bind(user)
        .bind(now)
        .run(tx.on())
        .await?;
    tx.wake_user(user);
    let mut act = Act::new("grant.create", Subject::new("grant", grant, email));
    act.member = Some(member);
    act.after = Some(json!({ "email": email, "role": "owner", "member": name }));
    change::record(tx, &*server.world, actor, act).await.map(drop)
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
