//! The outbox against a mail server that does what it is told.

#![allow(clippy::unwrap_used)] // clippy knows a test function, not the helper beside it

use super::{
    address,
    ask::{Ask, Said},
    client::{self, Called, Exit},
    daemon::Outbox,
    letter::{self, LARGEST, Mark},
    place::Places,
    smtp::Relay,
};
use model::{AccountId, AccountMail, AccountState, Sender, TenantUid, WhyNot};
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, UnixListener},
};

fn sender(state: AccountState, mail: AccountMail) -> Sender {
    Sender {
        account: "asso".parse().unwrap(),
        account_id: AccountId::new(1, &[1; 10]),
        uid: TenantUid::try_from(TenantUid::FIRST).unwrap(),
        state,
        mail,
    }
}

fn usual() -> Sender {
    sender(AccountState::Active, AccountMail::default())
}

const MARK: Mark<'_> = Mark { host: "web1.example", id: "7.0", date: "Fri, 27 Nov 2026 19:00:00 +0000" };

fn extract() -> Ask {
    Ask { extract: true, ..Ask::default() }
}

fn read(ask: &Ask, written: &[u8]) -> Result<letter::Letter, WhyNot> {
    letter::read(ask, written, &usual(), &MARK)
}

#[test]
fn what_leaves_says_whose_it_is_and_no_more_than_it_must() {
    let written = b"To: Ana <ana@x.example>\nCc: b@y.example\nBcc: secret@z.example,\n\tother@z.example\nSubject: Bonjour\nX-Alveole-Account: me\nX-PHP-Originating-Script: 200001:contact.php\nReturn-Path: <boss@bank.example>\n\nText\n.\nlast";
    let letter = read(&extract(), written).unwrap();
    let to: Vec<String> = letter.to.iter().map(ToString::to_string).collect();
    assert_eq!(to, ["ana@x.example", "b@y.example", "other@z.example", "secret@z.example"]);
    let text = String::from_utf8(letter.text).unwrap();
    let account = usual().account_id;
    assert_eq!(
        text,
        format!(
            "Received: by web1.example (Alveole outbox, account {account}) id 7.0;\r\n\tFri, 27 Nov 2026 19:00:00 +0000\r\nX-Alveole-Account: {account}\r\nTo: Ana <ana@x.example>\r\nCc: b@y.example\r\nSubject: Bonjour\r\nFrom: <asso@web1.example>\r\nDate: Fri, 27 Nov 2026 19:00:00 +0000\r\nMessage-ID: <7.0@web1.example>\r\n\r\nText\r\n.\r\nlast\r\n"
        )
    );
    assert_eq!(letter::envelope(&usual(), "web1.example"), "asso@web1.example");
}

#[test]
fn what_is_no_mail_is_refused() {
    let to = "To: a@x.example\n";
    let mut many = String::from("Subject: x\n\n");
    for n in 0..51 {
        many.insert_str(0, &format!("Bcc: a{n}@x.example\n"));
    }
    for (written, why) in [
        (format!("{to}Subject: a\rBcc: b@x.example\n\nx"), WhyNot::Signs),
        (format!("{to}Subject: a\0\n\nx"), WhyNot::Signs),
        (format!("{to}\nx\0"), WhyNot::Signs),
        ("Subject: x\n\nx".into(), WhyNot::Nobody),
        ("To: root\n\nx".into(), WhyNot::Address),
        ("To: a@x.example>\r\nRCPT TO:<b@x.example\n\nx".into(), WhyNot::Address),
        (many, WhyNot::TooMany),
        (format!("{to}\n{}", "x".repeat(LARGEST)), WhyNot::TooLarge),
    ] {
        assert_eq!(read(&extract(), written.as_bytes()), Err(why), "{:.60}", written);
    }
    // Whoever names recipients beside it needs none in it, and a CR within its text is the end of a line.
    let beside = Ask { to: vec!["a@x.example".into()], ..Ask::default() };
    let letter = read(&beside, b"\nno header\rMAIL FROM:<x>\r\n").unwrap();
    assert!(String::from_utf8(letter.text).unwrap().ends_with("\r\n\r\nno header\r\nMAIL FROM:<x>\r\n"));
    assert!(address::of_field(&"a@x.example,".repeat(3)).unwrap().len() == 3);
}

