//! A log as a file: what is asked for, the newest lines that fit, oldest first. Of visits in the form web servers write (NCSA combined), which
//! every program for statistics reads.

use super::{Filter, Log, LogView, VisitView, read::source};
use crate::{Actor, Server};
use jiff::Timestamp;
use model::{LogPlace, MOST_LINES, Problem, ProblemKind, SiteId};
use std::time::Duration;
use tokio::time::Instant;

/// Octets of a file, at most: about 40,000 visits.
pub const MOST_EXPORTED: usize = 8 * 1024 * 1024;
/// How long it may take to gather it.
const PATIENCE: Duration = Duration::from_secs(40);

/// The text of the file.
pub async fn export(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    log: Log,
    filter: &Filter,
) -> Result<String, Problem> {
    let source = source(server, actor, site).await?;
    let mut ask = filter.ask(MOST_LINES)?;
    ask.after = None;
    let end = Instant::now() + PATIENCE;
    let (mut lines, mut octets): (Vec<String>, usize) = (vec![], 0);
    loop {
        let view = source.ask(server, log, ask.clone()).await?;
        if let Some(text) = &view.text
            && lines.is_empty()
        {
            return Err(Problem::new(ProblemKind::Conflict, "log_away", text.clone()));
        }
        let older = view.older;
        for line in texts(view) {
            octets += line.len();
            if octets > MOST_EXPORTED {
                break;
            }
            lines.push(line);
        }
        // Always further back, or it would never end.
        let back =
            |place: &LogPlace| ask.before.is_none_or(|last| (place.file, place.at) < (last.file, last.at));
        match older.filter(back) {
            Some(place) if octets <= MOST_EXPORTED && Instant::now() < end => ask.before = Some(place),
            _ => break,
        }
    }
    lines.reverse();
    Ok(lines.concat())
}

fn texts(view: LogView) -> Vec<String> {
    let visits = view.visits.iter().map(combined);
    let errors = view.errors.iter().map(|error| {
        let at = error.at.map(|at| time(at, "%F %T%.3fZ ")).unwrap_or_default();
        format!("{at}{} {}\n", error.source, error.text)
    });
    visits.chain(errors).collect()
}

fn time(ms: i64, form: &str) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(jiff::tz::TimeZone::UTC).strftime(form).to_string()
}

/// One line as Apache's mod_log_config writes `combined`, which names no site.
fn combined(visit: &VisitView) -> String {
    let at = time(visit.at, "%d/%b/%Y:%H:%M:%S %z");
    let quoted = |text: &str| {
        if text.is_empty() { "-".to_owned() } else { text.replace('\\', "\\\\").replace('"', "\\\"") }
    };
    format!(
        "{} - - [{at}] \"{} {} HTTP\" {} {} \"{}\" \"{}\"\n",
        visit.address,
        visit.method,
        quoted(&visit.path),
        visit.status,
        visit.octets,
        quoted(&visit.referrer),
        quoted(&visit.agent)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_one_line_whatever_stands_in_it() {
        let visit = VisitView {
            at: 1_795_795_508_000,
            name: "a.example".parse().unwrap(),
            address: "192.0.2.7".into(),
            method: "GET".into(),
            path: "/\" 200 1 \"x".into(),
            status: 404,
            octets: 5,
            took: 1,
            referrer: String::new(),
            agent: "M\\".into(),
        };
        assert_eq!(
            combined(&visit),
            "192.0.2.7 - - [27/Nov/2026:16:05:08 +0000] \"GET /\\\" 200 1 \\\"x HTTP\" 404 5 \"-\" \"M\\\\\"\n"
        );
    }
}
