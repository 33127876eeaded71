//! The cell's door: the socket nginx knocks at. Bound by root, opened by the tenant (so that SO_PEERCRED names the
//! tenant), closed without losing anyone who was already before it.

use model::TenantUid;
use nix::{
    sys::{
        socket::{
            AddressFamily, Backlog, Shutdown, SockFlag, SockType, UnixAddr, bind, listen, shutdown, socket,
        },
        stat::{Mode, umask},
    },
    unistd::{Gid, Uid, geteuid, getresgid, getresuid, setgroups, setresgid, setresuid, setuid, unlink},
};
use std::{
    io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::{UnixListener, UnixStream},
    },
    path::Path,
};

/// Visitors the kernel keeps waiting while we are busy.
const QUEUE: i32 = 4096;

/// Bound, not yet open.
pub struct Door(OwnedFd);

impl Door {
    /// For nginx's group alone, which the folder gives (setgid).
    pub fn bind(path: &Path) -> io::Result<Door> {
        match unlink(path) {
            Ok(()) | Err(nix::errno::Errno::ENOENT) => {}
            Err(errno) => return Err(errno.into()),
        }
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let socket = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
        let before = umask(Mode::from_bits_truncate(0o117));
        let bound = bind(socket.as_raw_fd(), &UnixAddr::new(path)?);
        umask(before);
        bound?;
        Ok(Door(socket))
    }

    pub fn open(self) -> io::Result<UnixListener> {
        listen(&self.0, Backlog::new(QUEUE)?)?;
        Ok(UnixListener::from(self.0))
    }
}

/// Refuses all who come from now on, and returns those who came before.
pub fn close(listener: tokio::net::UnixListener) -> io::Result<Vec<UnixStream>> {
    let listener = listener.into_std()?;
    shutdown(listener.as_raw_fd(), Shutdown::Both)?;
    let mut visitors = Vec::new();
    while let Ok((visitor, _)) = listener.accept() {
        visitor.set_nonblocking(true)?;
        visitors.push(visitor);
    }
    Ok(visitors)
}

/// From root to the tenant, for good, and proves it.
pub fn become_tenant(uid: TenantUid) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(uid.get()), Gid::from_raw(uid.get()));
    if geteuid().is_root() {
        setgroups(&[])?;
        setresgid(gid, gid, gid)?;
        setresuid(uid, uid, uid)?;
    }
    let (u, g) = (getresuid()?, getresgid()?);
    let all = [u.real, u.effective, u.saved].iter().all(|one| *one == uid)
        && [g.real, g.effective, g.saved].iter().all(|one| *one == gid);
    if !all || setuid(Uid::from_raw(0)).is_ok() {
        return Err(io::Error::other("the tenant's uid was not taken for good"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{ErrorKind, Read, Write};
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn who_knocked_before_is_let_in_who_knocks_after_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        let listener =
            tokio::net::UnixListener::from_std(Door::bind(&path).unwrap().open().unwrap()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        let mut before: Vec<UnixStream> = (0..10).map(|_| UnixStream::connect(&path).unwrap()).collect();
        before[9].write_all(b"hello").unwrap();
        let mut let_in = close(listener).unwrap();
        assert_eq!(let_in.len(), 10);
        assert_eq!(UnixStream::connect(&path).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        let mut said = [0; 5];
        let_in[9].read_exact(&mut said).unwrap();
        assert_eq!(&said, b"hello");
    }

    /// Nobody is lost however closing and knocking fall together: each visitor is either let in or refused at once.
    #[tokio::test]
    async fn no_visitor_falls_between() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..50 {
            let path = dir.path().join(format!("{round}.sock"));
            let listener =
                tokio::net::UnixListener::from_std(Door::bind(&path).unwrap().open().unwrap()).unwrap();
            let knocking = std::thread::spawn(move || {
                let mut in_queue = Vec::new();
                loop {
                    match UnixStream::connect(&path) {
                        Ok(stream) => in_queue.push(stream),
                        Err(_) => return in_queue,
                    }
                }
            });
            tokio::task::yield_now().await;
            let let_in = close(listener).unwrap();
            assert_eq!(let_in.len(), knocking.join().unwrap().len());
        }
    }

    #[test]
    fn a_stale_socket_is_replaced_and_a_long_path_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        drop(Door::bind(&path).unwrap());
        assert!(Door::bind(&path).is_ok());
        assert!(Door::bind(&dir.path().join("a".repeat(120))).is_err());
    }
}
