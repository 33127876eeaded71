//! How the agent speaks to MariaDB: as root over its Unix socket, which knows who asks, through Debian's own client.

use crate::{
    exec::{ExecError, Program},
    reconcile::trouble::Trouble,
};
use model::text;
use std::time::Duration;

/// What runs SQL; tests have their own.
pub trait Engine: Send + Sync {
    /// Runs statements one after the other until one fails; gives the rows, columns parted by tabs.
    fn run(&self, sql: &str) -> Result<String, Trouble>;
}

const CLIENT: &str = "/usr/bin/mariadb";
const SOCKET: &str = "/run/mysqld/mysqld.sock";
/// A look or a change; dropping a large database takes longer than anything else.
const PATIENCE: Duration = Duration::from_secs(60);
const MOST_OUTPUT: usize = 4 * 1024 * 1024;
/// What every run begins with: our text means the same whatever the server's own settings are.
const BEFORE: &str = "SET SESSION sql_mode='', SESSION sql_log_bin=0;\n";

/// The host's own server.
pub struct Socket;

impl Engine for Socket {
    fn run(&self, sql: &str) -> Result<String, Trouble> {
        if !crate::exec::installed(CLIENT) {
            return Err(Trouble::Refused(text!(
                "MariaDB n’est pas installé sur cet hôte\u{a0}: la coopérative doit installer le paquet mariadb-server.",
                "MariaDB is not installed on this host: the cooperative has to install the package mariadb-server."
            )));
        }
        let ran = Program::new(CLIENT)
            // First of all, or the client does not know it.
            .arg("--no-defaults")
            .args(["--protocol=socket", "--user=root", "--batch", "--skip-column-names"])
            .args(["--connect-timeout=5", "--default-character-set=utf8mb4"])
            .arg(format!("--socket={SOCKET}"))
            .stdin(format!("{BEFORE}{sql}"))
            .timeout(PATIENCE)
            .most_output(MOST_OUTPUT)
            .run();
        match ran {
            Ok(output) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Err(source) => {
                Err(Trouble::Program { about: "MariaDB".to_owned(), source: without_hashes(source) })
            }
        }
    }
}

/// The server may repeat what it did not understand.
fn without_hashes(error: ExecError) -> ExecError {
    match error {
        ExecError::Failed { program, status, stderr } => {
            ExecError::Failed { program, status, stderr: redacted(&stderr) }
        }
        ExecError::TimedOut { program, after, stderr } => {
            ExecError::TimedOut { program, after, stderr: redacted(&stderr) }
        }
        other => other,
    }
}

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
