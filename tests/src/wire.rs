//! A wire between hosts and panel that can be cut after so many octets, or stall: it carries TCP and understands nothing of it.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Which way octets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    ToHost,
    ToPanel,
}

/// One host's line.
#[derive(Default)]
struct Line {
    /// Octets that still pass, and which way they are counted; then the connection is cut, once.
    cut_after: Option<(Way, u64)>,
    cuts: usize,
    /// Connections up to this one carry nothing any more, and stay open.
    stalled: u64,
    open: HashMap<u64, [TcpStream; 2]>,
}

struct Inner {
    to: u16,
    lines: Mutex<HashMap<IpAddr, Line>>,
    over: Mutex<bool>,
    /// Told when the wire is taken down: what stalls, waits here.
    ended: Condvar,
}

/// Listens on all addresses; carries to the panel's own port on this machine.
pub struct Wire {
    port: u16,
    inner: Arc<Inner>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wire {
    pub fn to(panel: u16) -> Result<Wire, String> {
        let failed = |error: std::io::Error| format!("the wire: {error}");
        let listener = TcpListener::bind("[::]:0").map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let inner = Arc::new(Inner {
            to: panel,
            lines: Mutex::default(),
            over: Mutex::new(false),
            ended: Condvar::new(),
        });
        let carrying = inner.clone();
        std::thread::spawn(move || {
            for (number, host) in (1..).zip(listener.incoming()) {
                if *lock(&carrying.over) {
                    return;
                }
                // A connection that fails at once is one more cut.
                let _ = host.and_then(|host| carry(&carrying, number, host));
            }
        });
        Ok(Wire { port, inner })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    fn line<T>(&self, host: &str, act: impl FnOnce(&mut Line) -> T) -> Result<T, String> {
        let host: IpAddr = host.parse().map_err(|error| format!("{host}: {error}"))?;
        Ok(act(lock(&self.inner.lines).entry(host).or_default()))
    }

    /// Cuts the host's connection once so many more octets have passed `way`.
    pub fn cut_after(&self, host: &str, way: Way, octets: u64) -> Result<(), String> {
        self.line(host, |line| line.cut_after = Some((way, octets)))
    }

    /// Nothing is to be cut any more; whether something was still to be.
    pub fn spare(&self, host: &str) -> Result<bool, String> {
        self.line(host, |line| line.cut_after.take().is_some())
    }

    /// How often the host's line was cut.
    pub fn cuts(&self, host: &str) -> Result<usize, String> {
        self.line(host, |line| line.cuts)
    }

    /// Cuts all connections of the host now.
    pub fn cut(&self, host: &str) -> Result<(), String> {
        self.line(host, |line| line.open.drain().for_each(|(_, ends)| shut(&ends)))
    }

    /// From now on the host's connections carry nothing, and nobody is told; new ones do.
    pub fn stall(&self, host: &str) -> Result<(), String> {
        self.line(host, |line| line.stalled = line.open.keys().copied().max().unwrap_or(0))
    }

    /// Whether a connection of the host stands that is not stalled.
    pub fn carries(&self, host: &str) -> Result<bool, String> {
        self.line(host, |line| line.open.keys().any(|number| *number > line.stalled))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        *lock(&self.inner.over) = true;
        self.inner.ended.notify_all();
        for line in lock(&self.inner.lines).values_mut() {
            line.open.drain().for_each(|(_, ends)| shut(&ends));
        }
        // The listener's thread looks up.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn shut(ends: &[TcpStream; 2]) {
    for end in ends {
        // It may be gone already.
        let _ = end.shutdown(Shutdown::Both);
    }
}

fn carry(inner: &Arc<Inner>, number: u64, host: TcpStream) -> std::io::Result<()> {
    let peer = host.peer_addr()?.ip().to_canonical();
    let panel = TcpStream::connect(("127.0.0.1", inner.to))?;
    for end in [&host, &panel] {
        end.set_nodelay(true)?;
    }
    let ends = [host.try_clone()?, panel.try_clone()?];
    lock(&inner.lines).entry(peer).or_default().open.insert(number, ends);
    for (way, from, to) in [(Way::ToPanel, host.try_clone()?, panel.try_clone()?), (Way::ToHost, panel, host)]
    {
        let inner = inner.clone();
        std::thread::spawn(move || pass(&inner, peer, number, way, from, to));
    }
    Ok(())
}

/// Passes one way until an end closes or the line is cut.
fn pass(inner: &Inner, peer: IpAddr, number: u64, way: Way, mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(count) if count > 0 => count,
            _ => break,
        };
        let (may, stalled) = match lock(&inner.lines).get_mut(&peer) {
            Some(line) => (allowance(line, way, count), number <= line.stalled),
            None => (count, false),
        };
        if stalled {
            let over = inner.ended.wait_while(lock(&inner.over), |over| !*over);
            drop(over);
            break;
        }
        let passed = buffer.get(..may).map(|octets| to.write_all(octets));
        if may < count || !matches!(passed, Some(Ok(()))) {
            break;
        }
    }
    if let Some(line) = lock(&inner.lines).get_mut(&peer) {
        line.open.remove(&number);
    }
    shut(&[from, to]);
}

/// How many of `count` octets pass; fewer are the cut.
fn allowance(line: &mut Line, way: Way, count: usize) -> usize {
    let Some((counted, left)) = &mut line.cut_after else { return count };
    if *counted != way {
        return count;
    }
    let may = usize::try_from(*left).unwrap_or(usize::MAX);
    if may >= count {
        *left -= count as u64;
        return count;
    }
    line.cut_after = None;
    line.cuts += 1;
    may
}
