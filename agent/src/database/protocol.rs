//! MariaDB's client protocol, as far as it takes to ask the host's own server as root: over the Unix socket, where the server asks the
//! kernel who asks (its plugin `unix_socket`), one statement at a time, with answers as text. No library: see docs/decisions/0011.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// CLIENT_MYSQL, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH: no more than is used below.
const CAPABILITIES: u32 = 0x1 | 0x200 | 0x8000 | 0x8_0000;
const LARGEST_PACKET: u32 = 1 << 24;
const UTF8MB4: u8 = 45;
/// Octets of one answer, at most.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// Ways to sign in that a server may propose one after the other.
const MOST_PROPOSALS: usize = 8;

const OK: u8 = 0x00;
const QUIT: u8 = 0x01;
const QUERY: u8 = 0x03;
const NULL: u8 = 0xfb;
/// The end of rows; while signing in: another way is proposed.
const END: u8 = 0xfe;
const ERROR: u8 = 0xff;

pub struct Connection {
    socket: UnixStream,
    /// The number of the next packet within an exchange.
    sequence: u8,
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("MariaDB: {what}"))
}

/// What is left of a packet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(|| broken("a packet is too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, octets: usize) -> io::Result<usize> {
        let number =
            self.take(octets)?.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number).map_err(|_| broken("a number is too large"))
    }

    /// A number whose first octet says how long it is; `None` is NULL.
    fn length(&mut self) -> io::Result<Option<usize>> {
        match self.number(1)? {
            0xfb => Ok(None),
            0xfc => self.number(2).map(Some),
            0xfd => self.number(3).map(Some),
            0xfe => self.number(8).map(Some),
            small => Ok(Some(small)),
        }
    }
}

/// What the server says is wrong: code and words.
fn said(packet: &[u8]) -> io::Error {
    let mut rest = Rest(packet.get(1..).unwrap_or_default());
    let code = rest.number(2).unwrap_or_default();
    let words = match rest.0 {
        [b'#', _, _, _, _, _, words @ ..] => words,
        words => words,
    };
    let words: String =
        String::from_utf8_lossy(words).chars().filter(|c| !c.is_control()).take(500).collect();
    io::Error::other(format!("MariaDB {code}: {words}"))
}

impl Connection {
    /// Signs in as root; the kernel vouches.
    pub fn open(path: &Path, patience: Duration) -> io::Result<Connection> {
        let socket = UnixStream::connect(path)?;
        socket.set_read_timeout(Some(patience))?;
        socket.set_write_timeout(Some(patience))?;
        Connection::sign_in(socket)
    }

    fn sign_in(socket: UnixStream) -> io::Result<Connection> {
        let mut connection = Connection { socket, sequence: 0 };
        match connection.receive()?.as_slice() {
            greeting @ [ERROR, ..] => return Err(said(greeting)),
            [10, ..] => {}
            _ => return Err(broken("another protocol")),
        }
        let mut answer = Vec::with_capacity(64);
        answer.extend(CAPABILITIES.to_le_bytes());
        answer.extend(LARGEST_PACKET.to_le_bytes());
        answer.push(UTF8MB4);
        answer.extend([0; 23]);
        // No password: what vouches is who we are.
        answer.extend(b"root\0\0mysql_native_password\0");
        connection.send(&answer)?;
        for _ in 0..MOST_PROPOSALS {
            match connection.receive()?.as_slice() {
                [OK, ..] => return Ok(connection),
                [END, ..] => connection.send(b"")?,
                refused @ [ERROR, ..] => return Err(said(refused)),
                _ => return Err(broken("an answer nobody asked for")),
            }
        }
        Err(broken("no end of proposals"))
    }

    /// How long an answer may take from now on.
    pub fn wait_for(&mut self, patience: Duration) -> io::Result<()> {
        self.socket.set_read_timeout(Some(patience))
    }

