//! Who works for the cooperative, in which role, until when.

use super::{rules::days_from, store::give_staff};
use crate::{
    Actor, Server,
    actor::not_found,
    approval::{self, ApprovalView, Ask},
    change::{self, Act, Subject},
    mail,
    store::{Row, Tx, sql},
    user,
};
use model::{Duty, EmailAddress, GrantId, Problem, ProblemKind, Secret, StaffRole, Text, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Any, Executor};
use utoipa::ToSchema;

const LAST_ADMIN: &str = "last_admin";

/// A staff role somebody has, as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffView {
    #[schema(value_type = String)]
    pub id: GrantId,
    #[schema(value_type = String)]
    pub user: UserId,
    pub email: String,
    #[schema(value_type = String)]
    pub role: StaffRole,
    pub created_at: i64,
    pub expires_at: Option<i64>,
}

/// What is asked, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStaff {
    pub email: String,
    /// admin, operator, support, treasurer or board.
    pub role: String,
    /// After how many days it runs out by itself; never, unless said.
    #[serde(default)]
    pub days: Option<u32>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddedStaff {
    /// With the secret of a one-time link, for a user without password on a panel that sends no mail.
    Held(StaffView, Option<Secret>),
    /// A second admin has to approve.
    Waits(ApprovalView),
}

macro_rules! columns {
    () => {
        "SELECT g.id, u.id AS user_id, u.email, g.role, g.created_at, g.expires_at FROM grants g JOIN users u ON u.id = g.user_id
         WHERE g.account_id IS NULL AND g.member_id IS NULL AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1) "
    };
}

pub async fn list_staff(server: &Server, actor: &Actor) -> Result<Vec<StaffView>, Problem> {
    actor.must(Duty::SeeUsers)?;
    sql(concat!(columns!(), "ORDER BY u.email_key, g.id"))
        .bind(server.world.now_ms())
        .all(server.store.on(), view)
        .await
}

/// Gives a user a staff role. That of admin is given by two.
pub async fn add_staff(server: &Server, actor: &Actor, new: NewStaff) -> Result<AddedStaff, Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    let now = server.world.now_ms();
    actor.must_have_proved(now)?;
    let email = EmailAddress::parse(&new.email)?;
    let role = StaffRole::parse(&new.role)?;
    new.days.map(|days| days_from(now, days)).transpose()?;
    let mut tx = server.store.write().await?;
    let added = if role == StaffRole::Admin && actor.user.is_some() {
        let ask = Ask::Admin { email: email.as_str().to_owned(), days: new.days };
        AddedStaff::Waits(
            approval::ask(&mut tx, server, actor, ask, Subject::new("staff", &email, &email)).await?,
        )
    } else {
        let (view, link) = hold(&mut tx, server, actor, &email, role, new.days).await?;
        AddedStaff::Held(view, link)
    };
    tx.commit().await?;
    Ok(added)
}

/// Writes the role, tells the user, leaves a trace. Days count from now on, however long an approval took.
pub(crate) async fn hold(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    email: &EmailAddress,
    role: StaffRole,
    days: Option<u32>,
) -> Result<(StaffView, Option<Secret>), Problem> {
    let now = server.world.now_ms();
    let until = days.map(|days| days_from(now, days)).transpose()?;
    // Two that give the same role at once give it once.
    sql("UPDATE panel SET one = 1").run(tx.on()).await?;
    let user = user::ensure(tx, &*server.world, email).await?;
    let grant = give_staff(tx, &*server.world, user, role, until).await?;
    tx.wake_user(user);
    let link = user::link_if_needed(tx, &*server.world, user).await?;
    mail::staffed(tx, server, user, (grant, role), link.as_ref()).await?;
    let view = load(tx, grant, now).await?;
    let mut act = Act::new("staff.create", Subject::new("staff", grant, email));
    act.after = Some(json!({ "email": email, "role": role, "until": view.expires_at }));
    change::record(tx, &*server.world, actor, act).await?;
    Ok((view, link.filter(|_| server.carrier.is_none())))
}

/// Takes a staff role away, at once. The last admin stays.
pub async fn remove_staff(server: &Server, actor: &Actor, grant: GrantId) -> Result<StaffView, Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    // Two that remove each other at once wait for one another here.
    sql("UPDATE panel SET one = 1").run(tx.on()).await?;
    let held = load(&mut tx, grant, now).await?;
    actor.must_have_proved(now)?;
    if held.role == StaffRole::Admin {
        others_administer(tx.on(), &held).await?;
    }
    sql("UPDATE grants SET revoked_at = $2 WHERE id = $1").bind(grant).bind(now).run(tx.on()).await?;
    tx.wake_user(held.user);
    let mut act = Act::new("staff.revoke", Subject::new("staff", grant, &held.email));
    act.before = Some(json!({ "email": held.email, "role": held.role, "until": held.expires_at }));
    change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await?;
    Ok(held)
}

/// Why a staff role cannot end: it is the last admin's. `None`: it can.
pub async fn must_stay_staff(server: &Server, held: &StaffView) -> Result<Option<Problem>, Problem> {
    if held.role != StaffRole::Admin {
        return Ok(None);
    }
    match others_administer(server.store.on(), held).await {
        Ok(()) => Ok(None),
        Err(problem) if problem.code == LAST_ADMIN => Ok(Some(problem)),
        Err(problem) => Err(problem),
    }
}

/// The last admin cannot vanish: somebody else is one until further notice.
async fn others_administer<'c>(
    on: impl Executor<'c, Database = Any>,
    held: &StaffView,
) -> Result<(), Problem> {
    let others = sql(
        "SELECT COUNT(*) FROM grants g JOIN users u ON u.id = g.user_id WHERE g.id <> $1 AND g.role = 'admin'
           AND g.account_id IS NULL AND g.member_id IS NULL AND g.revoked_at IS NULL AND g.expires_at IS NULL
           AND u.suspended_at IS NULL AND u.id <> $2",
    )
    .bind(held.id)
    .bind(held.user)
    .one(on, |row| row.first::<i64>())
    .await?;
    if others > 0 {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        LAST_ADMIN,
        Text::new(
            "C’est la dernière personne de l’administration\u{a0}: donnez d’abord cette fonction à une autre.",
            "This is the last admin: give that role to somebody else first.",
        ),
    ))
}

async fn load(tx: &mut Tx, grant: GrantId, now: i64) -> Result<StaffView, Problem> {
    let found =
        sql(concat!(columns!(), "AND g.id = $2")).bind(now).bind(grant).optional(tx.on(), view).await?;
    found.ok_or_else(not_found)
}

fn view(row: &Row) -> Result<StaffView, Problem> {
    Ok(StaffView {
        id: row.get("id")?,
        user: row.get("user_id")?,
        email: row.get("email")?,
        role: row.get("role")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
