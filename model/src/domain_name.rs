//! Domain names: what a person types (IDNA, RFC 5891; UTS #46), what machines keep (LDH, RFC 1123 §2.1, RFC 1035 §2.3.4).

use crate::{Problem, Text, newtype::string_newtype};
use serde::{Deserialize, Serialize};

/// A fully qualified name of two labels or more, in lower-case ASCII without the final dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

string_newtype!(DomainName);

/// Octets of a name in text form (RFC 1035 §2.3.4: 255 on the wire).
const LONGEST: usize = 253;

/// Last labels that never resolve to a site on the Internet (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476).
/// `.example` is reserved too, yet kept open: documentation, demonstrations and tests live there.
const RESERVED: [&str; 9] =
    ["localhost", "local", "invalid", "onion", "arpa", "internal", "alt", "localdomain", "lan"];

impl DomainName {
    /// Parses what a person typed: Unicode or ASCII, any case, with or without the final dot.
    pub fn parse(typed: &str) -> Result<DomainName, Problem> {
        let bad = |code, text| Err(Problem::invalid("name", code, text));
        let trimmed = typed.trim_matches(' ');
        let typed = trimmed.strip_suffix('.').unwrap_or(trimmed);
        if typed.is_empty() {
            return bad(
                "name_empty",
                Text::new("Donnez un nom, par exemple asso.example.", "Give a name, such as asso.example."),
            );
        }
        if typed.len() > 4 * LONGEST {
            return bad("name_too_long", too_long());
        }
        if typed.contains("://") || typed.contains('/') {
            return bad(
                "name_is_address",
                Text::new(
                    "C’est une adresse web\u{a0}: gardez seulement le nom, par exemple asso.example.",
                    "This is a web address: keep the name only, such as asso.example.",
                ),
            );
        }
        if typed.contains('*') {
            return bad(
                "name_wildcard",
                Text::new(
                    "L’étoile n’est pas admise\u{a0}: ajoutez chaque nom l’un après l’autre.",
                    "The star is not accepted: add each name one by one.",
                ),
            );
        }
        if is_address(typed) {
            return bad(
                "name_is_ip",
                Text::new(
                    "C’est une adresse IP\u{a0}: donnez un nom de domaine.",
                    "This is an IP address: give a domain name.",
                ),
            );
        }
        let ascii = match idna::domain_to_ascii_strict(typed) {
            Ok(ascii) if ascii.len() <= LONGEST => ascii,
            Ok(_) => return bad("name_too_long", too_long()),
            Err(_) => return bad(explain(typed).0, explain(typed).1),
        };
        if !ascii.contains('.') {
            return bad(
                "name_single_label",
                Text::new(
                    "Il manque la fin du nom\u{a0}: écrivez-le en entier, par exemple asso.example.",
                    "The end of the name is missing: write it whole, such as asso.example.",
                ),
            );
        }
        for label in ascii.split('.') {
            if !is_ldh(label) {
                return bad(explain(typed).0, explain(typed).1);
            }
        }
        if idna::domain_to_unicode(&ascii).0.split('.').any(crate::homograph::misleads) {
            return bad(
                "name_misleads",
                Text::new(
                    "Ce nom mêle des lettres d’alphabets différents qui se ressemblent\u{a0}: écrivez-le dans un seul alphabet.",
                    "This name uses letters of another alphabet that look alike: write it in one alphabet.",
                ),
            );
        }
        let last = ascii.rsplit('.').next().unwrap_or_default();
        if RESERVED.contains(&last) || last.bytes().all(|b| b.is_ascii_digit()) {
            return bad("name_reserved", text_reserved(last));
        }
        Ok(DomainName(ascii))
    }

    /// As people read it: Unicode where the labels allow it.
    pub fn unicode(&self) -> String {
        let (shown, result) = idna::domain_to_unicode(&self.0);
        if result.is_ok() { shown } else { self.0.clone() }
    }

    /// Whether this name is `other` or stands below it.
    pub fn is_within(&self, other: &str) -> bool {
        self.0 == other || self.0.strip_suffix(other).is_some_and(|rest| rest.ends_with('.'))
    }
}

/// A name a site can have: a domain name of at most 90 octets, so that a Unix socket's path can hold it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteName(String);

string_newtype!(SiteName);

impl SiteName {
    pub const LONGEST: usize = 90;

    pub fn parse(typed: &str) -> Result<SiteName, Problem> {
        let name = DomainName::parse(typed)?;
        if name.as_str().len() > SiteName::LONGEST {
            return Err(Problem::invalid(
                "name",
                "name_too_long",
                Text::new(
                    "Ce nom est trop long pour un site\u{a0}: 90 caractères au plus.",
                    "This name is too long for a site: 90 characters at most.",
                ),
            ));
        }
        Ok(SiteName(name.0))
    }

    pub fn domain(&self) -> DomainName {
        DomainName(self.0.clone())
    }

    /// As people read it.
    pub fn unicode(&self) -> String {
        self.domain().unicode()
    }
}

fn too_long() -> Text {
    Text::new(
        "Ce nom est trop long\u{a0}: 253 caractères au plus.",
        "This name is too long: 253 characters at most.",
    )
}

fn text_reserved(last: &str) -> Text {
    crate::text!(
        "Les noms en «\u{a0}.{last}\u{a0}» sont réservés et ne mènent nulle part sur Internet\u{a0}: choisissez-en un autre.",
        "Names ending in “.{last}” are reserved and lead nowhere on the Internet: choose another."
    )
}

