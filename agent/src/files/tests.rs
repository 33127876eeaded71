//! Work on files, asked as a session asks.

use super::{Frame, Home, frame, serve};
use model::{
    HomePath,
    files::{FileAsk, FileEntry, FileKind, FileMode, FileRefusal, FileSaid, FileSort, Over, TrashId},
};
use nix::{fcntl::OFlag, sys::stat::Mode};
use std::{
    fs,
    io::Cursor,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
    process::id,
    sync::atomic::{AtomicBool, Ordering},
};

pub(super) struct Place {
    pub(super) root: tempfile::TempDir,
    home: Home,
}

pub(super) fn at(path: &str) -> HomePath {
    path.parse().unwrap()
}

impl Place {
    pub(super) fn new() -> Place {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home/sites/www", "home/private", "other"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("other/honey"), "theirs").unwrap();
        let home = Home::open(&root.path().join("home")).unwrap();
        Place { root, home }
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join("home").join(path)
    }

    pub(super) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Everything said to an ask, and to the contents that follow it.
    pub(super) fn talk(&self, ask: &FileAsk, contents: &[&[u8]]) -> Vec<Frame> {
        let mut wire = Vec::new();
        frame::write(&mut wire, &Frame::Text(serde_json::to_string(ask).unwrap())).unwrap();
        for octets in contents {
            frame::write(&mut wire, &Frame::Octets(octets.to_vec())).unwrap();
        }
        let mut said = Vec::new();
        serve(&self.home, &mut Cursor::new(wire), &mut said).unwrap();
        let (mut said, mut frames) = (Cursor::new(said), Vec::new());
        while let Some(frame) = frame::read(&mut said).unwrap() {
            frames.push(frame);
        }
        frames
    }

    pub(super) fn ask(&self, ask: FileAsk) -> FileSaid {
        match self.talk(&ask, &[]).pop().unwrap() {
            Frame::Text(json) => serde_json::from_str(&json).unwrap(),
            Frame::Octets(_) => panic!("contents"),
        }
    }

    fn put(&self, path: &str, over: Over, text: &str) -> FileSaid {
        let frames = self.talk(&FileAsk::Write { path: at(path), over }, &[text.as_bytes(), b""]);
        match frames.last().unwrap() {
            Frame::Text(json) => serde_json::from_str(json).unwrap(),
            Frame::Octets(_) => panic!("contents"),
        }
    }

    fn list(&self, path: &str) -> Vec<FileEntry> {
        let ask = FileAsk::List { path: at(path), sort: FileSort::Name, down: false, skip: 0, limit: 1000 };
        match self.ask(ask) {
            FileSaid::Listed { entries, .. } => entries,
            other => panic!("{other:?}"),
        }
    }

