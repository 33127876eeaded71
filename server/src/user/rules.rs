//! Users and their own settings.

use super::{UserView, links, password, strength};
use crate::{
    Actor, Server, Via,
    actor::{Staff, not_found},
    change::{self, Act, Subject},
    grant, mail,
    paging::{Listing, Order, Page},
    search,
    secrets::hashed,
    session,
    store::{self, Row, Tx, among, internal, many, sql},
    world::World,
};
use model::{Duty, EmailAddress, Lang, Problem, ProblemKind, Secret, StaffRole, Text, UserId};
use serde_json::json;
use std::collections::HashMap;

macro_rules! columns {
    () => {
        concat!("SELECT u.id, u.email, u.email_key, u.lang, u.created_at, ", crate::actor::staff_bits!(), " AS staff,
           u.suspended_at, (SELECT COUNT(*) FROM factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS factors FROM users u ")
    };
}

/// The signed-in user.
pub async fn me(server: &Server, actor: &Actor) -> Result<UserView, Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let found = sql(concat!(columns!(), "WHERE u.id = $1"))
        .bind(user)
        .bind(server.world.now_ms())
        .optional(server.store.on(), view)
        .await?;
    found.ok_or_else(not_found)
}

/// One user, for staff.
pub async fn show(server: &Server, actor: &Actor, user: UserId) -> Result<UserView, Problem> {
    actor.must(Duty::SeeUsers)?;
    let found = sql(concat!(columns!(), "WHERE u.id = $1"))
        .bind(user)
        .bind(server.world.now_ms())
        .optional(server.store.on(), view)
        .await?;
    found.ok_or_else(not_found)
}

macro_rules! ordered {
    ($key:literal, $beyond:literal, $direction:literal) => {
        concat!(
            columns!(),
            "WHERE ($1 = '' OR u.",
            $key,
            $beyond,
            "$1) AND ($3 = '%' OR u.email_key LIKE $3 ESCAPE '\\') ORDER BY u.",
            $key,
            $direction,
            " LIMIT $4"
        )
    };
}

/// Users by address, for staff; `q` is part of it.
pub async fn list(server: &Server, actor: &Actor, listing: &Listing) -> Result<Page<UserView>, Problem> {
    list_in(server, actor, listing, Order::default()).await
}

/// Users who have not chosen a password yet, the newest first; `q` is part of the address.
pub async fn waiting(server: &Server, actor: &Actor, listing: &Listing) -> Result<Page<UserView>, Problem> {
    actor.must(Duty::SeeUsers)?;
    let [after] = listing.after()?;
    let users = sql(concat!(
        columns!(),
        "WHERE u.password IS NULL AND u.id < $1 AND ($3 = '%' OR u.email_key LIKE $3 ESCAPE '\\') ORDER BY u.id DESC LIMIT $4"
    ))
    // Ids are hexadecimal: all come before this.
    .bind(if after.is_empty() { "g".to_owned() } else { after })
    .bind(server.world.now_ms())
    .bind(listing.pattern())
    .bind(listing.fetch())
    .all(server.store.on(), view)
    .await?;
    Ok(listing.page(users, |user| [user.id.to_string()]))
}

/// The same in another order.
pub async fn list_in(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    order: Order,
) -> Result<Page<UserView>, Problem> {
    actor.must(Duty::SeeUsers)?;
    let statement = match order {
        Order::Name => ordered!("email_key", " > ", ""),
        Order::NameDown => ordered!("email_key", " < ", " DESC"),
        Order::Created => ordered!("id", " > ", ""),
        Order::CreatedDown => ordered!("id", " < ", " DESC"),
    };
    let users = sql(statement)
        .bind(listing.after_in(order)?)
        .bind(server.world.now_ms())
        .bind(listing.pattern())
        .bind(listing.fetch())
        .all(server.store.on(), view)
        .await?;
    Ok(listing.page(users, |user| {
        let key = match order {
            Order::Name | Order::NameDown => user.email.to_ascii_lowercase(),
            Order::Created | Order::CreatedDown => user.id.to_string(),
        };
        [order.code().to_owned(), key]
    }))
}

/// `alveole-panel admin create EMAIL`: makes the user if need be, gives the staff role, and the secret of a link that sets the password.
pub async fn create_admin(server: &Server, email: &str) -> Result<Secret, Problem> {
    let email = EmailAddress::parse(email)?;
    let mut tx = server.store.write().await?;
    let user = ensure(&mut tx, &*server.world, &email).await?;
    grant::give_staff(&mut tx, &*server.world, user, StaffRole::Admin, None).await?;
    let mut act = Act::new("user.create", Subject::new("user", user, &email));
    act.after = Some(serde_json::json!({ "email": email, "role": "admin" }));
    change::record(&mut tx, &*server.world, &Actor::panel(), act).await?;
    let secret = links::new(&mut tx, &*server.world, user).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The user of this address, made without a password if unknown.
pub(crate) async fn ensure(tx: &mut Tx, world: &dyn World, email: &EmailAddress) -> Result<UserId, Problem> {
    let id: UserId = world.id();
    let made = sql("INSERT INTO users (id, email, email_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (email_key) DO NOTHING")
        .bind(id)
        .bind(email)
        .bind(email.key())
        .bind(world.now_ms())
        .run(tx.on())
        .await?;
    if made > 0 {
        search::put(tx, search::Kind::User, id, &[email]).await?;
        return Ok(id);
    }
    sql("SELECT id FROM users WHERE email_key = $1").bind(email.key()).one(tx.on(), |row| row.get("id")).await
}

/// The users of many addresses at once, by their keys; and whether each was made now. Two that differ in case alone are one.
pub(crate) async fn ensure_all(
    tx: &mut Tx,
    world: &dyn World,
    emails: &[&EmailAddress],
) -> Result<HashMap<String, (UserId, bool)>, Problem> {
    let now = world.now_ms();
    // Ids of one millisecond have no order of their own; these have the order of the addresses, and so will all that goes by ids.
    let mut ids: Vec<UserId> = emails.iter().map(|_| world.id()).collect();
    ids.sort();
    let mut ids = ids.into_iter();
    let mut wanted: HashMap<String, (UserId, &EmailAddress)> = HashMap::new();
    let mut rows = Vec::new();
    for email in emails {
        wanted.entry(email.key()).or_insert_with(|| {
            let id = ids.next().unwrap_or_else(|| world.id());
            rows.push(json!([id, email.to_string(), email.key(), now]));
            (id, email)
        });
    }
    let statement = many!(
        tx.engine(),
        "users",
        [(0, "id", text), (1, "email", text), (2, "email_key", text), (3, "created_at", int)],
        "ON CONFLICT (email_key) DO NOTHING"
    );
    store::insert(tx, statement, &rows).await?;
    let keys = serde_json::to_string(&wanted.keys().collect::<Vec<_>>());
    let keys = keys.map_err(|error| internal("addresses as JSON", &error))?;
    let held: Vec<(String, UserId)> =
        sql(among!(tx.engine(), "SELECT id, email_key FROM users WHERE email_key IN", ""))
            .bind(keys)
            .all(tx.on(), |row| Ok((row.get("email_key")?, row.get("id")?)))
            .await?;
    let is_new = |key: &String, id: UserId| wanted.get(key).is_some_and(|(made, _)| *made == id);
    let made = held.iter().filter(|(key, id)| is_new(key, *id));
    let found = made.filter_map(|(key, id)| wanted.get(key).map(|(_, email)| (*id, vec![*email])));
    search::put_new(tx, search::Kind::User, found.collect::<Vec<_>>()).await?;
    Ok(held.into_iter().map(|(key, id)| (key.clone(), (id, is_new(&key, id)))).collect())
}

/// Sets the signed-in user's language.
pub async fn set_lang(server: &Server, actor: &Actor, lang: Lang) -> Result<(), Problem> {
    let user = actor.user.ok_or_else(not_found)?;
    let mut tx = server.store.write().await?;
    sql("UPDATE users SET lang = $2 WHERE id = $1").bind(user).bind(lang).run(tx.on()).await?;
    tx.commit().await
}

/// Changes one's own password; every other session of the user ends, and every token. Wrong tries count as sign-in tries do.
pub async fn change_password(
    server: &Server,
    actor: &Actor,
    current: &Secret,
    new: &Secret,
) -> Result<(), Problem> {
    let (Some(user), Via::Session(session)) = (actor.user, &actor.via) else { return Err(session_only()) };
    let tries = session::Tries::take(server, vec![(format!("password:{user}"), 10)]).await?;
    let stored: Option<String> = sql("SELECT password FROM users WHERE id = $1")
        .bind(user)
        .one(server.store.on(), |row| row.get("password"))
        .await?;
    if !password::verify(&server.hashers, current, stored.clone()).await? {
        return Err(wrong_password("current"));
    }
    let hints = strength::hints(server, user, &actor.who).await?;
    strength::check(new, hints, "new").await?;
    let mut salt = [0; 16];
    server.world.random(&mut salt);
    let hash = password::hash(&server.hashers, new, salt).await?;
    let mut tx = server.store.write().await?;
    // Of two who change it at once, the second has to know the first one's.
    let same = sql("UPDATE users SET password = password WHERE id = $1 AND COALESCE(password, '') = $2")
        .bind(user)
        .bind(stored.unwrap_or_default())
        .run(tx.on())
        .await?;
    if same == 0 {
        return Err(wrong_password("current"));
    }
    tries.give_back(&mut tx).await?;
    store_password(&mut tx, server, actor, user, &hash, Some(session)).await?;
    // Whoever knows the password is who they say.
    session::note(&mut tx, session, server.world.now_ms()).await?;
    tx.commit().await
}

pub(crate) fn wrong_password(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "password_wrong",
        Text::new("Ce n’est pas votre mot de passe actuel.", "This is not your current password."),
    )
}

/// Stores the hash, ends the user's tokens and sessions except `keep`, leaves a trace, and tells the user.
pub(super) async fn store_password(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    user: UserId,
    hash: &str,
    keep: Option<&str>,
) -> Result<(), Problem> {
    let (world, now) = (&*server.world, server.world.now_ms());
    let had: Option<String> = sql("SELECT password FROM users WHERE id = $1")
        .bind(user)
        .one(tx.on(), |row| row.get("password"))
        .await?;
    sql("UPDATE users SET password = $2 WHERE id = $1").bind(user).bind(hash).run(tx.on()).await?;
    session::shut_out(tx, user, now, keep).await?;
    let act = Act::new("user.password", Subject::new("user", user, &actor.who));
    change::record(tx, world, actor, act).await?;
    // The first password is no change to be told.
    if had.is_some() {
        mail::tell_user(tx, server, mail::Kind::PasswordChanged, user, None).await?;
    }
    Ok(())
}

/// Locks a user's row: what signs in and what shuts out wait for each other.
pub(crate) async fn hold(tx: &mut Tx, user: UserId) -> Result<(), Problem> {
    sql("UPDATE users SET password = password WHERE id = $1").bind(user).run(tx.on()).await.map(drop)
}

/// What takes two admins is worth nothing if one can become the other: nobody resets an admin by hand. Their links go by mail to their own
/// address, and the console helps one who has lost everything (`alveole-panel admin create`).
pub(crate) async fn must_not_be_admin(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    user: UserId,
) -> Result<(), Problem> {
    if actor.user.is_none() || actor.user == Some(user) {
        return Ok(());
    }
    // Whoever makes somebody an admin holds this row too: the answer stays true until the end.
    sql("UPDATE panel SET one = 1").run(tx.on()).await?;
    let admin = sql("SELECT COUNT(*) FROM grants WHERE user_id = $1 AND role = 'admin' AND account_id IS NULL AND member_id IS NULL
           AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)")
    .bind(user)
    .bind(server.world.now_ms())
    .one(tx.on(), |row| row.first::<i64>())
    .await?;
    if admin == 0 { Ok(()) } else { Err(is_admin()) }
}

pub(super) fn is_admin() -> Problem {
    Problem::new(
        ProblemKind::Denied,
        "user_is_admin",
        Text::new(
            "Cette personne est de l’administration\u{a0}: envoyez-lui un lien par courriel, ou, si elle a tout perdu, rétablissez-la à la console du panneau (alveole-panel admin create).",
            "This person is an admin: send them a link by mail or, if they have lost everything, restore them at the panel's console (alveole-panel admin create).",
        ),
    )
}

/// Whether the one-time link of a user who has no password yet may be told to who asks: not that of staff, which would be a way around
/// what takes two. Theirs goes by mail.
pub(crate) async fn may_hand_link(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    user: UserId,
) -> Result<(), Problem> {
    let waits = sql("SELECT COUNT(*) FROM users WHERE id = $1 AND password IS NULL")
        .bind(user)
        .one(tx.on(), |row| row.first::<i64>())
        .await?;
    if waits == 0 { Ok(()) } else { must_not_be_admin(tx, server, actor, user).await }
}

/// For what a stolen token must not be able to do.
pub(crate) fn session_only() -> Problem {
    Problem::new(
        ProblemKind::Denied,
        "session_needed",
        Text::new(
            "Un jeton ne peut pas faire cela\u{a0}: connectez-vous dans le navigateur.",
            "A token cannot do this: sign in with a browser.",
        ),
    )
}

/// For what is one's own, while one looks as others do.
pub fn while_viewing() -> Problem {
    Problem::new(
        ProblemKind::Denied,
        "viewing",
        Text::new(
            "Vous regardez comme un membre\u{a0}: terminez d’abord cette vue.",
            "You are looking as a member does: end that view first.",
        ),
    )
}

fn view(row: &Row) -> Result<UserView, Problem> {
    Ok(UserView {
        id: row.get("id")?,
        email: row.get("email")?,
        lang: row.get("lang")?,
        staff: Staff::from_bits(row.get("staff")?).roles().collect(),
        created_at: row.get("created_at")?,
        suspended_at: row.get("suspended_at")?,
        factors: row.get("factors")?,
    })
}

/// How an address is named in a bucket of tries: nobody's address is kept because somebody typed it.
pub(crate) fn bucket(email: &str) -> String {
    format!("user:{}", hashed(&email.trim().to_ascii_lowercase()))
}
