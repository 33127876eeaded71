//! Archives, honest and evil. What is evil is made here, octet by octet.

use super::{
    Bounds,
    put::{Meta, Put, put},
    unpack,
};
use crate::files::{
    Frame, Stop,
    tests::{Place, at, refused},
};
use model::{
    archive::{ArchiveKind, Archived, LeftWhy, MOST_PACKED},
    files::{FileAsk, FileRefusal, FileSaid},
};
use std::{
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    time::Duration,
};
use tar::{EntryType, Header};

const PLAIN: Meta = Meta { mode: 0o644, modified: 1_700_000_001 };

/// A tar of entries as they are given, whatever they say.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn add(mut self, kind: EntryType, name: &str, contents: &[u8]) -> Tar {
        self.push(kind, name, contents, contents.len() as u64, 0o644);
        self
    }

    fn push(&mut self, kind: EntryType, name: &str, contents: &[u8], size: u64, mode: u32) {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(size);
        header.as_old_mut().linkname[..4].copy_from_slice(b"/etc");
        header.set_cksum();
        self.0.extend(header.as_bytes());
        self.0.extend(contents);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

fn zip(entries: &[(&[u8], u32, &[u8])]) -> Vec<u8> {
    let mut zip: Box<dyn Put<Vec<u8>>> = put(ArchiveKind::Zip, Vec::new());
    for (name, mode, contents) in entries {
        zip.begin(name, Meta { mode: *mode, ..PLAIN }, contents.len() as u64).unwrap();
        zip.write(contents).unwrap();
        zip.end().unwrap();
    }
    zip.finish().unwrap()
}

/// Changes two octets of every entry of the directory, or of every entry itself.
fn patch(zip: &mut [u8], sign: &[u8], at: usize, with: impl Fn(u16) -> u16) {
    for found in 0..zip.len() - 4 {
        if zip[found..].starts_with(sign) {
            let old = u16::from_le_bytes([zip[found + at], zip[found + at + 1]]);
            zip[found + at..found + at + 2].copy_from_slice(&with(old).to_le_bytes());
        }
    }
}

fn gz(octets: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(octets).unwrap();
    gz.finish().unwrap()
}

impl Place {
    fn unpacked(&self, octets: &[u8], into: &str) -> FileSaid {
        fs::write(self.path("private/archive"), octets).unwrap();
        self.ask(FileAsk::Unpack { archive: at("private/archive"), into: at(into) })
    }

    fn told(&self, octets: &[u8], into: &str) -> (u64, Vec<(String, LeftWhy)>) {
        match self.unpacked(octets, into) {
            FileSaid::Archived { told } => left(told),
            other => panic!("{other:?}"),
        }
    }

    /// With bounds of one's own; the archive is what a bomb is.
    fn bounded(&self, octets: &[u8], bounds: Bounds) -> Result<Archived, FileRefusal> {
        fs::write(self.path("private/archive"), octets).unwrap();
        let home = super::super::Home::open(&self.path("")).unwrap();
        match unpack(&home, (&at("private/archive"), &at("private/out")), bounds, &mut ()) {
            Ok(told) => Ok(told),
            Err(Stop::Refused(why)) => Err(why),
            Err(Stop::Wire(error)) => panic!("{error}"),
        }
    }

    /// Nothing was unpacked, and nothing lies about.
    fn is_clean(&self, into: &str) {
        assert!(!self.path(into).exists());
        let coming = self.path("private/.trash/.coming");
        assert_eq!(fs::read_dir(coming).map_or(0, Iterator::count), 0);
    }
}

fn left(told: Archived) -> (u64, Vec<(String, LeftWhy)>) {
    (told.entries, told.left_out.into_iter().map(|left| (left.name, left.why)).collect())
}

const SMALL: Bounds = Bounds {
    entries: 1_000,
    octets: 64 * 1024 * 1024,
    ratio: 250,
    free: 1024 * 1024,
    time: Duration::from_secs(600),
};

#[test]
fn what_is_packed_comes_out_as_it_was() {
    for kind in [ArchiveKind::Zip, ArchiveKind::TarGz] {
        let place = Place::new();
        let long = format!("sites/www/{}/{}", "d".repeat(120), "é".repeat(120));
        fs::create_dir_all(place.path(&long)).unwrap();
        fs::write(place.path(&format!("{long}/x.txt")), "deep").unwrap();
        fs::write(place.path("sites/www/big"), vec![7; 300_000]).unwrap();
        fs::write(place.path("sites/www/secret"), "s").unwrap();
        fs::set_permissions(place.path("sites/www/secret"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::create_dir(place.path("sites/www/empty")).unwrap();
        symlink("/etc/passwd", place.path("sites/www/link")).unwrap();
        nix::unistd::mkfifo(&place.path("sites/www/pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let to = at(&kind.named("private/all"));
        let pack = FileAsk::Pack { paths: vec![at("sites/www")], to: to.clone(), kind };
        let FileSaid::Archived { told } = place.ask(pack.clone()) else { panic!() };
        assert_eq!(told.octets, 300_005, "{kind:?}");
        let mut whys = left(told).1;
        whys.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(whys, [("www/link".into(), LeftWhy::Link), ("www/pipe".into(), LeftWhy::Special)]);
        assert_eq!(place.ask(pack), refused(FileRefusal::Exists));
        let unpack = FileAsk::Unpack { archive: to, into: at("private/out") };
        let FileSaid::Archived { told } = place.ask(unpack.clone()) else { panic!() };
        assert_eq!((told.octets, told.left), (300_005, 0));
        let within = long.replace("sites/", "private/out/");
        assert_eq!(place.text(&format!("{within}/x.txt")), "deep");
        assert_eq!(fs::read(place.path("private/out/www/big")).unwrap(), vec![7; 300_000]);
        let mode = fs::metadata(place.path("private/out/www/secret")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        assert!(place.path("private/out/www/empty").is_dir());
        // Again, into the folder that is there now: what is there stays.
        fs::write(place.path("private/out/www/secret"), "changed").unwrap();
        let FileSaid::Archived { told } = place.ask(unpack) else { panic!() };
        assert_eq!(left(told).1, [("www".to_owned(), LeftWhy::Exists)]);
        assert_eq!(place.text("private/out/www/secret"), "changed");
        place.is_clean("nothing");
    }
}

#[test]
fn what_is_chosen_is_sent_while_it_is_packed() {
    let place = Place::new();
    fs::write(place.path("sites/www/a"), vec![b'a'; 200_000]).unwrap();
    fs::create_dir(place.path("sites/other")).unwrap();
    fs::write(place.path("sites/other/a"), "second").unwrap();
    symlink("a", place.path("sites/www/link")).unwrap();
    let paths = vec![at("sites/www/a"), at("sites/www/link"), at("sites/other/a")];
    let frames = place.talk(&FileAsk::PackOut { paths, kind: ArchiveKind::Zip }, &[]);
    assert_eq!(frames[0], Frame::Text(r#"{"said":"ready"}"#.into()));
    assert_eq!(frames.last(), Some(&Frame::Octets(vec![])));
    let octets = frames[1..].iter().flat_map(|frame| match frame {
        Frame::Octets(octets) => octets.clone(),
        Frame::Text(text) => panic!("{text}"),
    });
    let (entries, left) = place.told(&octets.collect::<Vec<_>>(), "private/got");
    assert_eq!((entries, left.len()), (2, 0));
    let note = place.text("private/got/alveole-left-out.txt");
    assert!(note.contains("link\t") && note.contains("sites/other/a\t"), "{note}");
    let gone = FileAsk::PackOut { paths: vec![at("sites/none")], kind: ArchiveKind::Zip };
    assert_eq!(place.ask(gone), refused(FileRefusal::Gone));
}

#[test]
fn of_an_evil_tar_only_plain_things_come_out() {
    let place = Place::new();
    let mut tar = Tar::default()
        .add(EntryType::Regular, "../escaped", b"x")
        .add(EntryType::Regular, "a/../../escaped", b"x")
        .add(EntryType::Regular, "/tmp/alveole-escaped", b"x")
        .add(EntryType::Symlink, "way", b"")
        .add(EntryType::Regular, "way/passwd", b"ours")
        .add(EntryType::Link, "hard", b"")
        .add(EntryType::Char, "zero", b"")
        .add(EntryType::Fifo, "pipe", b"")
        .add(EntryType::GNUSparse, "holes", b"")
        .add(EntryType::Regular, "twice", b"first")
        .add(EntryType::Regular, "./twice", b"second")
        .add(EntryType::Regular, "twice/within", b"x")
        .add(EntryType::GNULongName, "././@LongLink", "n/".repeat(65).as_bytes())
        .add(EntryType::Regular, "short", b"x")
        .add(EntryType::GNULongName, "././@LongLink", &[b'n'; 300])
        .add(EntryType::Regular, "short", b"x");
    tar.push(EntryType::Regular, "setuid", b"x", 1, 0o4755);
    let (entries, left) = place.told(&gz(&tar.end()), "private/out");
    let why = |name: &str| left.iter().find(|(left, _)| left == name).unwrap_or_else(|| panic!("{name}")).1;
    for name in ["../escaped", "a/../../escaped", "/tmp/alveole-escaped"] {
        assert_eq!(why(name), LeftWhy::Outside, "{name}");
    }
    for (name, expected) in [
        ("way", LeftWhy::Link),
        ("hard", LeftWhy::Link),
        ("zero", LeftWhy::Special),
        ("pipe", LeftWhy::Special),
        ("holes", LeftWhy::Special),
        ("./twice", LeftWhy::Twice),
        ("twice/within", LeftWhy::Twice),
        ("setuid", LeftWhy::SetId),
    ] {
        assert_eq!(why(name), expected, "{name}");
    }
    assert!(
        left.iter().any(|(_, why)| *why == LeftWhy::Deep)
            && left.iter().any(|(_, why)| *why == LeftWhy::Name)
    );
    // The link was not made, so what was to go through it is a file of ours.
    assert_eq!(place.text("private/out/way/passwd"), "ours");
    assert_eq!(place.text("private/out/twice"), "first");
    let mode = fs::metadata(place.path("private/out/setuid")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o750);
    assert_eq!(entries, 4, "{left:?}");
    assert!(!place.path("escaped").exists() && !place.path("private/escaped").exists());
    assert!(!std::path::Path::new("/tmp/alveole-escaped").exists());
}

#[test]
fn of_an_evil_zip_only_plain_things_come_out() {
    let place = Place::new();
    let mut octets = zip(&[
        (b"../escaped", 0o644, b"x"),
        (b"/abs", 0o644, b"x"),
        (b"way", 0o120_777, b"/etc"),
        (b"way/passwd", 0o644, b"ours"),
        (b"nul\0l", 0o644, b"x"),
        (b"", 0o644, b"x"),
        (b"twice", 0o644, b"first"),
        (b"twice", 0o644, b"second"),
        (b"root", 0o6755, b"x"),
        (b"so\x81k", 0o140_644, b""),
        // « Été » as old programs wrote it.
        (b"\x90t\x82.txt", 0o644, "été".as_bytes()),
    ]);
    for (sign, at) in [(b"PK\x01\x02", 8), (b"PK\x03\x04", 6)] {
        patch(&mut octets, sign, at, |flags| flags & !0x0800);
    }
    let (entries, left) = place.told(&octets, "private/out");
    let whys: Vec<_> = left.iter().map(|(_, why)| *why).collect();
    use LeftWhy::{Link, Name, Outside, SetId, Special, Twice};
    assert_eq!(whys, [Outside, Outside, Link, Name, Name, Twice, SetId, Special], "{left:?}");
    assert_eq!(left[7].0, "soük");
    assert_eq!(place.text("private/out/Été.txt"), "été");
    assert_eq!(place.text("private/out/way/passwd"), "ours");
    assert_eq!((place.text("private/out/twice").as_str(), entries), ("first", 5));
    // Encrypted, or packed in a way nobody here knows: said, the rest comes.
    for (sign, at, to, why) in
        [(b"PK\x01\x02", 8, 0x0809, LeftWhy::Locked), (b"PK\x01\x02", 10, 99, LeftWhy::Method)]
    {
        let mut octets = zip(&[(b"a", 0o644, b"x")]);
        patch(&mut octets, sign, at, |_| to);
        let into = format!("private/{to}");
        assert_eq!(place.told(&octets, &into), (0, vec![("a".to_owned(), why)]));
    }
}

#[test]
fn what_is_damaged_or_no_archive_leaves_nothing() {
    let place = Place::new();
    let good = zip(&[(b"a", 0o644, &[b'a'; 5_000]), (b"b", 0o644, b"b")]);
    let tar = Tar::default().add(EntryType::Regular, "a", &[b'a'; 5_000]).end();
    let mut wrong_sum = good.clone();
    patch(&mut wrong_sum, b"PK\x01\x02", 16, |sum| sum ^ 1);
    let mut wrong_size = good.clone();
    patch(&mut wrong_size, b"PK\x01\x02", 24, |size| size / 2);
    let mut far = good.clone();
    patch(&mut far, b"PK\x01\x02", 44, |_| 0x7fff);
    let begins = good.len() - 22;
    let mut directory = good.clone();
    directory[begins + 12..begins + 16].copy_from_slice(&u32::MAX.to_le_bytes());
    let broken = FileRefusal::Broken;
    for (name, octets, why) in [
        ("empty", vec![], FileRefusal::NoArchive),
        ("text", b"<?php echo 1;".repeat(60), FileRefusal::NoArchive),
        ("gz of a text", gz(&b"text ".repeat(500)), FileRefusal::NoArchive),
        ("cut zip", good[..good.len() - 30].to_vec(), FileRefusal::NoArchive),
        ("cut tar", tar[..3_000].to_vec(), broken),
        ("cut tar.gz", gz(&tar)[..60].to_vec(), FileRefusal::NoArchive),
        ("sum", wrong_sum, broken),
        ("size", wrong_size, broken),
        ("offset", far, broken),
        ("directory", directory, broken),
    ] {
        assert_eq!(place.unpacked(&octets, "private/out"), refused(why), "{name}");
        place.is_clean("private/out");
    }
    assert_eq!(place.unpacked(&good, ""), refused(FileRefusal::Ours));
    assert_eq!(place.unpacked(&good, "private/.trash/x"), refused(FileRefusal::Ours));
    symlink("../../other", place.path("private/out")).unwrap();
    assert_eq!(place.unpacked(&good, "private/out"), refused(FileRefusal::Outside));
    assert_eq!(fs::read_dir(place.root.path().join("other")).unwrap().count(), 1);
}

#[test]
fn bombs_stop_at_the_bound_and_leave_nothing() {
    let place = Place::new();
    // Ten megabytes of nothing, which pack a thousandfold: within an entry that is kept, and in one that is not.
    let zeros = vec![0; 10 * 1024 * 1024];
    let kept = gz(&Tar::default().add(EntryType::Regular, "zeros", &zeros).end());
    let skipped =
        gz(&Tar::default().add(EntryType::Symlink, "x", b"").add(EntryType::Char, "zeros", &zeros).end());
    let zipped = zip(&[(b"a", 0o644, b"kept"), (b"zeros", 0o644, &zeros)]);
    for (name, octets) in [("kept", kept), ("skipped", skipped), ("zip", zipped)] {
        assert!(octets.len() < 30_000, "{name}: {}", octets.len());
        assert_eq!(place.bounded(&octets, SMALL).unwrap_err(), FileRefusal::Bomb, "{name}");
        place.is_clean("private/out");
    }
    // The same octets a thousand times over.
    let mut many = zip(&[(b"zeros", 0o644, &zeros[..900_000])]);
    let begins = many.len() - 22;
    let directory =
        usize::try_from(u32::from_le_bytes(many[begins + 16..begins + 20].try_into().unwrap())).unwrap();
    let (record, mut end) = (many[directory..begins].to_vec(), many.split_off(begins));
    for turn in 1..100u8 {
        let mut again = record.clone();
        again[46] = turn;
        many.extend(again);
    }
    end[8..12].copy_from_slice(&[100, 0, 100, 0]);
    end[12..16].copy_from_slice(&u32::try_from(100 * record.len()).unwrap().to_le_bytes());
    many.extend(end);
    assert_eq!(place.bounded(&many, SMALL).unwrap_err(), FileRefusal::Bomb);
    place.is_clean("private/out");
    let large = Tar::default().add(EntryType::Regular, "zeros", &zeros).end();
    assert_eq!(
        place.bounded(&large, Bounds { octets: 1_000_000, ..SMALL }).unwrap_err(),
        FileRefusal::TooLarge
    );
    assert_eq!(
        place.bounded(&large, Bounds { time: Duration::ZERO, ..SMALL }).unwrap_err(),
        FileRefusal::TooLong
    );
    place.is_clean("private/out");
    // A name that is said to have eight gigabytes is not read.
    let mut name = Tar::default();
    name.push(EntryType::GNULongName, "././@LongLink", &[b'n'; 200_000], 8 << 30, 0o644);
    assert_eq!(place.bounded(&name.end(), SMALL).unwrap_err(), FileRefusal::Broken);
}

#[test]
fn no_archive_has_more_things_than_are_worked_on_at_once() {
    let place = Place::new();
    let mut tar = Tar::default();
    for _ in 0..=MOST_PACKED {
        tar.push(EntryType::Symlink, "link", b"", 0, 0o644);
    }
    assert_eq!(place.unpacked(&gz(&tar.end()), "private/out"), refused(FileRefusal::TooMany));
    place.is_clean("private/out");
    // A zip says it at its end, and is believed in this.
    let mut octets = zip(&[(b"a", 0o644, b"x")]);
    let end = octets.split_off(octets.len() - 22);
    let at = octets.len() as u64;
    octets.extend(b"PK\x06\x06".iter().chain(&44u64.to_le_bytes()).chain(&[0; 12]));
    octets.extend([MOST_PACKED + 1, MOST_PACKED + 1, 0, 0].iter().flat_map(|part| part.to_le_bytes()));
    octets.extend(b"PK\x06\x07\0\0\0\0".iter().chain(&at.to_le_bytes()).chain(&[1, 0, 0, 0]));
    octets.extend(end);
    let end = octets.len() - 22;
    octets[end + 8..end + 20].fill(0xff);
    assert_eq!(place.unpacked(&octets, "private/out"), refused(FileRefusal::TooMany));
    // Folders that nobody lists count too.
    let deep: Vec<_> = (0..40).map(|turn| format!("{turn}/{}x", "d/".repeat(60))).collect();
    let deep: Vec<(&[u8], u32, &[u8])> =
        deep.iter().map(|name| (name.as_bytes(), 0o644, b"x".as_slice())).collect();
    assert_eq!(place.bounded(&zip(&deep), SMALL).unwrap_err(), FileRefusal::TooMany);
    place.is_clean("private/out");
}
