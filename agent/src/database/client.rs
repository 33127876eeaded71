//! How the agent speaks to MariaDB: as root over its Unix socket, which knows who asks.

use super::protocol::Connection;
use crate::reconcile::trouble::Trouble;
use model::text;
use std::{io, path::Path, time::Duration};

/// What runs SQL; tests have their own.
pub trait Engine: Send + Sync {
    /// Runs statements, each on lines of its own and ended by `;`, one after the other until one fails; gives the rows, columns parted by tabs.
    fn run(&self, sql: &str) -> Result<String, Trouble>;
}

const SERVER: &str = "/usr/sbin/mariadbd";
const SOCKET: &str = "/run/mysqld/mysqld.sock";
/// For one answer, and for a large database to be dropped: others wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);
const DROP: Duration = Duration::from_secs(60);
/// What every run begins with: our text means the same whatever the server's own settings are.
const BEFORE: &str = "SET SESSION sql_mode='', SESSION sql_log_bin=0";

/// The host's own server.
pub struct Socket;

impl Engine for Socket {
    fn run(&self, sql: &str) -> Result<String, Trouble> {
        if !crate::exec::installed(SERVER) {
            return Err(Trouble::Refused(text!(
                "MariaDB n’est pas installé sur cet hôte\u{a0}: la coopérative doit installer le paquet mariadb-server.",
                "MariaDB is not installed on this host: the cooperative has to install the package mariadb-server."
            )));
        }
        run(sql).map_err(|error| {
            let error = match error.kind() {
                io::ErrorKind::Other => io::Error::other(redacted(&error.to_string())),
                _ => error,
            };
            Trouble::io("MariaDB", error)
        })
    }
}

fn run(sql: &str) -> io::Result<String> {
    let mut connection = Connection::open(Path::new(SOCKET), PATIENCE)?;
    let mut out = String::new();
    connection.query(BEFORE, &mut out)?;
    for statement in sql.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        connection.wait_for(if statement.starts_with("DROP DATABASE") { DROP } else { PATIENCE })?;
        connection.query(statement, &mut out)?;
    }
    Ok(out)
}

/// The server may repeat what it did not understand; no hash is told to anybody.
fn redacted(said: &str) -> String {
    let mut parts = said.split('*');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        out.push('*');
        out.push_str(if digits >= 8 { "…" } else { &part[..digits] });
        out.push_str(&part[digits..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_repeats_holds_no_hash() {
        let hash = "0A".repeat(20);
        assert_eq!(
            redacted(&format!("ERROR 1064 at line 3: near 'USING '*{hash}' WITH' 2*3 *")),
            "ERROR 1064 at line 3: near 'USING '*…' WITH' 2*3 *"
        );
        // Cut off by the client.
        assert_eq!(redacted("near '*0A0A0A0A0A"), "near '*…");
    }
}
