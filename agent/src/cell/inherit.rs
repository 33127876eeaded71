//! The listening socket systemd made for us: fd 0 (`StandardInput=socket`), so that a restart loses no request and
//! nothing unsafe is needed to take it.

use std::{
    io,
    os::{fd::AsFd, unix::net::UnixListener},
};

pub fn listener() -> io::Result<UnixListener> {
    let listener = UnixListener::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    if !nix::sys::socket::getsockopt(&listener, nix::sys::socket::sockopt::AcceptConn)? {
        return Err(io::Error::other(
            "stdin is no listening socket: start this program by its systemd socket",
        ));
    }
    Ok(listener)
}