    fn trash(&self) -> Vec<(TrashId, String)> {
        match self.ask(FileAsk::Trash) {
            FileSaid::Trash { items } => {
                items.into_iter().map(|item| (item.id, item.from.to_string())).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

pub(super) const DONE: FileSaid = FileSaid::Done { path: None };

pub(super) fn refused(why: FileRefusal) -> FileSaid {
    FileSaid::Refused { why }
}

#[test]
fn what_a_folder_holds_is_listed_whatever_it_is_called() {
    let place = Place::new();
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"a\nb\xff%");
    fs::write(place.path("sites/www").join(odd), "x").unwrap();
    fs::write(place.path("sites/www/B.txt"), "12345").unwrap();
    fs::write(place.path(&format!("sites/www/{}", "n".repeat(255))), "").unwrap();
    fs::create_dir(place.path("sites/www/zzz")).unwrap();
    symlink("/etc/passwd", place.path("sites/www/link")).unwrap();
    nix::unistd::mkfifo(&place.path("sites/www/pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let listed = place.list("sites/www");
    let names: Vec<_> = listed.iter().map(|entry| entry.name.shown()).collect();
    assert_eq!(names[..5], ["zzz", "a\u{fffd}b\u{fffd}%", "B.txt", "link", &"n".repeat(255)]);
    assert_eq!(listed[1].name.to_string(), "a%0Ab%FF%25");
    assert_eq!((listed[2].size, listed[2].kind), (5, FileKind::File));
    assert_eq!((listed[3].kind, listed[3].target.as_deref()), (FileKind::Link, Some("/etc/passwd")));
    assert_eq!(listed[5].kind, FileKind::Other);
    // And can be taken away by the name it was listed by.
    let path = at("sites/www").join(listed[1].name.clone());
    assert_eq!(place.ask(FileAsk::Delete { path, now: 5 }), DONE);
    assert!(!place.path("sites/www").join(odd).exists());
    // A pipe is nobody's to wait for.
    let read = place.ask(FileAsk::Read { path: at("sites/www/pipe") });
    assert_eq!(read, refused(FileRefusal::NotAFile));
    assert_eq!(place.ask(FileAsk::Read { path: at("sites/www") }), refused(FileRefusal::NotAFile));
}

#[test]
fn listings_come_in_pages_and_in_order() {
    let place = Place::new();
    for n in 0..10u64 {
        let path = place.path(&format!("sites/www/f{n}"));
        fs::write(&path, vec![b'x'; (10 - n) as usize]).unwrap();
    }
    let ask = |sort, down, skip| {
        let ask = FileAsk::List { path: at("sites/www"), sort, down, skip, limit: 4 };
        match place.ask(ask) {
            FileSaid::Listed { entries, total, more } => {
                assert_eq!(total, 10);
                (entries.iter().map(|entry| entry.name.to_string()).collect::<Vec<_>>().join(" "), more)
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(FileSort::Name, false, 0), ("f0 f1 f2 f3".into(), true));
    assert_eq!(ask(FileSort::Name, true, 8), ("f1 f0".into(), false));
    assert_eq!(ask(FileSort::Size, false, 0), ("f9 f8 f7 f6".into(), true));
    assert_eq!(ask(FileSort::Name, false, u32::MAX), (String::new(), false));
}

#[test]
fn contents_go_in_and_come_out_whole() {
    let place = Place::new();
    assert_eq!(place.put("sites/www/a.txt", Over::Refuse, "one"), DONE);
    assert_eq!(place.put("sites/www/a.txt", Over::Refuse, "two"), refused(FileRefusal::Exists));
    assert_eq!(place.text("sites/www/a.txt"), "one");
    fs::set_permissions(place.path("sites/www/a.txt"), fs::Permissions::from_mode(0o604)).unwrap();
    assert_eq!(place.put("sites/www/a.txt", Over::Replace, "three"), DONE);
    assert_eq!(fs::metadata(place.path("sites/www/a.txt")).unwrap().permissions().mode() & 0o777, 0o604);
    let frames = place.talk(&FileAsk::Read { path: at("sites/www/a.txt") }, &[]);
    assert_eq!(frames[1..], [Frame::Octets(b"three".to_vec()), Frame::Octets(vec![])]);
    // A text that was changed meanwhile is not written over.
    let stamp = place.list("sites/www")[0].stamp.clone();
    assert_eq!(place.put("sites/www/a.txt", Over::Same(stamp.clone()), "four!"), DONE);
    assert_eq!(place.put("sites/www/a.txt", Over::Same(stamp), "five"), refused(FileRefusal::Changed));
    assert_eq!(place.text("sites/www/a.txt"), "four!");
    // Cut off half-way: nothing is there, and after a day nothing is left of it.
    let ask = FileAsk::Write { path: at("sites/www/cut"), over: Over::Refuse };
    let mut wire = Vec::new();
    frame::write(&mut wire, &Frame::Text(serde_json::to_string(&ask).unwrap())).unwrap();
    frame::write(&mut wire, &Frame::Octets(b"half".to_vec())).unwrap();
    serve(&place.home, &mut Cursor::new(wire), &mut Vec::new()).unwrap_err();
    assert!(!place.path("sites/www/cut").exists());
    assert_eq!(fs::read_dir(place.path("private/.trash/.coming")).unwrap().count(), 0);
    for (path, why) in [
        ("new", FileRefusal::Ours),
        ("private/.trash/x", FileRefusal::Ours),
        ("nowhere/x", FileRefusal::Gone),
        ("sites/www/a.txt/x", FileRefusal::NotAFolder),
    ] {
        assert_eq!(place.put(path, Over::Refuse, "x"), refused(why), "{path}");
    }
}

#[test]
fn things_are_made_moved_copied_and_found() {
    let place = Place::new();
    let ask = |ask| place.ask(ask);
    assert_eq!(ask(FileAsk::MakeFolder { path: at("sites/www/img") }), DONE);
    assert_eq!(ask(FileAsk::MakeFolder { path: at("sites/www/img") }), refused(FileRefusal::Exists));
    fs::write(place.path("sites/www/img/Été 1.jpg"), "jpg").unwrap();
    symlink("../../../../other/honey", place.path("sites/www/img/out")).unwrap();
    let moved = |from: &str, to: &str| ask(FileAsk::Move { from: at(from), to: at(to) });
    assert_eq!(moved("sites/www/img", "sites/img"), DONE);
    assert_eq!(moved("sites/img", "sites/img/deeper"), refused(FileRefusal::IntoItself));
    assert_eq!(moved("sites/img", "sites/www"), refused(FileRefusal::Exists));
    assert_eq!(moved("sites", "private/sites"), refused(FileRefusal::Ours));
    let copied = |from: &str, to: &str| ask(FileAsk::Copy { from: at(from), to: at(to) });
    assert_eq!(copied("sites/img", "sites/www/img"), DONE);
    assert_eq!(place.text("sites/www/img/Été 1.jpg"), "jpg");
    assert!(fs::symlink_metadata(place.path("sites/www/img/out")).unwrap().is_symlink());
    assert_eq!(copied("sites", "sites/www/all"), refused(FileRefusal::IntoItself));
    nix::unistd::mkfifo(&place.path("sites/img/pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert_eq!(copied("sites/img", "sites/www/again"), refused(FileRefusal::NotAFile));
    assert!(!place.path("sites/www/again").exists());
    assert_eq!(fs::read_dir(place.path("private/.trash/.coming")).unwrap().count(), 0);
    match ask(FileAsk::Find { path: HomePath::HOME, words: "été JPG".into() }) {
        FileSaid::Found { found, more: false } => {
            let found: Vec<_> = found.iter().map(|one| one.folder.to_string()).collect();
            assert_eq!(found, ["sites/img", "sites/www/img"]);
        }
        other => panic!("{other:?}"),
    }
    let mode = FileMode::parse("604").unwrap();
    assert_eq!(ask(FileAsk::SetMode { path: at("sites/img/Été 1.jpg"), mode }), DONE);
    let now = fs::metadata(place.path("sites/img/Été 1.jpg")).unwrap().permissions().mode();
    assert_eq!(now & 0o7777, 0o604);
}

#[test]
fn what_is_deleted_waits_in_the_trash_for_thirty_days() {
    const DAY: i64 = 24 * 3600 * 1000;
    let place = Place::new();
    fs::create_dir(place.path("sites/www/a")).unwrap();
    fs::write(place.path("sites/www/a/b"), "deep").unwrap();
    fs::write(place.path("sites/www/c"), "old").unwrap();
    for (path, now) in [("sites/www/a", 10 * DAY), ("sites/www/c", 10 * DAY)] {
        assert_eq!(place.ask(FileAsk::Delete { path: at(path), now }), DONE);
    }
    let gone = place.ask(FileAsk::Delete { path: at("sites/www/c"), now: 0 });
    assert_eq!((gone, place.trash().len()), (refused(FileRefusal::Gone), 2));
    assert!(place.list("private").is_empty(), "the trash stands in no listing");
    // Back, even where its folder is gone meanwhile; never over something.
    fs::remove_dir(place.path("sites/www")).unwrap();
    let (id, from) = place.trash().pop().unwrap();
    assert_eq!(from, "sites/www/a");
    assert_eq!(place.ask(FileAsk::Restore { id: id.clone() }), FileSaid::Done { path: Some(at(&from)) });
    assert_eq!(place.text("sites/www/a/b"), "deep");
    assert_eq!(place.ask(FileAsk::Restore { id }), refused(FileRefusal::Gone));
    let (id, _) = place.trash().pop().unwrap();
    assert_eq!(place.ask(FileAsk::Restore { id }), FileSaid::Done { path: Some(at("sites/www/c")) });
    // What stands there now stays: it comes back beside, and a program is still one.
    for (path, beside) in [("sites/www/c", "sites/www/c (2)"), ("sites/www/p.php", "sites/www/p (2).php")] {
        fs::write(place.path(path), "old").unwrap();
        assert_eq!(place.ask(FileAsk::Delete { path: at(path), now: 10 * DAY }), DONE);
        fs::write(place.path(path), "new").unwrap();
        let (id, _) = place.trash().pop().unwrap();
        assert_eq!(place.ask(FileAsk::Restore { id }), FileSaid::Done { path: Some(at(beside)) });
        assert_eq!((place.text(path), place.text(beside)), ("new".into(), "old".into()));
    }
    assert_eq!(place.ask(FileAsk::Delete { path: at("sites/www/c"), now: 10 * DAY }), DONE);
    // Each kind of rubbish the account may leave there is nothing to us.
    fs::create_dir(place.path("private/.trash/0000000000001-0")).unwrap();
    symlink("/etc", place.path("private/.trash/0000000000002-0")).unwrap();
    assert_eq!(place.trash().len(), 1);
    assert_eq!(place.ask(FileAsk::EmptyTrash { now: 40 * DAY }), DONE);
    assert_eq!(place.trash().len(), 1);
    assert_eq!(place.ask(FileAsk::EmptyTrash { now: 40 * DAY + 1 }), DONE);
    assert_eq!(fs::read_dir(place.path("private/.trash")).unwrap().count(), 0);
    assert!(PathBuf::from("/etc/passwd").exists());
}

/// Links out of the home lead nowhere, also while they are swapped.
#[test]
fn no_link_leads_out_of_the_home() {
    let place = Place::new();
    let outside = place.root.path().join("other");
    symlink(&outside, place.path("sites/out")).unwrap();
    symlink("../../other", place.path("sites/up")).unwrap();
    symlink("www", place.path("sites/in")).unwrap();
    symlink("round", place.path("sites/round")).unwrap();
    fs::write(place.path("sites/www/mine"), "mine").unwrap();
    for path in ["sites/out", "sites/up", "sites/round"] {
        let below = format!("{path}/honey");
        let list = FileAsk::List { path: at(path), sort: FileSort::Name, down: false, skip: 0, limit: 9 };
        assert_eq!(place.ask(list), refused(FileRefusal::Outside), "{path}");
        assert_eq!(place.ask(FileAsk::Read { path: at(&below) }), refused(FileRefusal::Outside));
        assert_eq!(place.put(&below, Over::Replace, "x"), refused(FileRefusal::Outside));
        assert_eq!(place.ask(FileAsk::Delete { path: at(&below), now: 0 }), refused(FileRefusal::Outside));
    }
    assert_eq!(place.list("sites/in").len(), 1);
    // Within the home too, a link is not read in place of its file: it could never be saved.
    symlink("www/mine", place.path("sites/text")).unwrap();
    assert_eq!(place.ask(FileAsk::Read { path: at("sites/text") }), refused(FileRefusal::Link));
    assert!(
        place
            .talk(&FileAsk::Read { path: at("sites/in/mine") }, &[])
            .contains(&Frame::Octets(b"mine".to_vec()))
    );
    assert_eq!(place.put("sites/www", Over::Replace, "x"), refused(FileRefusal::FolderThere));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (way, spare) = (place.path("sites/way"), place.path(&format!("sites/.{}", id())));
            while !stop.load(Ordering::Relaxed) {
                let _ = fs::create_dir(&way);
                let _ = fs::rename(&way, &spare);
                let _ = symlink(&outside, &way);
                let _ = fs::remove_file(&way);
                let _ = fs::remove_dir_all(&spare);
            }
        });
        for _ in 0..2_000 {
            let frames = place.talk(&FileAsk::Read { path: at("sites/way/honey") }, &[]);
            assert!(!frames.contains(&Frame::Octets(b"theirs".to_vec())));
            place.put("sites/way/honey", Over::Replace, "spoiled");
            place.ask(FileAsk::Delete { path: at("sites/way/honey"), now: 1 });
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(fs::read_to_string(outside.join("honey")).unwrap(), "theirs");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn what_is_no_ask_is_refused_and_the_next_one_heard() {
    let place = Place::new();
    let mut wire = Vec::new();
    for json in ["{", r#"{"do":"read","path":"../other/honey"}"#, r#"{"do":"trash"}"#] {
        frame::write(&mut wire, &Frame::Text(json.into())).unwrap();
    }
    let mut said = Vec::new();
    serve(&place.home, &mut Cursor::new(wire), &mut said).unwrap();
    let said = String::from_utf8_lossy(&said);
    assert_eq!((said.matches("unreadable").count(), said.matches("items").count()), (2, 1), "{said}");
    for wire in [&b"t\xff\xff\xff\xff"[..], b"x\0\0\0\0", b"t\0\0\0\x02a", b"o\0\x01\0\x01"] {
        serve(&place.home, &mut Cursor::new(wire), &mut Vec::new()).unwrap_err();
    }
}

#[test]
fn where_openat2_is_hidden_names_are_walked_and_no_link_is_followed() {
    let place = Place::new();
    fs::create_dir_all(place.path("private/a/b")).unwrap();
    fs::write(place.path("private/a/b/c"), "deep").unwrap();
    symlink(place.root.path().join("other"), place.path("private/out")).unwrap();
    let open = |path: &str| place.home.walk(&at(path), OFlag::O_RDONLY, Mode::empty());
    assert!(open("private/a/b/c").is_ok() && open("private/a").is_ok() && open("").is_ok());
    for gone in ["private/out", "private/out/honey", "private/a/b/c/d", "private/none"] {
        assert!(open(gone).is_err(), "{gone}");
    }
}
