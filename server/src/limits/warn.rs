//! People hear of a limit before it refuses anything: at four fifths of it, and when it is reached. Once each; again only after it was well
//! below.

use super::newest;
use crate::{
    Actor, Server, account, mail,
    store::{Tx, sql},
};
use model::{AccountId, Problem, Scarce, Text, text};
use std::collections::BTreeMap;

const NEAR: u32 = 80;
const FULL: u32 = 100;
/// So many hundredths below a level it is left for good: what swings around it is told once.
const WELL_BELOW: u32 = 5;

/// How full something is, in hundredths. A quota lets nothing be wholly full: what is nearly so is.
fn percent(used: u64, most: u64) -> u32 {
    if most == 0 || u128::from(used) * 1000 >= u128::from(most) * 999 {
        return FULL;
    }
    u32::try_from(u128::from(used) * 100 / u128::from(most)).unwrap_or(FULL)
}

/// The level to be remembered, from the one that was told of.
fn level(told: u32, percent: u32) -> u32 {
    let now = if percent >= FULL { FULL } else { percent / NEAR * NEAR };
    match told {
        _ if now >= told => now,
        _ if percent + WELL_BELOW >= told => told,
        // From full to nearly so: that was told before.
        FULL if percent + WELL_BELOW >= NEAR => NEAR,
        _ => now,
    }
}

/// Looks how near to its limits an account is, and tells when it has come nearer. Within the transaction that holds the account.
pub(super) async fn judge(server: &Server, tx: &mut Tx, id: AccountId) -> Result<(), Problem> {
    let Some(newest) = newest(tx.on(), id).await? else { return Ok(()) };
    let told: BTreeMap<Scarce, u32> = sql("SELECT what, level FROM limit_warnings WHERE account_id = $1")
        .bind(id)
        .all(tx.on(), |row| Ok((row.get("what")?, row.get("level")?)))
        .await?
        .into_iter()
        .collect();
    let (disk_mb, files_max): (u32, u32) =
        sql("SELECT p.disk_mb, p.files_max FROM accounts a JOIN plans p ON p.id = a.plan_id WHERE a.id = $1")
            .bind(id)
            .one(tx.on(), |row| Ok((row.get("disk_mb")?, row.get("files_max")?)))
            .await?;
    let found = [
        (Scarce::Space, newest.octets, u64::from(disk_mb) * 1_000_000),
        (Scarce::Files, newest.files, u64::from(files_max)),
    ];
    for (what, used, most) in found {
        let Some(used) = used else { continue };
        let before = told.get(&what).copied().unwrap_or(0);
        let percent = percent(used, most);
        let now = level(before, percent);
        if now == before {
            continue;
        }
        write(server, tx, id, what, now).await?;
        if now > before && server.carrier.is_some() {
            let of = account::lock(tx, server, &Actor::panel(), id).await?;
            if of.state == account::Standing::Active {
                mail::limit_near(tx, server, &of, what, words(what, now, percent)).await?;
            }
        }
    }
    Ok(())
}

async fn write(server: &Server, tx: &mut Tx, id: AccountId, what: Scarce, level: u32) -> Result<(), Problem> {
    if level == 0 {
        let gone = sql("DELETE FROM limit_warnings WHERE account_id = $1 AND what = $2");
        return gone.bind(id).bind(what).run(tx.on()).await.map(drop);
    }
    sql("INSERT INTO limit_warnings (account_id, what, level, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, what) DO UPDATE SET level = excluded.level, at = excluded.at")
    .bind(id)
    .bind(what)
    .bind(level)
    .bind(server.world.now_ms())
    .run(tx.on())
    .await
    .map(drop)
}

fn words(what: Scarce, level: u32, percent: u32) -> Text {
    match (what, level) {
        (Scarce::Files, FULL) => Text::new(
            "Il a autant de fichiers, de dossiers et de liens que son offre en permet. Ce qui veut en créer échoue, là où l’hôte tient chacun à son offre.",
            "It has as many files, folders and links as its plan allows. What wants to make more fails, where the host holds each to its plan.",
        ),
        (Scarce::Files, _) => text!(
            "Il a {percent}\u{a0}% des fichiers, dossiers et liens que son offre permet. Rien n’est encore refusé.",
            "It has {percent}% of the files, folders and links that its plan allows. Nothing is refused yet."
        ),
        (_, FULL) => Text::new(
            "Tout l’espace de son offre est pris. Ce qui veut écrire échoue, là où l’hôte tient chacun à son offre.",
            "All the space of its plan is taken. What wants to write fails, where the host holds each to its plan.",
        ),
        _ => text!(
            "Il occupe {percent}\u{a0}% de l’espace de son offre. Rien n’est encore refusé.",
            "It takes {percent}% of the space of its plan. Nothing is refused yet."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_is_told_once_until_it_is_well_below() {
        let mut told = 0;
        let mut levels = Vec::new();
        for percent in [79, 80, 85, 79, 81, 75, 74, 80, 100, 99, 100, 95, 94, 96, 100, 60, 100, 0] {
            told = level(told, percent);
            levels.push(told);
        }
        assert_eq!(levels, [0, 80, 80, 80, 80, 80, 0, 80, 100, 100, 100, 100, 80, 80, 100, 0, 100, 0]);
    }

    #[test]
    fn nearly_full_is_full() {
        assert_eq!((percent(799, 1000), percent(800, 1000)), (79, 80));
        assert_eq!((percent(998, 1000), percent(999, 1000)), (99, 100));
        assert_eq!((percent(5000, 1000), percent(0, 0), percent(u64::MAX, u64::MAX)), (100, 100, 100));
    }
}
