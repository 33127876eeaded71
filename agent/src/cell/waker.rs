//! The waker: nginx found no cell behind a name and asks here. The waker reads the name's link, has the starter start
//! that cell (once, however many ask), and sends nginx back to it; or it answers a page that says why not.

use crate::cell::{
    flight::Flights,
    http::{self, Answer, Refusal},
    log,
    page::{Reason, page},
    place::{Lead, Places},
    verify,
};
use model::{ChallengeToken, SiteName, UnixName};
use std::{collections::HashMap, io, sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};

/// nginx sends its head at once.
const HEAD: Duration = Duration::from_secs(5);
/// A cell has started within this, or does not.
const START: Duration = Duration::from_secs(30);
/// A cell that did not start is not tried again before.
const GIVE_UP: Duration = Duration::from_secs(3);
/// Cells that may be starting or waiting to be started; beyond, visitors are asked to come back.
const MOST_STARTS: usize = 128;
/// Requests waiting here at once.
const MOST_WAITING: u32 = 4096;
/// How long those who wait may delay our end.
const LAST: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wake {
    Awake,
    Failed,
}

pub struct Waker {
    places: Places,
    flights: Flights<UnixName, Wake>,
    failed: Arc<Mutex<HashMap<UnixName, Instant>>>,
}

/// Answers nginx until `end`, then only those who wait already: who comes later waits in the kernel's queue, which is
/// systemd's, for the next waker.
pub async fn run(listener: UnixListener, places: Places, end: impl Future<Output = ()>) -> io::Result<()> {
    let waker = Arc::new(Waker::new(places));
    let waiting = Arc::new(Semaphore::new(MOST_WAITING as usize));
    tokio::pin!(end);
    loop {
        // Without a place the rest waits in the kernel's queue.
        let place = Arc::clone(&waiting).acquire_owned().await.map_err(io::Error::other)?;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                log::error(format!("accept: {error}"));
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let waker = Arc::clone(&waker);
        tokio::spawn(async move {
            let _place = place;
            waker.serve(stream).await;
        });
    }
    // All places free: all have been answered.
    let _ = timeout(LAST, waiting.acquire_many(MOST_WAITING)).await;
    Ok(())
}

impl Waker {
    pub fn new(places: Places) -> Waker {
        Waker { places, flights: Flights::new(MOST_STARTS), failed: Arc::default() }
    }

    async fn serve(&self, mut stream: UnixStream) {
        let answer = match timeout(HEAD, http::read_head(&mut stream)).await {
            Ok(Ok(request)) => self.answer(&request).await,
            Ok(Err(Refusal::Cut)) | Err(_) => return,
            Ok(Err(Refusal::TooLong | Refusal::Malformed)) => Answer::new(400, "text/plain", String::new()),
        };
        // nginx may have lost its visitor meanwhile.
        let _ = timeout(HEAD, stream.write_all(&answer.bytes())).await;
    }

    pub async fn answer(&self, request: &http::Request) -> Answer {
        let page = |reason| page(reason, &request.accept_language);
        let name = SiteName::parse(&request.host).ok().filter(|name| name.as_str() == request.host);
        if let Some(nonce) = request.path.strip_prefix("/verify/") {
            return match name {
                Some(name) => verify::verify(&self.places, nonce, &name).await,
                None => Answer::new(404, "application/json", "{\"error\":\"unknown\"}".to_owned()),
            };
        }
        if let Some(token) = request.path.strip_prefix("/acme/") {
            let answer = name.and_then(|name| {
                Some(ChallengeToken::parse(token)?.authorization(&self.places.thumbprint(&name)?))
            });
            return match answer {
                Some(answer) => Answer::new(200, "application/octet-stream", answer),
                None => Answer::new(404, "text/plain", String::new()),
            };
        }
        match request.path.as_str() {
            "/wake" if request.untried => {}
            "/wake" => return page(Reason::BrokeOff),
            "/late" => return page(Reason::TookTooLong),
            _ => return Answer::new(404, "text/plain", String::new()),
        }
        let Some(name) = name else { return page(Reason::Unknown) };
        match self.places.lead(&name) {
            Lead::Unknown => page(Reason::Unknown),
            Lead::Suspended => page(Reason::Suspended),
            Lead::Broken => {
                log::error(format!("the link of {name} leads to no cell"));
                page(Reason::DoesNotStart)
            }
            Lead::Cell(account) => match self.wake(account).await {
                Some(Wake::Awake) => Answer::to_the_cell(),
                Some(Wake::Failed) => page(Reason::DoesNotStart),
                None => page(Reason::TooBusy),
            },
        }
    }

