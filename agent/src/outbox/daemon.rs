//! `alveole-outbox`: takes mail over a Unix socket, where the kernel says whose it is, counts it, and hands it on or holds it.

use super::{
    ask::{self, Ask, Said},
    count::Counts,
    held::{self, Head},
    letter::{self, LARGEST, Letter, Mark},
    place::Places,
    smtp::Relay,
};
use crate::cell::log;
use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use model::{AccountState, Sender, WhyNot};
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::timeout,
};

/// For a program to say all of its mail, which it has read before it calls.
const PATIENCE: Duration = Duration::from_secs(15);
/// For an answer to be taken.
const LISTENING: Duration = Duration::from_secs(10);
/// Mails in memory at once, and of one account; whoever opens more conversations than that is told to come again.
const AT_ONCE: usize = 8;
const OF_ONE: usize = 2;
const OPEN_OF_ONE: usize = 16;
/// Mails that leave in one round of those that were held, and that the server may put off before the round ends.
const ROUND: usize = 50;
const PUT_OFF: usize = 3;

/// The clock, and what tells mails apart: passed in.
pub type Now = Arc<dyn Fn() -> u64 + Send + Sync>;

pub struct Outbox {
    places: Places,
    relay: Relay,
    now: Now,
    serial: AtomicU64,
    at_once: Semaphore,
    accounts: Mutex<HashMap<u32, Account>>,
}

struct Account {
    counts: Counts,
    open: usize,
    turn: Arc<Semaphore>,
}

/// A conversation of an account's that is heard, counted until it is closed.
struct Place<'a> {
    outbox: &'a Outbox,
    sender: Sender,
    turn: Arc<Semaphore>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(account) = self.outbox.accounts().get_mut(&self.sender.uid.get()) {
            account.open = account.open.saturating_sub(1);
        }
    }
}

impl Outbox {
    pub fn new(places: Places, relay: Relay, now: Now) -> Outbox {
        let at_once = Semaphore::new(AT_ONCE);
        Outbox { places, relay, now, serial: AtomicU64::new(0), at_once, accounts: Mutex::default() }
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<u32, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is counted of an account, changed and kept.
    fn counts<T>(&self, uid: u32, change: impl FnOnce(&mut Counts) -> T) -> T {
        let mut accounts = self.accounts();
        let account = accounts.entry(uid).or_insert_with(|| {
            let counts = self.places.counts_of(uid).unwrap_or_else(|error| {
                log::error(format!("what was counted of {uid} cannot be read, and begins anew: {error}"));
                Counts::default()
            });
            Account { counts, open: 0, turn: Arc::new(Semaphore::new(OF_ONE)) }
        });
        let before = account.counts.clone();
        let changed = change(&mut account.counts);
        if account.counts != before
            && let Err(error) = self.places.write_counts(uid, &account.counts)
        {
            log::error(format!("what is counted of {uid} cannot be written: {error}"));
        }
        changed
    }

    /// Serves one conversation.
    pub async fn serve(&self, mut stream: UnixStream) {
        let place = match self.enter(&stream) {
            Ok(Ok(place)) => place,
            // Closed at once: a conversation that nobody counts must hold nothing.
            Ok(Err(said)) => return drop(timeout(LISTENING, answer(&mut stream, said)).await),
            Err(error) => return log::error(format!("a conversation could not begin: {error}")),
        };
        let said = match self.hear(&mut stream, &place).await {
            Ok(said) => said,
            Err(error) => {
                log::info(format!("a conversation ended early: {error}"));
                Said::Trouble
            }
        };
        let end = async {
            answer(&mut stream, said).await?;
            // Who was answered before the end of what it says hears the answer all the same: what is left is let in and forgotten.
            let left = (ask::LONGEST + LARGEST) as u64 + 2;
            tokio::io::copy(&mut (&mut stream).take(left), &mut tokio::io::sink()).await
        };
        let _ = timeout(LISTENING, end).await;
    }

    /// Whose it is, and whether it is heard now.
    fn enter(&self, stream: &UnixStream) -> io::Result<Result<Place<'_>, Said>> {
        let uid = getsockopt(stream, PeerCredentials)?.uid();
        let Some(sender) = self.places.sender(uid)? else { return Ok(Err(Said::Nobody)) };
        self.counts(uid, |_| ());
        let mut accounts = self.accounts();
        let Some(account) = accounts.get_mut(&uid) else { return Ok(Err(Said::Trouble)) };
        if account.open >= OPEN_OF_ONE {
            return Ok(Err(Said::Not(WhyNot::Later)));
        }
        account.open += 1;
        Ok(Ok(Place { outbox: self, sender, turn: account.turn.clone() }))
    }

