//! systemd's readiness protocol, sd_notify(3): datagrams to $NOTIFY_SOCKET.

use nix::time::{ClockId, clock_gettime};
use std::{env, io, os::unix::net::UnixDatagram, path::PathBuf};

/// Where to tell; nowhere when nobody asked.
pub struct Notify(Option<(UnixDatagram, PathBuf)>);

impl Notify {
    pub fn from_env() -> io::Result<Notify> {
        match env::var_os("NOTIFY_SOCKET") {
            Some(path) => Notify::to(path.into()),
            None => Ok(Notify(None)),
        }
    }

    pub fn to(path: PathBuf) -> io::Result<Notify> {
        Ok(Notify(Some((UnixDatagram::unbound()?, path))))
    }

    fn tell(&self, message: &str) -> io::Result<()> {
        if let Some((socket, path)) = &self.0 {
            socket.send_to(message.as_bytes(), path)?;
        }
        Ok(())
    }

    pub fn ready(&self) -> io::Result<()> {
        self.tell("READY=1")
    }

    pub fn reloading(&self) -> io::Result<()> {
        let now = clock_gettime(ClockId::CLOCK_MONOTONIC)?;
        self.tell(&format!(
            "RELOADING=1\nMONOTONIC_USEC={}",
            now.tv_sec() * 1_000_000 + now.tv_nsec() / 1_000
        ))
    }

    pub fn stopping(&self) -> io::Result<()> {
        self.tell("STOPPING=1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_hears_what_it_understands() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let systemd = UnixDatagram::bind(&path).unwrap();
        let notify = Notify::to(path).unwrap();
        let mut buffer = [0; 128];
        let mut heard = || {
            let n = systemd.recv(&mut buffer).unwrap();
            String::from_utf8_lossy(&buffer[..n]).into_owned()
        };
        notify.ready().unwrap();
        assert_eq!(heard(), "READY=1");
        notify.reloading().unwrap();
        assert!(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
        notify.stopping().unwrap();
        assert_eq!(heard(), "STOPPING=1");
    }
}
