//! The process at the other end of a session: `alveole-files`, with the account's uid and nothing else.

use crate::exec::Program;
use model::{Account, DatabaseName};
use std::io;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    process::Child,
};

/// Everybody may run it and nobody but root read it: so the kernel lets no process of the same user look into it, or hold it.
pub const FILES: &str = "/usr/lib/alveole/alveole-files";

/// A process that works on files, as its session speaks to it; it ends when this is dropped.
pub struct Helper {
    pub input: Box<dyn AsyncWrite + Send + Unpin>,
    pub output: Box<dyn AsyncRead + Send + Unpin>,
    pub child: Option<Child>,
}

pub fn program(of: &Account, database: Option<&DatabaseName>) -> io::Result<Helper> {
    if let Some(database) = database {
        return super::dump::program(of, database);
    }
    let uid = of.uid.get();
    let program = Program::new(FILES).arg(of.name.as_str()).user(uid, uid);
    let mut child = program.converse().map_err(io::Error::other)?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    Ok(Helper { input: Box::new(input), output: Box::new(output), child: Some(child) })
}
