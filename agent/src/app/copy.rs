//! What is taken of a package: its files with links resolved, without Debian's own configuration, and with paths into the host turned into
//! paths within the copy. Everything is read and written by whoever runs this, which is the tenant.

use model::{App, Application, Lang};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

// Without the slash before it, so that a root can be set before them.
pub const WORDPRESS: &str = "usr/share/wordpress";
pub const SPIP: &str = "usr/share/spip";
pub const DOKUWIKI: &str = "usr/share/dokuwiki";

/// More than any of them has: a package that leads around in circles ends here.
const MOST: usize = 50_000;
const DEEPEST: usize = 24;
/// Where the libraries that Debian keeps elsewhere go.
const LIBRARIES: &str = "vendor/debian";
const SHARE: &str = "'/usr/share/";
/// Where SPIP's own kernel says that SPIP is.
const OWN: &str = "'/usr/share/spip/";

/// A folder or a file of the host, where it goes, and what of it is left out.
struct Part {
    from: PathBuf,
    to: PathBuf,
    without: fn(&Path, Lang) -> bool,
}

/// Copies an application into a folder.
pub fn all(root: &Path, app: &App, to: &Path) -> io::Result<()> {
    let part = |from: &str, below: &str, without| Part { from: root.join(from), to: to.join(below), without };
    let whole: fn(&Path, Lang) -> bool = |_, _| false;
    let library = |from: &str| part(from, &from.replacen("usr/share", LIBRARIES, 1), whole);
    let parts = match app.application {
        Application::Wordpress => vec![part(WORDPRESS, "", without_of_wordpress)],
        Application::Spip => vec![
            part(SPIP, "", without_of_spip),
            library("usr/share/php/Algo26"),
            library("usr/share/php/Jakeasmith"),
            library("usr/share/php/Psr/Container"),
            library("usr/share/php/SpipLeague"),
            library("usr/share/php/Symfony/Component/DependencyInjection"),
            library("usr/share/php/Symfony/Component/Filesystem"),
            library("usr/share/php/Symfony/Component/VarExporter"),
            library("usr/share/php/Symfony/Contracts"),
        ],
        Application::Dokuwiki => {
            vec![
                part(DOKUWIKI, "", without_of_dokuwiki),
                part("etc/dokuwiki", "conf", without_of_dokuwiki_conf),
                part("var/lib/dokuwiki/lib/tpl", "lib/tpl", whole),
                part("var/lib/dokuwiki/lib/plugins", "lib/plugins", whole),
                // Its data is the host's own wiki's.
                library("usr/share/php/phpseclib3"),
                library("usr/share/php/ParagonIE"),
                library("usr/share/php/IXR"),
                library("usr/share/php/simplepie"),
                library("usr/share/php-geshi"),
                library("usr/share/javascript/jquery"),
                library("usr/share/javascript/jquery-ui"),
                library("usr/share/javascript/jquery-cookie"),
            ]
        }
    };
    let libraries = app.application != Application::Wordpress;
    let mut copy = Copy { language: app.language, left: MOST, within: to, libraries };
    parts.iter().try_for_each(|part| copy.part(part))
}

/// Debian's own configuration looks for `/etc/wordpress`; of languages the one that is wanted.
fn without_of_wordpress(path: &Path, language: Lang) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match path.parent().and_then(Path::to_str) {
        Some("") => matches!(name, "wp-config.php" | ".htaccess" | "readme.html"),
        Some("wp-content/languages") => !locale(language).is_some_and(|locale| name.contains(locale)),
        _ => false,
    }
}

/// As WordPress names a language; English is none of its translations.
pub fn locale(language: Lang) -> Option<&'static str> {
    match language {
        Lang::Fr => Some("fr_FR"),
        Lang::En => None,
    }
}

/// `sites` and `mutualisation` serve many sites with one SPIP, which `mes_options.php` begins; the others are the host's own site's.
fn without_of_spip(path: &Path, _: Lang) -> bool {
    ["sites", "mutualisation", "config/mes_options.php", "IMG", "local", "plugins", "themes", "tmp"]
        .iter()
        .any(|name| path == Path::new(name))
}

/// `preload.php` is Debian's: it leads to `/etc/dokuwiki`. Templates and plugins come from where the links lead.
fn without_of_dokuwiki(path: &Path, _: Lang) -> bool {
    [".htaccess", ".htaccess.dist", ".htaccess.dist.md5sum", "inc/preload.php", "lib/tpl", "lib/plugins"]
        .iter()
        .any(|name| path == Path::new(name))
}

