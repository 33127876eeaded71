//! What a site may set of its PHP: an allow-list, each key with its kind and its bounds. Nothing else reaches a file.

use crate::{Problem, Text, text};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Time zones as the IANA database names them today (zone.tab), and UTC.
const ZONES: &str = include_str!("php_zones.txt");

/// A setting a site may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhpKey {
    MemoryLimit,
    UploadMaxFilesize,
    PostMaxSize,
    MaxExecutionTime,
    MaxInputTime,
    MaxInputVars,
    DisplayErrors,
    DateTimezone,
    SessionGcMaxlifetime,
    OpcacheEnable,
}

/// What values a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhpRange {
    /// From, to, without a setting.
    Megabytes(u32, u32, u32),
    Seconds(u32, u32, u32),
    Count(u32, u32, u32),
    /// On or off without a setting.
    Switch(bool),
    Zone,
}

impl PhpKey {
    pub const ALL: [PhpKey; 10] = [
        PhpKey::MemoryLimit,
        PhpKey::UploadMaxFilesize,
        PhpKey::PostMaxSize,
        PhpKey::MaxExecutionTime,
        PhpKey::MaxInputTime,
        PhpKey::MaxInputVars,
        PhpKey::DisplayErrors,
        PhpKey::DateTimezone,
        PhpKey::SessionGcMaxlifetime,
        PhpKey::OpcacheEnable,
    ];

    /// As PHP names it.
    pub fn name(self) -> &'static str {
        match self {
            PhpKey::MemoryLimit => "memory_limit",
            PhpKey::UploadMaxFilesize => "upload_max_filesize",
            PhpKey::PostMaxSize => "post_max_size",
            PhpKey::MaxExecutionTime => "max_execution_time",
            PhpKey::MaxInputTime => "max_input_time",
            PhpKey::MaxInputVars => "max_input_vars",
            PhpKey::DisplayErrors => "display_errors",
            PhpKey::DateTimezone => "date.timezone",
            PhpKey::SessionGcMaxlifetime => "session.gc_maxlifetime",
            PhpKey::OpcacheEnable => "opcache.enable",
        }
    }

    pub fn from_name(name: &str) -> Option<PhpKey> {
        PhpKey::ALL.into_iter().find(|key| key.name() == name)
    }

    /// Uploads and times end where the front ends them: nginx takes 256 MB, and waits 300 seconds.
    pub fn range(self) -> PhpRange {
        match self {
            PhpKey::MemoryLimit => PhpRange::Megabytes(32, 4096, 256),
            PhpKey::UploadMaxFilesize | PhpKey::PostMaxSize => PhpRange::Megabytes(1, 256, 256),
            PhpKey::MaxExecutionTime => PhpRange::Seconds(5, 300, 120),
            PhpKey::MaxInputTime => PhpRange::Seconds(5, 300, 60),
            PhpKey::MaxInputVars => PhpRange::Count(100, 100_000, 1000),
            PhpKey::DisplayErrors => PhpRange::Switch(false),
            PhpKey::DateTimezone => PhpRange::Zone,
            PhpKey::SessionGcMaxlifetime => PhpRange::Seconds(60, 2_592_000, 1440),
            PhpKey::OpcacheEnable => PhpRange::Switch(true),
        }
    }

    /// What holds without a setting.
    pub fn usual(self) -> PhpValue {
        match self.range() {
            PhpRange::Megabytes(.., usual) => PhpValue::Megabytes(usual),
            PhpRange::Seconds(.., usual) | PhpRange::Count(.., usual) => PhpValue::Number(usual),
            PhpRange::Switch(usual) => PhpValue::Switch(usual),
            PhpRange::Zone => PhpValue::Zone("UTC"),
        }
    }

    /// Reads a value as people write it: `256M`, `120`, `on`, `Europe/Paris`.
    pub fn parse(self, typed: &str) -> Result<PhpValue, Problem> {
        let typed = typed.trim_matches(' ');
        let within = |number: Option<u32>, from: u32, to: u32| number.filter(|n| (from..=to).contains(n));
        let found = match self.range() {
            PhpRange::Megabytes(from, to, _) => within(megabytes(typed), from, to).map(PhpValue::Megabytes),
            PhpRange::Seconds(from, to, _) | PhpRange::Count(from, to, _) => {
                within(number(typed), from, to).map(PhpValue::Number)
            }
            PhpRange::Switch(_) => match typed.to_ascii_lowercase().as_str() {
                "on" | "1" | "yes" | "true" => Some(PhpValue::Switch(true)),
                "off" | "0" | "no" | "false" => Some(PhpValue::Switch(false)),
                _ => None,
            },
            PhpRange::Zone => zones().find(|zone| *zone == typed).map(PhpValue::Zone),
        };
        found.ok_or_else(|| self.refused())
    }

    fn refused(self) -> Problem {
        let name = self.name();
        let text = match self.range() {
            PhpRange::Megabytes(from, to, _) => text!(
                "{name} va de {from}M à {to}M\u{a0}: donnez une taille entre les deux.",
                "{name} goes from {from}M to {to}M: give a size between them."
            ),
            PhpRange::Seconds(from, to, _) => text!(
                "{name} va de {from} à {to} secondes\u{a0}: donnez un nombre entre les deux.",
                "{name} goes from {from} to {to} seconds: give a number between them."
            ),
            PhpRange::Count(from, to, _) => text!(
                "{name} va de {from} à {to}\u{a0}: donnez un nombre entre les deux.",
                "{name} goes from {from} to {to}: give a number between them."
            ),
            PhpRange::Switch(_) => {
                text!("{name} est on ou off\u{a0}: choisissez.", "{name} is on or off: choose one.")
            }
            PhpRange::Zone => text!(
                "Ce fuseau horaire n’existe pas\u{a0}: donnez-le comme Europe/Paris.",
                "There is no such time zone: give it like Europe/Paris."
            ),
        };
        Problem::invalid(name, "php_setting", text)
    }
}

