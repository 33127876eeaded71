//! Dumps: a database on its way out or in, over a session with its host. Who took or brought how much stands in the account's history, also
//! where it was cut off; as with files it is written when it is over.

use super::{DatabaseView, rules::act, show};
use crate::{
    Actor, Server,
    account::AccountView,
    change::{self, Subject},
    store::internal,
    transfer::{self, Heard, Session},
};
use axum::body::Bytes;
use futures_util::{Stream, StreamExt, stream};
use model::{
    ChangeId, DatabaseId, Problem, ProblemKind, Right, Text,
    dump::{DumpAsk, DumpRefusal, DumpSaid, LARGEST_SENT},
    files::CHUNK,
    text,
};
use serde_json::{Value, json};
use std::{io, pin::Pin};
use tokio::sync::mpsc;

/// Chunks that are on their way to or from whoever reads or sends.
const AHEAD: usize = 2;

/// A database on its way out.
pub struct Export {
    pub database: DatabaseView,
    pub contents: Pin<Box<dyn Stream<Item = Result<Bytes, io::Error>> + Send>>,
}

/// What an act on a dump goes on with.
struct Work {
    server: Server,
    actor: Actor,
    database: DatabaseView,
    session: Session,
}

async fn open(server: &Server, actor: &Actor, id: DatabaseId) -> Result<Work, Problem> {
    let database = show(server, actor, id).await?;
    let whose = transfer::For { actor: actor.clone(), account: database.account.id, right: Right::Databases };
    // Before anything is said about the database to who may only see it.
    crate::grant::access(server, actor, database.account.id).await?.must(Right::Databases)?;
    super::users::must_be_there(&database)?;
    let session = transfer::open_dump(server, whose, database.name.clone()).await.map_err(of_a_database)?;
    Ok(Work { server: server.clone(), actor: actor.clone(), database, session })
}

impl Work {
    /// The next answer that says more than that it goes on.
    async fn answer(&mut self) -> Result<Heard<DumpSaid>, Problem> {
        loop {
            match self.session.hear_as().await.map_err(of_a_database)? {
                Heard::Said(DumpSaid::Working { .. }) => {}
                Heard::Said(DumpSaid::Refused { why }) => return Err(refused(why)),
                heard => return Ok(heard),
            }
        }
    }

    async fn begin(&mut self, ask: DumpAsk) -> Result<(), Problem> {
        self.session.say(&ask).await.map_err(of_a_database)?;
        match self.answer().await? {
            Heard::Said(DumpSaid::Ready) => Ok(()),
            _ => Err(refused(DumpRefusal::Failed)),
        }
    }

    async fn record(&mut self, verb: &'static str, after: Value) -> Result<ChangeId, Problem> {
        let of: &AccountView = &self.session.account;
        let mut act = act(verb, of, Subject::new("database", self.database.id, &self.database.name));
        act.after = Some(after);
        let mut tx = self.server.store.write().await?;
        let change = change::record(&mut tx, &*self.server.world, &self.actor, act).await?;
        tx.commit().await?;
        Ok(change)
    }
}

