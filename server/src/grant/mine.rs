//! The roles of one user: one's own, and giving one up; and for staff, those of anybody.

use super::{GrantView, MyGrant, On, rules, store::load_on};
use crate::{
    Actor, Server,
    actor::not_found,
    paging::{Listing, Page},
    store::{Row, sql},
    views::Ref,
};
use model::{AccountId, GrantId, MemberId, Problem, UserId};

/// The roles that the user `$1` has at the time `$2`.
macro_rules! held {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.role, g.created_at, g.expires_at, a.id AS account_id, a.name AS account_name, m.id AS member_id, m.name AS member_name
             FROM grants g LEFT JOIN accounts a ON a.id = g.account_id JOIN members m ON m.id = COALESCE(g.member_id, a.member_id)
             WHERE g.user_id = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
               AND (a.id IS NULL OR a.state <> 'erased') ",
            $rest
        )
    };
}

pub(super) use held;

/// The signed-in user's roles on members and accounts that are still there.
pub async fn mine(server: &Server, actor: &Actor) -> Result<Vec<MyGrant>, Problem> {
    sql(held!("ORDER BY m.name_key, m.id, COALESCE(a.name, ''), g.id"))
        .bind(actor.user_text())
        .bind(server.world.now_ms())
        .all(server.store.on(), view)
        .await
}

/// The same of any user, in the order in which they got them, for those whose duty it is to see users.
pub async fn of_user(
    server: &Server,
    actor: &Actor,
    user: UserId,
    listing: &Listing,
) -> Result<Page<MyGrant>, Problem> {
    crate::user::show(server, actor, user).await?;
    let [after] = listing.after()?;
    let held = sql(held!("AND g.id > $3 ORDER BY g.id LIMIT $4"))
        .bind(user)
        .bind(server.world.now_ms())
        .bind(after)
        .bind(listing.fetch())
        .all(server.store.on(), view)
        .await?;
    Ok(listing.page(held, |grant| [grant.id.to_string()]))
}

/// A role of one's own that one thinks of giving up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    pub grant: MyGrant,
    /// One's other roles on the same thing, on the member whose account it is, or on the accounts of the member.
    pub others: Vec<MyGrant>,
    /// Why it cannot be given up.
    pub stays: Option<Problem>,
}

/// What giving a role of one's own up would come to.
pub async fn leaving(server: &Server, actor: &Actor, grant: GrantId) -> Result<Leaving, Problem> {
    let mut others = mine(server, actor).await?;
    let place = others.iter().position(|held| held.id == grant).ok_or_else(not_found)?;
    let grant = others.remove(place);
    let account = |held: &MyGrant| held.account.as_ref().map(|account| account.id);
    others.retain(|other| {
        let touches = grant.account.is_none() || other.account.is_none() || account(other) == account(&grant);
        other.member.id == grant.member.id && touches
    });
    let on = account(&grant).map_or(On::Member(grant.member.id), On::Account);
    let stays = rules::must_stay(server, on, grant.id, grant.role).await?;
    Ok(Leaving { grant, others, stays })
}

/// Gives one's own role up, at once; the last owner cannot.
pub async fn leave(server: &Server, actor: &Actor, grant: GrantId) -> Result<GrantView, Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let mut tx = server.store.write().await?;
    let found =
        sql("SELECT account_id, member_id FROM grants WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL")
            .bind(grant)
            .bind(user)
            .optional(tx.on(), |row| {
                Ok((row.get::<Option<AccountId>>("account_id")?, row.get::<Option<MemberId>>("member_id")?))
            })
            .await?;
    let on = match found {
        Some((Some(account), _)) => On::Account(account),
        Some((None, Some(member))) => On::Member(member),
        // A staff role is the cooperative's to take.
        _ => return Err(not_found()),
    };
    let (of, _) = rules::lock(&mut tx, server, actor, on).await?;
    let held = load_on(&mut tx, on, grant).await?;
    rules::end(&mut tx, server, actor, on, &of, &held, "grant.leave").await?;
    tx.commit().await?;
    Ok(held)
}

pub(super) fn view(row: &Row) -> Result<MyGrant, Problem> {
    let account: Option<AccountId> = row.get("account_id")?;
    let name: Option<String> = row.get("account_name")?;
    Ok(MyGrant {
        id: row.get("id")?,
        role: row.get("role")?,
        account: account.map(|id| Ref { id, name: name.unwrap_or_default() }),
        member: Ref { id: row.get("member_id")?, name: row.get("member_name")? },
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
