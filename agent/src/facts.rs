//! What the agent tells of its host when it connects.

use crate::{
    app::found,
    database::dump,
    exec::{self, Program},
    limits::quota::{self, HostQuotas, Quotas},
    outbox, sftp, transfer,
};
use model::{FoundRuntime, HomeDisk, HostFacts, PhpVersion, Runtime, TenantUid};
use std::{path::Path, time::Duration};

pub fn of_host() -> HostFacts {
    let read = |path: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.trim().chars().filter(|c| !c.is_control()).take(100).collect()
    };
    HostFacts {
        debian: read("/etc/debian_version"),
        kernel: read("/proc/sys/kernel/osrelease"),
        php: php(),
        mariadb: mariadb(),
        kinds: HostFacts::all_kinds(),
        // The one thing that is not looked up: it lies with the host's identity.
        seal: None,
        logs: model::LOGS,
        sessions: exec::installed(transfer::FILES),
        sftp: exec::installed(sftp::SERVER) && exec::installed(sftp::UNIT),
        outbox: exec::installed(outbox::place::PROGRAM),
        // Debian's packages of Postfix, and of what else takes mail for others, bring it.
        mail_server: exec::installed(MAIL_SERVER),
        sftp_logins: exec::installed(sftp::login::SHELL),
        apps: found::below(Path::new("/")),
        limits: model::LIMITS,
        home: home(),
        dumps: exec::installed(dump::PROGRAM) && exec::installed(dump::EXPORTS),
        runtimes: Some(Runtime::ALL.into_iter().filter_map(runtime).collect()),
    }
}

const MAIL_SERVER: &str = "/usr/sbin/postfix";

/// What holds homes, and whether it holds them to anything: asked of the disk itself.
fn home() -> Option<HomeDisk> {
    let disk = quota::home()?;
    let asked = TenantUid::try_from(TenantUid::FIRST).ok().map(|uid| HostQuotas::default().look(uid));
    let quotas = disk.holds && matches!(asked, Some(Ok(Some(_))));
    Some(HomeDisk { kind: disk.kind, mount: disk.mount, quotas })
}

/// As `node --version` (v20.19.2) and `python3 --version` (Python 3.13.5) say.
fn runtime(runtime: Runtime) -> Option<FoundRuntime> {
    if !exec::installed(runtime.path()) {
        return None;
    }
    let said = Program::new(runtime.path()).arg("--version").timeout(Duration::from_secs(5)).run().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = said.split_whitespace().last().unwrap_or("?").trim_start_matches('v');
    let version = version.chars().filter(|c| !c.is_control()).take(60).collect();
    Some(FoundRuntime { runtime, version })
}

/// Versions of PHP-FPM, as Debian installs them side by side.
fn php() -> Vec<PhpVersion> {
    let Ok(entries) = std::fs::read_dir("/usr/sbin") else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<PhpVersion> =
        names.filter_map(|name| name.strip_prefix("php-fpm")?.parse().ok()).collect();
    found.sort();
    found
}

/// MariaDB's version: `mariadbd  Ver 11.8.3-MariaDB-0+deb13u1 from Debian for debian-linux-gnu on x86_64 (Debian n/a)`.
fn mariadb() -> Option<String> {
    const SERVER: &str = "/usr/sbin/mariadbd";
    if !exec::installed(SERVER) {
        return None;
    }
    let said =
        Program::new(SERVER).args(["--no-defaults", "--version"]).timeout(Duration::from_secs(5)).run();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let version = said.split_whitespace().skip_while(|word| *word != "Ver").nth(1).unwrap_or("?");
    Some(version.chars().take(60).collect())
}
