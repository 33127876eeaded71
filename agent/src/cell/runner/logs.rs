//! The tenant's own logs, kept small by the tenant's own process: root never works in a home.

use std::{fs, path::Path};

/// A log that has grown beyond this becomes the one older copy.
const LARGE: u64 = 10 * 1024 * 1024;

/// Before Apache opens them.
pub fn keep_small(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let large = entry.metadata().is_ok_and(|file| file.is_file() && file.len() > LARGE);
        if large && path.extension().is_some_and(|end| end == "log") {
            // What cannot be renamed stays; the tenant's space is the tenant's.
            let _ = fs::rename(&path, path.with_extension("log.1"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_logs_move() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, size: u64| {
            let file = fs::File::create(dir.path().join(name)).unwrap();
            file.set_len(size).unwrap();
        };
        file("a.log", LARGE + 1);
        file("b.log", LARGE);
        file("c.txt", LARGE + 1);
        keep_small(dir.path());
        let mut names: Vec<_> = fs::read_dir(dir.path()).unwrap().flatten().map(|e| e.file_name()).collect();
        names.sort();
        assert_eq!(names, ["a.log.1", "b.log", "c.txt"]);
    }
}
