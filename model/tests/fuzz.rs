//! Fuzz targets: one per parser and for the frame decoders.
//!
//! `cargo test` runs each on a fixed number of inputs; `./dev fuzz TARGET` runs one coverage-guided until it is stopped.

#![allow(clippy::unwrap_used)] // a helper of a test is a test

use bolero::check;
use model::wire::{FromAgent, FromPanel, decode, encode};
use model::{
    AccountId, DatabaseName, DatabaseUserName, DocumentRoot, DomainName, EmailAddress, HostName, Label, Lang,
    Network, PhpVersion, PlanName, RelativePath, Resource, Schedule, SiteName, SitePath, Target, UnixName,
    ZoneName,
};
use std::str::FromStr;

/// What names are made of, and what they must not be made of.
const PIECES: [&str; 32] = [
    "a",
    "b",
    "z",
    "0",
    "9",
    "10",
    "8",
    "-",
    "--",
    "xn--",
    ".",
    "..",
    "example",
    "localhost",
    "www",
    "@",
    "/",
    "\\",
    "*",
    ":",
    "[",
    "]",
    "_",
    " ",
    "\n",
    "\0",
    "é",
    "ß",
    "İ",
    "\u{202e}",
    "\u{200d}",
    "аррӏе",
];

/// What every parser of a name promises: no panic, and what it accepts it accepts again, unchanged and within its bound.
fn stable<T: FromStr + ToString + PartialEq + std::fmt::Debug>(
    raw: bool,
    text: &str,
    pieces: &[u8],
    longest: usize,
) {
    let made = || pieces.iter().map(|piece| PIECES[*piece as usize % PIECES.len()]).collect();
    let typed = if raw { text.to_owned() } else { made() };
    let Ok(parsed) = typed.parse::<T>() else { return };
    let kept = parsed.to_string();
    assert!(kept.len() <= longest, "{kept:?}");
    assert!(!kept.chars().any(char::is_control), "{kept:?}");
    assert_eq!(kept.parse::<T>().ok(), Some(parsed));
}

/// A target per parser. `check!` stands in each function itself: the fuzzer finds targets by where it stands.
macro_rules! parsers {
    ($($name:ident: $type:ty, $longest:literal;)*) => { $(
        #[test]
        fn $name() {
            check!().with_iterations(20_000).with_type::<(bool, String, Vec<u8>)>().for_each(|(raw, text, pieces)| {
                stable::<$type>(*raw, text, pieces, $longest);
            });
        }
    )* };
}

parsers! {
    domain_name: DomainName, 253;
    site_name: SiteName, 90;
    unix_name: UnixName, 31;
    database_name: DatabaseName, 64;
    database_user_name: DatabaseUserName, 64;
    host_name: HostName, 63;
    email_address: EmailAddress, 254;
    plan_name: PlanName, 240;
    label: Label, 480;
    relative_path: RelativePath, 1024;
    site_path: SitePath, 1024;
    target: Target, 2048;
    network: Network, 49;
    document_root: DocumentRoot, 512;
    php_version: PhpVersion, 5;
    schedule: Schedule, 200;
    zone_name: ZoneName, 64;
    id: AccountId, 36;
}

#[test]
fn accept_language() {
    check!().with_iterations(20_000).with_type::<String>().for_each(|header| {
        Lang::negotiate(header);
    });
}

/// No panic, and what decodes encodes to the same frame.
fn frame<Frame>(text: &str)
where
    Frame: serde::Serialize + for<'de> serde::Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    if let Ok(frame) = decode::<Frame>(text) {
        let again = encode(&frame).unwrap();
        assert_eq!(decode::<Frame>(&again).unwrap(), frame);
    }
}

/// A well-formed frame with some octets changed.
fn edited(seed: &str, edits: &[(u16, u8)]) -> String {
    let mut bytes = seed.as_bytes().to_vec();
    for (at, byte) in edits.iter().take(4) {
        let at = *at as usize % bytes.len();
        bytes[at] = *byte;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const CHANGE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[test]
fn frame_from_agent() {
    let seed = format!(
        r#"{{"frame":"report","items":[{{"kind":"site","key":"{CHANGE}","generation":7,"state":"held","text":{{"fr":"a","en":"b"}},"drift":{{"path":"/x","diff":"-a\n+b"}}}}]}}"#
    );
    check!().with_iterations(20_000).with_type::<(bool, Vec<(u16, u8)>, String)>().for_each(
        |(raw, edits, text)| {
            frame::<FromAgent>(if *raw { text.clone() } else { edited(&seed, edits) }.as_str());
        },
    );
}

#[test]
fn frame_from_panel() {
    let seed = format!(
        r#"{{"frame":"query","id":7,"query":{{"ask":"ledger","after":["site","{CHANGE}"],"limit":50}}}}"#
    );
    check!().with_iterations(20_000).with_type::<(bool, Vec<(u16, u8)>, String)>().for_each(
        |(raw, edits, text)| {
            frame::<FromPanel>(if *raw { text.clone() } else { edited(&seed, edits) }.as_str());
        },
    );
}

#[test]
fn resource_body() {
    let seed = format!(
        r#"{{"kind":"site","key":"{CHANGE}","generation":7,"change":"{CHANGE}","body":{{"id":"{CHANGE}","account_id":"{CHANGE}","account":"miel","state":"serving","folder":"a.example","names":["a.example"]}}}}"#
    );
    check!().with_iterations(20_000).with_type::<Vec<(u16, u8)>>().for_each(|edits| {
        let Ok(resource) = serde_json::from_str::<Resource>(&edited(&seed, edits)) else { return };
        if let Ok(Some(body)) = resource.want() {
            assert_eq!(body.key(), resource.key);
        }
    });
}
