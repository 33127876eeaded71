//! Into the database: SQL, or gzip of it, to the client's stdin; statement after statement until one fails.

use super::{Program, Running, Stop, Wire, definers::Definers};
use crate::files::frame::{Frame, read};
use flate2::write::MultiGzDecoder;
use model::dump::{DumpRefusal, DumpSaid, LARGEST_SENT, LARGEST_SQL};
use std::{
    io::{self, ErrorKind, Read, Write},
    process::ChildStdin,
};

pub(super) fn import<I: Read, O: Write + Send + 'static>(
    program: &Program,
    input: &mut I,
    wire: &Wire<O>,
) -> Result<(), Stop> {
    let mut running = Running::start(program)?;
    let stdin = running.child.stdin.take().ok_or(Stop::Refused(DumpRefusal::Failed))?;
    // What a file's SELECTs print is read, or the client would wait for a reader.
    let printed = running.child.stdout.take();
    std::thread::spawn(move || printed.map(|mut printed| io::copy(&mut printed, &mut io::sink())));
    wire.say(&DumpSaid::Ready).map_err(Stop::Wire)?;
    let sink = Definers::new(Counted { to: stdin, wire: wire.clone() });
    let fed = feed(input, sink);
    // The client's stdin, which must not close before its end is decided on.
    let (fed, held) = fed;
    match fed {
        Ok(()) => {
            drop(held);
            running.ended()
        }
        // The client ended first, and says why.
        Err(Stop::Refused(DumpRefusal::Failed)) => {
            drop(held);
            running.ended()?;
            Err(Stop::Refused(DumpRefusal::Failed))
        }
        Err(stop) => {
            drop(running);
            drop(held);
            Err(stop)
        }
    }
}

type Sink<O> = Definers<Counted<O>>;

/// Plain or packed: the first two octets say.
enum Way<O: Write + Send + 'static> {
    Unknown(Vec<u8>, Sink<O>),
    Plain(Sink<O>),
    Packed(MultiGzDecoder<Sink<O>>),
    Lost,
}

/// Brings all of what comes to the client. Gives back what holds its stdin.
fn feed<I: Read, O: Write + Send + 'static>(input: &mut I, sink: Sink<O>) -> (Result<(), Stop>, Way<O>) {
    let mut way = Way::Unknown(Vec::new(), sink);
    let fed = fed(input, &mut way);
    (fed, way)
}

fn fed<I: Read, O: Write + Send + 'static>(input: &mut I, way: &mut Way<O>) -> Result<(), Stop> {
    let mut sent = 0;
    loop {
        let octets = match read(input) {
            Ok(Some(Frame::Octets(octets))) => octets,
            Ok(_) => return Err(Stop::Wire(ErrorKind::UnexpectedEof.into())),
            Err(error) => return Err(Stop::Wire(error)),
        };
        if octets.is_empty() {
            return way.end().map_err(|error| stop(&error));
        }
        sent += octets.len() as u64;
        if sent > LARGEST_SENT {
            return Err(Stop::Refused(DumpRefusal::TooLarge));
        }
        way.take(&octets).map_err(|error| stop(&error))?;
    }
}

fn stop(error: &io::Error) -> Stop {
    Stop::Refused(match error.kind() {
        ErrorKind::FileTooLarge => DumpRefusal::TooLarge,
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            DumpRefusal::Unreadable
        }
        _ => DumpRefusal::Failed,
    })
}

impl<O: Write + Send + 'static> Way<O> {
    fn take(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Way::Unknown(first, _) => {
                first.extend_from_slice(octets);
                if first.len() < 2 { Ok(()) } else { self.choose() }
            }
            Way::Plain(sink) => sink.write_all(octets),
            Way::Packed(packed) => packed.write_all(octets),
            Way::Lost => Err(ErrorKind::BrokenPipe.into()),
        }
    }

    fn choose(&mut self) -> io::Result<()> {
        let Way::Unknown(first, sink) = std::mem::replace(self, Way::Lost) else { return Ok(()) };
        *self = match first[..] {
            [0x1f, 0x8b, ..] => Way::Packed(MultiGzDecoder::new(sink)),
            _ => Way::Plain(sink),
        };
        self.take(&first)
    }

    fn end(&mut self) -> io::Result<()> {
        if matches!(self, Way::Unknown(..)) {
            self.choose()?;
        }
        match self {
            Way::Packed(packed) => {
                packed.try_finish()?;
                packed.get_mut().end()
            }
            Way::Plain(sink) => sink.end(),
            _ => Ok(()),
        }
    }
}

/// The client's stdin, counted and bounded.
pub(super) struct Counted<O> {
    to: ChildStdin,
    wire: Wire<O>,
}

impl<O: Write + Send + 'static> Write for Counted<O> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let taken = self.to.write(octets)?;
        if self.wire.count(taken) > LARGEST_SQL {
            return Err(ErrorKind::FileTooLarge.into());
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