/// All of a database, as SQL packed with gzip.
pub async fn export(server: &Server, actor: &Actor, id: DatabaseId) -> Result<Export, Problem> {
    let mut work = open(server, actor, id).await?;
    work.begin(DumpAsk::Export).await?;
    let database = work.database.clone();
    let (give, taken) = mpsc::channel(AHEAD);
    tokio::spawn(bring(work, give));
    let contents = stream::unfold(Some(taken), |taken| async {
        let mut taken = taken?;
        match taken.recv().await {
            Some(Ok(octets)) if Bytes::is_empty(&octets) => None,
            Some(Ok(octets)) => Some((Ok(octets), Some(taken))),
            Some(Err(error)) => Some((Err(error), None)),
            None => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    });
    Ok(Export { database, contents: Box::pin(contents) })
}

/// Brings what comes for as long as somebody takes it, its end as an empty chunk; then keeps in history how much that was.
async fn bring(mut work: Work, give: mpsc::Sender<Result<Bytes, io::Error>>) {
    let mut sent = 0;
    let last = loop {
        let heard = tokio::select! {
            heard = work.answer() => heard,
            () = give.closed() => break None,
        };
        let octets = match heard {
            Ok(Heard::Octets(octets)) if !octets.is_empty() => octets,
            Ok(Heard::Said(DumpSaid::Done { .. })) => break Some(Ok(Bytes::new())),
            Ok(_) => break Some(Err(io::ErrorKind::InvalidData.into())),
            // Cut off, and seen to be: nobody takes a part for the whole.
            Err(problem) => break Some(Err(io::Error::other(problem.code))),
        };
        let length = octets.len() as u64;
        let Ok(Ok(place)) = work.session.wait(give.reserve()).await else { break None };
        place.send(Ok(octets));
        sent += length;
    };
    let whole = matches!(last, Some(Ok(_)));
    let after = json!({ "octets": sent, "outcome": if whole { "whole" } else { "cut" } });
    let kept = work.record("database.export", after).await;
    drop(work);
    // Whole for whoever reads once it is kept, and not before.
    let last = match (last, kept) {
        (Some(Ok(_)), Err(problem)) => Some(Err(io::Error::other(problem.code))),
        (last, _) => last,
    };
    if let Some(last) = last {
        let _ = give.send(last).await;
    }
}

/// SQL, or gzip of it, into the database; statement after statement until one fails.
pub async fn import(
    server: &Server,
    actor: &Actor,
    id: DatabaseId,
    contents: impl Stream<Item = Result<Bytes, Problem>>,
) -> Result<ChangeId, Problem> {
    let mut work = open(server, actor, id).await?;
    work.begin(DumpAsk::Import).await?;
    let (give, taken) = mpsc::channel(AHEAD);
    // In a task of its own: a sender who hangs up keeps nothing out of history.
    let taking = tokio::spawn(take(work, taken));
    let mut contents = std::pin::pin!(contents);
    let broken = loop {
        let next = tokio::select! {
            next = contents.next() => next,
            // It needs no more: it was refused.
            () = give.closed() => break None,
        };
        match next {
            Some(Ok(octets)) if octets.is_empty() => {}
            Some(Ok(octets)) => {
                if give.send(octets).await.is_err() {
                    break None;
                }
            }
            Some(Err(problem)) => break Some(problem),
            None => {
                let _ = give.send(Bytes::new()).await;
                break None;
            }
        }
    };
    drop(give);
    let taken = taking.await.map_err(|error| internal("an import", &error))?;
    broken.map_or(taken, Err)
}

/// Sends on what comes, to its end (an empty chunk), and keeps in history what became of it.
async fn take(mut work: Work, mut octets: mpsc::Receiver<Bytes>) -> Result<ChangeId, Problem> {
    let (sent, done) = sent(&mut work, &mut octets).await;
    octets.close();
    let after = |outcome: &str| json!({ "octets": sent, "outcome": outcome });
    let outcome = match &done {
        Ok(_) => after("whole"),
        Err(Fault::Cut(_)) => after("cut"),
        Err(Fault::Refused(problem)) => {
            let mut after = after("refused");
            after["text"] = json!({ "fr": problem.text.fr, "en": problem.text.en });
            after
        }
        Err(Fault::Unknown(_)) => after("unknown"),
    };
    let change = work.record("database.import", outcome).await?;
    match done {
        Ok(()) => Ok(change),
        Err(Fault::Cut(problem) | Fault::Refused(problem) | Fault::Unknown(problem)) => {
            Err(of_a_database(problem))
        }
    }
}

/// How an import ended before its end.
enum Fault {
    /// Not all of it came.
    Cut(Problem),
    /// The host did not take it, and said why.
    Refused(Problem),
    /// The host said nothing any more.
    Unknown(Problem),
}

async fn sent(work: &mut Work, octets: &mut mpsc::Receiver<Bytes>) -> (u64, Result<(), Fault>) {
    let mut sent = 0;
    loop {
        let mut next = match work.session.wait(octets.recv()).await {
            Ok(Some(octets)) => octets,
            Ok(None) => return (sent, Err(Fault::Cut(cut_off()))),
            Err(problem) => return (sent, Err(Fault::Cut(problem))),
        };
        if next.is_empty() {
            break;
        }
        while !next.is_empty() {
            let chunk = next.split_to(next.len().min(CHUNK));
            sent += chunk.len() as u64;
            if sent > LARGEST_SENT {
                return (sent, Err(Fault::Refused(refused(DumpRefusal::TooLarge))));
            }
            if let Err(problem) = work.session.octets(chunk).await {
                return (sent, Err(Fault::Unknown(problem)));
            }
        }
        // What the host has to say does not wait for the end.
        while let Some(heard) = work.session.heard_as() {
            match heard {
                Ok(Heard::Said(DumpSaid::Working { .. })) => {}
                Ok(Heard::Said(DumpSaid::Refused { why })) => {
                    return (sent, Err(Fault::Refused(refused(why))));
                }
                Ok(_) => return (sent, Err(Fault::Refused(refused(DumpRefusal::Failed)))),
                Err(problem) => return (sent, Err(Fault::Unknown(problem))),
            }
        }
    }
    if let Err(problem) = work.session.octets(Bytes::new()).await {
        return (sent, Err(Fault::Unknown(problem)));
    }
    let ended = loop {
        match work.session.hear_as().await {
            Ok(Heard::Said(DumpSaid::Working { .. })) => {}
            Ok(Heard::Said(DumpSaid::Done { .. })) => break Ok(()),
            Ok(Heard::Said(DumpSaid::Refused { why })) => break Err(Fault::Refused(refused(why))),
            Ok(_) => break Err(Fault::Refused(refused(DumpRefusal::Failed))),
            Err(problem) => break Err(Fault::Unknown(problem)),
        }
    };
    (sent, ended)
}

/// What sessions say of files, said of a database.
fn of_a_database(problem: Problem) -> Problem {
    let text = match problem.code {
        "host_away" => Text::new(
            "L’hôte ne répond pas pour l’instant\u{a0}: réessayez dans un moment. Après un import interrompu, l’historique du compte dit ce qu’on en sait.",
            "The host does not answer now: try again in a moment. After an import that was cut off, the account's history says what is known of it.",
        ),
        "account_suspended" => Text::new(
            "Ce compte est suspendu\u{a0}: ses bases attendent qu’il soit remis en service.",
            "This account is suspended: its databases wait until it is in service again.",
        ),
        "transfer_stalled" => Text::new(
            "Plus rien n’arrivait depuis deux minutes\u{a0}: le transfert a été interrompu.",
            "Nothing came for two minutes: the transfer was ended.",
        ),
        _ => return problem,
    };
    Problem { text, ..problem }
}

pub(super) fn cut_off() -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        "upload_cut_off",
        Text::new(
            "L’envoi s’est interrompu\u{a0}: les instructions déjà arrivées ont été exécutées, pas les autres. Recommencez avec le fichier entier.",
            "The upload was cut off: statements that had arrived were run, the others were not. Start again with the whole file.",
        ),
    )
}

