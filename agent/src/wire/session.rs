//! One connection to the panel, from hello to its end: changes go into the ledger and are acknowledged, what the worker
//! finds is reported, questions are answered. Reconciling happens elsewhere and never delays the socket.

use super::{
    answer::{answer, ask_later, takes_a_while},
    connect::{self, Unreachable},
};
use crate::{
    config::Config,
    cron_job::runs::Runs,
    database, facts,
    ledger::{Changes, Ledger, Taken},
    limits::uses::Uses,
    paths::Paths,
    report::{self, Reports},
    space::Space,
    statistics::Counter,
    status::Status,
    transfer::{self, Sessions},
    worker::Errand,
};
use futures_util::{SinkExt, StreamExt};
use model::{
    HostFacts, SealKey, Text, text,
    wire::{self, FromAgent, FromPanel, LONGEST_FRAME, PROTOCOL, Query},
};
use rustls::ClientConfig;
use std::{
    io,
    sync::{Arc, Mutex, PoisonError, mpsc::Sender},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{Instant, interval_at, timeout},
};
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, http::StatusCode, protocol::WebSocketConfig},
};

/// How often an idle connection is tried, and after what silence it counts as gone (half-open TCP).
const PING: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(40);
/// How often a disk that did not take the ledger is asked again.
const LEDGER: Duration = Duration::from_secs(5);
/// For one frame to leave, and for the first to come.
const SEND: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// What a session works with.
#[derive(Clone)]
pub struct Shared {
    pub config: Arc<Config>,
    pub paths: Paths,
    pub tls: Arc<ClientConfig>,
    pub ledger: Arc<Mutex<Ledger>>,
    pub reports: Arc<Reports>,
    pub runs: Arc<Runs>,
    pub worker: Sender<Errand>,
    pub status: Arc<Status>,
    pub mariadb: Arc<dyn database::Engine>,
    /// What secrets for this host are sealed to.
    pub seal: Option<SealKey>,
    pub counter: Arc<Counter>,
    pub sessions: Sessions,
    pub space: Arc<Space>,
    pub uses: Arc<Uses>,
}

/// Why a session ended.
#[derive(Debug)]
pub enum Ended {
    Unreachable(Unreachable),
    /// The panel said why.
    Refused(Text),
    /// HTTP's answer to the WebSocket handshake.
    Status(StatusCode),
    Broken(&'static str),
    Wire(tungstenite::Error),
}

impl Ended {
    /// The panel does not know our certificate, or no longer.
    pub fn is_unwelcome(&self) -> bool {
        matches!(
            self,
            Ended::Status(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
                | Ended::Unreachable(Unreachable::Unwelcome)
        )
    }

    pub fn text(&self, config: &Config) -> Text {
        let url = &config.panel_url;
        match self {
            Ended::Unreachable(unreachable) => unreachable.text(url),
            Ended::Refused(text) => text.clone(),
            ended if ended.is_unwelcome() => Unreachable::Unwelcome.text(url),
            Ended::Status(status) => text!(
                "Le panneau {url} ne prend pas l’agent en ce moment (HTTP {status})\u{a0}: l’agent réessaie.",
                "The panel {url} does not take the agent now (HTTP {status}): the agent tries again."
            ),
            Ended::Broken(why) => text!(
                "La connexion au panneau {url} s’est rompue ({why})\u{a0}: l’agent la rétablit de lui-même.",
                "The connection to the panel {url} broke ({why}): the agent restores it by itself."
            ),
            Ended::Wire(error) => text!(
                "La connexion au panneau {url} s’est rompue ({error})\u{a0}: l’agent la rétablit de lui-même.",
                "The connection to the panel {url} broke ({error}): the agent restores it by itself."
            ),
        }
    }
}

/// Connects and serves until the connection ends. `welcomed` is called once the panel has taken us.
pub async fn run(shared: &Shared, welcomed: &mut (dyn FnMut() + Send)) -> Ended {
    let mut socket = match open(shared).await {
        Ok(socket) => socket,
        Err(ended) => return ended,
    };
    let ended = match serve(shared, &mut socket, welcomed).await {
        Err(ended) => ended,
        Ok(()) => Ended::Broken("closed"),
    };
    lock(&shared.ledger).drop_parts();
    let _ = timeout(Duration::from_secs(1), socket.close(None)).await;
    ended
}

pub(super) fn lock(ledger: &Mutex<Ledger>) -> std::sync::MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn open(shared: &Shared) -> Result<Socket, Ended> {
    let url = &shared.config.panel_url;
    let stream = connect::dial(url, shared.tls.clone()).await.map_err(Ended::Unreachable)?;
    let request = format!("wss://{}/agent", url.authority());
    let limits =
        WebSocketConfig::default().max_message_size(Some(LONGEST_FRAME)).max_frame_size(Some(LONGEST_FRAME));
    match timeout(SEND, client_async_with_config(request, stream, Some(limits))).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(tungstenite::Error::Http(answer))) => Err(Ended::Status(answer.status())),
        // A refused certificate shows at the first read (TLS 1.3).
        Ok(Err(tungstenite::Error::Io(error))) => Err(Ended::Unreachable(connect::of_tls(error))),
        Ok(Err(error)) => Err(Ended::Wire(error)),
        Err(_) => Err(Ended::Unreachable(Unreachable::TookTooLong)),
    }
}

