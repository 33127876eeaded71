//! What admins do with mails: see who was told what, and send again what failed.

use super::{
    Facts, Kind, Letter, MailView, State, off,
    over::{Matter, is_over},
    queue,
};
use crate::{
    Actor, Server,
    account::Standing,
    actor::not_found,
    change::{self, Act, Done, Subject},
    paging::{Listing, Order, Page},
    store::{Row, Tx, sql},
    user,
};
use model::{
    AccountId, Duty, EmailAddress, Lang, MailId, MemberId, Problem, ProblemKind, Text, UserId, text,
};

macro_rules! columns {
    () => {
        "SELECT id, at, address, kind, lang, subject, account_id, state, tries, next_at, sent_at, error_fr, error_en, again_id FROM mails "
    };
}

macro_rules! ordered {
    ($beyond:literal, $direction:literal) => {
        concat!(
            columns!(),
            "WHERE ($1 = '' OR id ",
            $beyond,
            " $1) AND ($2 = '%' OR address_key LIKE $2 ESCAPE '\\') AND ($3 = '' OR state = $3)
             ORDER BY id ",
            $direction,
            " LIMIT $4"
        )
    };
}

/// The newest first; `q` is part of the address.
pub async fn list(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    state: Option<State>,
) -> Result<Page<MailView>, Problem> {
    list_in(server, actor, listing, state, Order::CreatedDown).await
}

/// The same, or the oldest first.
pub async fn list_in(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    state: Option<State>,
    order: Order,
) -> Result<Page<MailView>, Problem> {
    actor.must(Duty::SeeMails)?;
    // Mails have no name: every order is one of time.
    let (order, statement) = match order {
        Order::Created => (order, ordered!(">", "ASC")),
        _ => (Order::CreatedDown, ordered!("<", "DESC")),
    };
    let mails = sql(statement)
        .bind(listing.after_in(order)?)
        .bind(listing.pattern())
        .bind(state.map_or("", State::code))
        .bind(listing.fetch())
        .all(server.store.on(), view)
        .await?;
    Ok(listing.page(mails, |mail| [order.code().to_owned(), mail.id.to_string()]))
}

/// The last few that were given up and not written anew.
pub async fn failed(server: &Server, actor: &Actor, most: u32) -> Result<Vec<MailView>, Problem> {
    actor.must(Duty::SeeMails)?;
    sql(concat!(
        columns!(),
        "WHERE state = 'failed' AND again_id IS NULL AND over_at IS NULL ORDER BY id DESC LIMIT $1"
    ))
    .bind(most)
    .all(server.store.on(), view)
    .await
}

/// What is needed to write a mail once more.
pub(super) struct Old {
    pub view: MailView,
    pub to: EmailAddress,
    user: Option<UserId>,
    pub member: Option<MemberId>,
    about: Option<String>,
    facts: Facts,
}

