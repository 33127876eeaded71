//! What programs and servers of others say, as it is shown to people.

use std::error::Error;

/// Letters of it, at most.
const LONGEST: usize = 300;

/// An error with its causes: "client error (Connect)" alone helps nobody.
pub(crate) fn whole(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_said = next.to_string();
        if !said.contains(&next_said) {
            said = format!("{said}: {next_said}");
        }
        cause = next.source();
    }
    said
}

/// As one short line.
pub(crate) fn printable(said: &str) -> String {
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}