    async fn hear(&self, stream: &mut UnixStream, place: &Place<'_>) -> io::Result<Said> {
        let _turn = place.turn.acquire().await.map_err(io::Error::other)?;
        let _pass = self.at_once.acquire().await.map_err(io::Error::other)?;
        match timeout(PATIENCE, read(stream)).await {
            Ok(read) => {
                let (ask, written) = read?;
                Ok(self.take(&place.sender, &ask, &written).await)
            }
            Err(_) => Ok(Said::Trouble),
        }
    }

    /// One mail of an account: sent, held or refused.
    pub async fn take(&self, sender: &Sender, ask: &Ask, written: &[u8]) -> Said {
        let (uid, now) = (sender.uid.get(), (self.now)());
        let hint = hint(sender, ask, written);
        let refuse = |why, to| {
            self.counts(uid, |counts| counts.refuse(why, to, hint.clone(), now));
            Said::Not(why)
        };
        if sender.state != AccountState::Active {
            return refuse(WhyNot::Suspended, 0);
        }
        let id = format!("{now:x}.{}", self.serial.fetch_add(1, Ordering::Relaxed));
        let mark = Mark { host: &self.relay.host, id: &id, date: &date(now) };
        let letter = match letter::read(ask, written, sender, &mark) {
            Ok(letter) => letter,
            Err(why) => return refuse(why, 0),
        };
        let to = u32::try_from(letter.to.len()).unwrap_or(u32::MAX);
        let free = self.counts(uid, |counts| {
            let free = counts.allows(&sender.mail, to, now);
            if free {
                // Counted before it leaves: two at once are not both the last.
                counts.sent(to, now);
            }
            free
        });
        if !free {
            let head = Head { at: now, to: letter.to.clone(), hint: hint.clone() };
            if let Err(why) = held::keep(&self.places, uid, &id, &head, &letter.text) {
                return refuse(why, to);
            }
            self.counts(uid, |counts| counts.hold(to, now));
            log::info(format!("{}: the cap is reached; a mail to {to} is held", sender.account));
            return Said::Held;
        }
        match self.relay.send(&letter::envelope(sender, &self.relay.host), &letter).await {
            Ok(0) => Said::Sent,
            Ok(refused) => {
                refuse(WhyNot::Server, refused);
                Said::Sent
            }
            Err(why) => {
                self.counts(uid, |counts| counts.not_sent(to, now));
                refuse(why, to)
            }
        }
    }

    /// What people decided about what is held.
    pub async fn look(&self) -> io::Result<()> {
        for uid in self.places.known()? {
            let files = held::list(&self.places, uid)?;
            let Some(sender) = self.places.sender(uid)? else {
                // Its account is gone, and so is all that was kept of it.
                self.accounts().remove(&uid);
                held::throw_away(&self.places, uid)?;
                let _ = std::fs::remove_file(self.places.counts.join(format!("{uid}.json")));
                continue;
            };
            let (released, discarded) = self.counts(uid, |counts| (counts.released, counts.discarded));
            if sender.mail.discard > discarded {
                held::throw_away(&self.places, uid)?;
                self.counts(uid, |counts| {
                    counts.discarded = sender.mail.discard;
                    counts.left(0);
                });
                log::info(format!("{}: {} held mails were thrown away", sender.account, files.len()));
            } else if sender.mail.release > released && sender.state == AccountState::Active {
                self.release(&sender).await?;
            }
        }
        Ok(())
    }