async fn say(socket: &mut Socket, frame: &FromAgent) -> Result<(), Ended> {
    let text = wire::encode(frame).map_err(|_| Ended::Broken("a frame that cannot be written"))?;
    send(socket, Message::Text(text.into())).await
}

async fn send(socket: &mut Socket, message: Message) -> Result<(), Ended> {
    match timeout(SEND, socket.send(message)).await {
        Ok(sent) => sent.map_err(Ended::Wire),
        Err(_) => Err(Ended::Broken("the panel takes nothing")),
    }
}

async fn serve(
    shared: &Shared,
    socket: &mut Socket,
    welcomed: &mut (dyn FnMut() + Send),
) -> Result<(), Ended> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let facts = tokio::task::spawn_blocking(facts::of_host).await.unwrap_or_default();
    let hello = FromAgent::Hello {
        protocol: PROTOCOL,
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        position: lock(&shared.ledger).position(),
        facts: Box::new(HostFacts { seal: shared.seal.clone(), ..facts }),
        now_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
    };
    say(socket, &hello).await?;
    let mut heard_at = Instant::now();
    let mut ping = interval_at(heard_at + PING, PING);
    let mut welcome = false;
    let mut inbox = Inbox::default();
    let mut again = interval_at(heard_at + LEDGER, LEDGER);
    let mut answers = JoinSet::new();
    loop {
        tokio::select! {
            message = socket.next() => {
                heard_at = Instant::now();
                let message = match message {
                    None => return Err(Ended::Broken("closed")),
                    Some(message) => message.map_err(Ended::Wire)?,
                };
                match message {
                    Message::Text(text) => {
                        let frame = wire::decode::<FromPanel>(&text).map_err(|problem| Ended::Refused(problem.text))?;
                        let frame = match frame {
                            FromPanel::Query { id, query } if welcome && takes_a_while(&query) => {
                                ask_later(shared, &mut answers, id, query);
                                continue;
                            }
                            FromPanel::Query { id, query: Query::OpenSession { session, account } } if welcome => {
                                let answer = transfer::open(shared, session, account, None);
                                say(socket, &FromAgent::Answer { id, answer }).await?;
                                continue;
                            }
                            FromPanel::Query { id, query: Query::OpenDump { session, account, database } } if welcome => {
                                let answer = transfer::open(shared, session, account, Some(database));
                                say(socket, &FromAgent::Answer { id, answer }).await?;
                                continue;
                            }
                            frame => frame,
                        };
                        let was_welcome = welcome;
                        hear(shared, socket, frame, &mut welcome, &mut inbox).await?;
                        if welcome && !was_welcome {
                            welcomed();
                            shared.reports.connected();
                            shared.runs.connected();
                        }
                    }
                    Message::Close(_) => return Err(Ended::Broken("closed by the panel")),
                    Message::Binary(_) => return Err(Ended::Broken("a binary frame")),
                    Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                }
            }
            () = shared.reports.news.notified(), if welcome => report(shared, socket).await?,
            Some(Ok(answer)) = answers.join_next() => say(socket, &answer).await?,
            () = shared.runs.news.notified(), if welcome => {
                // One at a time: what changes meanwhile goes first.
                if let Some(run) = shared.runs.take() {
                    say(socket, &FromAgent::Run { run }).await?;
                    shared.runs.news.notify_one();
                }
            }
            _ = again.tick(), if inbox.full.is_some() => inbox.again(shared, socket).await?,
            _ = ping.tick() => {
                if heard_at.elapsed() > SILENCE {
                    return Err(Ended::Broken("silence"));
                }
                send(socket, Message::Ping(Default::default())).await?;
            }
        }
    }
}

