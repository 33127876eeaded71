//! What the agent tells of its host when it connects.

use model::{HostFacts, PhpVersion};

pub fn of_host() -> HostFacts {
    let read = |path: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.trim().chars().filter(|c| !c.is_control()).take(100).collect()
    };
    HostFacts { debian: read("/etc/debian_version"), kernel: read("/proc/sys/kernel/osrelease"), php: php() }
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
