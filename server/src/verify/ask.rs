//! Asks a host from outside whether a name of a site is served by the cell it should be (contract, "The cell").

use axum::body::{Body, to_bytes};
use hyper::{Request, StatusCode, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use model::{AccountId, SiteName};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};

/// For connection, question and answer together.
const PATIENCE: Duration = Duration::from_secs(2);
/// Octets of an answer, at most.
const LONGEST: usize = 4096;

/// What was seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The cell of that account serves the name; the certificate that is wanted is shown for it.
    Proof,
    /// The host answers that nobody serves it (404), or that the account rests (503).
    Absent(u16),
    /// Another answer than the one expected.
    Other(u16),
    /// An answer whose proof is of another account, another name or another question; another certificate.
    WrongProof,
    /// No answer at all, and why.
    Silent(String),
    /// This machine itself has no way there (no IPv6, no route), so that nothing is known of the host.
    NoWay(String),
}

#[derive(Deserialize)]
struct Answer {
    proof: String,
}

/// The one right answer to a question.
pub fn proof(nonce: &str, account: AccountId, name: &SiteName) -> String {
    crate::ca::hex(&Sha256::digest(format!("{nonce}:{account}:{name}")))
}

/// Asks one address about one name. Never follows a redirect: the answer is read, and only compared.
pub async fn ask(address: SocketAddr, name: &SiteName, account: AccountId, nonce: &str) -> Seen {
    match timeout(PATIENCE, exchange(address, name, nonce)).await {
        Err(_) => Seen::Silent(format!("{address}: no answer within {} s", PATIENCE.as_secs())),
        Ok(Err(error)) if no_way(&*error) => Seen::NoWay(format!("{address}: {error}")),
        Ok(Err(error)) => Seen::Silent(format!("{address}: {error}")),
        Ok(Ok((StatusCode::OK, body))) => match serde_json::from_slice::<Answer>(&body) {
            Ok(answer) if answer.proof == proof(nonce, account, name) => Seen::Proof,
            Ok(_) => Seen::WrongProof,
            Err(_) => Seen::Other(200),
        },
        Ok(Ok((status @ (StatusCode::NOT_FOUND | StatusCode::SERVICE_UNAVAILABLE), _))) => {
            Seen::Absent(status.as_u16())
        }
        Ok(Ok((status, _))) => Seen::Other(status.as_u16()),
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn no_way(error: &(dyn std::error::Error + 'static)) -> bool {
    let Some(error) = error.downcast_ref::<io::Error>() else { return false };
    matches!(error.kind(), io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable)
        // A kernel without IPv6 has no such sockets at all.
        || error.raw_os_error() == Some(nix::errno::Errno::EAFNOSUPPORT as i32)
}

async fn exchange(
    address: SocketAddr,
    name: &SiteName,
    nonce: &str,
) -> Result<(StatusCode, Vec<u8>), Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(format!("/.well-known/alveole/verify/{nonce}"))
        .header(header::HOST, name.as_str())
        .header(header::CONNECTION, "close")
        .body(Body::empty())?;
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = to_bytes(Body::new(response.into_body()), LONGEST).await?;
        Ok::<_, Failure>((status, body.to_vec()))
    };
    // The connection is driven here and not in a task of its own: when the patience ends, so does it.
    tokio::pin!(connection, answer);
    tokio::select! {
        answer = &mut answer => answer,
        ended = &mut connection => {
            ended?;
            answer.await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    const NONCE: &str = "00112233445566778899aabbccddeeff";

    fn account() -> AccountId {
        AccountId::new(5, &[5; 10])
    }

    /// A host that answers these bytes to whatever it is asked, and tells what that was.
    async fn asked(answer: String) -> (Seen, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let host = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut question = vec![0; 4096];
            let length = stream.read(&mut question).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(question[..length].to_vec()).unwrap()
        });
        let seen = ask(address, &"www.asso.example".parse().unwrap(), account(), NONCE).await;
        (seen, host.await.unwrap())
    }

    fn answer(status: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn the_proof_and_nothing_else_is_believed() {
        let name: SiteName = "www.asso.example".parse().unwrap();
        let good = format!(r#"{{"proof":"{}"}}"#, proof(NONCE, account(), &name));
        let (seen, question) = asked(answer("200 OK", &good)).await;
        assert_eq!(seen, Seen::Proof);
        assert!(question.starts_with(&format!("GET /.well-known/alveole/verify/{NONCE} HTTP/1.1\r\n")));
        assert!(question.to_ascii_lowercase().contains("\r\nhost: www.asso.example\r\n"));
        let other = format!(r#"{{"proof":"{}"}}"#, proof(NONCE, AccountId::new(6, &[5; 10]), &name));
        assert_eq!(asked(answer("200 OK", &other)).await.0, Seen::WrongProof);
        assert_eq!(asked(answer("200 OK", "<html>")).await.0, Seen::Other(200));
        assert_eq!(asked(answer("302 Found", "")).await.0, Seen::Other(302));
        assert_eq!(asked(answer("404 Not Found", "gone")).await.0, Seen::Absent(404));
        assert_eq!(asked(answer("503 Service Unavailable", "")).await.0, Seen::Absent(503));
        assert!(matches!(asked("SSH-2.0-OpenSSH\r\n".into()).await.0, Seen::Silent(_)));
        let huge = "x".repeat(LONGEST + 1);
        assert!(matches!(asked(answer("200 OK", &huge)).await.0, Seen::Silent(_)));
    }

    #[tokio::test]
    async fn nobody_there_is_said() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let seen = ask(address, &"www.asso.example".parse().unwrap(), account(), NONCE).await;
        assert!(matches!(seen, Seen::Silent(why) if why.contains("refused")));
    }

    #[test]
    fn having_no_way_there_is_not_the_hosts_fault() {
        for (kind, ours) in [
            (io::ErrorKind::NetworkUnreachable, true),
            (io::ErrorKind::AddrNotAvailable, true),
            (io::ErrorKind::HostUnreachable, false),
            (io::ErrorKind::ConnectionRefused, false),
        ] {
            assert_eq!(no_way(&io::Error::from(kind)), ours, "{kind}");
        }
        assert!(no_way(&io::Error::from_raw_os_error(nix::errno::Errno::EAFNOSUPPORT as i32)));
    }
}
