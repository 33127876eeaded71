//! An open session: asks and contents go out, answers and contents come in, until somebody's right to it ends.

use super::{For, away, waiting::Place};
use crate::{Server, account::AccountView, files, wake::Wake};
use axum::{
    body::Bytes,
    extract::ws::{Message, WebSocket},
};
use futures_util::FutureExt;
use model::{
    Problem, ProblemKind, Text,
    files::{FileAsk, FileSaid},
};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{Instant, interval, timeout},
};

/// For one word to come or go: copying a large folder says nothing for a while.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is asked whether it may go on, besides whenever something about it changes.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// While nobody can say whether it may go on (the database is busy), it does for so long.
const BORNE: Duration = Duration::from_secs(30);
/// For all of a session: 8 GiB at 3 Mbit/s.
const LONGEST: Duration = Duration::from_secs(6 * 3600);
/// For whoever sends to bring more, and for whoever reads to take it.
pub const SILENCE: Duration = Duration::from_secs(120);

pub struct Session {
    pub account: AccountView,
    socket: WebSocket,
    /// Whether the right to it has ended.
    ended: watch::Receiver<bool>,
    guard: AbortHandle,
    /// Whether something was asked that is not answered yet: nobody knows whether it was done.
    unanswered: bool,
}

/// What comes in.
#[derive(Debug)]
pub enum Heard<Said = FileSaid> {
    Said(Said),
    Octets(Bytes),
}

impl Session {
    pub(super) fn begin(
        server: &Server,
        whose: For,
        account: AccountView,
        socket: WebSocket,
        place: Place,
    ) -> Session {
        let (end, ended) = watch::channel(false);
        let guard = tokio::spawn(guard(server.clone(), whose, end, place)).abort_handle();
        Session { account, socket, ended, guard, unanswered: false }
    }

    async fn send(&mut self, message: Message) -> Result<(), Problem> {
        tokio::select! {
            () = over(&mut self.ended) => Err(ended()),
            sent = timeout(PATIENCE, self.socket.send(message)) => {
                sent.map_err(|_| away())?.map_err(|_| away())
            }
        }
    }

    /// What comes from whoever sends, while the session goes on and they are not silent for long.
    pub async fn wait<T>(&mut self, next: impl Future<Output = T>) -> Result<T, Problem> {
        tokio::select! {
            () = over(&mut self.ended) => Err(ended()),
            next = timeout(SILENCE, next) => next.map_err(|_| stalled()),
        }
    }

    pub async fn say(&mut self, ask: &impl Serialize) -> Result<(), Problem> {
        let json = serde_json::to_string(ask).map_err(|_| away())?;
        // Before it goes: what is cut off meanwhile may have arrived.
        self.unanswered = true;
        self.send(Message::Text(json.into())).await
    }

    /// Contents, or their end where there are none.
    pub async fn octets(&mut self, octets: Bytes) -> Result<(), Problem> {
        self.unanswered |= octets.is_empty();
        self.send(Message::Binary(octets)).await
    }

    pub async fn hear(&mut self) -> Result<Heard, Problem> {
        self.hear_as().await
    }

    /// What has come already, while nothing is waited for.
    pub fn heard_as<Said: DeserializeOwned>(&mut self) -> Option<Result<Heard<Said>, Problem>> {
        self.hear_as().now_or_never()
    }

