//! The panel asks from outside whether a name leads to its account on this host (law 10). The waker answers, so that
//! asking wakes nobody; when the cell is awake it must answer too, and be who it should be.

use crate::cell::{
    http::Answer,
    place::{Lead, Places},
};
use model::{AccountId, SiteName};
use sha2::{Digest, Sha256};
use std::{io, path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};

/// How long an awake cell may take to say that it is alive.
const PATIENCE: Duration = Duration::from_secs(5);

/// What only a host that has this account and was asked for this name can know to say.
pub fn proof(nonce: &str, account: AccountId, name: &SiteName) -> String {
    let digest = Sha256::digest(format!("{nonce}:{account}:{name}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub async fn verify(places: &Places, nonce: &str, name: &SiteName) -> Answer {
    let refuse =
        |status, why: &str| Answer::new(status, "application/json", format!("{{\"error\":\"{why}\"}}"));
    if nonce.len() != 32 || !nonce.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return refuse(400, "nonce");
    }
    let account = match places.lead(name) {
        Lead::Cell(account) => account,
        Lead::Suspended => return refuse(503, "suspended"),
        Lead::Unknown => return refuse(404, "unknown"),
        Lead::Broken => return refuse(503, "broken"),
    };
    let Ok(cell) = places.cell(&account) else { return refuse(503, "no_cell") };
    let alive = tokio::time::timeout(PATIENCE, alive(&places.socket(&account), cell.uid.get(), name)).await;
    // Whether it sleeps is nobody's business outside.
    if !matches!(alive, Ok(Ok(()))) {
        return refuse(503, "cell_does_not_answer");
    }
    let proof = proof(nonce, cell.account_id, name);
    Answer::new(200, "application/json", format!("{{\"proof\":\"{proof}\"}}"))
}

/// Asks the cell itself, unless it sleeps. An error: something is there that is not this site in its own cell.
async fn alive(socket: &Path, uid: u32, name: &SiteName) -> io::Result<()> {
    let mut stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    if stream.peer_cred()?.uid() != uid {
        return Err(io::Error::other("the socket is another user's"));
    }
    let ask = format!("GET /.well-known/alveole/alive HTTP/1.0\r\nHost: {name}\r\nConnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await?;
    let mut head = Vec::new();
    stream.take(8192).read_to_end(&mut head).await?;
    if says_alive(&head) { Ok(()) } else { Err(io::Error::other("no such site in the cell")) }
}

fn says_alive(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let mut lines = text.lines().take_while(|line| !line.is_empty());
    let ok = lines.next().is_some_and(|status| status.split(' ').nth(1) == Some("200"));
    ok && lines.any(|line| line.to_ascii_lowercase().starts_with("x-alveole-site:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_is_the_contract_s() {
        let account: AccountId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let name = SiteName::parse("a.example").unwrap();
        let expected: String = Sha256::digest(b"00:01890a5d-ac96-774b-bcce-b302099a8057:a.example")
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(proof("00", account, &name), expected);
    }

    #[test]
    fn alive_is_a_200_with_the_site_s_header() {
        assert!(says_alive(b"HTTP/1.1 200 OK\r\nX-Alveole-Site: 1\r\n\r\nalive\n"));
        assert!(!says_alive(b"HTTP/1.1 200 OK\r\n\r\nX-Alveole-Site: 1"));
        assert!(!says_alive(b"HTTP/1.1 404 Not Found\r\nX-Alveole-Site: 1\r\n\r\n"));
        assert!(!says_alive(b""));
    }
}