fn refused(why: DumpRefusal) -> Problem {
    let (kind, code, text) = match why {
        DumpRefusal::Line { line, said } => (
            ProblemKind::Conflict,
            "dump_line",
            text!(
                "L’import s’est arrêté à la ligne {line}\u{a0}: {said}. Ce qui précède est dans la base\u{a0}; ce qui suit n’y est pas.",
                "The import stopped at line {line}: {said}. What comes before it is in the database, what comes after is not."
            ),
        ),
        DumpRefusal::Engine { said } => (
            ProblemKind::Conflict,
            "dump_engine",
            text!(
                "Le serveur de bases de données ne l’a pas fait\u{a0}: {said}",
                "The database server did not do it: {said}"
            ),
        ),
        DumpRefusal::Unreadable => (
            ProblemKind::Invalid,
            "dump_unreadable",
            Text::new(
                "Ce fichier est compressé et ne se lit pas jusqu’au bout\u{a0}: refaites l’export, ou envoyez le .sql tel quel.",
                "This file is packed and does not read to its end: export it again, or send the .sql as it is.",
            ),
        ),
        DumpRefusal::TooLarge => (
            ProblemKind::Invalid,
            "dump_too_large",
            Text::new(
                "C’est trop gros pour passer par ici (8\u{a0}Go envoyés, 64\u{a0}Go de SQL au plus)\u{a0}: parlez-en à la coopérative.",
                "This is too large to go through here (8 GB sent, 64 GB of SQL at most): ask the cooperative.",
            ),
        ),
        DumpRefusal::Failed => (
            ProblemKind::Conflict,
            "dump_failed",
            Text::new(
                "L’hôte n’a pas pu le faire\u{a0}: réessayez, puis dites-le à la coopérative.",
                "The host could not do it: try again, then tell the cooperative.",
            ),
        ),
    };
    Problem::new(kind, code, text).on("dump")
}