async fn report(shared: &Shared, socket: &mut Socket) -> Result<(), Ended> {
    loop {
        let items = shared.reports.take();
        if items.is_empty() {
            return Ok(());
        }
        say(socket, &FromAgent::Report { items }).await?;
    }
}

async fn hear(
    shared: &Shared,
    socket: &mut Socket,
    frame: FromPanel,
    welcome: &mut bool,
    inbox: &mut Inbox,
) -> Result<(), Ended> {
    match frame {
        FromPanel::Welcome { protocol, panel } => {
            if protocol != PROTOCOL || panel != shared.config.panel {
                return Err(Ended::Broken("another panel, or another protocol"));
            }
            *welcome = true;
            Ok(())
        }
        FromPanel::Refused { text } => Err(Ended::Refused(text)),
        _ if !*welcome => Err(Ended::Broken("the panel did not greet")),
        FromPanel::Changes { panel, epoch, from, to, resources, more } => {
            inbox.take(shared, socket, Changes { panel, epoch, from, to, resources, more }).await
        }
        FromPanel::Query { id, query } => {
            let answer = answer(&lock(&shared.ledger), &query);
            say(socket, &FromAgent::Answer { id, answer }).await
        }
    }
}

/// Frames of changes that the ledger does not hold yet: the parts of a full state, and what a full disk does not take.
#[derive(Default)]
struct Inbox {
    frames: Vec<Changes>,
    /// Why the disk refused; it is asked again from time to time, and what comes meanwhile waits behind.
    full: Option<io::Error>,
}

impl Inbox {
    /// Into the ledger, onto the disk, acknowledged; the worker hears of it.
    async fn take(&mut self, shared: &Shared, socket: &mut Socket, frame: Changes) -> Result<(), Ended> {
        self.frames.push(frame);
        let last = self.frames.len() - 1;
        if self.full.is_none() {
            self.write(shared, socket, last).await?;
        }
        self.tell(socket, last).await
    }

    /// Another try at what the disk did not take.
    async fn again(&mut self, shared: &Shared, socket: &mut Socket) -> Result<(), Ended> {
        lock(&shared.ledger).drop_parts();
        let mut at = 0;
        while at < self.frames.len() {
            let before = self.frames.len();
            self.full = None;
            self.write(shared, socket, at).await?;
            if self.full.is_some() {
                return Ok(());
            }
            // What was written is no longer here; the parts of a full state are, until its last one is written.
            if self.frames.len() == before {
                at += 1;
            } else {
                at = 0;
            }
        }
        Ok(())
    }

    /// Writes one frame, if the disk takes it.
    async fn write(&mut self, shared: &Shared, socket: &mut Socket, at: usize) -> Result<(), Ended> {
        let (ledger, worker, frame) = (shared.ledger.clone(), shared.worker.clone(), self.frames[at].clone());
        let count = frame.resources.len();
        // The worker is told where the ledger is written: a connection that ends in between takes no errand with it.
        let taken = tokio::task::spawn_blocking(move || {
            let mut ledger = lock(&ledger);
            let taken = ledger.take(frame);
            if let Ok(Taken::Written { touched, .. }) = &taken {
                let _ = worker.send(Errand::Changed(touched.clone()));
            }
            (taken, ledger.position())
        });
        let (taken, position) = taken.await.map_err(|_| Ended::Broken("the ledger's task ended"))?;
        match taken {
            Ok(Taken::Written { generation, .. }) => {
                tracing::debug!(generation, count, "changes taken");
                self.frames.drain(..=at);
                shared.status.position(position);
                say(socket, &FromAgent::Ack { generation }).await?;
            }
            Ok(Taken::Waiting) => {}
            Ok(Taken::Refused(reason)) => {
                tracing::error!(
                    ?reason,
                    ?position,
                    "ALARM: changes refused; this host goes on serving what it has"
                );
                self.frames.clear();
                say(socket, &FromAgent::Refused { reason, position }).await?;
            }
            Err(error) => {
                tracing::error!(%error, "the ledger cannot be written; tried again soon");
                self.full = Some(error);
            }
        }
        Ok(())
    }

    /// When nothing was done with these, people read why they wait.
    async fn tell(&self, socket: &mut Socket, at: usize) -> Result<(), Ended> {
        let Some(error) = &self.full else { return Ok(()) };
        let resources = self.frames[at].resources.iter();
        let asked: Vec<_> = resources.map(|resource| (resource.at(), resource.generation)).collect();
        say(socket, &FromAgent::Report { items: report::not_taken(&asked, error) }).await
    }
}
