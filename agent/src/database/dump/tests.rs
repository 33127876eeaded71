//! Dumps against programs of a few lines in place of MariaDB's.

use super::{Commands, definers::Definers, refusal, serve};
use crate::{
    exec::Program,
    files::frame::{Frame, read, write},
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use model::dump::{DumpAsk, DumpRefusal, DumpSaid};
use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    thread,
};

/// A process for dumps, spoken to by hand.
struct Talk {
    near: UnixStream,
}

impl Talk {
    fn begin(ask: DumpAsk, (export, import): (Program, Program)) -> Talk {
        let (near, far) = UnixStream::pair().unwrap();
        let commands = Commands { export, import };
        thread::spawn(move || serve(&commands, far.try_clone().unwrap(), far));
        let mut talk = Talk { near };
        write(&mut talk.near, &Frame::Text(serde_json::to_string(&ask).unwrap())).unwrap();
        talk
    }

    fn hear(&mut self) -> Result<DumpSaid, Vec<u8>> {
        match read(&mut self.near).unwrap().expect("it hung up") {
            Frame::Text(json) => Ok(serde_json::from_str(&json).unwrap()),
            Frame::Octets(octets) => Err(octets),
        }
    }

    fn send(&mut self, octets: &[u8]) {
        write(&mut self.near, &Frame::Octets(octets.to_vec())).unwrap();
    }
}

fn no() -> Program {
    Program::new("/bin/false")
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(text).unwrap();
    gz.finish().unwrap()
}

#[test]
fn what_comes_out_is_packed_and_whole_or_refused() {
    let long = "INSERT INTO t VALUES (1);\n".repeat(20_000);
    let dump = Program::new("/usr/bin/printf").args(["%s", &long[..100_000]]);
    let mut talk = Talk::begin(DumpAsk::Export, (dump, no()));
    assert_eq!(talk.hear(), Ok(DumpSaid::Ready));
    let mut file = Vec::new();
    let said = loop {
        match talk.hear() {
            Err(octets) => file.extend(octets),
            Ok(said) => break said,
        }
    };
    assert_eq!(said, DumpSaid::Done { octets: 100_000 });
    let mut text = String::new();
    GzDecoder::new(&file[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, long[..100_000]);
    // One that says nothing but why.
    let fails = Program::new("/bin/ls").args(["--", "/does/not/exist"]);
    let mut talk = Talk::begin(DumpAsk::Export, (fails, no()));
    let Ok(DumpSaid::Refused { why: DumpRefusal::Engine { said } }) = talk.hear() else { panic!() };
    assert!(said.contains("/does/not/exist"), "{said}");
}

#[test]
fn what_goes_in_is_unpacked_and_a_part_of_it_is_never_taken_for_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("in");
    let takes = || Program::new("/bin/dd").args(["status=none", &format!("of={}", at.display())]);
    let sql = "CREATE TABLE t (a INT);\n".repeat(5_000);
    for file in [sql.clone().into_bytes(), packed(sql.as_bytes()), b"x".to_vec()] {
        let mut talk = Talk::begin(DumpAsk::Import, (no(), takes()));
        assert_eq!(talk.hear(), Ok(DumpSaid::Ready));
        for octets in file.chunks(10_000) {
            talk.send(octets);
        }
        talk.send(b"");
        let length = if file.len() == 1 { 1 } else { sql.len() };
        assert_eq!(talk.hear(), Ok(DumpSaid::Done { octets: length as u64 }));
        assert_eq!(std::fs::read(&at).unwrap().len(), length);
    }
    // Gzip that ends too soon, or is none.
    let whole = packed(sql.as_bytes());
    for file in [&whole[..whole.len() - 9], &[0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10][..]] {
        let mut talk = Talk::begin(DumpAsk::Import, (no(), takes()));
        assert_eq!(talk.hear(), Ok(DumpSaid::Ready));
        talk.send(file);
        talk.send(b"");
        assert_eq!(talk.hear(), Ok(DumpSaid::Refused { why: DumpRefusal::Unreadable }));
    }
}

#[test]
fn a_client_that_stops_is_told_of_while_more_is_coming() {
    let mut talk = Talk::begin(DumpAsk::Import, (no(), no()));
    assert_eq!(talk.hear(), Ok(DumpSaid::Ready));
    // It listens beside: a frame of which half was read would never be understood.
    let mut ear = Talk { near: talk.near.try_clone().unwrap() };
    let heard = thread::spawn(move || {
        loop {
            match ear.hear() {
                Ok(DumpSaid::Refused { .. }) => return,
                Ok(_) => {}
                Err(octets) => panic!("{octets:?}"),
            }
        }
    });
    while !heard.is_finished() {
        talk.send(&[b'x'; 60_000]);
    }
    heard.join().unwrap();
    // What was still on its way meets nobody who hangs up.
    talk.send(&[b'x'; 60_000]);
}

#[test]
fn an_error_of_the_client_s_names_the_line() {
    let said = "ERROR 1064 (42000) at line 12: You have an error near 'x' at line 1\n";
    let DumpRefusal::Line { line, said } = refusal(said) else { panic!() };
    assert_eq!((line, said.as_str()), (12, "You have an error near 'x' at line 1 (1064)"));
    let why = refusal("mariadb-dump: Got error: 1045\n");
    assert_eq!(why, DumpRefusal::Engine { said: "mariadb-dump: Got error: 1045".into() });
}

#[test]
fn definers_are_left_out_and_nothing_else_is_touched() {
    let lines = [
        ("CREATE DEFINER=`root`@`localhost` PROCEDURE `p`(a INT)", "CREATE  PROCEDURE `p`(a INT)"),
        ("/*!50013 DEFINER=`a``b`@`%` SQL SECURITY DEFINER */", "/*!50013  SQL SECURITY DEFINER */"),
        (
            "/*!50003 CREATE*/ /*!50017 DEFINER='x'@'127.0.0.1'*/ /*!50003 TRIGGER t */",
            "/*!50003 CREATE*/ /*!50017 */ /*!50003 TRIGGER t */",
        ),
        ("create or replace definer = u@h view v as select 1", "create or replace  view v as select 1"),
        ("CREATE DEFINER=CURRENT_USER VIEW v AS SELECT 1", "="),
        ("INSERT INTO t VALUES ('CREATE DEFINER=`root`@`localhost` x')", "="),
        ("CREATE TABLE t (a TEXT DEFAULT ' DEFINER=`a`@`b`')", "="),
        ("CREATE TABLE t (a INT) COMMENT ' DEFINER=`a`@`b`'", "="),
        ("CREATE DEFINER=`half", "="),
        ("", "="),
    ];
    let text = |of: &dyn Fn(&(&'static str, &'static str)) -> &'static str| {
        lines.iter().map(of).collect::<Vec<_>>().join("\n")
    };
    let (given, wanted) = (text(&|line| line.0), text(&|line| if line.1 == "=" { line.0 } else { line.1 }));
    for size in [1, 7, 1_000] {
        let mut out = Vec::new();
        let mut definers = Definers::new(&mut out);
        for octets in given.as_bytes().chunks(size) {
            definers.write_all(octets).unwrap();
        }
        definers.end().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), wanted, "in parts of {size}");
    }
}
