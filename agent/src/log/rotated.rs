//! The access log and what logrotate made of it: `access.log`, `access.log-20261128`, `access.log-20261127.gz`. A file is known by the time of
//! its first line, which it keeps when it is renamed or compressed.

use super::{lines, visit};
use flate2::read::MultiGzDecoder;
use std::{
    fs::{self, File},
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

/// Lines at a file's beginning that may be of another kind (written before an upgrade) until it is taken for another file altogether.
const STRANGE: usize = 2000;

/// One file of the log, open.
pub struct Part {
    pub file: File,
    pub compressed: bool,
    /// The time of its first line.
    pub first: u64,
}

/// The files of a log, the newest first. Of one that is being compressed both are there: the plain one counts.
pub fn files(log: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(folder), Some(base)) = (log.parent(), log.file_name().and_then(|name| name.to_str())) else {
        return Ok(vec![]);
    };
    let mut names: Vec<String> = vec![];
    for entry in fs::read_dir(folder)? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        let rest = name.strip_prefix(base);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
            names.push(name);
        }
    }
    let stem = |name: &str| name.strip_suffix(".gz").unwrap_or(name).to_owned();
    // The log itself first; then by date, plain before compressed.
    names.sort_by(|a, b| {
        (b == base).cmp(&(a == base)).then(stem(b).cmp(&stem(a))).then(a.len().cmp(&b.len()))
    });
    names.dedup_by(|later, kept| stem(later) == stem(kept));
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// Opens one; `None`: there is no line of ours in it, or it is gone meanwhile.
pub fn open(path: &Path) -> io::Result<Option<Part>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let compressed = path.extension().is_some_and(|end| end == "gz");
    let mut first = None;
    let mut looked = 0;
    let each = |_: u64, line: &[u8]| {
        first = visit::time_of(line);
        looked += 1;
        if first.is_some() || looked == STRANGE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    if compressed {
        unzipped(&file, each)?;
    } else {
        lines::forwards(&file, each)?;
    }
    Ok(first.map(|first| Part { file, compressed, first }))
}

/// The lines of a compressed file, from its beginning. One that is broken or cut off ends there: the others are still read.
pub fn unzipped(file: &File, each: impl FnMut(u64, &[u8]) -> ControlFlow<()>) -> io::Result<()> {
    match lines::forwards(MultiGzDecoder::new(file), each) {
        Err(error) if BROKEN.contains(&error.kind()) => {
            tracing::warn!(%error, "a rotated access log is broken");
            Ok(())
        }
        other => other,
    }
}

const BROKEN: [io::ErrorKind; 3] =
    [io::ErrorKind::InvalidData, io::ErrorKind::InvalidInput, io::ErrorKind::UnexpectedEof];

#[cfg(test)]
mod tests {
    use super::{super::visit::tests::line, *};
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    #[test]
    fn parts_come_newest_first_and_are_known_by_their_first_line() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
        put("access.log", b"");
        put("access.log-20261128", line("a.example", 2000, "/", 200).as_bytes());
        let mut gz = GzEncoder::new(vec![], Compression::fast());
        gz.write_all(format!("an old line\n{}", line("a.example", 1000, "/", 200)).as_bytes()).unwrap();
        put("access.log-20261127.gz", &gz.finish().unwrap());
        put("access.log-20261128.gz", b"half");
        put("access.log-20261126.gz", b"no gzip");
        put("access.log-20261125.gz", b"");
        put("error.log", b"x");
        put("access.logs", b"x");
        let found = files(&dir.path().join("access.log")).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(
            names,
            [
                "access.log",
                "access.log-20261128",
                "access.log-20261127.gz",
                "access.log-20261126.gz",
                "access.log-20261125.gz"
            ]
        );
        let firsts: Vec<_> = found.iter().map(|path| open(path).unwrap().map(|part| part.first)).collect();
        assert_eq!(firsts, [None, Some(2000), Some(1000), None, None]);
    }
}
