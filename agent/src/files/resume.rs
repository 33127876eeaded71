//! A file that comes in several parts: what has arrived waits beside what else is on its way, under its mark, and goes with it after a day.

use super::{
    Did, Stop, Wire,
    act::{LARGEST, fits},
    home::{Home, Spot, c_string, must_be_file},
    trash,
};
use model::{
    HomePath,
    files::{FileRefusal, FileSaid, Over},
    upload::UploadMark,
};
use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg, OFlag, openat, renameat},
    sys::stat::{Mode, fchmod, fstat},
    unistd::{UnlinkatFlags, unlinkat},
};
use std::{
    fs::File,
    io::{Read, Write},
};

/// Which file it is, where its contents go on, and how much it has in all.
pub struct Part {
    pub mark: UploadMark,
    pub from: u64,
    pub size: u64,
}

fn spot(home: &Home, mark: &UploadMark) -> Did<Spot> {
    let name = c_string(format!("upload-{mark}").as_bytes())?;
    Ok(Spot { folder: trash::coming(home)?.folder, name })
}

/// How much of it is here.
pub fn so_far(home: &Home, mark: &UploadMark) -> Did<FileSaid> {
    let octets = match spot(home, mark)?.found()? {
        Some(stat) if must_be_file(&stat).is_ok() => u64::try_from(stat.st_size).unwrap_or(0),
        _ => 0,
    };
    Ok(FileSaid::SoFar { octets })
}

/// Takes what follows. Once all of it is here it is put in place, whole or not at all; what is cut off before stays.
pub fn resume<I: Read, O: Write>(
    home: &Home,
    (path, over): (&HomePath, &Over),
    part: &Part,
    wire: &mut Wire<'_, I, O>,
) -> Did<FileSaid> {
    if part.size > LARGEST {
        return Err(FileRefusal::TooLarge.into());
    }
    let to = home.own_spot(path)?;
    fits(&to, over)?;
    let coming = spot(home, &part.mark)?;
    let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_APPEND | OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW;
    let mode = Mode::from_bits_truncate(0o640);
    let opened = openat(&coming.folder, coming.name.as_c_str(), flags | OFlag::O_CLOEXEC, mode)?;
    must_be_file(&fstat(&opened)?)?;
    // Two connections bring one file, where the first is cut and does not know it yet.
    let lock = FlockArg::LockExclusiveNonblock;
    let mut file = Flock::lock(File::from(opened), lock).map_err(|(_, errno)| match errno {
        Errno::EWOULDBLOCK => Stop::Refused(FileRefusal::Busy),
        other => other.into(),
    })?;
    let here = u64::try_from(fstat(&*file)?.st_size).unwrap_or(0);
    if here != part.from || here > part.size {
        return Err(FileRefusal::Offset.into());
    }
    wire.say(&FileSaid::Ready)?;
    let taken = take(&mut file, here, part.size, wire);
    let total = match taken {
        // What cannot be finished here only takes the room it lacks.
        Err(Stop::Refused(FileRefusal::Full | FileRefusal::TooLarge)) => {
            let _ = unlinkat(&coming.folder, coming.name.as_c_str(), UnlinkatFlags::NoRemoveDir);
            return Err(FileRefusal::Full.into());
        }
        other => other?,
    };
    if total < part.size {
        return Ok(FileSaid::SoFar { octets: total });
    }
    if let Some(mode) = fits(&to, over)? {
        fchmod(&*file, Mode::from_bits_truncate(mode.bits()))?;
    }
    file.sync_data()?;
    match over {
        Over::Refuse => coming.rename_to(&to)?,
        Over::Replace | Over::Same(_) => {
            renameat(&coming.folder, coming.name.as_c_str(), &to.folder, to.name.as_c_str())?;
        }
    }
    Ok(FileSaid::Done { path: None })
}

