//! Sessions: when the panel asks for one, this host dials it on a connection of its own and carries frames between it and the process that
//! works on the account's files as its user. It reads none of them. A session ends with either side, with its bounds, and within a second
//! of the account's suspension.

mod dump;
mod helper;
#[cfg(test)]
mod tests;
mod trash;

pub use dump::lock_visitors;
pub use helper::{FILES, Helper};
pub use trash::keep_empty;

use crate::{
    files::{Frame, HEAD, head, longest},
    ledger::Ledger,
    wire::{
        connect::{self, Unreachable},
        session::Shared,
    },
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink, stream::SplitStream};
use model::{
    Account, AccountId, AccountState, DatabaseName, Text,
    files::CHUNK,
    transfer::{SESSION_HEADER, SESSION_PATH, SessionKey},
    wire::Answer,
};
use std::{
    collections::HashMap,
    io::{self, ErrorKind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, interval, timeout},
};
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::{HeaderValue, header::HeaderName},
        protocol::WebSocketConfig,
    },
};

/// Sessions at once, of this host and of one account.
const MOST: usize = 24;
const MOST_OF_ONE: usize = 6;
/// A session in which nothing moves, and one that lasts and lasts.
const IDLE: Duration = Duration::from_secs(300);
const LONGEST: Duration = Duration::from_secs(6 * 3600);
/// Octets either way.
const LARGEST: u64 = 32 * 1024 * 1024 * 1024;
const DIAL: Duration = Duration::from_secs(10);
/// How soon the end of a right is seen.
const LOOK: Duration = Duration::from_secs(1);

type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// What starts the process that works on an account's files, or on a dump of one of its databases.
type Start = dyn Fn(&Account, Option<&DatabaseName>) -> io::Result<Helper> + Send + Sync;

/// The sessions of this host.
#[derive(Clone)]
pub struct Sessions {
    start: Arc<Start>,
    open: Arc<Mutex<HashMap<AccountId, usize>>>,
    /// Whose database has a dump under way.
    dumps: dump::Dumps,
}

impl Sessions {
    pub fn of_host() -> Sessions {
        Sessions::with(Arc::new(helper::program))
    }

    pub fn with(start: Arc<Start>) -> Sessions {
        Sessions { start, open: Arc::default(), dumps: Arc::default() }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, account: AccountId) -> Option<Place> {
        let mut open = self.open();
        let full =
            open.values().sum::<usize>() >= MOST || open.get(&account).is_some_and(|of| *of >= MOST_OF_ONE);
        if full {
            return None;
        }
        *open.entry(account).or_default() += 1;
        Some(Place { sessions: self.clone(), account })
    }
}

/// A session's place among them; free when dropped.
struct Place {
    sessions: Sessions,
    account: AccountId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.sessions.open();
        if let Some(of) = open.get_mut(&self.account) {
            *of -= 1;
            if *of == 0 {
                open.remove(&self.account);
            }
        }
    }
}

/// Dials a session beside all else, for the account's files or a dump of this database; what the panel is told at once.
pub fn open(
    shared: &Shared,
    session: SessionKey,
    account: AccountId,
    database: Option<DatabaseName>,
) -> Answer {
    // Uid and name are this host's own knowledge, never the asker's word.
    let Some(of) = active(&shared.ledger, account) else {
        let text = Text::new(
            "Ce compte n’est pas en service sur cet hôte.",
            "This account is not in service on this host.",
        );
        return Answer::Failed { text };
    };
    let Some(place) = shared.sessions.enter(account) else {
        let text = Text::new(
            "Trop de transferts en même temps\u{a0}: attendez que l’un d’eux finisse.",
            "Too many transfers at once: wait until one of them ends.",
        );
        return Answer::Failed { text };
    };
    let turn = match &database {
        None => None,
        Some(_) if !serves(&shared.ledger, account, database.as_ref()) => {
            return Answer::Failed { text: dump::not_serving() };
        }
        Some(name) => match dump::Turn::take(&shared.sessions, account, name) {
            None => return Answer::Failed { text: dump::busy() },
            turn => turn,
        },
    };
    let shared = shared.clone();
    tokio::spawn(async move {
        let served = serve(&shared, &session, (&of, database.as_ref()), &place);
        let served = match &database {
            None => served.await,
            Some(name) => dump::visited(shared.mariadb.clone(), (of.clone(), name.clone()), served).await,
        };
        drop(turn);
        if let Err(why) = served {
            tracing::info!(account = %of.name, %why, "a session ended");
        }
    });
    Answer::Dialling
}

/// The account, while it is in service.
fn active(ledger: &Mutex<Ledger>, account: AccountId) -> Option<Account> {
    let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    ledger.account(account).filter(|account| account.state == AccountState::Active)
}

