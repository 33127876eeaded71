//! An installation as systemd sees it: a transient unit, as closed as the account's PHP and its cron jobs, and without a network besides.

use crate::{cron_job::unit::CLOSED, exec::Program, limits::slice, paths::Paths};
use model::{App, AppId, UnixName};

/// The unit of an application's installation.
pub fn name(account: &UnixName, id: AppId) -> String {
    format!("alveole-app-{account}-{}.service", id.simple())
}

/// Whether a unit installs something for this account.
pub fn is_of(unit: &str, account: &UnixName) -> bool {
    slice::id_of("alveole-app", unit, account).is_some()
}

/// Those that are the same for all.
const LINES: &[&str] = &[
    // Its database is reached over a Unix socket; nothing else is asked of anybody.
    "PrivateNetwork=yes",
    "RuntimeMaxSec=300",
    // What it writes for root to read has an end; no file of an application is as large.
    "LimitFSIZE=64M",
    // Where root notes its end. No tenant may enter.
    "BindPaths=/run/alveole/apps",
    "BindReadOnlyPaths=-/var/lib/dokuwiki",
];

/// What starts it, and says whether it started.
pub fn start(app: &App, paths: &Paths) -> Program {
    let App { account, id, .. } = app;
    let mut program = Program::new("/usr/bin/systemd-run")
        .args(["--quiet", "--collect", "--expand-environment=no"])
        .arg(format!("--unit={}", name(account, *id)))
        .arg(format!("--description=Alvéole installs {} for {account}", app.application.name()));
    let own = [
        format!("User={account}"),
        format!("Slice={}", slice::name(account)),
        format!("StandardInput=file:{}", paths.app(*id, "json").display()),
        // Added to, not cut: what notes the end opens it once more, and it begins empty (`steps::start`).
        format!("StandardOutput=append:{}", paths.app(*id, "out").display()),
        format!("BindPaths=/home/{account} /home/{account}/tmp:/tmp"),
        format!(
            "BindReadOnlyPaths=/var/lib/alveole/cells/{account}/passwd:/etc/passwd /var/lib/alveole/cells/{account}/group:/etc/group"
        ),
        format!("ExecStopPost=+/usr/lib/alveole/alveole-app --ended {}", id.simple()),
    ];
    for line in CLOSED.iter().chain(LINES).copied().chain(own.iter().map(String::as_str)) {
        program = program.arg(format!("--property={line}"));
    }
    program.args(["--", "/usr/lib/alveole/alveole-app"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_one_account_s() {
        let id = AppId::new(7, &[7; 10]);
        let [les, amis]: [UnixName; 2] = ["les".parse().unwrap(), "les-amis".parse().unwrap()];
        assert!(is_of(&name(&amis, id), &amis) && is_of(&name(&les, id), &les));
        assert!(!is_of(&name(&amis, id), &les) && !is_of(&name(&les, id), &amis));
    }
}
