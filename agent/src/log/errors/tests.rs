//! What Apache and PHP wrote, put together.

use super::*;
use model::LogText;
use std::{fs, os::unix::fs::symlink};

const APACHE: &str =
    "[Fri Nov 27 16:05:09.250000 2026] [proxy_fcgi:error] [pid 7:tid 9] AH01071: Got error 'x'\n";
const PHP: &str = "[27-Nov-2026 17:05:08 Europe/Paris] PHP Fatal error:  Uncaught Error: boom in /home/asso/sites/a.example/public/i.php:3\nStack trace:\n#0 {main}\n  thrown in /home/asso/sites/a.example/public/i.php on line 3\n";

struct Home {
    dir: tempfile::TempDir,
    account: UnixName,
}

impl Home {
    fn new() -> Home {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("home/asso/logs")).unwrap();
        Home { dir, account: "asso".parse().unwrap() }
    }

    fn log(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join("home/asso/logs").join(name)
    }

    fn ask(&self, ask: &LogAsk) -> LogPage<Fault> {
        let uid = TenantUid::try_from(TenantUid::FIRST).unwrap();
        let folder = "a.example".parse().unwrap();
        search(&Paths::below(self.dir.path()), (&self.account, uid), &folder, false, ask).unwrap()
    }
}

#[test]
fn stamps_of_both_are_read() {
    // Apache writes by the host's clock, whatever zone that has here.
    let apache = stamp(APACHE).unwrap();
    assert_eq!(apache % 1000, 250);
    assert_eq!(stamp("[27-Nov-2026 17:05:08 Europe/Paris] x"), Some(1_795_795_508_000));
    assert_eq!(stamp("[27-Nov-2026 16:05:08 UTC] x"), Some(1_795_795_508_000));
    for none in ["", "[", "[]", "[a b c] x", "[a b c d e] x", "#0 {main}", "[99-Nov-2026 17:05:08 UTC] x"] {
        assert_eq!(stamp(none), None, "{none}");
    }
}

#[test]
fn errors_come_newest_first_with_their_traces_and_no_other_site_s() {
    let home = Home::new();
    let other = "[27-Nov-2026 17:05:09 Europe/Paris] PHP Warning:  x in /home/asso/sites/other.example/public/i.php on line 1\n";
    let plain =
        "[27-Nov-2026 17:05:10 Europe/Paris] PHP Warning:  Module is already loaded in Unknown on line 0\n";
    fs::write(home.log("php.log.1"), "[26-Nov-2026 17:00:00 UTC] old\n").unwrap();
    fs::write(home.log("php.log"), format!("{PHP}{other}{plain}\u{1}odd \u{202e} line\n")).unwrap();
    let page = home.ask(&LogAsk::newest(10));
    let texts: Vec<&str> = page.lines.iter().map(|fault| fault.text.as_str()).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[0].contains("Module") && texts[0].ends_with("\\u{1}odd \\u{202e} line"), "{texts:?}");
    assert!(texts[1].contains("boom") && texts[1].contains("\n#0 {main}"), "{texts:?}");
    assert!(texts[2].ends_with("old"));
    // Page by page, and what comes after.
    let first = home.ask(&LogAsk::newest(1));
    let second = home.ask(&LogAsk { before: first.older, ..LogAsk::newest(1) });
    assert!(second.lines[0].text.contains("boom") && second.older.is_some());
    let after = LogAsk { after: first.newest, ..LogAsk::newest(9) };
    assert_eq!(home.ask(&after).lines, []);
    fs::write(home.log("a.example.log"), "[Fri Nov 27 23:59:59.5 2026] [core:error] late\n").unwrap();
    let next = home.ask(&after);
    assert_eq!((next.lines.len(), next.lines[0].source), (1, LogSource::Apache));
    assert_eq!(home.ask(&LogAsk { after: next.newest, ..after }).lines, []);
    let find = LogAsk { text: Some(LogText::parse("BOOM").unwrap()), ..LogAsk::newest(9) };
    assert_eq!(home.ask(&find).lines.len(), 1);
}

#[test]
fn what_is_no_plain_file_is_no_log() {
    let home = Home::new();
    let secret = home.dir.path().join("secret");
    fs::write(&secret, "[27-Nov-2026 16:05:08 UTC] secret\n").unwrap();
    symlink(&secret, home.log("php.log")).unwrap();
    nix::unistd::mkfifo(&home.log("a.example.log"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    fs::create_dir(home.log("php.log.1")).unwrap();
    assert_eq!(home.ask(&LogAsk::newest(9)), LogPage::empty());
    fs::remove_dir_all(home.dir.path().join("home/asso/logs")).unwrap();
    symlink(home.dir.path(), home.dir.path().join("home/asso/logs")).unwrap();
    assert_eq!(home.ask(&LogAsk::newest(9)), LogPage::empty());
}

#[test]
fn where_networks_are_shown_errors_name_no_address() {
    for (line, wanted) in [
        ("x [client 192.0.2.77:51234] AH1", "x [client 192.0.2.0/24] AH1"),
        ("[client 2001:db8:1:2::3:51234] x", "[client 2001:db8:1::/48] x"),
        ("[client 192.0.2.77] x", "[client 192.0.2.0/24] x"),
        ("[client nonsense] x [client 10.1.2.3:4] y", "[client …] x [client 10.1.2.0/24] y"),
        ("[client 192.0.2.77:5", "[client 192.0.2.0/24]"),
        ("nobody", "nobody"),
    ] {
        assert_eq!(networks(line), wanted);
    }
    let home = Home::new();
    fs::write(home.log("a.example.log"), "[Fri Nov 27 16:05:09 2026] [client 192.0.2.77:51234] denied\n")
        .unwrap();
    let uid = TenantUid::try_from(TenantUid::FIRST).unwrap();
    let folder = "a.example".parse().unwrap();
    let ask = |text: &str| {
        let ask = LogAsk { text: Some(LogText::parse(text).unwrap()), ..LogAsk::newest(9) };
        search(&Paths::below(home.dir.path()), (&home.account, uid), &folder, true, &ask).unwrap()
    };
    assert_eq!(ask("192.0.2.77").lines, []);
    assert!(ask("denied").lines[0].text.contains("[client 192.0.2.0/24]"));
}
