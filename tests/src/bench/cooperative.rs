//! The panel of a large cooperative, without hosts: each page, the search in the change log, sign-ins, memory; on SQLite, and the same on
//! PostgreSQL beside it.

use super::database::Database;
use super::panel::{get, paced, rate};
use super::seed::{self, Size};
use super::{Bar, Row, millis, row, timed};
use crate::http::Panel;
use crate::lab::Lab;
use crate::panel::{Ports, Process};
use crate::stage::{Extra, Wish, person};
use crate::wait::until;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ADMIN: &str = "admin@alveole.example";
/// Somebody with two accounts.
const MEMBER: &str = "personne2@rucher3.example";
/// Sign-ins begun at the same moment.
const SIGN_INS: usize = 64;

/// What is searched for: rare words and common ones, several, with filters, nothing.
const SEARCHES: [(&str, &str); 10] = [
    ("one name", "q=rucher4711.example"),
    ("a word of every act", "q=example"),
    ("a beginning of every act", "q=ruch"),
    ("a word of one act in ten", "q=association"),
    ("a beginning of thousands of words", "q=rucher1"),
    ("two common words", "q=association+chorale"),
    ("three words, one rare", "q=association+theatre+personne4711"),
    ("words that never meet", "q=association+xyz"),
    ("a common word and a verb", "q=example&verb=account.suspend"),
    ("a word, a way in, a month", "q=chorale&via=token&from=2025-03-01&to=2025-03-31"),
];

/// What the search does not find yet.
const WITHOUT_WORDS: &str = "SELECT COUNT(*) FROM (SELECT id FROM members UNION SELECT id FROM users UNION SELECT id FROM accounts
   UNION SELECT id FROM sites UNION SELECT id FROM hosts) t WHERE NOT EXISTS (SELECT 1 FROM search_words w WHERE w.id = t.id);";

/// Measures on one engine after the other.
pub fn measure(assets: &Path, folder: &Path, size: Size, engines: &[&str]) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for engine in engines {
        let folder = folder.join(engine);
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let done = on_engine(assets, &folder, size, engine);
        let stopped = Process::stop(&folder);
        rows.extend(done?);
        stopped?;
    }
    Ok(rows)
}

fn on_engine(assets: &Path, folder: &Path, size: Size, engine: &str) -> Result<Vec<Row>, String> {
    let database = match engine {
        "sqlite" => Database::Sqlite(folder.join("panel/state/panel.db")),
        "postgres" => Database::postgres(folder)?,
        other => return Err(format!("{other}: sqlite or postgres")),
    };
    let wish = Wish {
        name: "cooperative".to_owned(),
        folder: folder.to_owned(),
        hosts: 0,
        ports: Ports::free()?,
        owner: None,
        debs: PathBuf::new(),
        assets: assets.to_owned(),
        extra: Extra {
            panel_toml: format!("{}trusted_proxies = [\"127.0.0.1\"]\n", database.setting()),
            ..Extra::default()
        },
    };
    let lab = Lab {
        name: wish.name.clone(),
        bridge: String::new(),
        panel_address: "127.0.0.1".to_owned(),
        panel_address6: "::1".to_owned(),
        hosts: vec![],
    };
    // Started once for its tables and an admin, then filled, then started as after any night.
    let process = Process::start(folder, &wish, &lab)?;
    let panel = client(&process)?;
    let admin = person(panel.clone(), ADMIN, &process.admin_link(ADMIN)?)?;
    Process::stop(folder)?;
    eprintln!(
        "▸ {}: {} members, {} users, {} changes",
        database.name(),
        size.members,
        size.users,
        size.changes
    );
    let begun = Instant::now();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
    seed::seed(&database, size, ADMIN, i64::try_from(now.as_millis()).unwrap_or(i64::MAX))?;
    let seeded = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let process = Process::start(folder, &wish, &lab)?;
    let count = |sql: &str| database.sql(sql).map(|said| said.trim().parse::<usize>().unwrap_or(0));
    until("history is chained and indexed", Duration::from_secs(3600), || {
        std::thread::park_timeout(Duration::from_secs(2));
        let done = count("SELECT indexed FROM change_log;")?;
        if done >= size.changes { Ok(()) } else { Err(format!("{done} indexed")) }
    })?;
    until("everything is found by the search", Duration::from_secs(3600), || {
        std::thread::park_timeout(Duration::from_secs(2));
        let left = count(WITHOUT_WORDS)?;
        if left == 0 { Ok(()) } else { Err(format!("{left} without words")) }
    })?;
    let chained = begun.elapsed().as_secs_f64();
    // As an admin's nightly upkeep leaves it; and a panel that has just started.
    Process::stop(folder)?;
    database.sql("ANALYZE;")?;
    let process = Process::start(folder, &wish, &lab).map(|again| (again, process))?.0;
    let panel = client(&process)?;
    let on = database.name();
    eprintln!("▸ {on}: measuring; leave the machine alone");
    let measured = pages(folder, &panel, &admin.password, &database, size);
    eprintln!("▸ {on}: measured");
    let mut rows = measured?;
    let begun = Instant::now();
    let octets = panel.with_token(&admin.api_token).download("/api/v1/changes/export")?;
    let seconds = begun.elapsed().as_secs_f64();
    rows.push(row(
        format!("{on}: the whole log exported, {} MB", octets / 1_000_000),
        vec![seconds],
        "s",
        Bar::Shown,
    ));
    let peak = peak_mib(Process::pid(folder).ok_or("the panel has ended")?)?;
    rows.push(row(
        format!("{on}: the panel's memory at its peak, then"),
        vec![peak],
        "MiB",
        Bar::Median(200.0),
    ));
    rows.push(row(format!("{on}: rows of the cooperative made"), vec![seeded], "s", Bar::Shown));
    rows.push(row(format!("{on}: the changes chained and indexed"), vec![chained], "s", Bar::Shown));
    Ok(rows)
}

