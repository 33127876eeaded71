//! What the agent answers when the panel asks: from the ledger at once, from MariaDB and the logs beside all else.

use super::session::Shared;
use crate::{
    app,
    database::sizes::sizes,
    ledger::Ledger,
    log::{access, errors},
    outbox::place::Places,
    sftp, space,
    statistics::now_ms,
};
use model::{
    ResourceKey, Text,
    wire::{Answer, FromAgent, LONGEST_FRAME, Query},
};
use std::io;
use tokio::task::JoinSet;

/// Resources in an answer, at most; what does not fit a frame is cut below.
const PAGE: u16 = 500;

/// What the ledger itself answers, at once.
pub fn answer(ledger: &Ledger, query: &Query) -> Answer {
    match query {
        Query::Ledger { after, limit } => {
            let after = after.map(|(kind, key)| ResourceKey { kind, key });
            let (mut resources, mut more) = ledger.page(after, usize::from((*limit).clamp(1, PAGE)));
            // A page that would not fit a frame is cut in half until it does.
            while resources.len() > 1
                && serde_json::to_vec(&resources).map_or(0, |bytes| bytes.len()) > LONGEST_FRAME / 2
            {
                resources.truncate(resources.len() / 2);
                more = true;
            }
            Answer::Ledger { resources, more }
        }
        // Asked for beside all else, below.
        Query::DatabaseSizes { .. }
        | Query::OpenSession { .. }
        | Query::OpenDump { .. }
        | Query::SiteIsEmpty { .. }
        | Query::AccessLog { .. }
        | Query::ErrorLog { .. }
        | Query::Statistics { .. }
        | Query::SftpSignIns { .. }
        | Query::Space { .. }
        | Query::Uses { .. }
        | Query::Outbox { .. }
        | Query::HeldMail => busy(),
    }
}

/// Questions that take a while, at once.
const LATER: usize = 4;

/// What MariaDB or a large log is asked for is answered beside all else, so that no change waits for it.
pub fn takes_a_while(query: &Query) -> bool {
    !matches!(query, Query::Ledger { .. } | Query::OpenSession { .. } | Query::OpenDump { .. })
}

pub fn ask_later(shared: &Shared, answers: &mut JoinSet<FromAgent>, id: u64, query: Query) {
    let shared = shared.clone();
    let query = (answers.len() < LATER).then_some(query);
    answers.spawn_blocking(move || {
        let answer = query.map_or_else(busy, |query| look(&shared, query));
        FromAgent::Answer { id, answer }
    });
}

fn look(shared: &Shared, query: Query) -> Answer {
    match query {
        Query::Ledger { .. } => answer(&super::session::lock(&shared.ledger), &query),
        Query::DatabaseSizes { names } => match sizes(&*shared.mariadb, &names) {
            Ok(sizes) => Answer::DatabaseSizes { sizes },
            Err(trouble) => Answer::Failed { text: trouble.text() },
        },
        Query::AccessLog { names, short, wanted } => {
            let wanted = access::Wanted { names: &names, short, ask: &wanted };
            let found = access::search(&shared.paths.access_log(), &wanted);
            found.map_or_else(unreadable, |page| Answer::AccessLog { page })
        }
        Query::ErrorLog { account, uid, folder, short, wanted } => {
            let found = errors::search(&shared.paths, (&account, uid), &folder, short, &wanted);
            found.map_or_else(unreadable, |page| Answer::ErrorLog { page })
        }
        Query::Statistics { account, names, from, until } => {
            let found = shared.counter.statistics(&account, &names, (from, until), now_ms());
            found.map_or_else(unreadable, |statistics| Answer::Statistics { statistics })
        }
        Query::Space { account, uid } => {
            let found = shared.space.ask(&account, uid);
            found.map_or_else(unreadable, |days| Answer::Space { days })
        }
        Query::Uses { since, after } => {
            let (uses, more) = shared.uses.since(&space::accounts(&shared.ledger), since, after);
            Answer::Uses { uses, more }
        }
        Query::Outbox { uid } => {
            let found = Places::below(shared.paths.root()).counts_of(uid.get());
            found.map_or_else(unreadable, |counts| Answer::Outbox { outbox: counts.shown(now()) })
        }
        Query::HeldMail => {
            let found = Places::below(shared.paths.root()).all_held();
            found.map_or_else(unreadable, |accounts| Answer::HeldMail { accounts })
        }
        Query::SftpSignIns { account } => {
            sftp::sign_ins(&account).map_or_else(unreadable, |sign_ins| Answer::SftpSignIns { sign_ins })
        }
        Query::SiteIsEmpty { account, folder, root } => app::empty::answer(&account, &folder, root.as_ref()),
        // Dialled by the connection itself.
        Query::OpenSession { .. } | Query::OpenDump { .. } => busy(),
    }
}

fn now() -> u64 {
    u64::try_from(now_ms()).unwrap_or(0)
}

fn unreadable(error: io::Error) -> Answer {
    tracing::warn!(%error, "a log cannot be read");
    let text = Text::new("L’hôte n’a pas pu lire ce journal.", "The host could not read this log.");
    Answer::Failed { text }
}

fn busy() -> Answer {
    let text = Text::new("L’hôte a trop à faire pour répondre.", "The host is too busy to answer.");
    Answer::Failed { text }
}
