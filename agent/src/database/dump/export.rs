//! Out of the database: SQL as mariadb-dump writes it, packed (gzip) on its way.

use super::{Program, Running, Stop, Wire};
use crate::files::frame::Frame;
use flate2::{Compression, write::GzEncoder};
use model::{
    dump::{DumpRefusal, DumpSaid},
    files::CHUNK,
};
use std::io::{self, ErrorKind, Read, Write};

pub(super) fn export<O: Write + Send + 'static>(program: &Program, wire: &Wire<O>) -> Result<(), Stop> {
    let mut running = Running::start(program)?;
    let mut packed = GzEncoder::new(Out { wire, closed: false }, Compression::fast());
    let done = pack(&mut running, &mut packed);
    // What is cut off shall not look whole: the end of the packing is written after a good end alone. (A packer that is dropped writes it.)
    packed.get_mut().closed = done.is_err();
    done?;
    packed.finish().map(drop).map_err(Stop::Wire)
}

fn pack<O: Write + Send + 'static>(
    running: &mut Running,
    packed: &mut GzEncoder<Out<'_, O>>,
) -> Result<(), Stop> {
    let failed = || Stop::Refused(DumpRefusal::Failed);
    let mut sql = running.child.stdout.take().ok_or_else(failed)?;
    let wire = packed.get_ref().wire;
    let (mut buffer, mut begun) = (vec![0; CHUNK], false);
    loop {
        let octets = match sql.read(&mut buffer) {
            Ok(0) => return running.ended(),
            Ok(octets) => octets,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return Err(failed()),
        };
        // Not before the first of it is there: until then a refusal can still be told in place of a file.
        if !begun {
            begun = true;
            wire.say(&DumpSaid::Ready).map_err(Stop::Wire)?;
        }
        wire.count(octets);
        packed.write_all(&buffer[..octets]).map_err(Stop::Wire)?;
    }
}

/// Contents on the wire, a frame at a time.
struct Out<'a, O> {
    wire: &'a Wire<O>,
    closed: bool,
}

impl<O: Write + Send + 'static> Write for Out<'_, O> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let octets = &octets[..octets.len().min(CHUNK)];
        if !octets.is_empty() && !self.closed {
            self.wire.write(&Frame::Octets(octets.to_vec()))?;
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