    /// What was held when that was decided leaves; what is held meanwhile waits for the next decision.
    async fn release(&self, sender: &Sender) -> io::Result<()> {
        let uid = sender.uid.get();
        let until = self.counts(uid, |counts| *counts.releasing.get_or_insert((self.now)()));
        let from = letter::envelope(sender, &self.relay.host);
        let (mut round, mut put_off) = (0, 0);
        for (path, _) in held::list(&self.places, uid)? {
            let (head, letter): (Head, Letter) = match held::read(&path) {
                Ok(read) => read,
                Err(error) => {
                    log::error(format!("{}: {error}", path.display()));
                    std::fs::remove_file(&path)?;
                    continue;
                }
            };
            if head.at > until {
                continue;
            }
            if round == ROUND {
                return Ok(());
            }
            round += 1;
            let (to, now) = (u32::try_from(letter.to.len()).unwrap_or(u32::MAX), (self.now)());
            match self.relay.send(&from, &letter).await {
                Ok(refused) => self.counts(uid, |counts| {
                    counts.sent(to - refused, now);
                    if refused > 0 {
                        counts.refuse(WhyNot::Server, refused, head.hint.clone(), now);
                    }
                }),
                // It stays, and is tried again; those behind it do not wait for it.
                Err(why) if why.passes() => {
                    put_off += 1;
                    if put_off == PUT_OFF {
                        return Ok(());
                    }
                    continue;
                }
                Err(why) => self.counts(uid, |counts| counts.refuse(why, to, head.hint.clone(), now)),
            }
            std::fs::remove_file(&path)?;
            self.still_held(uid)?;
        }
        self.still_held(uid)?;
        if put_off > 0 {
            return Ok(());
        }
        self.counts(uid, |counts| {
            counts.released = sender.mail.release;
            counts.releasing = None;
        });
        Ok(())
    }

    fn still_held(&self, uid: u32) -> io::Result<()> {
        let left = held::list(&self.places, uid)?.len();
        if left == 0 {
            held::throw_away(&self.places, uid)?;
        }
        self.counts(uid, |counts| counts.left(u32::try_from(left).unwrap_or(u32::MAX)));
        Ok(())
    }
}

async fn answer(stream: &mut UnixStream, said: Said) -> io::Result<()> {
    stream.write_all(format!("{}\n", said.code()).as_bytes()).await?;
    stream.shutdown().await
}

async fn read(stream: &mut UnixStream) -> io::Result<(Ask, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    (&mut reader).take(ask::LONGEST as u64).read_until(b'\n', &mut line).await?;
    let ask = serde_json::from_slice(&line)?;
    let mut written = Vec::new();
    reader.take(LARGEST as u64 + 1).read_to_end(&mut written).await?;
    Ok((ask, written))
}

/// The folder of a site, and the script: what the sender says of itself, no path.
fn hint(sender: &Sender, ask: &Ask, written: &[u8]) -> Option<String> {
    let home = format!("/home/{}/sites/", sender.account);
    let site = ask.hint.as_deref().and_then(|hint| hint.strip_prefix(&home)?.split('/').next());
    let script = letter::script(&written[..written.len().min(64 * 1024)]);
    let both: Vec<String> = site.map(str::to_owned).into_iter().chain(script).collect();
    let text: String = both.join(" · ").chars().filter(|c| !c.is_control()).take(150).collect();
    Some(text).filter(|text| !text.is_empty())
}

/// As RFC 5322 writes a moment.
fn date(now: u64) -> String {
    let moment =
        i64::try_from(now).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default();
    rfc2822::to_string(&moment.to_zoned(TimeZone::UTC)).unwrap_or_default()
}

/// The host's name in mail, as Debian keeps it.
pub fn mail_name() -> String {
    let fits = |name: &str| {
        (1..=253).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    let said = std::fs::read_to_string(Path::new("/etc/mailname")).unwrap_or_default();
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    let names = [said.trim().to_ascii_lowercase(), host.to_ascii_lowercase()];
    names.into_iter().find(|name| fits(name)).unwrap_or_else(|| "localhost".to_owned())
}

/// Serves until told to end.
pub async fn run(
    listener: UnixListener,
    outbox: Arc<Outbox>,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    // Beside the conversations: what leaves of what was held may wait for the mail server.
    let looking = tokio::spawn({
        let outbox = outbox.clone();
        async move {
            let mut second = tokio::time::interval(Duration::from_secs(1));
            second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                second.tick().await;
                if let Err(error) = outbox.look().await {
                    log::error(format!("looking at what is held: {error}"));
                }
            }
        }
    });
    tokio::pin!(end);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let outbox = outbox.clone();
                    tokio::spawn(async move { outbox.serve(stream).await });
                }
                Err(error) => {
                    log::error(format!("accepting: {error}"));
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            },
            () = &mut end => {
                looking.abort();
                return Ok(());
            }
        }
    }
}
