//! Hands a mail to the host's own mail server, over SMTP (RFC 5321) on the loopback.

use super::letter::Letter;
use model::WhyNot;
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
    time::timeout,
};

/// It is on this very host.
const CONNECT: Duration = Duration::from_secs(5);
/// It may look at a mail for a while before it answers (milters).
const TALK: Duration = Duration::from_secs(120);
/// Octets of one line it says, and lines of one answer.
const LINE: u64 = 2048;
const LINES: usize = 100;

#[derive(Clone, Debug)]
pub struct Relay {
    pub address: SocketAddr,
    /// The host's name in mail.
    pub host: String,
}

impl Relay {
    /// Gives the number of recipients the server refused while it took the mail for others.
    pub async fn send(&self, from: &str, letter: &Letter) -> Result<u32, WhyNot> {
        let stream = match timeout(CONNECT, TcpStream::connect(self.address)).await {
            Ok(Ok(stream)) => stream,
            _ => return Err(WhyNot::NoServer),
        };
        let mut talk = Talk { stream: BufStream::new(stream) };
        match timeout(TALK, talk.send(&self.host, from, letter)).await {
            Ok(sent) => sent,
            Err(_) => Err(WhyNot::Later),
        }
    }
}

struct Talk {
    stream: BufStream<TcpStream>,
}

impl Talk {
    async fn send(&mut self, host: &str, from: &str, letter: &Letter) -> Result<u32, WhyNot> {
        self.expect(None, 2)
            .await
            .map_err(|why| if why == WhyNot::Later { why } else { WhyNot::NoServer })?;
        let (_, said) = self.say(Some(&format!("EHLO {host}"))).await.map_err(|_| WhyNot::Later)?;
        let eight =
            if said.iter().any(|line| line.eq_ignore_ascii_case("8BITMIME")) { " BODY=8BITMIME" } else { "" };
        self.expect(Some(&format!("MAIL FROM:<{from}>{eight}")), 2).await?;
        let mut refused = 0;
        for to in &letter.to {
            match self.expect(Some(&format!("RCPT TO:<{to}>")), 2).await {
                Ok(()) => {}
                Err(WhyNot::Server) => refused += 1,
                Err(why) => return Err(why),
            }
        }
        if refused as usize == letter.to.len() {
            return Err(WhyNot::Server);
        }
        self.expect(Some("DATA"), 3).await?;
        let mut text = Vec::with_capacity(letter.text.len() + 1024);
        for line in letter.text.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b".") {
                text.push(b'.');
            }
            text.extend(line);
        }
        // `expect` ends the line, and so the mail.
        text.push(b'.');
        self.stream.write_all(&text).await.map_err(|_| WhyNot::Later)?;
        self.expect(Some(""), 2).await?;
        let _ = self.say(Some("QUIT")).await;
        Ok(refused)
    }

    /// Says a line, if any, and wants an answer of this class.
    async fn expect(&mut self, line: Option<&str>, class: u32) -> Result<(), WhyNot> {
        match self.say(line).await {
            Ok((code, _)) if code / 100 == class => Ok(()),
            Ok((500..=599, said)) => {
                // What it says may name people; its codes do not.
                let codes = said.first().map(|text| text.split(' ').next().unwrap_or_default().to_owned());
                crate::cell::log::info(format!("the mail server refused: {}", codes.unwrap_or_default()));
                Err(WhyNot::Server)
            }
            _ => Err(WhyNot::Later),
        }
    }

    async fn say(&mut self, line: Option<&str>) -> io::Result<(u32, Vec<String>)> {
        if let Some(line) = line {
            self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
            self.stream.flush().await?;
        }
        let mut said = Vec::new();
        while said.len() < LINES {
            let mut bytes = Vec::new();
            (&mut self.stream).take(LINE).read_until(b'\n', &mut bytes).await?;
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            let (Some(code), more) =
                (text.get(..3).and_then(|code| code.parse::<u32>().ok()), text.get(3..4))
            else {
                break;
            };
            said.push(text.get(4..).unwrap_or_default().to_owned());
            if more != Some("-") {
                return Ok((code, said));
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }
}