fn client(process: &Process) -> Result<Panel, String> {
    let ca = std::fs::read_to_string(process.ca_file()).map_err(|error| error.to_string())?;
    Panel::new(&process.url(), &ca)
}

fn signed_in(panel: &Panel, email: &str, password: &str) -> Result<Panel, String> {
    // A client of its own: cookies are kept with the connections.
    let signed = panel.form("/sign-in", &[("email", email), ("password", password)])?;
    if signed.status == 303 { Ok(panel.clone()) } else { Err(format!("{email} signs in: {}", signed.status)) }
}

fn pages(
    folder: &Path,
    panel: &Panel,
    password: &str,
    database: &Database,
    size: Size,
) -> Result<Vec<Row>, String> {
    let on = database.name();
    let id = |sql: &str| database.sql(sql).map(|said| said.trim().to_owned());
    let member = id("SELECT id FROM members WHERE name LIKE '% 4711';")?;
    let account = id("SELECT id FROM accounts WHERE name = 'rucher4711';")?;
    let mine = id("SELECT id FROM accounts WHERE name = 'rucher3';")?;
    let site =
        id("SELECT s.id FROM sites s JOIN accounts a ON a.id = s.account_id WHERE a.name = 'rucher3';")?;
    let host = id("SELECT id FROM hosts;")?;
    let change = id(&format!("SELECT MAX(id) FROM changes WHERE account_id = '{mine}';"))?;
    let ca = folder.join("panel/state/ca/ca.pem");
    let ca = std::fs::read_to_string(ca).map_err(|error| error.to_string())?;
    let own = || Panel::new(&panel.url, &ca);
    let (admin, person) = (signed_in(&own()?, ADMIN, password)?, signed_in(&own()?, MEMBER, password)?);
    let of_admin = [
        "/".to_owned(),
        "/members".to_owned(),
        "/members?q=00042".to_owned(),
        format!("/members/{member}"),
        "/accounts".to_owned(),
        "/accounts?q=rucher4711".to_owned(),
        "/accounts?state=suspended".to_owned(),
        format!("/accounts/{account}"),
        format!("/accounts/{account}/manage"),
        "/users".to_owned(),
        "/users?q=personne4711".to_owned(),
        "/mails".to_owned(),
        "/plans".to_owned(),
        "/hosts".to_owned(),
        format!("/hosts/{host}"),
        "/changes".to_owned(),
        "/changes/history".to_owned(),
        "/changes/history?from=2025-03-01&to=2025-03-31".to_owned(),
        "/changes/chain".to_owned(),
        format!("/members/{member}/changes"),
        format!("/accounts/{account}/changes"),
        format!("/accounts/{account}/changes?verb=site"),
    ];
    let of_member = [
        "/".to_owned(),
        format!("/accounts/{mine}"),
        format!("/accounts/{mine}/changes"),
        format!("/sites/{site}"),
        format!("/changes/{change}"),
        "/profile".to_owned(),
    ];
    let all: Vec<(&Panel, String)> = of_admin
        .iter()
        .map(|path| (&admin, path.clone()))
        .chain(of_member.iter().map(|path| (&person, path.clone())))
        .collect();
    // Once each, so that a page that is broken is named at once.
    for (who, path) in &all {
        get(who, path)?;
    }
    let times = paced(&all, 100, Duration::from_secs(45))?;
    let mut rows = Vec::new();
    let everything: Vec<f64> = times.iter().flatten().copied().collect();
    rows.push(row(format!("{on}: all pages, 100 requests a second"), everything, "ms", Bar::P99(20.0)));
    for ((who, path), times) in all.iter().zip(times) {
        let whose = if std::ptr::eq(*who, &admin) { "admin" } else { "member" };
        let short = path
            .split('/')
            .map(|part| if part.len() == 36 { "…" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        rows.push(row(format!("{on}: {whose} {short}"), times, "ms", Bar::P99(20.0)));
    }
    for (what, query) in SEARCHES {
        let path = format!("/changes/history?{query}");
        rows.push(row(
            format!("{on}: search, {what}"),
            timed(20, |_| get(&admin, &path))?,
            "ms",
            Bar::P99(200.0),
        ));
    }
    let narrow = format!("/changes/history?q=ruch&member={member}");
    rows.push(row(
        format!("{on}: search, a word and a member"),
        timed(20, |_| get(&admin, &narrow))?,
        "ms",
        Bar::P99(200.0),
    ));
    for (who, whose) in [(&admin, "admin"), (&person, "member")] {
        let rate = rate(who, &["/"], Duration::from_secs(8))?;
        rows.push(row(
            format!("{on}: {whose}'s home pages a second"),
            vec![rate],
            "rps",
            Bar::AtLeast(500.0),
        ));
    }
    let pid = Process::pid(folder).ok_or("the panel has ended")?;
    let before = peak_mib(pid)?;
    rows.push(row(format!("{on}: the panel's memory before"), vec![before], "MiB", Bar::Shown));
    rows.push(row(
        format!("{on}: {SIGN_INS} sign-ins at once"),
        sign_ins(own, password, size)?,
        "ms",
        Bar::Shown,
    ));
    let peak = peak_mib(pid)?;
    rows.push(row(format!("{on}: the panel's memory at its peak"), vec![peak], "MiB", Bar::Median(200.0)));
    Ok(rows)
}

/// How long each of many who sign in at the same moment waits.
fn sign_ins(own: impl Fn() -> Result<Panel, String>, password: &str, size: Size) -> Result<Vec<f64>, String> {
    let people: Vec<(Panel, String)> = (1..=SIGN_INS)
        .map(|n| {
            Ok((
                own()?.from_address(&format!("192.0.2.{n}")),
                format!("personne{}@rucher{}.example", 100 + n, (100 + n) % size.members + 1),
            ))
        })
        .collect::<Result<_, String>>()?;
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let all: Vec<_> = people
            .iter()
            .map(|(panel, email)| {
                scope.spawn(|| signed_in(panel, email, password).map(|_| millis(begun.elapsed())))
            })
            .collect();
        all.into_iter().map(|one| one.join().map_err(|_| "a visitor panicked".to_owned())?).collect()
    })
}

fn peak_mib(pid: u32) -> Result<f64, String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(|error| error.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| format!("VmHWM: {line}"))?;
    Ok(kib / 1024.0)
}