fn is_ldh(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_address(typed: &str) -> bool {
    typed.parse::<std::net::IpAddr>().is_ok()
        || typed.starts_with('[')
        || (typed.contains(':') && typed.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.'))
}

/// Says which rule a name breaks; the first one found.
fn explain(typed: &str) -> (&'static str, Text) {
    if typed.is_ascii() && typed.len() > LONGEST {
        return ("name_too_long", too_long());
    }
    if let Some(c) = typed.chars().find(|c| c.is_control() || c.is_whitespace()) {
        let shown = c.escape_default();
        return (
            "name_bad_character",
            crate::text!(
                "Ce nom contient un caractère invisible ou une espace ({shown})\u{a0}: effacez-le.",
                "This name contains an invisible character or a space ({shown}): remove it."
            ),
        );
    }
    for label in typed.split('.') {
        if label.is_empty() {
            return (
                "name_empty_label",
                Text::new(
                    "Il y a deux points de suite, ou un point au début\u{a0}: enlevez-en un.",
                    "There are two dots in a row, or one at the start: remove one.",
                ),
            );
        }
        if label.len() > 63 && label.is_ascii() {
            return (
                "name_label_too_long",
                Text::new(
                    "Une partie du nom, entre deux points, dépasse 63 caractères\u{a0}: raccourcissez-la.",
                    "A part of the name, between two dots, is longer than 63 characters: shorten it.",
                ),
            );
        }
        if label.starts_with('-') || label.ends_with('-') {
            return (
                "name_hyphen",
                Text::new(
                    "Une partie du nom commence ou finit par un tiret\u{a0}: enlevez-le.",
                    "A part of the name begins or ends with a hyphen: remove it.",
                ),
            );
        }
        if let Some(c) = label.chars().find(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && *c != '-') {
            return (
                "name_bad_character",
                crate::text!(
                    "Le caractère «\u{a0}{c}\u{a0}» n’est pas admis\u{a0}: lettres, chiffres, tirets et points seulement.",
                    "The character “{c}” is not accepted: letters, digits, hyphens and dots only."
                ),
            );
        }
    }
    (
        "name_not_idna",
        Text::new(
            "Ce nom n’est pas un nom de domaine international valable\u{a0}: vérifiez les lettres, ou le code qui suit «\u{a0}xn--\u{a0}».",
            "This is not a valid international domain name: check the letters, or the code after “xn--”.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(typed: &str) -> &'static str {
        DomainName::parse(typed).unwrap_err().code
    }

    #[test]
    fn accepted_and_normalised() {
        for (typed, kept) in [
            ("Asso.Example", "asso.example"),
            ("asso.example.", "asso.example"),
            (" asso.example ", "asso.example"),
            ("crémerie.example", "xn--crmerie-cya.example"),
            ("xn--crmerie-cya.example", "xn--crmerie-cya.example"),
            ("a-b.c1.example", "a-b.c1.example"),
        ] {
            assert_eq!(DomainName::parse(typed).unwrap().as_str(), kept, "{typed}");
        }
        assert_eq!(DomainName::parse("xn--crmerie-cya.example").unwrap().unicode(), "crémerie.example");
    }

    #[test]
    fn refused_with_the_reason() {
        let label64 = format!("{}.example", "a".repeat(64));
        let long = format!("{}.example", vec!["a".repeat(60); 5].join("."));
        for (typed, reason) in [
            ("", "name_empty"),
            ("-a.example", "name_hyphen"),
            ("a-.example", "name_hyphen"),
            ("a..example", "name_empty_label"),
            (".example", "name_empty_label"),
            (&label64, "name_label_too_long"),
            (&long, "name_too_long"),
            ("xn--a.example", "name_not_idna"),
            ("xn--zzzzzzzzzz99999.example", "name_not_idna"),
            ("localhost", "name_single_label"),
            ("a.localhost", "name_reserved"),
            ("*", "name_wildcard"),
            ("*.asso.example", "name_wildcard"),
            ("192.0.2.1", "name_is_ip"),
            ("2001:db8::1", "name_is_ip"),
            ("[2001:db8::1]", "name_is_ip"),
            ("1.2.3.4.5", "name_reserved"),
            ("as so.example", "name_bad_character"),
            ("asso.example\nserver_name x", "name_bad_character"),
            ("asso\0.example", "name_bad_character"),
            ("a_b.example", "name_bad_character"),
            ("https://asso.example/", "name_is_address"),
            ("p\u{430}ypal.example", "name_misleads"),
            ("xn--pypal-4ve.example", "name_misleads"),
        ] {
            assert_eq!(code(typed), reason, "{typed:?}");
        }
    }

    #[test]
    fn a_site_name_fits_a_socket_path() {
        let name = |n: usize| format!("{}.{}.example", "a".repeat(60), "b".repeat(n - 69));
        assert!(SiteName::parse(&name(90)).is_ok());
        assert_eq!(SiteName::parse(&name(91)).unwrap_err().code, "name_too_long");
    }

    #[test]
    fn within_is_by_label() {
        let name = DomainName::parse("www.asso.example").unwrap();
        assert!(name.is_within("asso.example"));
        assert!(!name.is_within("sso.example"));
        assert!(name.is_within("www.asso.example"));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_ldh_and_stable(typed in ".{0,80}") {
            if let Ok(name) = DomainName::parse(&typed) {
                prop_assert!(name.as_str().split('.').all(is_ldh));
                prop_assert_eq!(DomainName::parse(name.as_str()).unwrap(), name.clone());
                prop_assert_eq!(DomainName::parse(&name.unicode()).unwrap(), name);
            }
        }

        #[test]
        fn json_round_trip(typed in "[a-z0-9-]{1,20}\\.[a-z]{2,6}") {
            if let Ok(name) = SiteName::parse(&typed) {
                let json = serde_json::to_string(&name).unwrap();
                prop_assert_eq!(serde_json::from_str::<SiteName>(&json).unwrap(), name);
            }
        }
    }
}