    /// `None`: too many cells are starting already.
    async fn wake(&self, account: UnixName) -> Option<Wake> {
        // Another request may have woken it since nginx looked.
        if UnixStream::connect(self.places.socket(&account)).await.is_ok() {
            return Some(Wake::Awake);
        }
        let failed_at = self.failed.lock().unwrap_or_else(PoisonError::into_inner).get(&account).copied();
        if failed_at.is_some_and(|at| at.elapsed() < GIVE_UP) {
            return Some(Wake::Failed);
        }
        let (places, failed) = (self.places.clone(), Arc::clone(&self.failed));
        let asked = account.clone();
        self.flights
            .join(account, move || async move {
                let outcome = match timeout(START, start(&places, &asked)).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err("not within the time limit".to_owned()),
                };
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.retain(|_, at| at.elapsed() < GIVE_UP);
                match outcome {
                    Ok(()) => Wake::Awake,
                    Err(why) => {
                        log::error(format!("{asked}: the cell does not start: {why}"));
                        failed.insert(asked, Instant::now());
                        Wake::Failed
                    }
                }
            })
            .await
    }
}

/// Asks the starter until the cell's socket answers: a cell that is just going to sleep refuses, and may still look
/// started to systemd for a moment.
async fn start(places: &Places, account: &UnixName) -> io::Result<()> {
    let mut pause = Duration::from_millis(2);
    loop {
        match ask_starter(places, account).await {
            Ok(()) if UnixStream::connect(places.socket(account)).await.is_ok() => return Ok(()),
            Ok(()) => {}
            // The starter itself was started anew; systemd goes on with what it was told.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}

async fn ask_starter(places: &Places, account: &UnixName) -> io::Result<()> {
    let mut stream = UnixStream::connect(&places.starter).await?;
    let cut = |_| io::Error::from(io::ErrorKind::UnexpectedEof);
    stream.write_all(format!("{account}\n").as_bytes()).await.map_err(cut)?;
    let mut said = Vec::new();
    stream.take(1024).read_to_end(&mut said).await.map_err(cut)?;
    match said.as_slice() {
        b"ok\n" => Ok(()),
        b"" => Err(io::ErrorKind::UnexpectedEof.into()),
        why => Err(io::Error::other(String::from_utf8_lossy(why).trim_end().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::http::Request;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn places(dir: &std::path::Path) -> Places {
        let places = Places {
            names: dir.join("names"),
            cells: dir.join("cells"),
            sockets: dir.join("run"),
            starter: dir.join("starter.sock"),
            php: dir.join("php"),
            thumbprints: dir.join("acme"),
        };
        for folder in [&places.names, &places.cells, &places.sockets, &places.thumbprints] {
            std::fs::create_dir(folder).unwrap();
        }
        places
    }

    fn ask(path: &str, host: &str) -> Request {
        Request { path: path.into(), host: host.into(), accept_language: "en".into(), untried: true }
    }

    /// A starter that answers `said` and, for "ok", binds the cell's socket; it counts how often it was asked.
    fn fake_starter(places: &Places, said: &'static str) -> Arc<AtomicUsize> {
        let listener = UnixListener::bind(&places.starter).unwrap();
        let (asked, places) = (Arc::new(AtomicUsize::new(0)), places.clone());
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut cells = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let mut name = [0u8; 64];
                let n = stream.read(&mut name).await.unwrap();
                let name = UnixName::parse(String::from_utf8_lossy(&name[..n]).trim_end()).unwrap();
                if said == "ok\n" {
                    cells.push(UnixListener::bind(places.socket(&name)).unwrap());
                }
                stream.write_all(said.as_bytes()).await.unwrap();
            }
        });
        asked
    }

    #[tokio::test]
    async fn many_requests_one_start() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        symlink(places.sockets.join("les-amis.sock"), places.names.join("a.example")).unwrap();
        let asked = fake_starter(&places, "ok\n");
        let waker = Arc::new(Waker::new(places));
        let mut all = Vec::new();
        for _ in 0..200 {
            let waker = Arc::clone(&waker);
            all.push(tokio::spawn(async move { waker.answer(&ask("/wake", "a.example")).await }));
        }
        for one in all {
            assert_eq!(one.await.unwrap(), Answer::to_the_cell());
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_starter_that_is_started_anew_is_asked_again() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        symlink(places.sockets.join("les-amis.sock"), places.names.join("a.example")).unwrap();
        let first = UnixListener::bind(&places.starter).unwrap();
        let again = places.clone();
        tokio::spawn(async move {
            let (stream, _) = first.accept().await.unwrap();
            std::fs::remove_file(&again.starter).unwrap();
            fake_starter(&again, "ok\n");
            drop((stream, first));
        });
        assert_eq!(Waker::new(places).answer(&ask("/wake", "a.example")).await, Answer::to_the_cell());
    }

    #[tokio::test]
    async fn who_waits_is_answered_before_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join("waker.sock")).unwrap();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(run(listener, places(dir.path()), async move { drop(ended.await) }));
        let mut nginx = UnixStream::connect(dir.path().join("waker.sock")).await.unwrap();
        nginx.write_all(b"GET /late HTTP/1.0\r\n").await.unwrap();
        // Our turn ends when the waker has nothing left to do: it has us and waits for the rest.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        end.send(()).unwrap();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        nginx.write_all(b"Host: a.example\r\n\r\n").await.unwrap();
        let mut said = String::new();
        nginx.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 504 "), "{said}");
        running.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_cell_that_does_not_start_is_not_tried_again_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        symlink(places.sockets.join("les-amis.sock"), places.names.join("a.example")).unwrap();
        let asked = fake_starter(&places, "failed for a reason\n");
        let waker = Waker::new(places);
        for _ in 0..10 {
            assert_eq!(waker.answer(&ask("/wake", "a.example")).await.status, 503);
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn challenges_are_answered_for_names_that_want_a_certificate() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        let thumbprint = "t".repeat(43);
        std::fs::write(places.thumbprints.join("a.example"), format!("{thumbprint}\n")).unwrap();
        std::fs::write(places.thumbprints.join("bad.example"), "no thumbprint\n").unwrap();
        let waker = Waker::new(places);
        let answer =
            waker.answer(&ask("/acme/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "a.example")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains(&format!("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.{thumbprint}")));
        for (path, host) in [
            ("/acme/abc", "b.example"),
            ("/acme/abc", "bad.example"),
            ("/acme/", "a.example"),
            ("/acme/a.b", "a.example"),
            ("/acme/../x", "a.example"),
            ("/acme/abc", "A.example"),
        ] {
            assert_eq!(waker.answer(&ask(path, host)).await.status, 404, "{path} {host}");
        }
    }

    #[tokio::test]
    async fn names_that_lead_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        symlink("../suspended", places.names.join("s.example")).unwrap();
        symlink("/etc/passwd", places.names.join("b.example")).unwrap();
        let waker = Waker::new(places);
        for (path, host, status) in [
            ("/wake", "a.example", 404),
            ("/wake", "192.0.2.1", 404),
            ("/wake", "A.example", 404),
            ("/wake", "..", 404),
            ("/wake", "", 404),
            ("/wake", "s.example", 503),
            ("/wake", "b.example", 503),
            ("/late", "a.example", 504),
            ("/other", "a.example", 404),
            ("/verify/1", "a.example", 400),
            ("/verify/00112233445566778899aabbccddeeff", "a.example", 404),
            ("/verify/00112233445566778899aabbccddeeff", "s.example", 503),
        ] {
            assert_eq!(waker.answer(&ask(path, host)).await.status, status, "{path} {host}");
        }
        let tried = Request { untried: false, ..ask("/wake", "s.example") };
        assert_eq!(waker.answer(&tried).await.status, 502);
    }
}
