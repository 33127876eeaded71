//! What people wait for in the panel, with a cooperative's worth of members in its database.

use super::{Bar, Row, millis, row, timed};
use crate::http::Panel;
use crate::stage::Stage;
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What an admin and a member open most, a search included.
const PAGES: [&str; 9] = [
    "/",
    "/members",
    "/members?q=00042",
    "/accounts",
    "/accounts?q=filler",
    "/hosts",
    "/search?q=m",
    "/search?q=membre+00042",
    "/search?q=du+r",
];
/// Connections of the visitors, as a browser keeps them open.
const CONNECTIONS: usize = 8;

/// Members put into the panel, over its API.
pub fn fill(admin: &Panel, members: usize) -> Result<(), String> {
    for i in 0..members {
        admin
            .json("POST", "/api/v1/members", &json!({"name": format!("Membre {i:05} du rucher")}))?
            .ok("make a member")?;
    }
    Ok(())
}

/// Each page alone, then all of them at 100 requests a second, then as many as the panel serves.
pub fn pages(stage: &Stage, members: usize) -> Result<Vec<Row>, String> {
    let browser = signed_in(stage)?;
    let mut rows = PAGES
        .iter()
        .map(|path| {
            let times = timed(200, |_| get(&browser, path))?;
            Ok(row(format!("page {path}, {members} members, one by one"), times, "ms", Bar::P99(20.0)))
        })
        .collect::<Result<Vec<_>, String>>()?;
    rows.push(steady(&browser, 100, Duration::from_secs(30))?);
    rows.push(flat_out(&browser, Duration::from_secs(15))?);
    Ok(rows)
}

fn signed_in(stage: &Stage) -> Result<Panel, String> {
    let browser = stage.panel()?;
    let form = [("email", stage.admin.email.as_str()), ("password", stage.admin.password.as_str())];
    let signed = browser.form("/sign-in", &form)?;
    if signed.status == 303 { Ok(browser) } else { Err(format!("signing in: {}", signed.status)) }
}

pub(super) fn get(browser: &Panel, path: &str) -> Result<(), String> {
    let page = browser.get(path)?;
    if page.status == 200 { Ok(()) } else { Err(format!("{path}: {}", page.status)) }
}

/// Requests that begin at a fixed pace, whatever the answers do.
fn steady(browser: &Panel, pace: u32, time: Duration) -> Result<Row, String> {
    let pages: Vec<(&Panel, String)> = PAGES.iter().map(|path| (browser, (*path).to_owned())).collect();
    let times = paced(&pages, pace, time)?.into_iter().flatten().collect();
    Ok(row(
        format!("pages at {pace} requests a second, {CONNECTIONS} connections"),
        times,
        "ms",
        Bar::P99(20.0),
    ))
}

/// The times of each of some pages, asked for in turn at a fixed pace by whom they are for; each is timed from when it should have begun, so
/// that waiting counts.
pub(super) fn paced(pages: &[(&Panel, String)], pace: u32, time: Duration) -> Result<Vec<Vec<f64>>, String> {
    let (next, times) = (AtomicUsize::new(0), Mutex::new(vec![Vec::new(); pages.len()]));
    let start = Instant::now();
    visitors(|| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let due = Duration::from_secs(1) * u32::try_from(number).unwrap_or(u32::MAX) / pace;
            if due > time {
                return Ok(());
            }
            while let Some(left) = due.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
                std::thread::park_timeout(left);
            }
            let at = number % pages.len();
            let (who, path) = &pages[at];
            get(who, path)?;
            let took = millis(start.elapsed().saturating_sub(due));
            times.lock().map_err(|_| "a visitor panicked")?[at].push(took);
        }
    })?;
    times.into_inner().map_err(|_| "a visitor panicked".to_owned())
}

fn flat_out(browser: &Panel, time: Duration) -> Result<Row, String> {
    let rate = rate(browser, &PAGES, time)?;
    Ok(row(format!("pages a second, {CONNECTIONS} connections"), vec![rate], "rps", Bar::AtLeast(500.0)))
}

/// How many pages a second somebody gets who asks for as many as there are.
pub(super) fn rate(browser: &Panel, pages: &[&str], time: Duration) -> Result<f64, String> {
    let answered = AtomicUsize::new(0);
    let start = Instant::now();
    visitors(|| {
        while start.elapsed() < time {
            let number = answered.fetch_add(1, Ordering::Relaxed);
            get(browser, pages[number % pages.len()])?;
        }
        Ok(())
    })?;
    Ok(answered.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}

fn visitors(act: impl Fn() -> Result<(), String> + Sync) -> Result<(), String> {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(&act)).collect();
        all.into_iter().try_for_each(|one| one.join().map_err(|_| "a visitor panicked".to_owned())?)
    })
}
