//! The server's side: `alveole-quota`, started by its systemd socket.

use super::{Ask, Said, disk};
use crate::cell::log;
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    thread,
};

/// No ask is longer.
const LONGEST: u64 = 128;

/// Serves until the listener fails. The agent keeps one connection; another one waits for nobody.
pub fn run(listener: &UnixListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        thread::Builder::new().stack_size(256 * 1024).spawn(move || {
            if let Err(error) = talk(stream) {
                log::error(format!("a connection ended: {error}"));
            }
        })?;
    }
}

fn talk(stream: UnixStream) -> io::Result<()> {
    let peer = getsockopt(&stream, PeerCredentials)?.uid();
    if peer != 0 {
        return Err(io::Error::other(format!("uid {peer} may not ask")));
    }
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        Read::take(&mut reader, LONGEST).read_line(&mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let Some(ask) = Ask::parse(&line) else { return Err(io::Error::other("not an ask")) };
        let said = match answer(ask) {
            Ok(said) => said.line(),
            Err(error) => format!("failed {error}\n"),
        };
        reader.get_mut().write_all(said.as_bytes())?;
    }
}

fn answer(ask: Ask) -> io::Result<Said> {
    // Looked for each time: what is mounted may change while we run.
    let Some(disk) = disk::home() else { return Ok(Said::Nothing) };
    match ask {
        Ask::Look(uid) => Ok(disk.look(uid)?.map_or(Said::Nothing, Said::Held)),
        Ask::Set(uid, most) => disk.set(uid, most).map(|()| Said::Done),
    }
}
