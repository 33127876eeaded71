//! Fuzz targets: one per parser and for the frame decoders.
//!
//! `cargo test` runs each on a fixed number of inputs; `./dev fuzz TARGET` runs one coverage-guided until it is stopped.

use bolero::check;
use model::wire::{FromAgent, FromPanel, decode, encode};
use model::{
    AccountId, DomainName, EmailAddress, HostName, Label, Lang, PhpVersion, PlanName, RelativePath, Resource,
    SiteName, UnixName,
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
fn stable<T: FromStr + ToString + PartialEq + std::fmt::Debug>(longest: usize) {
    check!().with_iterations(20_000).with_type::<(bool, String, Vec<u8>)>().for_each(
        |(raw, text, pieces)| {
            let typed = if *raw {
                text.clone()
            } else {
                pieces.iter().map(|piece| PIECES[*piece as usize % PIECES.len()]).collect()
            };
            let Ok(parsed) = typed.parse::<T>() else { return };
            let kept = parsed.to_string();
            assert!(kept.len() <= longest, "{kept:?}");
            assert!(!kept.chars().any(char::is_control), "{kept:?}");
            assert_eq!(kept.parse::<T>().ok(), Some(parsed));
        },
    );
}

#[test]
fn domain_name() {
    stable::<DomainName>(253);
}

#[test]
fn site_name() {
    stable::<SiteName>(90);
}

#[test]
fn unix_name() {
    stable::<UnixName>(31);
}

#[test]
fn host_name() {
    stable::<HostName>(63);
}

#[test]
fn email_address() {
    stable::<EmailAddress>(254);
}

#[test]
fn plan_name() {
    stable::<PlanName>(240);
}

#[test]
fn label() {
    stable::<Label>(480);
}

#[test]
fn relative_path() {
    stable::<RelativePath>(1024);
}

#[test]
fn php_version() {
    stable::<PhpVersion>(5);
}

#[test]
fn id() {
    stable::<AccountId>(36);
}

#[test]
fn accept_language() {
    check!().with_iterations(20_000).with_type::<String>().for_each(|header| {
        Lang::negotiate(header);
    });
}

/// Text from anywhere, and well-formed frames with some octets changed: no panic, and what decodes encodes to the same frame.
fn frames<Frame>(seed: &str)
where
    Frame: serde::Serialize + for<'de> serde::Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    check!().with_iterations(20_000).with_type::<(bool, Vec<(u16, u8)>, String)>().for_each(
        |(from_seed, edits, text)| {
            let text = if *from_seed { edited(seed, edits) } else { text.clone() };
            if let Ok(frame) = decode::<Frame>(&text) {
                let again = encode(&frame).unwrap();
                assert_eq!(decode::<Frame>(&again).unwrap(), frame);
            }
        },
    );
}

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
    frames::<FromAgent>(&format!(
        r#"{{"frame":"report","items":[{{"kind":"site","key":"{CHANGE}","generation":7,"state":"held","text":{{"fr":"a","en":"b"}},"drift":{{"path":"/x","diff":"-a\n+b"}}}}]}}"#
    ));
}

#[test]
fn frame_from_panel() {
    frames::<FromPanel>(&format!(
        r#"{{"frame":"query","id":7,"query":{{"ask":"ledger","after":["site","{CHANGE}"],"limit":50}}}}"#
    ));
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
