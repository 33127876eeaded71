//! Shows a log as a terminal does: the newest line last, and what comes next below it.

use crate::{
    Exit, Failure,
    client::{Client, encode},
    nouns::log::{ERROR, VISIT},
    output,
};
use clap::ArgMatches;
use model::{Lang, text};
use serde_json::Value;

/// How long the panel waits for the next line, in seconds.
const WAIT: u32 = 25;

pub fn show(client: &Client, path: &str, args: &ArgMatches, lang: Lang) -> Result<Exit, Failure> {
    let errors = args.get_flag("errors");
    let mut query = format!("{path}?log={}", if errors { "errors" } else { "access" });
    for name in ["q", "status", "day"] {
        if let Some(value) = args.get_one::<String>(name) {
            query += &format!("&{name}={}", encode(value));
        }
    }
    let limit = args.get_one::<u32>("limit").map(|limit| format!("&limit={limit}")).unwrap_or_default();
    let mut view = client.get(&(query.clone() + &limit))?.body;
    loop {
        if let Some(why) = view["text"].as_object() {
            let why = why.get(lang.code()).and_then(Value::as_str).unwrap_or_default();
            let text = text!("Le journal ne peut pas être lu\u{a0}: {why}", "The log cannot be read: {why}");
            return Err(Failure::new(Exit::Unreachable, text.pick(lang)));
        }
        let (field, columns) = if errors { ("errors", ERROR) } else { ("visits", VISIT) };
        let mut lines = view[field].as_array().cloned().unwrap_or_default();
        lines.reverse();
        output::lines(&lines, columns, args.get_flag("json"), lang);
        if !args.get_flag("follow") {
            return Ok(Exit::Done);
        }
        let newest = view["newest"].as_str().unwrap_or_default().to_owned();
        view = client.get(&format!("{query}&wait={WAIT}&after={}", encode(&newest)))?.body;
    }
}