#[test]
fn it_is_called_as_sendmail_is() {
    let called = |line: &str| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        client::arguments(&words)
    };
    let php = called("-t -i -fana@x.example").unwrap();
    assert_eq!(php, Called { ask: Ask { from: Some("ana@x.example".into()), ..extract() }, dots: false });
    let mutt = called("-oem -oi -f ana@x.example -F Ana -- b@y.example -t").unwrap();
    assert_eq!(mutt.ask.to, ["b@y.example", "-t"]);
    assert_eq!((mutt.ask.name.as_deref(), mutt.dots, mutt.ask.extract), (Some("Ana"), false, false));
    assert!(called("-ti").unwrap().ask.extract && !called("-ti").unwrap().dots);
    assert!(called("a@x.example").unwrap().dots);
    for bad in ["-bs", "-bp", "-f", "-Z"] {
        assert!(called(bad).is_err(), "{bad}");
    }
    assert_eq!(client::read(&mut &b"a\n.\nb\n"[..], true).unwrap(), b"a\n");
    assert_eq!(client::read(&mut &b"a\n.\nb\n"[..], false).unwrap(), b"a\n.\nb\n");
    assert_eq!(client::end(&Ok(Said::Held)).0, Exit::Ok);
    assert_eq!(client::end(&Ok(Said::Not(WhyNot::NoServer))).0, Exit::TempFail);
    assert_eq!(client::end(&Ok(Said::Not(WhyNot::Signs))).0, Exit::Data);
    for said in [Said::Sent, Said::Held, Said::Nobody, Said::Trouble, Said::Not(WhyNot::Full)] {
        assert_eq!(Said::from_code(said.code()), Some(said));
    }
}

/// A mail server: what it heard, and how it answers RCPT.
struct Postfix {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

async fn postfix(rcpt: &'static str) -> Postfix {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let all = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufStream::new(stream);
            let (mut said, mut data) = (String::new(), false);
            let mut answer = "220 here\r\n";
            loop {
                if !answer.is_empty() {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    stream.flush().await.unwrap();
                }
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    break;
                }
                said.push_str(&line);
                answer = match line.split([' ', '\r']).next().unwrap() {
                    "." if data => {
                        all.lock().unwrap().push(said.clone());
                        "250 queued\r\n"
                    }
                    _ if data => "",
                    "EHLO" => "250-here\r\n250 8BITMIME\r\n",
                    "RCPT" => rcpt,
                    "DATA" => {
                        data = true;
                        "354 go\r\n"
                    }
                    _ => "250 ok\r\n",
                };
                if line == ".\r\n" {
                    data = false;
                }
            }
        }
    });
    Postfix { address, heard }
}

struct World {
    dir: tempfile::TempDir,
    now: Arc<AtomicU64>,
    outbox: Arc<Outbox>,
}

fn world(address: SocketAddr) -> World {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::below(dir.path());
    for folder in [&places.senders, &places.counts, &places.held] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let now = Arc::new(AtomicU64::new(1_000_000_000_000));
    let clock = now.clone();
    let relay = Relay { address, host: "web1.example".into() };
    let outbox = Outbox::new(places, relay, Arc::new(move || clock.load(Ordering::Relaxed)));
    World { dir, now, outbox: Arc::new(outbox) }
}

impl World {
    fn places(&self) -> Places {
        Places::below(self.dir.path())
    }

    fn told(&self, sender: &Sender) {
        let path = self.places().senders.join(format!("{}.json", sender.uid.get()));
        std::fs::write(path, serde_json::to_vec(sender).unwrap()).unwrap();
    }
}

const MAIL: &[u8] = b"To: a@x.example, b@y.example\nSubject: x\n\n.dot\n";

#[tokio::test]
async fn a_mail_reaches_the_server_with_the_account_as_its_sender() {
    let postfix = postfix("250 ok\r\n").await;
    let world = world(postfix.address);
    let ask = Ask { from: Some("boss@bank.example".into()), ..extract() };
    assert_eq!(world.outbox.take(&usual(), &ask, MAIL).await, Said::Sent);
    let heard = postfix.heard.lock().unwrap().join("");
    for line in [
        "EHLO web1.example\r\n",
        "MAIL FROM:<asso@web1.example> BODY=8BITMIME\r\n",
        "RCPT TO:<a@x.example>\r\n",
        "RCPT TO:<b@y.example>\r\n",
        "From: <boss@bank.example>\r\n",
        "\r\n..dot\r\n.\r\n",
    ] {
        assert!(heard.contains(line), "{line:?} in {heard}");
    }
    let shown = world.places().counts_of(usual().uid.get()).unwrap().shown(world.now.load(Ordering::Relaxed));
    assert_eq!((shown.hour, shown.held), (2, 0));
}