    /// Runs one statement; its rows are added to `out`, columns parted by tabs.
    pub fn query(&mut self, statement: &str, out: &mut String) -> io::Result<()> {
        self.sequence = 0;
        let mut packet = vec![QUERY];
        packet.extend(statement.as_bytes());
        self.send(&packet)?;
        let first = self.receive()?;
        let columns = match first.as_slice() {
            [OK, ..] => return Ok(()),
            [ERROR, ..] => return Err(said(&first)),
            // The server would like a file of ours.
            [NULL, ..] => return Err(broken("a file was asked for")),
            _ => Rest(&first).length()?.unwrap_or_default(),
        };
        for _ in 0..columns {
            self.receive()?;
        }
        if !matches!(self.receive()?.as_slice(), [END, ..]) {
            return Err(broken("columns without an end"));
        }
        loop {
            let row = self.receive()?;
            match row.as_slice() {
                [END, ..] if row.len() < 9 => return Ok(()),
                [ERROR, ..] => return Err(said(&row)),
                _ => {}
            }
            let mut rest = Rest(&row);
            for column in 0..columns {
                if column > 0 {
                    out.push('\t');
                }
                let Some(length) = rest.length()? else { continue };
                let value = String::from_utf8_lossy(rest.take(length)?);
                // What parts rows and columns stands in none.
                out.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
            }
            out.push('\n');
            if out.len() > LARGEST_ANSWER {
                return Err(broken("too long an answer"));
            }
        }
    }

    fn send(&mut self, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).ok().filter(|length| *length < LARGEST_PACKET - 1);
        let length = length.ok_or_else(|| broken("too long a statement"))?;
        let mut packet = length.to_le_bytes();
        packet[3] = self.sequence;
        self.sequence = self.sequence.wrapping_add(1);
        self.socket.write_all(&[&packet, payload].concat())
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut head = [0; 4];
        self.socket.read_exact(&mut head)?;
        self.sequence = head[3].wrapping_add(1);
        let length = Rest(&head[..3]).number(3)?;
        if length > LARGEST_ANSWER {
            return Err(broken("too large a packet"));
        }
        let mut payload = vec![0; length];
        self.socket.read_exact(&mut payload)?;
        Ok(payload)
    }
}

impl Drop for Connection {
    /// Or the server's log would say that we went away.
    fn drop(&mut self) {
        self.sequence = 0;
        let _ = self.send(&[QUIT]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(sequence: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = u32::try_from(payload.len()).unwrap().to_le_bytes().to_vec();
        packet[3] = sequence;
        [packet, payload.to_vec()].concat()
    }

    /// What a server would say, all of it at once.
    fn said_by(script: &[&[u8]]) -> io::Result<Connection> {
        let (mut server, client) = UnixStream::pair().unwrap();
        for (n, payload) in script.iter().enumerate() {
            server.write_all(&packet(u8::try_from(n).unwrap(), payload)).unwrap();
        }
        // Our words are read by nobody, and nothing more comes.
        server.shutdown(std::net::Shutdown::Write).unwrap();
        std::mem::forget(server);
        Connection::sign_in(client)
    }

    const IN: [&[u8]; 3] = [b"\x0a11.8.3-MariaDB\0", b"\xfeunix_socket\0", &[OK, 0, 0, 2, 0, 0, 0]];

    #[test]
    fn rows_come_as_text() {
        let long = "x".repeat(300);
        let row = [&b"\x04user\xfb\xfc\x2c\x01"[..], long.as_bytes()].concat();
        let answer: [&[u8]; 8] = [
            b"\x03",
            b"def",
            b"def",
            b"def",
            b"\xfe\0\0\x02\0",
            b"\x01a\x00\x03b\tc",
            &row,
            b"\xfe\0\0\x02\0",
        ];
        let mut connection = said_by(&[&IN[..], &answer].concat()).unwrap();
        let mut out = String::new();
        connection.query("SELECT 1", &mut out).unwrap();
        assert_eq!(out, format!("a\t\tb c\nuser\t\t{long}\n"));
        assert!(connection.query("SELECT 1", &mut out).is_err(), "nothing more was said");
    }

    #[test]
    fn refusals_are_told_and_nonsense_is_none_of_ours() {
        let denied: &[u8] = b"\xff\x15\x04#28000Access denied";
        assert_eq!(said_by(&[IN[0], denied]).err().unwrap().to_string(), "MariaDB 1045: Access denied");
        for script in
            [&[][..], &[&b"\x09old"[..]][..], &[IN[0], b"\x05"][..], &[IN[0]; 20][..], &[&b""[..]][..]]
        {
            assert!(said_by(script).is_err(), "{script:?}");
        }
        for answer in [&b"\xfb/etc/passwd"[..], b"\x01", b"", b"\xff"] {
            let mut connection = said_by(&[&IN[..], &[answer]].concat()).unwrap();
            assert!(connection.query("SELECT 1", &mut String::new()).is_err(), "{answer:?}");
        }
        // A row that is shorter than it says.
        let short: [&[u8]; 4] = [b"\x01", b"def", b"\xfe\0\0\x02\0", b"\x09ab"];
        let mut connection = said_by(&[&IN[..], &short].concat()).unwrap();
        assert!(connection.query("SELECT 1", &mut String::new()).is_err());
    }
}
