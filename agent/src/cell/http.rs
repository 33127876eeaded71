//! Just enough HTTP/1 for the waker's only client, nginx on a Unix socket: one GET without a body, one answer, close.

use model::Lang;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A request's head ends within this.
const LONGEST_HEAD: usize = 8192;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    pub host: String,
    pub accept_language: String,
    /// nginx says whether its first try connected to nothing.
    pub untried: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    TooLong,
    Malformed,
    Cut,
}

/// Reads one head; what follows it is not ours.
pub async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Result<Request, Refusal> {
    let mut head = Vec::with_capacity(512);
    let mut buffer = [0u8; 1024];
    loop {
        let n = stream.read(&mut buffer).await.map_err(|_| Refusal::Cut)?;
        if n == 0 {
            return Err(Refusal::Cut);
        }
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(&buffer[..n]);
        if let Some(end) = head[from..].windows(4).position(|w| w == b"\r\n\r\n") {
            head.truncate(from + end);
            return parse(&head);
        }
        if head.len() > LONGEST_HEAD {
            return Err(Refusal::TooLong);
        }
    }
}

fn parse(head: &[u8]) -> Result<Request, Refusal> {
    let head = std::str::from_utf8(head).map_err(|_| Refusal::Malformed)?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (Some("GET"), Some(path), Some("HTTP/1.0" | "HTTP/1.1"), None) =
        (first.next(), first.next(), first.next(), first.next())
    else {
        return Err(Refusal::Malformed);
    };
    if !path.starts_with('/') || head.bytes().any(|b| b.is_ascii_control() && b != b'\r' && b != b'\n') {
        return Err(Refusal::Malformed);
    }
    let mut request = Request { path: path.to_owned(), ..Request::default() };
    let mut seen = [false; 3];
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(Refusal::Malformed)?;
        let value = value.trim_matches(' ');
        if value.contains(['\r', '\n']) {
            return Err(Refusal::Malformed);
        }
        let which = match name.to_ascii_lowercase().as_str() {
            "host" => 0,
            "accept-language" => 1,
            "x-alveole-untried" => 2,
            _ => continue,
        };
        // Two of one kind are two opinions, so none.
        if std::mem::replace(&mut seen[which], true) {
            return Err(Refusal::Malformed);
        }
        match which {
            0 => value.clone_into(&mut request.host),
            1 => value.clone_into(&mut request.accept_language),
            _ => request.untried = value == "yes",
        }
    }
    Ok(request)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub lang: Option<Lang>,
    pub retry_after: Option<u32>,
    /// nginx, go there.
    pub redirect: Option<&'static str>,
    pub body: String,
}

impl Answer {
    pub fn new(status: u16, content_type: &'static str, body: String) -> Answer {
        Answer { status, content_type, lang: None, retry_after: None, redirect: None, body }
    }

    /// nginx shall ask the cell (again).
    pub fn to_the_cell() -> Answer {
        Answer { redirect: Some("@site"), ..Answer::new(200, "text/plain", String::new()) }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            404 => "Not Found",
            502 => "Bad Gateway",
            504 => "Gateway Timeout",
            _ => "Service Unavailable",
        };
        let mut head = format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n",
            self.status,
            self.content_type,
            self.body.len()
        );
        if let Some(lang) = self.lang {
            head += &format!("Content-Language: {}\r\nVary: Accept-Language\r\n", lang.code());
        }
        if let Some(seconds) = self.retry_after {
            head += &format!("Retry-After: {seconds}\r\n");
        }
        if let Some(place) = self.redirect {
            head += &format!("X-Accel-Redirect: {place}\r\n");
        }
        head += "\r\n";
        head += &self.body;
        head.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    async fn read(bytes: &[u8]) -> Result<Request, Refusal> {
        let mut bytes = bytes;
        read_head(&mut bytes).await
    }

    #[tokio::test]
    async fn what_nginx_sends() {
        let request = read(
            b"GET /wake HTTP/1.0\r\nHost: a.example\r\nConnection: close\r\nAccept-Language: en;q=0.5, fr\r\nX-Alveole-Untried: yes\r\n\r\n",
        )
        .await
        .unwrap();
        assert_eq!(
            request,
            Request {
                path: "/wake".into(),
                host: "a.example".into(),
                accept_language: "en;q=0.5, fr".into(),
                untried: true
            }
        );
    }

    #[tokio::test]
    async fn what_is_refused() {
        for bad in [
            &b"POST /wake HTTP/1.0\r\n\r\n"[..],
            b"GET wake HTTP/1.0\r\n\r\n",
            b"GET /wake HTTP/2.0\r\n\r\n",
            b"GET /a b HTTP/1.0\r\n\r\n",
            b"GET /wake HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            b"GET /wake HTTP/1.0\r\nno colon\r\n\r\n",
            b"GET /wake HTTP/1.0\r\nHost: a\nX: b\r\n\r\n",
            b"GET /w\0ake HTTP/1.0\r\n\r\n",
            b"GET /wake HTTP/1.0\r\nHost: \xff\r\n\r\n",
        ] {
            assert_eq!(read(bad).await, Err(Refusal::Malformed), "{bad:?}");
        }
        assert_eq!(read(b"GET /wake HTTP/1.0\r\n").await, Err(Refusal::Cut));
        assert_eq!(read(&[b'a'; 20_000]).await, Err(Refusal::TooLong));
    }

    #[test]
    fn an_answer_is_whole() {
        let mut answer = Answer::new(503, "text/html; charset=utf-8", "é".into());
        answer.retry_after = Some(5);
        let text = String::from_utf8(answer.bytes()).unwrap();
        assert!(text.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
        assert!(text.contains("Content-Length: 2\r\n") && text.contains("Retry-After: 5\r\n"));
        assert!(text.ends_with("\r\n\r\né"));
        let text = String::from_utf8(Answer::to_the_cell().bytes()).unwrap();
        assert!(text.contains("X-Accel-Redirect: @site\r\n"));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }
    }
}