/// Whether a session of the account's may go on: with the database it is for, if any.
fn serves(ledger: &Mutex<Ledger>, account: AccountId, database: Option<&DatabaseName>) -> bool {
    let there = |name| {
        let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
        dump::serving(&ledger, account, name).is_some()
    };
    active(ledger, account).is_some() && database.is_none_or(there)
}

async fn serve(
    shared: &Shared,
    session: &SessionKey,
    (of, database): (&Account, Option<&DatabaseName>),
    place: &Place,
) -> io::Result<()> {
    let socket = timeout(DIAL, dial(shared, session)).await.map_err(|_| ErrorKind::TimedOut)??;
    let helper = (shared.sessions.start)(of, database)?;
    let (sink, stream) = socket.split();
    let moved = AtomicU64::new(0);
    let Helper { input, output, child: _child } = helper;
    tokio::select! {
        ended = up(stream, input, &moved) => ended,
        ended = down(output, sink, &moved) => ended,
        () = bounds(&shared.ledger, (place.account, database), &moved) => Err(ErrorKind::ConnectionAborted.into()),
    }
}

async fn dial(shared: &Shared, session: &SessionKey) -> io::Result<Socket> {
    let url = &shared.config.panel_url;
    let stream = connect::dial(url, shared.tls.clone()).await.map_err(unreachable)?;
    let mut request =
        format!("wss://{}{SESSION_PATH}", url.authority()).into_client_request().map_err(io::Error::other)?;
    let value = HeaderValue::from_str(session.as_str()).map_err(io::Error::other)?;
    request.headers_mut().insert(HeaderName::from_static(SESSION_HEADER), value);
    let most = longest(b't').unwrap_or(CHUNK);
    let limits = WebSocketConfig::default().max_message_size(Some(most)).max_frame_size(Some(most));
    let opened = client_async_with_config(request, stream, Some(limits)).await;
    opened.map(|(socket, _)| socket).map_err(io::Error::other)
}

fn unreachable(why: Unreachable) -> io::Error {
    match why {
        Unreachable::Dial(error) | Unreachable::Tls(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// From the panel to the process.
async fn up(
    mut stream: SplitStream<Socket>,
    mut input: Box<dyn tokio::io::AsyncWrite + Send + Unpin>,
    moved: &AtomicU64,
) -> io::Result<()> {
    while let Some(message) = stream.next().await {
        let frame = match message.map_err(io::Error::other)? {
            Message::Text(text) => Frame::Text(text.as_str().to_owned()),
            Message::Binary(octets) => Frame::Octets(octets.to_vec()),
            Message::Close(_) => return Ok(()),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
        };
        let (head, octets) = head(&frame)?;
        input.write_all(&head).await?;
        input.write_all(octets).await?;
        input.flush().await?;
        moved.fetch_add((HEAD + octets.len()) as u64, Ordering::Relaxed);
    }
    Ok(())
}

/// From the process to the panel. What it says is the tenant's word: bounded, and passed on.
async fn down(
    mut output: Box<dyn tokio::io::AsyncRead + Send + Unpin>,
    mut sink: SplitSink<Socket, Message>,
    moved: &AtomicU64,
) -> io::Result<()> {
    loop {
        let mut head = [0; HEAD];
        match output.read_exact(&mut head).await {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                let _ = sink.close().await;
                return Ok(());
            }
            other => other?,
        };
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if longest(head[0]).is_none_or(|longest| length > longest) {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut octets = vec![0; length];
        output.read_exact(&mut octets).await?;
        let message = match Frame::of(head[0], octets)? {
            Frame::Text(text) => Message::Text(text.into()),
            Frame::Octets(octets) => Message::Binary(octets.into()),
        };
        sink.send(message).await.map_err(io::Error::other)?;
        moved.fetch_add((HEAD + length) as u64, Ordering::Relaxed);
    }
}

/// Until a bound is reached, or the account is in service no more.
async fn bounds(
    ledger: &Mutex<Ledger>,
    (account, database): (AccountId, Option<&DatabaseName>),
    moved: &AtomicU64,
) {
    let (begun, mut tick) = (Instant::now(), interval(LOOK));
    let mut last = (moved.load(Ordering::Relaxed), begun);
    loop {
        tick.tick().await;
        let now = (moved.load(Ordering::Relaxed), Instant::now());
        if now.0 != last.0 {
            last = now;
        }
        let over = now.1 - last.1 > IDLE || now.1 - begun > LONGEST || now.0 > LARGEST;
        if over || !serves(ledger, account, database) {
            return;
        }
    }
}
