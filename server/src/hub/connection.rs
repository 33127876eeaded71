//! One agent's connection, from its first word to its last.

use super::{
    Ask, freeze, greet, ledger,
    position::Verdict,
    report::Told,
    stopped,
    store::{self, Hello},
};
use crate::{Server, certificate, cron_job, outbox, verify};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::{SinkExt, StreamExt, stream::SplitSink, stream::SplitStream};
use model::{
    ChangeState, HostId, Kind, Problem, Text,
    wire::{self, Answer, FromAgent, FromPanel, PROTOCOL, Position, Refusal, ReportState},
};
use std::{collections::HashMap, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, interval, timeout},
};

/// For the first frame to come.
const HELLO: Duration = Duration::from_secs(10);
/// For one message to leave: a peer that takes nothing is gone, whatever TCP believes.
const SEND: Duration = Duration::from_secs(30);
/// How often an idle agent is pinged, and after what silence it counts as gone.
const PING: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(50);
/// Reports written in one transaction, at most: other writers wait meanwhile.
const BATCH: usize = 100;
/// How often an agent may lose its place before we stop sending.
const MOST_GAPS: u32 = 3;

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum Ended {
    /// The agent went away, or the wire broke.
    Gone(&'static str),
    /// We end it, and say why.
    Refused(Text),
    /// The store failed; the agent comes again.
    Store(Problem),
}

/// What comes in from the wire; `Alive`: a ping or a pong.
enum Heard {
    Frame(FromAgent),
    Alive,
    Bad(Problem),
}

pub(super) struct Connection {
    pub(super) server: Server,
    pub(super) host: HostId,
    pub(super) fingerprint: String,
    /// This connection in `hosts.connected_to`.
    pub(super) mark: String,
    pub(super) epoch: u64,
    /// Up to which generation frames have been sent.
    pub(super) sent: u64,
    /// Until this generation is acknowledged the host has not the state of this epoch, and its reports say nothing.
    pub(super) whole_until: Option<u64>,
    pub(super) acked: u64,
    gaps: u32,
    out: mpsc::UnboundedSender<Message>,
    questions: HashMap<u64, oneshot::Sender<Answer>>,
    next_question: u64,
}

/// Serves an admitted agent until one of both leaves.
pub(super) async fn run(server: Server, host: HostId, fingerprint: String, socket: WebSocket) {
    let (sink, stream) = socket.split();
    let (out, to_write) = mpsc::unbounded_channel();
    let (heard, mut incoming) = mpsc::channel(64);
    let mut writer = tokio::spawn(write(sink, to_write));
    let reader = tokio::spawn(read(stream, heard));
    let ended = serve(&server, host, fingerprint, out.clone(), &mut incoming).await;
    match &ended {
        Ended::Gone(why) => tracing::info!(%host, why, "agent disconnected"),
        Ended::Refused(text) => tracing::warn!(%host, reason = %text.en, "agent sent away"),
        Ended::Store(problem) => tracing::error!(%host, %problem, "agent disconnected: the store failed"),
    }
    if let Ended::Refused(text) = ended
        && let Ok(frame) = wire::encode(&FromPanel::Refused { text })
    {
        let _ = out.send(Message::Text(frame.into()));
    }
    let close = CloseFrame { code: 1000, reason: Utf8Bytes::default() };
    let _ = out.send(Message::Close(Some(close)));
    drop(out);
    reader.abort();
    if timeout(Duration::from_secs(2), &mut writer).await.is_err() {
        writer.abort();
    }
}

async fn serve(
    server: &Server,
    host: HostId,
    fingerprint: String,
    out: mpsc::UnboundedSender<Message>,
    incoming: &mut mpsc::Receiver<Heard>,
) -> Ended {
    let hello = match timeout(HELLO, incoming.recv()).await {
        Ok(Some(Heard::Frame(FromAgent::Hello { protocol, agent_version, position, facts, now_ms }))) => {
            Hello { protocol, agent_version, position, facts: *facts, now_ms }
        }
        Ok(Some(Heard::Bad(problem))) => return Ended::Refused(problem.text),
        Ok(Some(_)) => return Ended::Gone("its first frame was no hello"),
        Ok(None) => return Ended::Gone("it left without a word"),
        Err(_) => return Ended::Gone("it said nothing"),
    };
    if let Some(text) = greet::refusal(&hello, server.world.now_ms()) {
        return Ended::Refused(text);
    }
    let (asks, mut asked) = mpsc::channel(16);
    let place = server.hub.enter(host, asks);
    let mark = place.mark();
    // Heard from here on: nothing committed after the first look is missed.
    let wakes = server.store.waker().subscribe();
    let start = match greet::start(server, host, &fingerprint, &mark, &hello).await {
        Ok(start) => start,
        Err(problem) => return Ended::Store(problem),
    };
    tracing::info!(%host, version = %store::clean(&hello.agent_version, 64), verdict = ?start.verdict, "agent connected");
    let mut connection = Connection {
        server: server.clone(),
        host,
        fingerprint,
        mark: mark.clone(),
        epoch: start.epoch,
        sent: 0,
        whole_until: None,
        acked: hello.position.map_or(0, |position| position.generation),
        gaps: 0,
        out,
        questions: HashMap::new(),
        next_question: 1,
    };
    let ended = match connection.begin(start.verdict).await {
        Ok(()) => connection.live(wakes, incoming, &mut asked).await,
        Err(ended) => ended,
    };
    connection.leave().await;
    ended
}

impl Connection {
    async fn begin(&mut self, verdict: Verdict) -> Result<(), Ended> {
        self.say(&FromPanel::Welcome { protocol: PROTOCOL, panel: self.server.store.panel() });
        self.follow(verdict).await?;
        verify::resume(&self.server, self.host).await.map_err(Ended::Store)
    }

    async fn follow(&mut self, verdict: Verdict) -> Result<(), Ended> {
        match verdict {
            Verdict::Newer(from) => {
                self.sent = from;
                self.look().await
            }
            Verdict::Whole => self.push_whole().await.map_err(Ended::Store),
            Verdict::Frozen(_) => {
                // What it reports is about another history than ours, until it has ours.
                self.whole_until = Some(u64::MAX);
                let (server, host) = (self.server.clone(), self.host);
                // In a task of its own, for it asks this very connection.
                tokio::spawn(async move {
                    if let Err(problem) = ledger::copy(server, host).await {
                        tracing::warn!(%host, %problem, "the frozen host's ledger could not be read");
                    }
                });
                Ok(())
            }
        }
    }

    async fn live(
        &mut self,
        mut wakes: crate::wake::Listener,
        incoming: &mut mpsc::Receiver<Heard>,
        asked: &mut mpsc::Receiver<Ask>,
    ) -> Ended {
        let mut stop = self.server.hub.0.stop.subscribe();
        let broken = self.out.clone();
        let mut tick = interval(PING);
        let mut heard_at = Instant::now();
        let mut batch = Vec::new();
        loop {
            let step = tokio::select! {
                () = stopped(&mut stop) => return Ended::Gone("the panel stops"),
                wake = wakes.next() => match wake {
                    None => return Ended::Gone("the panel stops"),
                    Some(crate::wake::Wake::Account(_) | crate::wake::Wake::User(_)) => Ok(()),
                    Some(crate::wake::Wake::Host(host)) if host != self.host => Ok(()),
                    Some(_) => self.look().await,
                },
                count = incoming.recv_many(&mut batch, BATCH) => {
                    heard_at = Instant::now();
                    if count == 0 { Err(Ended::Gone("the connection ended")) } else { self.hear(&mut batch).await }
                }
                () = broken.closed() => return Ended::Gone("the wire broke"),
                Some(ask) = asked.recv() => { self.ask(ask); Ok(()) }
                _ = tick.tick() => {
                    if heard_at.elapsed() > SILENCE {
                        return Ended::Gone("it fell silent");
                    }
                    self.tick().await
                }
            };
            if let Err(ended) = step {
                return ended;
            }
        }
    }

    /// Handles what came in, reports together.
    async fn hear(&mut self, batch: &mut Vec<Heard>) -> Result<(), Ended> {
        let (mut items, mut runs) = (Vec::new(), Vec::new());
        for heard in batch.drain(..) {
            match heard {
                Heard::Alive => {}
                Heard::Bad(problem) => return Err(Ended::Refused(problem.text)),
                Heard::Frame(FromAgent::Report { items: told }) => match self.whole_until {
                    None => items.extend(told),
                    // What it cannot take of the state that is on its way (a full disk) is worth hearing.
                    Some(until) if until <= self.sent => items.extend(told.into_iter().filter(|item| {
                        item.state == ReportState::Failed
                            && (self.acked + 1..=until).contains(&item.generation)
                    })),
                    Some(_) => {}
                },
                Heard::Frame(FromAgent::Ack { generation }) => self.acknowledged(generation),
                Heard::Frame(FromAgent::Answer { id, answer }) => {
                    if let Some(asker) = self.questions.remove(&id) {
                        let _ = asker.send(answer);
                    }
                }
                Heard::Frame(FromAgent::Run { run }) => runs.push(run),
                Heard::Frame(FromAgent::Refused { reason, position }) => {
                    self.refused(reason, position).await?
                }
                Heard::Frame(FromAgent::Hello { .. }) => return Err(Ended::Gone("it said hello twice")),
            }
        }
        let told: Vec<Told> = items.into_iter().map(Told::from).collect();
        for part in told.chunks(BATCH) {
            self.report(part).await.map_err(Ended::Store)?;
        }
        cron_job::ran(&self.server, self.host, &runs).await.map_err(Ended::Store)
    }

    fn acknowledged(&mut self, generation: u64) {
        // What it says it has counts only as far as we have sent; and who takes our frames has found its place.
        self.acked = generation.min(self.sent);
        self.gaps = 0;
        if self.whole_until.is_some_and(|until| self.acked >= until) {
            self.whole_until = None;
        }
    }

    /// The agent did not take a frame: it says where it stands, and we judge again; or it stands where we cannot follow.
    async fn refused(&mut self, reason: Refusal, position: Option<Position>) -> Result<(), Ended> {
        tracing::warn!(host = %self.host, ?reason, ?position, "the agent refused our changes");
        self.gaps += 1;
        let mut tx = self.server.store.write().await.map_err(Ended::Store)?;
        let again = async {
            let look = store::look(tx.on(), self.host, &self.fingerprint).await?;
            let mut verdict = greet::judge(&self.server, &mut tx, self.host, look.standing, position).await?;
            if reason != Refusal::Gap || self.gaps > MOST_GAPS {
                verdict = Verdict::Frozen(freeze::text_of(reason));
            }
            if let Verdict::Frozen(text) = &verdict {
                let theirs = position.map_or(0, |position| position.epoch);
                self.epoch = freeze::freeze(&self.server, &mut tx, self.host, theirs, text).await?;
            }
            tx.commit().await?;
            Ok(verdict)
        };
        let verdict = again.await.map_err(Ended::Store)?;
        self.follow(verdict).await
    }

    /// Writes reports; what was applied is then verified.
    async fn report(&mut self, told: &[Told]) -> Result<(), Problem> {
        let now = self.server.world.now_ms();
        let mut applied = Vec::new();
        let mut tx = self.server.store.write().await?;
        // Certificates, then the host, then its resources: as whoever wants something of a host locks them, or each waits for the other.
        let certificates = told.iter().filter(|told| told.kind == Kind::Certificate);
        let mut requests: Vec<_> =
            certificates.filter_map(|told| Some((told.key, told.request.as_ref()?))).collect();
        requests.sort_by_key(|(key, _)| *key);
        for (key, request) in requests {
            certificate::requested(&mut tx, self.host, key, request, now).await?;
        }
        store::seen(tx.on(), self.host, &self.mark, self.acked, now).await?;
        for told in told {
            let Some(news) = super::record(&mut tx, self.host, told, now).await? else { continue };
            if told.state != ChangeState::Applied {
                continue;
            }
            let gone = told.kind == Kind::Certificate && news.body.is_none();
            if gone || matches!(told.kind, Kind::Account | Kind::Database | Kind::CronJob | Kind::App) {
                // Nothing to ask from outside: sites answer for their account and their application, runs are told, no database is reached.
                let told = Told { state: ChangeState::Verified, ..told.clone() };
                super::record(&mut tx, self.host, &told, now).await?;
            } else {
                applied.push((told.clone(), news));
            }
        }
        tx.commit().await?;
        for (told, news) in applied {
            verify::start(&self.server, self.host, told, news);
        }
        Ok(())
    }

    fn ask(&mut self, ask: Ask) {
        let id = self.next_question;
        self.next_question += 1;
        self.questions.insert(id, ask.answer);
        self.say(&FromPanel::Query { id, query: ask.query });
    }

    async fn tick(&mut self) -> Result<(), Ended> {
        self.questions.retain(|_, asker| !asker.is_closed());
        let _ = self.out.send(Message::Ping(axum::body::Bytes::new()));
        let now = self.server.world.now_ms();
        let seen = store::seen(self.server.store.on(), self.host, &self.mark, self.acked, now).await;
        if let Err(problem) = seen {
            // A busy database is no reason to lose an agent.
            tracing::warn!(host = %self.host, %problem, "could not note that the agent lives");
        }
        outbox::ask_later(&self.server, self.host);
        // Should a wake ever have been lost, this finds what it was about.
        self.look().await
    }

    /// Hands a frame to the writer.
    pub(super) fn say(&self, frame: &FromPanel) {
        match wire::encode(frame) {
            Ok(text) => {
                let _ = self.out.send(Message::Text(text.into()));
            }
            Err(error) => tracing::error!(%error, "a frame could not be written"),
        }
    }

    async fn leave(&self) {
        let now = self.server.world.now_ms();
        let left = async {
            let mut tx = self.server.store.write().await?;
            if store::disconnect(&mut tx, self.host, &self.mark, now).await? {
                tx.wake_host(self.host);
            }
            tx.commit().await
        };
        if let Err(problem) = left.await {
            tracing::warn!(host = %self.host, %problem, "could not note that the agent left");
        }
    }
}

async fn write(mut sink: SplitSink<WebSocket, Message>, mut messages: mpsc::UnboundedReceiver<Message>) {
    while let Some(message) = messages.recv().await {
        let last = matches!(message, Message::Close(_));
        match timeout(SEND, sink.send(message)).await {
            Ok(Ok(())) if !last => {}
            _ => break,
        }
    }
    let _ = timeout(Duration::from_secs(1), sink.close()).await;
}

/// Reads until the wire ends; a full queue holds the agent back.
async fn read(mut stream: SplitStream<WebSocket>, heard: mpsc::Sender<Heard>) {
    while let Some(Ok(message)) = stream.next().await {
        let said = match message {
            Message::Text(text) => match wire::decode(&text) {
                Ok(frame) => Heard::Frame(frame),
                Err(problem) => Heard::Bad(problem),
            },
            Message::Ping(_) | Message::Pong(_) => Heard::Alive,
            Message::Binary(_) => Heard::Bad(Problem::invalid(
                "frame",
                "frame_binary",
                Text::new("Ce message n’est pas du texte.", "This message is not text."),
            )),
            Message::Close(_) => break,
        };
        if heard.send(said).await.is_err() {
            break;
        }
    }
}
