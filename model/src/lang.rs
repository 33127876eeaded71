//! The two languages, and texts that always exist in both.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A language people can read Alvéole in. French comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    Fr,
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::Fr, Lang::En];

    /// The BCP 47 code: `fr` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::Fr => "fr",
            Lang::En => "en",
        }
    }

    pub fn from_code(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The one of two texts that is in this language.
    pub fn pick<T>(self, fr: T, en: T) -> T {
        match self {
            Lang::Fr => fr,
            Lang::En => en,
        }
    }

    /// A colon between a word and what it introduces: French has a no-break space before it.
    pub fn colon(self) -> &'static str {
        self.pick("\u{a0}: ", ": ")
    }

    /// A day in words: “1er mars 2027”, “1 March 2027”. Months count from 1.
    pub fn day(self, year: i16, month: i8, day: i8) -> String {
        const MONTHS: [(&str, &str); 12] = [
            ("janvier", "January"),
            ("février", "February"),
            ("mars", "March"),
            ("avril", "April"),
            ("mai", "May"),
            ("juin", "June"),
            ("juillet", "July"),
            ("août", "August"),
            ("septembre", "September"),
            ("octobre", "October"),
            ("novembre", "November"),
            ("décembre", "December"),
        ];
        let place = usize::try_from(month).unwrap_or(1).saturating_sub(1).min(11);
        let (fr, en) = MONTHS[place];
        match self {
            Lang::Fr if day == 1 => format!("1er {fr} {year}"),
            Lang::Fr => format!("{day} {fr} {year}"),
            Lang::En => format!("{day} {en} {year}"),
        }
    }

    /// Negotiates an `Accept-Language` header (RFC 9110 §12.5.4): highest quality wins, then first named; French when nothing fits.
    pub fn negotiate(accept_language: &str) -> Lang {
        let mut best: Option<(f32, Lang)> = None;
        for range in accept_language.split(',').take(20) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let lang = if primary == "*" { Some(Lang::Fr) } else { Lang::from_code(&primary) };
            if let Some(lang) = lang
                && quality > 0.0
                && best.is_none_or(|(q, _)| quality > q)
            {
                best = Some((quality, lang));
            }
        }
        best.map_or(Lang::Fr, |(_, lang)| lang)
    }
}

/// One text in both languages. Reasons travel as this from the agent's disk to the member's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub fr: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Text {
    pub const fn new(fr: &'static str, en: &'static str) -> Text {
        Text { fr: Cow::Borrowed(fr), en: Cow::Borrowed(en) }
    }

    pub fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.fr, &self.en)
    }
}

/// `text!("Le nom {name} est pris", "The name {name} is taken")`: `format!` in both languages.
#[macro_export]
macro_rules! text {
    ($fr:literal, $en:literal $(, $($args:tt)*)?) => {
        $crate::Text {
            fr: ::std::format!($fr $(, $($args)*)?).into(),
            en: ::std::format!($en $(, $($args)*)?).into(),
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_takes_the_best_quality_and_falls_back_to_french() {
        assert_eq!(Lang::negotiate("en-GB,en;q=0.9,fr;q=0.8"), Lang::En);
        assert_eq!(Lang::negotiate("de;q=1, fr-CH;q=0.7, en;q=0.3"), Lang::Fr);
        assert_eq!(Lang::negotiate("de, en;q=0"), Lang::Fr);
        assert_eq!(Lang::negotiate(""), Lang::Fr);
        assert_eq!(Lang::negotiate("en;q=banana"), Lang::Fr);
    }
}
