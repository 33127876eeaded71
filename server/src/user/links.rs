//! One-time links: `/link/SECRET` lets a user set a password within the hour.

use super::{UserView, password, rules, strength};
use crate::{
    Actor, Server, Via,
    actor::{Staff, not_found},
    change::{self, Act, Subject},
    mail,
    secrets::{fresh, hashed},
    session::Verified,
    store::{Tx, sql},
    world::World,
};
use model::{Duty, Problem, ProblemKind, Secret, Text, UserId};

/// How long a link works.
pub const LINK_MS: i64 = 3_600_000;

/// A new link of the user; earlier ones stop working.
pub(crate) async fn new(tx: &mut Tx, world: &dyn World, user: UserId) -> Result<Secret, Problem> {
    let (secret, now) = (fresh(world), world.now_ms());
    void_links(tx, user, now).await?;
    sql("INSERT INTO links (id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(hashed(secret.reveal()))
        .bind(user)
        .bind(now)
        .bind(now + LINK_MS)
        .run(tx.on())
        .await?;
    Ok(secret)
}

/// None of the user's links works any more.
pub(crate) async fn void_links(tx: &mut Tx, user: UserId, now: i64) -> Result<(), Problem> {
    sql("UPDATE links SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL")
        .bind(user)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}

/// A link for a user who has no password yet.
pub(crate) async fn link_if_needed(
    tx: &mut Tx,
    world: &dyn World,
    user: UserId,
) -> Result<Option<Secret>, Problem> {
    let password: Option<String> = sql("SELECT password FROM users WHERE id = $1")
        .bind(user)
        .one(tx.on(), |row| row.get("password"))
        .await?;
    match password {
        Some(_) => Ok(None),
        None => new(tx, world, user).await.map(Some),
    }
}

/// An admin gives a user a new link: for one who forgot the password.
pub async fn link(server: &Server, actor: &Actor, user: UserId) -> Result<Secret, Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    let mut tx = server.store.write().await?;
    let email: Option<String> = sql("SELECT email FROM users WHERE id = $1")
        .bind(user)
        .optional(tx.on(), |row| row.get("email"))
        .await?;
    let act = Act::new("user.link", Subject::new("user", user, email.ok_or_else(not_found)?));
    // A link sets a password, one's own too: without a session and its proof it would be a way around both.
    if matches!(actor.via, Via::Token(_)) {
        return Err(rules::session_only());
    }
    actor.must_have_proved(server.world.now_ms())?;
    rules::must_not_be_admin(&mut tx, server, actor, user).await?;
    change::record(&mut tx, &*server.world, actor, act).await?;
    let secret = new(&mut tx, &*server.world, user).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Support sends a user a link by mail: it goes to the user's own address, and support never sees it.
pub async fn send_link(server: &Server, actor: &Actor, user: UserId) -> Result<(), Problem> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::SendLinks)?;
    let found = rules::show(server, actor, user).await?;
    actor.must_have_proved(server.world.now_ms())?;
    if server.carrier.is_none() {
        return Err(mail::off());
    }
    if found.suspended_at.is_some() {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "user_suspended",
            Text::new(
                "Cet utilisateur est suspendu\u{a0}: remettez-le d’abord en service.",
                "This user is suspended: resume them first.",
            ),
        ));
    }
    let mut tx = server.store.write().await?;
    let secret = new(&mut tx, &*server.world, user).await?;
    mail::tell_user(&mut tx, server, mail::Kind::Reset, user, Some(&secret)).await?;
    let act = Act::new("user.send_link", Subject::new("user", user, &found.email));
    change::record(&mut tx, &*server.world, actor, act).await?;
    tx.commit().await
}

/// Whose link it is; looking does not use it up (mail scanners look).
pub async fn open_link(server: &Server, secret: &str) -> Result<UserView, Problem> {
    let found =
        sql("SELECT u.id, u.email, u.lang, u.created_at FROM links l JOIN users u ON u.id = l.user_id
         WHERE l.id = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND u.suspended_at IS NULL")
        .bind(hashed(secret))
        .bind(server.world.now_ms())
        .optional(server.store.on(), |row| {
            Ok(UserView {
                id: row.get("id")?,
                email: row.get("email")?,
                lang: row.get("lang")?,
                staff: vec![],
                suspended_at: None,
                factors: 0,
                created_at: row.get("created_at")?,
            })
        })
        .await?;
    found.ok_or_else(dead)
}

/// Uses the link up; gives the user, for whom the page then begins a session (`session::begin`, which asks for a second factor).
pub async fn set_password_by_link(server: &Server, secret: &str, new: &Secret) -> Result<Verified, Problem> {
    let user = open_link(server, secret).await?;
    let hints = strength::hints(server, user.id, &user.email).await?;
    strength::check(new, hints, "password").await?;
    let mut salt = [0; 16];
    server.world.random(&mut salt);
    let hash = password::hash(&server.hashers, new, salt).await?;
    let mut tx = server.store.write().await?;
    rules::hold(&mut tx, user.id).await?;
    let used = sql("UPDATE links SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(hashed(secret))
        .bind(server.world.now_ms())
        .run(tx.on())
        .await?;
    if used == 0 {
        return Err(dead());
    }
    let actor = Actor {
        user: Some(user.id),
        who: user.email,
        staff: Staff::NONE,
        lang: user.lang,
        via: Via::Panel,
        proved_at: None,
        must_set_up: false,
        viewing: None,
        once: None,
    };
    rules::store_password(&mut tx, server, &actor, user.id, &hash, None).await?;
    tx.commit().await?;
    Ok(Verified { user: user.id, hash: Secret::new(hash) })
}

fn dead() -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "link_dead",
        Text::new(
            "Ce lien a déjà servi ou a expiré\u{a0}: demandez-en un nouveau depuis la page de connexion.",
            "This link was used or has expired: ask for a new one from the sign-in page.",
        ),
    )
}

/// The address a one-time link's secret is opened at. Its host is the configured one, never the request's (CVE-2025-25198).
pub fn link_url(server: &Server, secret: &Secret) -> String {
    format!("{}/link/{}", server.config.origin.as_str(), secret.reveal())
}
