//! SFTP in one folder, spoken as a client does that means harm.

use super::{
    packet::{self, Attrs, Code, Parts},
    serve,
};
use crate::files::{
    Home,
    tests::{Place, at},
};
use std::{
    fs,
    io::Cursor,
    os::unix::fs::{PermissionsExt, symlink},
};

/// What a client says, as it goes over the wire.
#[derive(Default)]
struct Said(Vec<u8>);

impl Said {
    fn say(mut self, kind: u8, body: &[&[u8]]) -> Said {
        let body = body.concat();
        self.0.extend(u32::try_from(body.len() + 5).unwrap().to_be_bytes());
        self.0.push(kind);
        self.0.extend([0, 0, 0, 7]);
        self.0.extend(body);
        self
    }
}

fn string(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat()
}

const READ: [u8; 4] = [0, 0, 0, 1];
const MAKE: [u8; 4] = [0, 0, 0, 2 | 8 | 16];
const PLAIN: [u8; 4] = [0; 4];

/// The folder `sites/www` of a home, as a login that is limited to it sees it; each answer's kind and what is in it after its id.
fn heard(place: &Place, said: Said) -> Vec<(u8, Vec<u8>)> {
    let home = Home::open(&place.path("")).unwrap().within(&at("sites/www")).unwrap();
    let mut answers = Vec::new();
    serve(home, &mut Cursor::new(said.0), &mut answers).unwrap();
    let (mut answers, mut all) = (Cursor::new(answers), Vec::new());
    while let Some((kind, octets)) = packet::read(&mut answers).unwrap() {
        all.push((kind, octets[4..].to_vec()));
    }
    all
}

fn code(answer: &(u8, Vec<u8>)) -> u32 {
    assert_eq!(answer.0, packet::STATUS, "{answer:?}");
    Parts(&answer.1).u32().unwrap()
}

#[test]
fn a_folder_is_all_there_is() {
    let place = Place::new();
    fs::write(place.path("private/secret"), "theirs").unwrap();
    symlink("../../private", place.path("sites/www/up")).unwrap();
    symlink("/etc", place.path("sites/www/etc")).unwrap();
    let outside = [
        "up/secret",
        "etc/passwd",
        "../../private/secret",
        "/private/secret",
        "/../../private/secret",
        "/etc/passwd",
    ];
    for path in outside {
        let path = string(path);
        let answers = heard(
            &place,
            Said::default()
                .say(packet::OPEN, &[&path, &READ, &PLAIN])
                .say(packet::OPEN, &[&path, &MAKE, &PLAIN])
                .say(packet::REMOVE, &[&path])
                .say(packet::STAT, &[&path])
                .say(packet::SETSTAT, &[&path, &[0, 0, 0, 4, 0, 0, 1, 0xff]])
                .say(packet::RENAME, &[&path, &string("taken")])
                .say(packet::EXTENDED, &[&string("posix-rename@openssh.com"), &path, &string("taken")]),
        );
        for answer in &answers {
            assert!(
                [Code::NoFile as u32, Code::Denied as u32].contains(&code(answer)),
                "{path:?}: {answer:?}"
            );
        }
    }
    // No link, symbolic or hard, can be made.
    let answers = heard(
        &place,
        Said::default()
            .say(20, &[&string("../../private"), &string("mine")])
            .say(packet::EXTENDED, &[&string("hardlink@openssh.com"), &string("up"), &string("mine")]),
    );
    assert!(answers.iter().all(|answer| code(answer) == Code::Unsupported as u32));
    assert_eq!(fs::read_to_string(place.path("private/secret")).unwrap(), "theirs");
    assert_eq!(fs::read_dir(place.path("sites/www")).unwrap().count(), 2);
    // Nor is a folder that was swapped for a link one to begin in.
    let home = Home::open(&place.path("")).unwrap();
    assert!(home.within(&at("sites/www/up")).is_err() && home.within(&at("sites/www/etc")).is_err());
}

#[test]
fn files_come_and_go_in_it() {
    let place = Place::new();
    let handle = [&[0, 0, 0, 4][..], &[0, 0, 0, 0]].concat();
    let answers = heard(
        &place,
        Said::default()
            .say(packet::REALPATH, &[&string("a/../b/./c")])
            .say(packet::MKDIR, &[&string("img"), &PLAIN])
            .say(packet::OPEN, &[&string("/img/new"), &MAKE, &[0, 0, 0, 4, 0, 0, 0x89, 0xed]])
            .say(packet::WRITE, &[&handle, &[0; 8], &string("hello")])
            .say(packet::FSETSTAT, &[&handle, &[0, 0, 0, 4, 0, 0, 0x09, 0xed]])
            .say(packet::CLOSE, &[&handle])
            .say(packet::CLOSE, &[&handle])
            .say(
                packet::EXTENDED,
                &[&string("posix-rename@openssh.com"), &string("img/new"), &string("img/old")],
            )
            .say(packet::OPEN, &[&string("img/old"), &READ, &PLAIN])
            .say(packet::READ, &[&handle, &[0; 8], &[0xff; 4]])
            .say(packet::READ, &[&handle, &[0, 0, 0, 0, 0, 0, 0, 5], &[0, 0, 1, 0]])
            .say(packet::CLOSE, &[&handle])
            .say(packet::OPENDIR, &[&string("img")])
            .say(packet::READDIR, &[&handle])
            .say(packet::READDIR, &[&handle])
            .say(packet::OPEN, &[&[0xff; 4]])
            .say(99, &[]),
    );
    assert_eq!(Parts(&answers[0].1[4..]).string().unwrap(), b"/b/c");
    assert_eq!(answers[2].0, packet::HANDLE);
    // No setuid bit, neither when it is made nor later.
    assert_eq!(code(&answers[4]), Code::Denied as u32);
    assert_eq!(fs::metadata(place.path("sites/www/img/old")).unwrap().permissions().mode() & 0o7777, 0o750);
    assert_eq!(code(&answers[6]), Code::Failure as u32);
    assert_eq!(Parts(&answers[9].1).string().unwrap(), b"hello");
    assert_eq!(code(&answers[10]), Code::End as u32);
    let mut listed = Parts(&answers[13].1);
    assert_eq!((listed.u32(), listed.string()), (Some(1), Some(b"old".as_slice())));
    assert!(String::from_utf8_lossy(listed.string().unwrap()).starts_with("-rwxr-x--- 1 "));
    assert_eq!(listed.attrs().unwrap(), Attrs { size: Some(5), ..listed_attrs(&place) });
    assert_eq!(code(&answers[14]), Code::End as u32);
    assert_eq!(code(&answers[15]), Code::BadMessage as u32);
    assert_eq!(code(&answers[16]), Code::Unsupported as u32);
}

fn listed_attrs(place: &Place) -> Attrs {
    Attrs::of(&nix::sys::stat::stat(&place.path("sites/www/img/old")).unwrap())
}