fn take<I: Read, O: Write>(file: &mut File, here: u64, size: u64, wire: &mut Wire<'_, I, O>) -> Did<u64> {
    let (mut failed, mut total) = (None, here);
    while let Some(octets) = wire.next()? {
        // All of it is heard, so that the next ask is one; after a failure it goes nowhere.
        if failed.is_some() {
            continue;
        }
        failed = match total + octets.len() as u64 > size {
            true => Some(Stop::Refused(FileRefusal::Offset)),
            false => file.write_all(&octets).err().map(Stop::from),
        };
        total += octets.len() as u64;
    }
    failed.map_or(Ok(total), Err)
}

#[cfg(test)]
mod tests {
    use super::super::{
        Frame, frame, serve,
        tests::{DONE, Place, at, refused},
    };
    use super::*;
    use model::files::FileAsk;
    use std::{fs, io::Cursor};

    #[test]
    fn a_cut_upload_goes_on_where_it_ended() {
        let place = Place::new();
        let mark = model::upload::UploadMark::of(&[7; 32]);
        let resume = |from: u64, over: Over| FileAsk::Resume {
            path: at("sites/www/big"),
            over,
            mark: mark.clone(),
            from,
            size: 9,
        };
        let so_far = || place.ask(FileAsk::SoFar { mark: mark.clone() });
        let said = |frames: Vec<Frame>| match frames.last().unwrap() {
            Frame::Text(json) => serde_json::from_str::<FileSaid>(json).unwrap(),
            Frame::Octets(_) => panic!("contents"),
        };
        assert_eq!(so_far(), FileSaid::SoFar { octets: 0 });
        // Cut off: no end comes.
        let cut = |ask: &FileAsk, contents: &[u8]| {
            let mut wire = Vec::new();
            frame::write(&mut wire, &Frame::Text(serde_json::to_string(ask).unwrap())).unwrap();
            frame::write(&mut wire, &Frame::Octets(contents.to_vec())).unwrap();
            serve(&Home::open(&place.path("")).unwrap(), &mut Cursor::new(wire), &mut Vec::new())
                .unwrap_err();
        };
        cut(&resume(0, Over::Refuse), b"one");
        assert_eq!(so_far(), FileSaid::SoFar { octets: 3 });
        assert!(!place.path("sites/www/big").exists());
        for wrong in [0, 2, 4, 9] {
            let refusal = said(place.talk(&resume(wrong, Over::Refuse), &[]));
            assert_eq!(refusal, refused(FileRefusal::Offset), "{wrong}");
        }
        // More than it was to have; what went in before stays.
        assert_eq!(
            said(place.talk(&resume(3, Over::Refuse), &[b"twothree!", b""])),
            refused(FileRefusal::Offset)
        );
        // A part that ends by itself.
        assert_eq!(said(place.talk(&resume(3, Over::Refuse), &[b"two", b""])), FileSaid::SoFar { octets: 6 });
        // Something stands there meanwhile: it stays, and so does what came.
        fs::write(place.path("sites/www/big"), "theirs").unwrap();
        assert_eq!(said(place.talk(&resume(6, Over::Refuse), &[])), refused(FileRefusal::Exists));
        assert_eq!(said(place.talk(&resume(6, Over::Replace), &[b"end", b""])), DONE);
        assert_eq!(place.text("sites/www/big"), "onetwoend");
        assert_eq!(so_far(), FileSaid::SoFar { octets: 0 });
        // While one connection brings it, another does not.
        let held = place.path("private/.trash/.coming").join(format!("upload-{mark}"));
        let file = fs::File::create(held).unwrap();
        let lock = nix::fcntl::Flock::lock(file, nix::fcntl::FlockArg::LockExclusive).unwrap();
        assert_eq!(said(place.talk(&resume(0, Over::Replace), &[])), refused(FileRefusal::Busy));
        drop(lock);
        let whole = FileAsk::Resume {
            path: at("sites/www/x"),
            over: Over::Refuse,
            mark: mark.clone(),
            from: 0,
            size: 8 << 30,
        };
        assert!(matches!(said(place.talk(&whole, &[b"x", b""])), FileSaid::SoFar { octets: 1 }));
        // What nobody goes on with is gone after a day.
        assert_eq!(place.ask(FileAsk::EmptyTrash { now: i64::MAX / 2 }), DONE);
        assert_eq!(so_far(), FileSaid::SoFar { octets: 0 });
    }
}