fn number(typed: &str) -> Option<u32> {
    let plain = (1..=9).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| typed.parse().ok()).flatten()
}

/// `256`, `256M`, `256 Mo`, `1G`.
fn megabytes(typed: &str) -> Option<u32> {
    let digits = typed.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = typed[digits.len()..].trim_matches(' ').to_ascii_lowercase();
    let times = match unit.as_str() {
        "" | "m" | "mo" | "mb" => 1,
        "g" | "go" | "gb" => 1024,
        _ => return None,
    };
    number(digits)?.checked_mul(times)
}

/// Every time zone that can be chosen.
pub fn zones() -> impl Iterator<Item = &'static str> {
    ZONES.lines()
}

/// One value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhpValue {
    Megabytes(u32),
    Number(u32),
    Switch(bool),
    Zone(&'static str),
}

impl PhpValue {
    /// As PHP's INI files write it.
    pub fn ini(self) -> String {
        match self {
            PhpValue::Switch(on) => u8::from(on).to_string(),
            other => other.to_string(),
        }
    }

    fn size(self) -> u32 {
        match self {
            PhpValue::Megabytes(size) => size,
            _ => 0,
        }
    }
}

impl fmt::Display for PhpValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PhpValue::Megabytes(size) => write!(f, "{size}M"),
            PhpValue::Number(number) => write!(f, "{number}"),
            PhpValue::Switch(on) => f.write_str(if *on { "on" } else { "off" }),
            PhpValue::Zone(zone) => f.write_str(zone),
        }
    }
}

/// The settings of a site that are not as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct PhpSettings(BTreeMap<PhpKey, PhpValue>);

impl PhpSettings {
    pub fn is_usual(&self) -> bool {
        self.0.is_empty()
    }

    /// What holds for a key.
    pub fn get(&self, key: PhpKey) -> PhpValue {
        self.0.get(&key).copied().unwrap_or_else(|| key.usual())
    }

    pub fn is_set(&self, key: PhpKey) -> bool {
        self.0.contains_key(&key)
    }

    /// Sets a key as typed; an empty text makes it usual again.
    pub fn set(&mut self, key: PhpKey, typed: &str) -> Result<(), Problem> {
        if typed.trim().is_empty() {
            self.0.remove(&key);
            return Ok(());
        }
        let value = key.parse(typed)?;
        if value == key.usual() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, value);
        }
        Ok(())
    }

    /// What of one setting depends on another.
    pub fn agree(&self) -> Result<(), Problem> {
        let (post, upload) = (self.get(PhpKey::PostMaxSize), self.get(PhpKey::UploadMaxFilesize));
        if post.size() >= upload.size() {
            return Ok(());
        }
        Err(Problem::invalid(
            PhpKey::PostMaxSize.name(),
            "php_post_size",
            text!(
                "Un envoi contient ses fichiers\u{a0}: post_max_size ne peut être sous upload_max_filesize ({upload}). Montez l’un ou baissez l’autre.",
                "What is sent holds its files: post_max_size cannot be below upload_max_filesize ({upload}). Raise the one or lower the other."
            ),
        ))
    }

    /// No more memory than the account has.
    pub fn within(mut self, memory_mb: u32) -> PhpSettings {
        let most = memory_mb.max(32);
        if self.get(PhpKey::MemoryLimit).size() > most && self.is_set(PhpKey::MemoryLimit) {
            self.0.insert(PhpKey::MemoryLimit, PhpValue::Megabytes(most));
        }
        self
    }
}

