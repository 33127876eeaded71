//! The errors of a site: what Apache wrote in its own log and PHP in its account's. Both lie in a folder of the tenant's, who may have put
//! anything there: they are opened with the tenant's identity, and only if they are plain files (`tenant::read_logs`).

use super::visit::{address, clean};
use jiff::{civil, tz::TimeZone};
use model::{Fault, LogAsk, LogPage, LogPlace, LogSource, MOST_OCTETS, SiteName, TenantUid, UnixName};
use std::io;

use crate::{paths::Paths, tenant};

/// Of each log its end alone is read.
const TAIL: u64 = 2 * 1024 * 1024;
/// Characters of one error with the lines that belong to it.
const LONGEST: usize = 4000;

/// Reads the errors of the site whose folder is this.
pub fn search(
    paths: &Paths,
    (account, uid): (&UnixName, TenantUid),
    folder: &SiteName,
    short: bool,
    ask: &LogAsk,
) -> io::Result<LogPage<Fault>> {
    let apache = format!("{folder}.log");
    let mut faults = vec![];
    // No site's folder has such a sign in its name: this is no other site's log.
    let program = format!("{folder}_program.log");
    for (file, source) in [
        (apache.as_str(), LogSource::Apache),
        ("php.log", LogSource::Php),
        (program.as_str(), LogSource::Program),
    ] {
        let old = format!("{file}.1");
        let [new, old] = tenant::read_logs(paths, account, uid, [file, &old], TAIL)?;
        // The older copy counts as far as the log itself is short.
        let room = usize::try_from(TAIL).unwrap_or(usize::MAX).saturating_sub(new.len());
        let old = &old[old.len() - old.len().min(room)..];
        faults.extend(read(source, old));
        faults.extend(read(source, &new));
    }
    // PHP's log is the account's: what names another site's folder is that site's.
    let (own, any) = (format!("/sites/{folder}/"), format!("/home/{account}/sites/"));
    faults.retain(|fault| {
        fault.source != LogSource::Php || fault.text.contains(&own) || !fault.text.contains(&any)
    });
    // Before anything is looked for: what is not shown cannot be guessed.
    for fault in faults.iter_mut().filter(|_| short) {
        fault.text = networks(&fault.text);
    }
    Ok(page(faults, ask))
}

/// Apache names who asked: `[client 192.0.2.77:51234]`. Their networks take the addresses' place.
fn networks(text: &str) -> String {
    const MARK: &str = "[client ";
    let mut parts = text.split(MARK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (whole, rest) = part.split_once(']').unwrap_or((part, ""));
        // An address with its port; what is none is left out.
        let bare = whole.rsplit_once(':').map_or(whole, |(address, _)| address);
        let network = address(bare, true).or_else(|| address(whole, true)).unwrap_or_else(|| "…".into());
        out.push_str(&format!("{MARK}{network}]{rest}"));
    }
    out
}

/// The errors of a log, oldest first. A line without a time of its own belongs to the one above.
fn read(source: LogSource, bytes: &[u8]) -> Vec<Fault> {
    let text = String::from_utf8_lossy(bytes);
    let mut faults: Vec<Fault> = vec![];
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (stamp(line), faults.last_mut()) {
            (None, Some(last)) => {
                if last.text.len() < LONGEST {
                    last.text.push('\n');
                    last.text.push_str(&clean(line, LONGEST));
                }
            }
            (at, _) => faults.push(Fault { at, source, text: clean(line, LONGEST) }),
        }
    }
    faults
}

/// `[27-Nov-2026 16:05:09 Europe/Paris]` as PHP writes it, `[Fri Nov 27 16:05:09.123456 2026]` as Apache does, by the host's clock.
fn stamp(line: &str) -> Option<u64> {
    let (inside, _) = line.strip_prefix('[')?.split_once(']')?;
    let words: Vec<&str> = inside.split_ascii_whitespace().collect();
    let ((day, month, year), time, zone) = match words[..] {
        [date, time, zone] => {
            let mut parts = date.split('-');
            let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
            ((parts.next()?, parts.next()?, parts.next()?), time, zone)
        }
        [_, month, day, time, year] => ((day, month, year), time, TimeZone::system()),
        _ => return None,
    };
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let millis: u32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let mut clock = time.split(':').map(|part| part.parse::<i8>());
    let (hour, minute, second) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
    let date = civil::Date::new(year.parse().ok()?, i8::try_from(month).ok()?, day.parse().ok()?).ok()?;
    let time = civil::Time::new(hour, minute, second, i32::try_from(millis * 1_000_000).ok()?).ok()?;
    let at = date.to_datetime(time).to_zoned(zone).ok()?.timestamp().as_millisecond();
    u64::try_from(at).ok()
}

/// The part of them that is asked for. A place is a time, and how many errors of that time are before it.
fn page(mut faults: Vec<Fault>, ask: &LogAsk) -> LogPage<Fault> {
    faults.sort_by_key(|fault| fault.at);
    let mut places = Vec::with_capacity(faults.len());
    let mut last = LogPlace { file: 0, at: 0 };
    for fault in &faults {
        let at = fault.at.unwrap_or(0);
        last = LogPlace { file: at, at: if at == last.file { last.at + 1 } else { 1 } };
        places.push(last);
    }
    let newest = places.last().copied();
    let order = |place: &LogPlace| (place.file, place.at);
    let fits = |place: &LogPlace, fault: &Fault| {
        let at = fault.at.unwrap_or(0);
        at >= ask.from
            && at < ask.until
            && ask.before.is_none_or(|before| order(place) < order(&before))
            && ask.after.is_none_or(|after| order(place) > order(&after))
            && ask.finds([fault.text.as_str(), fault.source.name()])
    };
    let mut found: Vec<(LogPlace, Fault)> =
        places.into_iter().zip(faults).filter(|(place, fault)| fits(place, fault)).collect();
    if ask.after.is_none() {
        found.reverse();
    }
    let mut octets = 0;
    let whole = found.len();
    let fit = found
        .iter()
        .take(ask.lines())
        .take_while(|(_, fault)| {
            octets += 100 + fault.text.len();
            octets < MOST_OCTETS
        })
        .count();
    found.truncate(fit.max(1));
    let more = found.len() < whole;
    let end = found.last().map(|(place, _)| *place);
    let (older, newest) = match ask.after {
        None => (end.filter(|_| more), newest),
        Some(after) => (None, if more { end } else { newest.or(Some(after)) }),
    };
    if ask.after.is_some() {
        found.reverse();
    }
    let lines = found.into_iter().map(|(_, fault)| fault).collect();
    LogPage { lines, older, newest, cut: more && ask.after.is_some() }
}

#[cfg(test)]
mod tests;