    /// Of a process that says other things than the one for files.
    pub async fn hear_as<Said: DeserializeOwned>(&mut self) -> Result<Heard<Said>, Problem> {
        loop {
            let message = tokio::select! {
                () = over(&mut self.ended) => return Err(ended()),
                message = timeout(PATIENCE, self.socket.recv()) => message.map_err(|_| away())?,
            };
            match message {
                Some(Ok(Message::Text(json))) => {
                    let said = serde_json::from_str(&json).map_err(|_| away())?;
                    self.unanswered = false;
                    return Ok(Heard::Said(said));
                }
                Some(Ok(Message::Binary(octets))) => return Ok(Heard::Octets(octets)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(away()),
            }
        }
    }

    /// Whether the last ask has no answer: what it asked for may be done, or not.
    pub fn unanswered(&self) -> bool {
        self.unanswered
    }

    /// What was said last was no answer: one follows.
    pub fn still_at_it(&mut self) {
        self.unanswered = true;
    }

    /// The answer to an ask without contents.
    pub async fn ask(&mut self, ask: &FileAsk) -> Result<FileSaid, Problem> {
        self.say(ask).await?;
        self.answer().await
    }

    pub async fn answer(&mut self) -> Result<FileSaid, Problem> {
        match self.hear().await? {
            Heard::Said(FileSaid::Refused { why }) => Err(files::refused(why)),
            Heard::Said(said) => Ok(said),
            Heard::Octets(_) => Err(away()),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.guard.abort();
    }
}

async fn over(ended: &mut watch::Receiver<bool>) {
    let _ = ended.wait_for(|ended| *ended).await;
}

/// Ends the session with the right to it, or once it took too long. The place is free then, whether anybody notices or not.
async fn guard(server: Server, whose: For, end: watch::Sender<bool>, place: Place) {
    let _ = timeout(LONGEST, while_it_may(server, whose)).await;
    end.send_replace(true);
    drop(place);
}

async fn while_it_may(server: Server, mut whose: For) {
    let mut wakes = server.store.waker().subscribe();
    let mut clock = interval(LOOK_AGAIN);
    let mut unsure = None;
    loop {
        tokio::select! {
            wake = wakes.next() => match wake {
                Some(Wake::Account(account)) if account != whose.account => continue,
                Some(Wake::User(user)) if whose.actor.user != Some(user) => continue,
                Some(Wake::Host(_)) => continue,
                Some(_) => {}
                None => return,
            },
            _ = clock.tick() => {}
        }
        match still(&server, &mut whose).await {
            Ok(()) => unsure = None,
            Err(problem) if bears(&problem, *unsure.get_or_insert_with(Instant::now)) => {}
            Err(_) => return,
        }
    }
}

async fn still(server: &Server, whose: &mut For) -> Result<(), Problem> {
    let actor = crate::session::still(server, &whose.actor).await?;
    whose.actor = actor.ok_or_else(ended)?;
    whose.may(server).await.map(|_| ())
}

/// Whether it goes on for now: what says nothing about the right to it is borne for a while.
fn bears(problem: &Problem, unsure: Instant) -> bool {
    let says_nothing =
        matches!(problem.kind, ProblemKind::Unavailable | ProblemKind::Internal | ProblemKind::TooMany);
    says_nothing && unsure.elapsed() < BORNE
}

fn stalled() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "transfer_stalled",
        Text::new(
            "Plus rien n’arrivait depuis deux minutes\u{a0}: le transfert a été interrompu. Regardez dans le dossier ce qui y est, puis réessayez.",
            "Nothing came for two minutes: the transfer was ended. Look into the folder for what is there, then try again.",
        ),
    )
}

fn ended() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "session_ended",
        Text::new(
            "Le transfert a été interrompu\u{a0}: vous n’y avez plus accès, le compte n’est plus en service, ou cela durait depuis plus de six heures.",
            "The transfer was ended: you have no access to it any more, the account is no longer in service, or it took more than six hours.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_busy_database_is_borne_for_a_while_and_the_end_of_a_right_is_not() {
        let of = |kind| Problem::new(kind, "x", Text::new("x", "x"));
        let since = Instant::now();
        assert!(bears(&of(ProblemKind::Unavailable), since) && bears(&of(ProblemKind::Internal), since));
        for end in [ProblemKind::NotFound, ProblemKind::Denied, ProblemKind::Conflict, ProblemKind::SignIn] {
            assert!(!bears(&of(end), since));
        }
        tokio::time::advance(BORNE).await;
        assert!(!bears(&of(ProblemKind::Unavailable), since));
    }
}