#[tokio::test]
async fn beyond_the_cap_it_is_held_until_somebody_decides() {
    let postfix = postfix("250 ok\r\n").await;
    let world = world(postfix.address);
    let caps = AccountMail { hour: 3, day: 1000, ..AccountMail::default() };
    let asso = sender(AccountState::Active, caps);
    world.told(&asso);
    let all = ask_all();
    let take = || world.outbox.take(&asso, &all, MAIL);
    let shown = || world.places().counts_of(asso.uid.get()).unwrap().shown(world.now.load(Ordering::Relaxed));
    assert_eq!(take().await, Said::Sent);
    assert_eq!([take().await, take().await], [Said::Held, Said::Held]);
    assert_eq!((shown().held, world.places().all_held().unwrap().len()), (2, 1));
    world.outbox.look().await.unwrap();
    assert_eq!(postfix.heard.lock().unwrap().len(), 1, "nobody decided yet");
    // Suspended meanwhile: it stays.
    let released = AccountMail { release: 5, ..caps };
    world.told(&sender(AccountState::Suspended, released));
    world.outbox.look().await.unwrap();
    assert_eq!(postfix.heard.lock().unwrap().len(), 1);
    world.told(&sender(AccountState::Active, released));
    world.outbox.look().await.unwrap();
    world.outbox.look().await.unwrap();
    assert_eq!((postfix.heard.lock().unwrap().len(), shown().held, shown().since), (3, 0, None));
    // One decision is one: what is held after it waits, and goes by another.
    world.now.fetch_add(1, Ordering::Relaxed);
    assert_eq!(take().await, Said::Held);
    world.outbox.look().await.unwrap();
    assert_eq!(shown().held, 1);
    world.told(&sender(AccountState::Active, AccountMail { discard: 9, ..released }));
    world.outbox.look().await.unwrap();
    assert_eq!((postfix.heard.lock().unwrap().len(), shown().held), (3, 0));
    assert_eq!(std::fs::read_dir(world.places().held).unwrap().count(), 0);
    // An account that is gone leaves nothing.
    std::fs::remove_file(world.places().senders.join(format!("{}.json", asso.uid.get()))).unwrap();
    world.outbox.look().await.unwrap();
    assert_eq!(world.places().known().unwrap(), Vec::<u32>::new());
}

fn ask_all() -> Ask {
    Ask { hint: Some("/home/asso/sites/asso.example/public".into()), ..extract() }
}

#[tokio::test]
async fn what_does_not_leave_is_said_and_counts_for_nothing() {
    let world = world("127.0.0.1:1".parse().unwrap());
    let shown =
        || world.places().counts_of(usual().uid.get()).unwrap().shown(world.now.load(Ordering::Relaxed));
    assert_eq!(world.outbox.take(&usual(), &ask_all(), MAIL).await, Said::Not(WhyNot::NoServer));
    let suspended = sender(AccountState::Suspended, AccountMail::default());
    assert_eq!(world.outbox.take(&suspended, &ask_all(), MAIL).await, Said::Not(WhyNot::Suspended));
    let last = shown().refused[1].clone();
    assert_eq!((last.why, last.to, last.from.as_deref()), (WhyNot::NoServer, 2, Some("asso.example")));
    assert_eq!(shown().hour, 0);
    let refuses = postfix("550 5.1.1 no\r\n").await;
    let world = self::world(refuses.address);
    assert_eq!(world.outbox.take(&usual(), &ask_all(), MAIL).await, Said::Not(WhyNot::Server));
    let later = postfix("450 4.1.1 later\r\n").await;
    let world = self::world(later.address);
    assert_eq!(world.outbox.take(&usual(), &ask_all(), MAIL).await, Said::Not(WhyNot::Later));
}

#[tokio::test]
async fn the_kernel_says_who_asks() {
    let postfix = postfix("250 ok\r\n").await;
    let world = world(postfix.address);
    let socket = world.dir.path().join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    let outbox = world.outbox.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            outbox.serve(stream).await;
        }
    });
    // Whatever the words say: this test's own uid is no account of any host.
    let asked = tokio::task::spawn_blocking(move || client::hand_over(Path::new(&socket), &extract(), MAIL));
    assert_eq!(asked.await.unwrap().unwrap(), Said::Nobody);
    assert_eq!(postfix.heard.lock().unwrap().len(), 0);
}
