//! What a program writes, and what becomes of it: lines of a log in the account's own folder, each with its time, kept small. Written by the
//! tenant's own process.

use jiff::Timestamp;
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};
use tokio::io::{AsyncRead, AsyncReadExt};

/// A log that has grown beyond this becomes the one older copy.
const LARGE: u64 = 10 * 1024 * 1024;
/// What is longer is cut into several lines.
const LONGEST: usize = 4000;

/// The log of one program.
pub struct Output {
    path: PathBuf,
    open: Mutex<Option<(File, u64)>>,
}

impl Output {
    pub fn new(path: PathBuf) -> Output {
        Output { path, open: Mutex::new(None) }
    }

    /// What is not written is lost: a full disk is no reason to end.
    pub fn line(&self, text: &[u8]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.as_ref().is_some_and(|(_, size)| *size > LARGE) {
            *open = None;
            let _ = fs::rename(&self.path, self.path.with_extension("log.1"));
        }
        if open.is_none() {
            // Whatever the tenant may have put there, nobody waits for it.
            let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
            let file =
                OpenOptions::new().append(true).create(true).mode(0o640).custom_flags(flags).open(&self.path);
            *open = file
                .and_then(|file| Ok((file.metadata()?.len(), file)))
                .ok()
                .map(|(size, file)| (file, size));
        }
        let Some((file, size)) = open.as_mut() else { return };
        let stamp = Timestamp::now().strftime("[%d-%b-%Y %H:%M:%S UTC] ").to_string();
        let line = [stamp.as_bytes(), text, b"\n"].concat();
        if file.write_all(&line).is_ok() {
            *size += line.len() as u64;
        } else {
            *open = None;
        }
    }

    /// A word of our own.
    pub fn say(&self, text: &str) {
        self.line(format!("Alvéole: {text}").as_bytes());
    }

    /// Notes all that comes, line by line, until it ends.
    pub async fn hear(&self, mut from: impl AsyncRead + Unpin) {
        let mut held: Vec<u8> = Vec::with_capacity(LONGEST);
        let mut piece = [0; 4096];
        loop {
            let count = from.read(&mut piece).await.unwrap_or(0);
            for byte in &piece[..count] {
                if *byte != b'\n' {
                    held.push(*byte);
                }
                if *byte == b'\n' || held.len() >= LONGEST {
                    self.line(held.trim_ascii_end());
                    held.clear();
                }
            }
            if count == 0 {
                break;
            }
        }
        if !held.is_empty() {
            self.line(&held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_have_their_time_and_the_log_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a_program.log");
        let output = Output::new(path.clone());
        output.hear(&b"one\r\ntwo\n\nlast"[..]).await;
        output.say("ended");
        let text = fs::read_to_string(&path).unwrap();
        let said: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once("UTC] ")?.1)).collect();
        assert_eq!(said, ["one", "two", "", "last", "Alvéole: ended"]);
        output.hear(&vec![b'x'; 2 * LONGEST + 1][..]).await;
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 8);
        // Grown beyond its bound, it begins anew and the older copy stays.
        File::options().append(true).open(&path).unwrap().set_len(LARGE + 1).unwrap();
        Output::new(path.clone()).say("the first that sees it");
        let output = Output::new(path.clone());
        output.say("goes");
        output.say("into another");
        assert!(fs::metadata(path.with_extension("log.1")).unwrap().len() > LARGE);
        assert!(fs::metadata(&path).unwrap().len() < 200);
    }

    #[test]
    fn no_link_is_followed_and_no_pipe_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let other = dir.path().join("other");
        fs::write(&other, "kept").unwrap();
        let link = dir.path().join("link.log");
        std::os::unix::fs::symlink(&other, &link).unwrap();
        Output::new(link).say("x");
        assert_eq!(fs::read_to_string(&other).unwrap(), "kept");
        let pipe = dir.path().join("pipe.log");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        Output::new(pipe).say("x");
    }
}
