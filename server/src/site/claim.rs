//! Whose a name is: an account that uses a name holds its registrable domain (public suffix list), and nobody else can use a name at or below it.

use crate::{
    Server,
    store::{Tx, sql},
};
use model::{AccountId, Problem, ProblemKind, SiteId, SiteName, Text, text};

/// Checks that need no store: the panel's own names, also those agents dial, public suffixes. Gives the registrable domain.
pub(super) fn registrable(server: &Server, name: &SiteName) -> Result<String, Problem> {
    if server.config.own_names().iter().any(|own| name.domain().is_within(own)) {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "name_of_panel",
            Text::new(
                "C’est le nom du panneau lui-même\u{a0}: choisissez-en un autre.",
                "This is the panel's own name: choose another.",
            ),
        )
        .on("name"));
    }
    let preview = server.config.preview.as_ref().map(|preview| preview.domain.as_str());
    if preview.is_some_and(|preview| name.domain().is_within(preview)) {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "name_of_previews",
            Text::new(
                "Ce nom est réservé aux aperçus\u{a0}: choisissez-en un autre.",
                "This name is kept for previews: choose another.",
            ),
        )
        .on("name"));
    }
    match psl::domain_str(name.as_str()) {
        Some(domain) => Ok(domain.to_owned()),
        None => Err(Problem::invalid(
            "name",
            "name_public_suffix",
            text!(
                "«\u{a0}{name}\u{a0}» est une extension commune à beaucoup de gens\u{a0}: ajoutez devant le nom que vous avez réservé, comme asso.{name}.",
                "“{name}” is an ending shared by many people: put the name you registered before it, such as asso.{name}."
            ),
        )),
    }
}

/// Takes the names for a site of the account; exactly one of two who ask at the same instant gets them.
pub(super) async fn take(
    server: &Server,
    tx: &mut Tx,
    account: AccountId,
    site: SiteId,
    names: &[SiteName],
    now: i64,
) -> Result<(), Problem> {
    // In one order everywhere, so that two who want each other's names never wait for each other.
    let mut wanted = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        wanted.push((registrable(server, name)?, name, i64::try_from(position).unwrap_or(i64::MAX)));
    }
    wanted.sort();
    for (domain, name, position) in wanted {
        hold(tx, account, &domain, now).await?;
        let taken = sql("INSERT INTO names (name, site_id, position, domain) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(site)
            .bind(position)
            .bind(domain.as_str())
            .run(tx.on())
            .await?;
        if taken == 0 {
            // The domain is held, so the name is used by another site of this same account.
            return Err(Problem::new(
                ProblemKind::Conflict,
                "name_in_use",
                text!(
                    "Un autre site de ce compte a déjà le nom {name}\u{a0}: enlevez-le d’abord de ce site.",
                    "Another site of this account already has the name {name}: remove it from that site first."
                ),
            )
            .on("name"));
        }
    }
    Ok(())
}

/// Takes the name of a site's preview. It is a domain of its own: nothing else is at or below it, whoever holds what is above.
pub(super) async fn take_preview(
    tx: &mut Tx,
    account: AccountId,
    site: SiteId,
    (name, position): (&SiteName, i64),
    now: i64,
) -> Result<(), Problem> {
    hold(tx, account, name.as_str(), now).await.map_err(|problem| problem.on("switch"))?;
    sql("INSERT INTO names (name, site_id, position, domain, preview_at) VALUES ($1, $2, $3, $1, $4)")
        .bind(name)
        .bind(site)
        .bind(position)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}

async fn hold(tx: &mut Tx, account: AccountId, domain: &str, now: i64) -> Result<(), Problem> {
    // The holder may let go between the two statements; then the next turn gets it.
    for _ in 0..3 {
        sql("INSERT INTO domains (name, account_id, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
            .bind(domain)
            .bind(account)
            .bind(now)
            .run(tx.on())
            .await?;
        let holder = sql("SELECT account_id FROM domains WHERE name = $1")
            .bind(domain)
            .optional(tx.on(), |row| row.get::<AccountId>("account_id"))
            .await?;
        match holder {
            Some(holder) if holder == account => return Ok(()),
            Some(_) => break,
            None => {}
        }
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "name_taken",
        text!(
            "Le domaine {domain} sert déjà dans la coopérative. S’il est à vous, demandez-lui de vous le rendre.",
            "The domain {domain} is already in use in the cooperative. If it is yours, ask the cooperative to give it back to you."
        ),
    )
    .on("name"))
}

/// Lets go of the account's domains that no name uses any more.
pub(super) async fn release(tx: &mut Tx, account: AccountId) -> Result<(), Problem> {
    sql("DELETE FROM domains WHERE account_id = $1 AND NOT EXISTS (SELECT 1 FROM names n WHERE n.domain = domains.name)")
        .bind(account)
        .run(tx.on())
        .await
        .map(drop)
}
