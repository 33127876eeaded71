//! A file sent to an account; one that was cut off goes on where it ended, at once or when the same command is given again.

use crate::{
    Exit, Failure,
    client::{Answer, Client, encode},
    progress::Progress,
};
use model::{Lang, text};
use std::{
    fs::File,
    io::{Seek, SeekFrom},
    path::Path,
    time::UNIX_EPOCH,
};

/// How often a cut connection is opened anew by itself.
const TRIES: u32 = 3;

/// `url` is that of contents, `query` what it is asked, `path` the place in the home.
pub fn put(
    client: &Client,
    (url, query, path): (&str, &str, &str),
    local: &Path,
    lang: Lang,
) -> Result<Answer, Failure> {
    let wrong = |error: std::io::Error| {
        Failure::new(Exit::Usage, format!("{}{}{error}", local.display(), lang.colon()))
    };
    let mut file = File::open(local).map_err(wrong)?;
    let about = file.metadata().map_err(wrong)?;
    let of = url.strip_suffix("/contents").filter(|_| about.is_file());
    let known = about.is_file().then_some(about.len());
    let whole = |file: File| client.upload(&format!("{url}?{query}"), Progress::of(file, known, lang));
    let Some(of) = of else { return whole(file) };
    let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let size = about.len();
    let mark = format!("size={size}&mark={}", changed.as_nanos());
    let mut tries = 0;
    loop {
        let so_far = match client.get(&format!("{of}/upload?path={}&{mark}", encode(path))) {
            Ok(answer) => answer.body["octets"].as_u64().filter(|octets| *octets <= size).unwrap_or(0),
            // Why, sending it says: a host of before, for one, takes it whole or not at all.
            Err(failure) if failure.exit == Exit::Refused => return whole(file),
            Err(failure) => return Err(failure),
        };
        if so_far > 0 {
            let text = text!(
                "Reprend après {so_far} octets sur {size}.",
                "Goes on after {so_far} octets of {size}."
            );
            eprintln!("{}", text.pick(lang));
        }
        file.seek(SeekFrom::Start(so_far)).map_err(wrong)?;
        let rest = file.try_clone().map_err(wrong)?;
        let rest = Progress::of(rest, Some(size - so_far), lang);
        match client.upload(&format!("{url}?{query}&{mark}&offset={so_far}"), rest) {
            Err(failure) if failure.exit == Exit::Unreachable && tries < TRIES => tries += 1,
            other => return other,
        }
    }
}
