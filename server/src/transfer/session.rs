//! An open session: asks and contents go out, answers and contents come in, until somebody's right to it ends.

use super::{For, away, waiting::Place};
use crate::{Server, account::AccountView, files, wake::Wake};
use axum::{
    body::Bytes,
    extract::ws::{Message, WebSocket},
};
use model::{
    Problem, ProblemKind, Text,
    files::{FileAsk, FileSaid},
};
use std::time::Duration;
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{interval, timeout},
};

/// For one word to come or go: copying a large folder says nothing for a while.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is asked whether it may go on, besides whenever something about it changes.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

pub struct Session {
    pub account: AccountView,
    socket: WebSocket,
    /// Whether the right to it has ended.
    ended: watch::Receiver<bool>,
    guard: AbortHandle,
    /// Whether something was asked that is not answered yet: nobody knows whether it was done.
    unanswered: bool,
    _place: Place,
}

/// What comes in.
#[derive(Debug)]
pub enum Heard {
    Said(FileSaid),
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
        let guard = tokio::spawn(guard(server.clone(), whose, end)).abort_handle();
        Session { account, socket, ended, guard, unanswered: false, _place: place }
    }

    async fn send(&mut self, message: Message) -> Result<(), Problem> {
        tokio::select! {
            () = over(&mut self.ended) => Err(ended()),
            sent = timeout(PATIENCE, self.socket.send(message)) => {
                sent.map_err(|_| away())?.map_err(|_| away())
            }
        }
    }

    pub async fn say(&mut self, ask: &FileAsk) -> Result<(), Problem> {
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

/// Ends the session with the right to it.
async fn guard(server: Server, mut whose: For, end: watch::Sender<bool>) {
    let mut wakes = server.store.waker().subscribe();
    let mut clock = interval(LOOK_AGAIN);
    loop {
        tokio::select! {
            wake = wakes.next() => match wake {
                Some(Wake::Account(account)) if account != whose.account => continue,
                Some(Wake::User(user)) if whose.actor.user != Some(user) => continue,
                Some(Wake::Host(_)) => continue,
                Some(_) => {}
                None => break,
            },
            _ = clock.tick() => {}
        }
        match crate::session::still(&server, &whose.actor).await {
            Ok(Some(actor)) => whose.actor = actor,
            _ => break,
        }
        if whose.may(&server).await.is_err() {
            break;
        }
    }
    end.send_replace(true);
}

fn ended() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "session_ended",
        Text::new(
            "Le transfert a été interrompu\u{a0}: vous n’y avez plus accès, ou le compte n’est plus en service.",
            "The transfer was ended: you have no access to it any more, or the account is no longer in service.",
        ),
    )
}
