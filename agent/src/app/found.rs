//! Which applications this host has, as Debian's packages bring them.

use super::copy::{DOKUWIKI, SPIP, WORDPRESS};
use crate::fs::read_bounded;
use model::{AppVersion, Application, PackagedApp};
use std::path::Path;

/// Those below a root (the host's own is `/`), with their versions.
pub fn below(root: &Path) -> Vec<PackagedApp> {
    let found = Application::ALL.into_iter().filter_map(|application| {
        let (file, version): (_, fn(&str) -> Option<&str>) = match application {
            Application::Wordpress => (Path::new(WORDPRESS).join("wp-includes/version.php"), wordpress),
            Application::Spip => (Path::new(SPIP).join("ecrire/inc_version.php"), spip),
            Application::Dokuwiki => (Path::new(DOKUWIKI).join("VERSION"), dokuwiki),
        };
        let text = read_bounded(&root.join(file), 64 * 1024).ok()?;
        let version = AppVersion::parse(version(&String::from_utf8_lossy(&text))?).ok()?;
        Some(PackagedApp { application, version })
    });
    found.collect()
}

/// `$wp_version = '6.8.3';`
fn wordpress(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("$wp_version"))?;
    line.split('\'').nth(1)
}

/// `$spip_version_branche = '4.4.30';`
fn spip(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("$spip_version_branche ="))?;
    line.split('\'').nth(1)
}

/// `2024-02-06b "Kaos"`
fn dokuwiki(text: &str) -> Option<&str> {
    text.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_what_is_not_there_is_not_offered() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(below(dir.path()), vec![]);
        let put = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put(
            "usr/share/wordpress/wp-includes/version.php",
            "<?php\n * @global string $wp_version\n$wp_version = '6.8.3';\n",
        );
        put(
            "usr/share/spip/ecrire/inc_version.php",
            "<?php\nglobal\n$spip_version_branche,\n$x;\n$spip_version_branche = '4.4.30';\n",
        );
        put("usr/share/dokuwiki/VERSION", "2024-02-06b \"Kaos\"\n");
        let found: Vec<_> = below(dir.path()).into_iter().map(|app| app.version.to_string()).collect();
        assert_eq!(found, ["6.8.3", "4.4.30", "2024-02-06b"]);
    }
}