impl TryFrom<BTreeMap<String, String>> for PhpSettings {
    type Error = Problem;
    fn try_from(map: BTreeMap<String, String>) -> Result<PhpSettings, Problem> {
        let mut settings = PhpSettings::default();
        for (name, typed) in &map {
            settings.set(name.parse()?, typed)?;
        }
        settings.agree()?;
        Ok(settings)
    }
}

impl From<PhpSettings> for BTreeMap<String, String> {
    fn from(settings: PhpSettings) -> BTreeMap<String, String> {
        settings.0.into_iter().map(|(key, value)| (key.name().to_owned(), value.to_string())).collect()
    }
}

impl FromStr for PhpKey {
    type Err = Problem;
    fn from_str(name: &str) -> Result<PhpKey, Problem> {
        PhpKey::from_name(name).ok_or_else(|| {
            Problem::invalid(
                "settings",
                "php_key",
                Text::new(
                    "Ce réglage de PHP ne se change pas d’ici\u{a0}: voyez la liste de ceux qui se changent.",
                    "This setting of PHP cannot be changed from here: see the list of those that can.",
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them_and_kept_one_way() {
        for (key, typed, kept) in [
            (PhpKey::MemoryLimit, "128", "128M"),
            (PhpKey::MemoryLimit, " 1 Go ", "1024M"),
            (PhpKey::PostMaxSize, "20 Mo", "20M"),
            (PhpKey::MaxExecutionTime, "30", "30"),
            (PhpKey::DisplayErrors, "On", "on"),
            (PhpKey::DateTimezone, "Europe/Paris", "Europe/Paris"),
        ] {
            assert_eq!(key.parse(typed).unwrap().to_string(), kept);
        }
        for key in PhpKey::ALL {
            assert_eq!(PhpKey::from_name(key.name()), Some(key));
            assert_eq!(key.parse(&key.usual().to_string()).unwrap(), key.usual());
        }
    }

    #[test]
    fn no_text_gets_through_any_key() {
        let long = "9".repeat(1 << 20);
        let bad = [
            "1\n2",
            "1\r",
            "1\0",
            "\"1\"",
            "'1'",
            "</VirtualHost>",
            "%{HTTP_HOST}",
            "{{1}}",
            "$(id)",
            "-1",
            "+1",
            "0x10",
            "1;2",
            "${HOME}",
            "1 2",
            "1K",
            "١",
            "-",
            &long,
        ];
        for key in PhpKey::ALL {
            for typed in bad {
                assert_eq!(key.parse(typed).unwrap_err().field, Some(key.name()), "{key:?} {typed:.20?}");
            }
        }
        assert!(PhpKey::MemoryLimit.parse("31M").is_err() && PhpKey::MemoryLimit.parse("4097").is_err());
        let free = serde_json::from_str::<PhpSettings>(r#"{"auto_prepend_file":"/etc/passwd"}"#);
        assert!(free.is_err());
    }

    #[test]
    fn the_usual_is_no_setting_and_sizes_agree() {
        let mut settings = PhpSettings::default();
        settings.set(PhpKey::MemoryLimit, "256M").unwrap();
        assert!(settings.is_usual());
        settings.set(PhpKey::PostMaxSize, "10M").unwrap();
        assert_eq!(settings.agree().unwrap_err().field, Some("post_max_size"));
        settings.set(PhpKey::UploadMaxFilesize, "10M").unwrap();
        settings.agree().unwrap();
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(json, r#"{"post_max_size":"10M","upload_max_filesize":"10M"}"#);
        assert_eq!(serde_json::from_str::<PhpSettings>(&json).unwrap(), settings);
        settings.set(PhpKey::MemoryLimit, "1024M").unwrap();
        assert_eq!(settings.within(512).get(PhpKey::MemoryLimit).to_string(), "512M");
    }
}