/// What belongs to the host's own wiki.
fn without_of_dokuwiki_conf(path: &Path, _: Lang) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let own = ["local.php", "local.protected.php", "acl.auth.php", "users.auth.php", "plugins.local.php"];
    own.contains(&name) || name == "htaccess" || name == "preload.php" || name.starts_with("apache")
}

struct Copy<'a> {
    language: Lang,
    left: usize,
    /// Where the copy begins.
    within: &'a Path,
    /// They come along.
    libraries: bool,
}

impl Copy<'_> {
    fn part(&mut self, part: &Part) -> io::Result<()> {
        self.folder(part, Path::new(""), 0)
    }

    fn folder(&mut self, part: &Part, below: &Path, depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other(format!("{}: too deep", part.from.display())));
        }
        fs::create_dir_all(part.to.join(below))?;
        for entry in fs::read_dir(part.from.join(below))? {
            self.left = self.left.checked_sub(1).ok_or_else(|| io::Error::other("too many files"))?;
            let below = below.join(entry?.file_name());
            if (part.without)(&below, self.language) {
                continue;
            }
            let from = part.from.join(&below);
            // Through links: what they lead to is what is wanted.
            let meta = match fs::metadata(&from) {
                // One that leads nowhere is a piece of the package that is not installed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other?,
            };
            if meta.is_dir() {
                self.folder(part, &below, depth + 1)?;
            } else if meta.is_file() {
                self.file(&from, &part.to.join(&below))?;
            }
        }
        Ok(())
    }

    fn file(&self, from: &Path, to: &Path) -> io::Result<()> {
        // What is there already (Debian's own `.htaccess` of a folder) stays.
        let mut target = match File::create_new(to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            other => other?,
        };
        if self.libraries && to.extension().is_some_and(|ext| ext == "php") {
            return target.write_all(&self.turned(fs::read(from)?, to));
        }
        io::copy(&mut File::open(from)?, &mut target).map(drop)
    }

    /// A string that names a library of the host's names its copy instead.
    fn turned(&self, text: Vec<u8>, to: &Path) -> Vec<u8> {
        let text = match String::from_utf8(text) {
            Ok(text) if text.contains(SHARE) => text,
            Ok(text) => return text.into_bytes(),
            Err(other) => return other.into_bytes(),
        };
        let depth = to.strip_prefix(self.within).map_or(0, |below| below.components().count() - 1);
        let up = "../".repeat(depth);
        let text = text.replace(OWN, &format!("__DIR__ . '/{up}"));
        text.replace(SHARE, &format!("__DIR__ . '/{up}{LIBRARIES}/")).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::app;
    use std::os::unix::fs::symlink;

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(path: PathBuf) -> String {
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[test]
    fn wordpress_comes_without_debian_s_configuration_and_with_one_language() {
        let (host, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, to) = (host.path(), home.path().join("public"));
        for name in
            ["index.php", "wp-config.php", "wp-includes/version.php", "wp-content/plugins/wp-config.php"]
        {
            put(root, &format!("{WORDPRESS}/{name}"), name);
        }
        for name in ["fr_FR.mo", "admin-fr_FR.mo", "de_DE.mo"] {
            put(root, &format!("{WORDPRESS}/wp-content/languages/{name}"), name);
        }
        put(root, "usr/share/php/getid3/getid3.php", "library '/usr/share/x'");
        fs::create_dir_all(root.join(WORDPRESS).join("wp-includes/js")).unwrap();
        symlink(root.join("usr/share/php/getid3"), root.join(WORDPRESS).join("wp-includes/ID3")).unwrap();
        symlink("/etc/wordpress/htaccess", root.join(WORDPRESS).join(".htaccess")).unwrap();
        symlink("nowhere", root.join(WORDPRESS).join("wp-includes/js/gone.js")).unwrap();
        all(root, &app("asso", 1, 1), &to).unwrap();
        assert_eq!(read(to.join("wp-includes/ID3/getid3.php")), "library '/usr/share/x'");
        assert!(
            !to.join("wp-includes/ID3").is_symlink()
                && to.join("wp-content/languages/admin-fr_FR.mo").exists()
        );
        assert_eq!(read(to.join("wp-content/plugins/wp-config.php")), "wp-content/plugins/wp-config.php");
        for left in ["wp-config.php", ".htaccess", "wp-includes/js/gone.js", "wp-content/languages/de_DE.mo"]
        {
            assert!(!to.join(left).exists(), "{left}");
        }
    }

    #[test]
    fn what_leads_around_in_circles_ends() {
        let (host, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        put(host.path(), &format!("{WORDPRESS}/index.php"), "");
        symlink(".", host.path().join(WORDPRESS).join("again")).unwrap();
        assert!(all(host.path(), &app("asso", 1, 1), &home.path().join("public")).is_err());
    }

    #[test]
    fn spip_finds_itself_and_its_libraries_in_its_own_folder() {
        let (host, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, to) = (host.path(), home.path().join("public"));
        put(
            root,
            &format!("{SPIP}/vendor/autoload.php"),
            "require_once '/usr/share/php/SpipLeague/Component/Kernel/autoload.php';",
        );
        let kernel = "usr/share/php/SpipLeague/Component/Kernel";
        put(root, &format!("{kernel}/InstallationDetector.php"), "realpath('/usr/share/spip/');");
        for library in ["Algo26", "Jakeasmith", "Psr/Container", "Symfony/Contracts"] {
            put(root, &format!("usr/share/php/{library}/x.php"), "");
        }
        for component in ["DependencyInjection", "Filesystem", "VarExporter"] {
            put(root, &format!("usr/share/php/Symfony/Component/{component}/x.php"), "");
        }
        for name in
            ["config/mes_options.php", "config/ecran_securite.php", "IMG/theirs.png", "sites/x/y", "spip.php"]
        {
            put(root, &format!("{SPIP}/{name}"), "");
        }
        let salted = format!("sha256${}${}", "a1".repeat(16), "0f".repeat(32)).parse().unwrap();
        let spip = App { application: Application::Spip, password: salted, ..app("asso", 1, 1) };
        all(root, &spip, &to).unwrap();
        assert_eq!(
            read(to.join("vendor/autoload.php")),
            "require_once __DIR__ . '/../vendor/debian/php/SpipLeague/Component/Kernel/autoload.php';"
        );
        let detector = "vendor/debian/php/SpipLeague/Component/Kernel/InstallationDetector.php";
        assert_eq!(read(to.join(detector)), "realpath(__DIR__ . '/../../../../../../');");
        assert!(to.join("config/ecran_securite.php").exists());
        for left in ["config/mes_options.php", "IMG", "sites"] {
            assert!(!to.join(left).exists(), "{left}");
        }
    }

    #[test]
    fn dokuwiki_finds_its_libraries_in_its_own_folder() {
        let (host, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (root, to) = (host.path(), home.path().join("public"));
        put(
            root,
            &format!("{DOKUWIKI}/inc/load.php"),
            "'SimplePie' => '/usr/share/php/simplepie/simplepie.inc',",
        );
        put(root, &format!("{DOKUWIKI}/inc/preload.php"), "");
        put(root, &format!("{DOKUWIKI}/doku.php"), "x");
        put(root, &format!("{DOKUWIKI}/vendor/autoload.php"), "x");
        for name in ["etc/dokuwiki/dokuwiki.php", "etc/dokuwiki/users.auth.php", "etc/dokuwiki/mime.conf"] {
            put(root, name, "");
        }
        for name in ["tpl/dokuwiki/main.php", "plugins/acl/admin.php"] {
            put(root, &format!("var/lib/dokuwiki/lib/{name}"), "");
        }
        put(root, "var/lib/dokuwiki/data/pages/private.txt", "");
        symlink("/var/lib/dokuwiki/lib/tpl", {
            fs::create_dir_all(root.join(DOKUWIKI).join("lib")).unwrap();
            root.join(DOKUWIKI).join("lib/tpl")
        })
        .unwrap();
        for library in ["php/phpseclib3", "php/ParagonIE", "php/IXR", "php/simplepie", "php-geshi"] {
            put(root, &format!("usr/share/{library}/x.php"), "");
        }
        for library in ["jquery", "jquery-ui", "jquery-cookie"] {
            put(root, &format!("usr/share/javascript/{library}/x.js"), "");
        }
        let wiki = App { application: Application::Dokuwiki, database: None, ..app("asso", 1, 1) };
        all(root, &wiki, &to).unwrap();
        assert_eq!(
            read(to.join("inc/load.php")),
            "'SimplePie' => __DIR__ . '/../vendor/debian/php/simplepie/simplepie.inc',"
        );
        for there in ["conf/mime.conf", "lib/tpl/dokuwiki/main.php", "vendor/debian/php-geshi/x.php"] {
            assert!(to.join(there).exists(), "{there}");
        }
        assert!(
            !to.join("data").exists()
                && !to.join("conf/users.auth.php").exists()
                && !to.join("inc/preload.php").exists()
        );
    }
}
