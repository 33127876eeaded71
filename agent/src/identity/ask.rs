//! One question to the panel over HTTP, before or beside the connection that stays: for a certificate.

use super::{broken, misbehaves};
use crate::{
    config::PanelUrl,
    wire::connect::{Unreachable, dial, of_tls},
};
use model::{Text, text};
use rustls::ClientConfig;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

/// Octets of an answer, at most.
const LONGEST_ANSWER: u64 = 64 * 1024;
const ANSWER: Duration = Duration::from_secs(30);

/// One HTTP/1.1 request (RFC 9112), after which the connection ends.
pub async fn post<Answer: DeserializeOwned>(
    url: &PanelUrl,
    tls: Arc<ClientConfig>,
    path: &str,
    request: &impl Serialize,
) -> Result<Answer, Text> {
    let mut stream = dial(url, tls).await.map_err(|unreachable| unreachable.text(url))?;
    let body = serde_json::to_vec(request).map_err(|error| broken(&error))?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        url.authority(),
        body.len()
    );
    let talk = async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.flush().await?;
        let mut answer = Vec::new();
        let mut reader = (&mut stream).take(LONGEST_ANSWER);
        match reader.read_to_end(&mut answer).await {
            // The other side may hang up without TLS's farewell; the length of the body tells whether all is there.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(answer),
            Err(error) => Err(error),
            Ok(_) => Ok(answer),
        }
    };
    let answer = match timeout(ANSWER, talk).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(of_tls(error).text(url)),
        Err(_) => return Err(Unreachable::TookTooLong.text(url)),
    };
    let (status, body) = split(&answer).ok_or_else(|| misbehaves("no HTTP answer"))?;
    if status == 200 {
        return serde_json::from_slice(body).map_err(|_| misbehaves("an unreadable answer"));
    }
    match serde_json::from_slice::<PanelSays>(body) {
        Ok(said) => Err(said.text),
        Err(_) => Err(text!(
            "Le panneau a refusé ({path}, HTTP {status})\u{a0}: regardez son journal.",
            "The panel refused ({path}, HTTP {status}): look into its log."
        )),
    }
}

/// A refusal, as the panel's API says it.
#[derive(Deserialize)]
struct PanelSays {
    text: Text,
}

/// Status and body of an answer whose body is as long as it says.
fn split(answer: &[u8]) -> Option<(u16, &[u8])> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let body = &answer[end + 4..];
    match length {
        Some(length) if length == body.len() => Some((status, body)),
        None if body.is_empty() => Some((status, body)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_none() {
        assert_eq!(split(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"), Some((200, &b"{}"[..])));
        assert_eq!(split(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}"), None);
        assert_eq!(split(b"HTTP/1.1 403 Forbidden\r\n\r\n"), Some((403, &b""[..])));
        assert_eq!(split(b"SSH-2.0-x\r\n\r\n"), None);
    }
}
