//! A mail server on loopback that speaks as much SMTP (RFC 5321) as is needed to take a mail, or to refuse it as a test says.

use model::EmailAddress;
use server::mail::{Security, Sender, Settings, Smtp, Way};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What it heard, and what it shall answer to the next recipients; once nothing is left, it takes everything.
#[derive(Default)]
pub struct Heard {
    pub answers: VecDeque<&'static str>,
    pub commands: Vec<String>,
    pub mails: Vec<String>,
}

pub struct MailServer {
    pub address: SocketAddr,
    pub heard: Arc<Mutex<Heard>>,
}

impl MailServer {
    pub async fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let shared = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        MailServer { address, heard }
    }

    pub fn settings(&self, security: Security) -> Settings {
        let smtp = Smtp {
            host: "127.0.0.1".into(),
            port: self.address.port(),
            security,
            login: None,
            ca_file: None,
        };
        let address = EmailAddress::parse("panel@coop.example").unwrap();
        Settings { from: Sender { name: Some("Coopérative".into()), address }, way: Way::Smtp(smtp) }
    }

    pub fn answer(&self, recipient: &'static str) {
        self.heard.lock().unwrap().answers.push_back(recipient);
    }

    pub fn mails(&self) -> Vec<String> {
        self.heard.lock().unwrap().mails.clone()
    }
}

async fn serve(stream: TcpStream, heard: Arc<Mutex<Heard>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 loopback\r\n").await.ok()?;
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        heard.lock().unwrap().commands.push(line);
        let answer = match verb.as_str() {
            "EHLO" => "250-loopback\r\n250-AUTH PLAIN\r\n250 8BITMIME".to_owned(),
            "AUTH" => "235 welcome".to_owned(),
            "RCPT" => heard.lock().unwrap().answers.pop_front().unwrap_or("250 ok").to_owned(),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                heard.lock().unwrap().mails.push(mail);
                "250 taken".to_owned()
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "250 ok".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}

/// A mail's body as it is read: quoted-printable undone (RFC 2045 §6.7).
pub fn readable(mail: &str) -> String {
    let joined = mail.replace("\r\n", "\n").replace("=\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_str());
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend(before.bytes());
        match after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(b'=');
                rest = after;
            }
        }
    }
    bytes.extend(rest.bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The secret of the one-time link in a mail.
pub fn link_in(mail: &str) -> Option<String> {
    let (_, after) = mail.split_once("/link/")?;
    Some(after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
}