/// Writes a mail that failed once more, with a new link where it had one.
pub async fn again(server: &Server, actor: &Actor, mail: MailId) -> Result<Done<MailView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeMails, Duty::SendLinks)?;
    let mut tx = server.store.write().await?;
    sql("UPDATE mails SET tries = tries WHERE id = $1").bind(mail).run(tx.on()).await?;
    let old = load(&mut tx, mail).await?;
    if server.carrier.is_none() {
        return Err(off());
    }
    if old.view.state != State::Failed || old.view.again.is_some() {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "mail_not_failed",
            Text::new(
                "Ce courriel est parti, attend son tour ou a déjà été renvoyé\u{a0}: regardez la liste.",
                "This mail was sent, waits for its turn, or was sent again already: look at the list.",
            ),
        ));
    }
    still_true(&mut tx, server, &old).await?;
    let link = match (old.view.kind, old.user) {
        (Kind::Reset | Kind::NewAddress, Some(user)) => {
            Some(user::new_link(&mut tx, &*server.world, user).await?)
        }
        (Kind::Invitation | Kind::Asked | Kind::Staff, Some(user)) => {
            user::link_if_needed(&mut tx, &*server.world, user).await?
        }
        _ => None,
    };
    let letter = Letter {
        kind: old.view.kind,
        to: &old.to,
        lang: old.view.lang,
        user: old.user,
        member: old.member,
        account: old.view.account,
        about: old.about,
        facts: old.facts,
        link: link.as_ref(),
    };
    let new = queue(&mut tx, server, &letter).await?;
    sql("UPDATE mails SET again_id = $2 WHERE id = $1").bind(mail).bind(new).run(tx.on()).await?;
    let mut act = Act::new("mail.again", Subject::new("mail", new, old.to.masked()));
    act.account = old.view.account;
    act.member = old.member;
    act.after = Some(serde_json::json!({ "kind": old.view.kind }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let item = load(&mut tx, new).await?.view;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// Nobody is told today what was true last week only.
async fn still_true(tx: &mut Tx, server: &Server, old: &Old) -> Result<(), Problem> {
    let now = server.world.now_ms();
    let to = old.to.key();
    let matter = Matter {
        kind: old.view.kind,
        to: &to,
        user: old.user,
        member: old.member,
        account: old.view.account,
        about: old.about.as_deref(),
    };
    if is_over(tx.on(), now, &matter).await? {
        return Err(outdated(&old.to));
    }
    // What became of an account or of a member is told to those who still have to do with it.
    let account = old.view.account;
    if account.is_none() && old.view.kind != Kind::MemberDeleted {
        return Ok(());
    }
    let granted = sql("SELECT g.id FROM grants g LEFT JOIN accounts a ON a.id = g.account_id
           WHERE g.user_id = $1 AND (g.account_id = $2 OR g.member_id = $3 OR ($4 = 1 AND a.member_id = $3))
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $5) LIMIT 1")
    .bind(old.user)
    .bind(account)
    .bind(old.member)
    .bind(i64::from(account.is_none()))
    .bind(now)
    .optional(tx.on(), |_| Ok(()))
    .await?;
    let granted = match old.user {
        // To admins without a role there, too.
        Some(_) if granted.is_none() && old.view.kind == Kind::CertificateEnds => {
            sql("SELECT user_id FROM grants WHERE user_id = $1 AND role = 'admin' AND account_id IS NULL AND member_id IS NULL
                   AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) LIMIT 1")
                .bind(old.user)
                .bind(now)
                .optional(tx.on(), |_| Ok(()))
                .await?
        }
        Some(_) => granted,
        // A contact of the member, while it is one.
        None => {
            sql("SELECT member_id FROM member_contacts WHERE member_id = $1 AND email_key = $2 LIMIT 1")
                .bind(old.member)
                .bind(old.to.key())
                .optional(tx.on(), |_| Ok(()))
                .await?
        }
    };
    let state = match account {
        Some(account) => standing(tx, account).await?,
        None => None,
    };
    let fits = match old.view.kind {
        Kind::Suspended => state == Some(Standing::Suspended),
        Kind::Deleted => state == Some(Standing::Deleted),
        Kind::Resumed => state == Some(Standing::Active),
        Kind::Restored => matches!(state, Some(Standing::Active | Standing::Suspended)),
        Kind::Invitation => state.is_some(),
        _ => true,
    };
    if granted.is_some() && fits {
        return Ok(());
    }
    Err(outdated(&old.to))
}

fn outdated(to: &EmailAddress) -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "mail_outdated",
        text!(
            "Ce que disait ce courriel n’est plus vrai pour {to}\u{a0}: il ne part pas. Ce qui a changé depuis a été annoncé de son côté.",
            "What this mail said is no longer true for {to}: it is not sent. What changed since was told on its own."
        ),
    )
}

async fn standing(tx: &mut Tx, account: AccountId) -> Result<Option<Standing>, Problem> {
    sql("SELECT state FROM accounts WHERE id = $1 AND state <> 'erased'")
        .bind(account)
        .optional(tx.on(), |row| row.get("state"))
        .await
}

pub(super) async fn load(tx: &mut Tx, mail: MailId) -> Result<Old, Problem> {
    let found = sql("SELECT id, at, address, kind, lang, subject, user_id, member_id, account_id, about, facts, state, tries, next_at, sent_at,
           error_fr, error_en, again_id FROM mails WHERE id = $1")
    .bind(mail)
    .optional(tx.on(), |row| {
        let facts: serde_json::Value = row.get("facts")?;
        Ok(Old {
            view: view(row)?,
            to: row.get("address")?,
            user: row.get("user_id")?,
            member: row.get("member_id")?,
            about: row.get("about")?,
            facts: serde_json::from_value(facts).map_err(|error| crate::store::internal("facts", &error))?,
        })
    })
    .await?;
    found.ok_or_else(not_found)
}

fn view(row: &Row) -> Result<MailView, Problem> {
    let state: State = row.get("state")?;
    let next_at: i64 = row.get("next_at")?;
    Ok(MailView {
        id: row.get("id")?,
        at: row.get("at")?,
        to: row.get("address")?,
        kind: row.get("kind")?,
        lang: row.get::<Lang>("lang")?,
        subject: row.get("subject")?,
        account: row.get("account_id")?,
        state,
        tries: row.get("tries")?,
        next_at: (state == State::Queued).then_some(next_at),
        sent_at: row.get("sent_at")?,
        error: row.text("error_fr", "error_en")?,
        again: row.get("again_id")?,
    })
}
