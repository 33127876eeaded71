//! Addresses within a site: a path as visitors ask for it, and where a redirect leads.

use crate::{DomainName, Problem, Text, newtype::string_newtype, text};
use serde::{Deserialize, Serialize};

/// What a path may be at most.
const LONGEST: usize = 1024;

/// A path on a site, decoded: `/old page`. No query, no `.` or `..`, no empty part, and none of the signs that mean something to a web
/// server's configuration or that no browser sends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SitePath(String);

string_newtype!(SitePath);

impl SitePath {
    pub fn parse(typed: &str) -> Result<SitePath, Problem> {
        let refused = |code, text| Err(Problem::invalid("from", code, text));
        if typed.len() > LONGEST {
            return refused(
                "site_path_long",
                Text::new(
                    "Ce chemin dépasse 1\u{a0}024 octets\u{a0}: raccourcissez-le.",
                    "This path is longer than 1,024 octets: shorten it.",
                ),
            );
        }
        let typed = typed.trim_matches(' ');
        if !typed.starts_with('/') {
            return refused(
                "site_path_start",
                Text::new(
                    "Un chemin de ce site commence par «\u{a0}/\u{a0}», par exemple /ancienne-page.",
                    "A path of this site begins with “/”, such as /old-page.",
                ),
            );
        }
        if typed.contains(['?', '#']) {
            return refused(
                "site_path_query",
                Text::new(
                    "Donnez le chemin seul, sans ce qui suit «\u{a0}?\u{a0}» ou «\u{a0}#\u{a0}».",
                    "Give the path alone, without what follows “?” or “#”.",
                ),
            );
        }
        let decoded = decode(typed);
        let sign = |c: char| c.is_control() || "\"\\$%{}<>|^`?#\u{fffd}".contains(c);
        let part = |part: &str| !part.is_empty() && part != "." && part != "..";
        let parts: Vec<&str> = decoded[1..].strip_suffix('/').unwrap_or(&decoded[1..]).split('/').collect();
        if decoded.contains(sign)
            || !(parts == [""] || parts.into_iter().all(part))
            || decoded.starts_with("//")
            || decoded.ends_with(' ')
        {
            return refused(
                "site_path_signs",
                Text::new(
                    "Ce chemin n’est pas admis\u{a0}: ni «\u{a0}//\u{a0}», ni «\u{a0}..\u{a0}», ni retour à la ligne, ni les signes \" \\ $ % { } < > | ^ `.",
                    "This path is not accepted: no “//”, no “..”, no line break, and none of the signs \" \\ $ % { } < > | ^ `.",
                ),
            );
        }
        Ok(SitePath(decoded))
    }

    /// As the path of all that lies below it: without a slash at its end; empty for the whole site.
    pub fn stem(&self) -> &str {
        self.0.strip_suffix('/').unwrap_or(&self.0)
    }

    /// As it stands in an address.
    pub fn encoded(&self) -> String {
        encode(&self.0)
    }
}

/// Percent signs decoded; what is no UTF-8 then becomes a sign that is refused.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = match after {
            [a, b, ..] if *first == b'%' => hex(*a).zip(hex(*b)).map(|(a, b)| a * 16 + b),
            _ => None,
        };
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Where a redirect leads: `/a/path?of=this#site`, or an address with http or https. Kept encoded: it is ASCII, and has no sign that means
/// something to a web server's configuration but `%` and two digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target(String);

string_newtype!(Target);

impl Target {
    pub fn parse(typed: &str) -> Result<Target, Problem> {
        // What is encoded is longer, and is kept: so both are looked at.
        let long = |text: &str| text.len() > 2 * LONGEST;
        let read = if long(typed) { None } else { Some(Target::read(typed)?) };
        read.filter(|target| !long(&target.0)).ok_or_else(|| {
            Problem::invalid(
                "to",
                "target_long",
                Text::new(
                    "Cette adresse dépasse 2\u{a0}048 octets\u{a0}: raccourcissez-la.",
                    "This address is longer than 2,048 octets: shorten it.",
                ),
            )
        })
    }

    fn read(typed: &str) -> Result<Target, Problem> {
        let refused = |code, text| Err(Problem::invalid("to", code, text));
        let typed = typed.trim_matches(' ');
        if typed.chars().any(char::is_control) {
            return refused(
                "target_signs",
                Text::new(
                    "Cette adresse contient un retour à la ligne ou un signe invisible\u{a0}: enlevez-le.",
                    "This address holds a line break or an invisible sign: remove it.",
                ),
            );
        }
        if typed.starts_with('/') && !typed.starts_with("//") {
            return Ok(Target(encode(typed)));
        }
        let Some((scheme, rest)) = split_scheme(typed) else {
            return refused(
                "target_start",
                Text::new(
                    "Donnez une adresse qui commence par https:// ou http://, ou un chemin de ce site qui commence par une seule «\u{a0}/\u{a0}».",
                    "Give an address that begins with https:// or http://, or a path of this site that begins with one “/”.",
                ),
            );
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, below) = rest.split_at(end);
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let plain = |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
        let port = match port {
            None => String::new(),
            Some(port) => {
                match plain(port).then(|| port.parse::<u16>().ok()).flatten().filter(|port| *port > 0) {
                    Some(port) => format!(":{port}"),
                    None => return refused("target_host", host_text(authority)),
                }
            }
        };
        let Ok(host) = DomainName::parse(host) else { return refused("target_host", host_text(authority)) };
        let slash = if below.starts_with('/') { "" } else { "/" };
        Ok(Target(format!("{scheme}://{host}{port}{slash}{}", encode(below))))
    }

    /// The name it leads to; `None`: this same site.
    pub fn host(&self) -> Option<&str> {
        let (_, rest) = split_scheme(&self.0)?;
        rest.split(['/', ':']).next()
    }

    /// Its path, decoded, without what follows.
    pub fn path(&self) -> String {
        let rest = split_scheme(&self.0)
            .map_or(self.0.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        decode(rest.split(['?', '#']).next().unwrap_or_default())
    }

    pub fn has_query(&self) -> bool {
        self.0.split('#').next().is_some_and(|before| before.contains('?'))
    }

    pub fn has_fragment(&self) -> bool {
        self.0.contains('#')
    }
}

fn split_scheme(text: &str) -> Option<(&'static str, &str)> {
    ["https", "http"].into_iter().find_map(|scheme| {
        let (head, rest) = text.split_once("://")?;
        head.eq_ignore_ascii_case(scheme).then_some((scheme, rest))
    })
}

fn host_text(authority: &str) -> Text {
    let shown: String = authority.chars().take(80).collect();
    text!(
        "«\u{a0}{shown}\u{a0}» n’est pas un nom sur Internet\u{a0}: écrivez-le comme www.asso.example, sans utilisateur ni adresse IP.",
        "“{shown}” is not a name on the Internet: write it like www.asso.example, without a user or an IP address."
    )
}

/// What may stand in an address stays; all else is said by percent signs. What is encoded already stays as it is.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut fragment = false;
    for (at, byte) in bytes.iter().enumerate() {
        let encoded = *byte == b'%'
            && bytes.get(at + 1).copied().and_then(hex).is_some()
            && bytes.get(at + 2).copied().and_then(hex).is_some();
        let second_hash = *byte == b'#' && fragment;
        fragment |= *byte == b'#';
        if !second_hash && (encoded || byte.is_ascii_alphanumeric() || b"-._~:/?#@!&()*+,;=".contains(byte)) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_kept_as_the_web_server_sees_it() {
        for (typed, kept) in [
            ("/old", "/old"),
            (" /old%20page/ ", "/old page/"),
            ("/caf%C3%A9", "/café"),
            ("/a+b(c)[d].*'", "/a+b(c)[d].*'"),
            ("/", "/"),
            ("/-x", "/-x"),
        ] {
            let path = SitePath::parse(typed).unwrap();
            assert_eq!(path.as_str(), kept);
            assert_eq!(SitePath::parse(path.as_str()).unwrap(), path);
        }
        let long = format!("/{}", "a".repeat(1 << 20));
        for bad in [
            "",
            "old",
            "//old",
            "/a//b",
            "/a/../b",
            "/./a",
            "/..",
            "/a?b",
            "/a#b",
            "/a\nb",
            "/a%0Ab",
            "/a%0d",
            "/a\0",
            "/a%00",
            "/a\"b",
            "/a%22",
            "/a\\b",
            "/a%5C",
            "/${HOME}",
            "/$1",
            "/%{HTTP_HOST}",
            "/{{a}}",
            "/$(id)",
            "/</VirtualHost>",
            "/a%",
            "/a%2",
            "/a%25",
            "/a%FF",
            "-old",
            "https://a.example/",
            &long,
        ] {
            assert_eq!(SitePath::parse(bad).unwrap_err().field, Some("from"), "{bad:.30?}");
        }
    }

    #[test]
    fn a_target_is_one_ascii_word_that_says_what_was_typed() {
        for (typed, kept) in [
            ("/new", "/new"),
            (
                "/new?x=%{HTTP_HOST}&y=$1#top",
                "/new?x=%7BHTTP_HOST%7D&y=%241#top".replace("%7B", "%25%7B").as_str(),
            ),
            ("HTTPS://Crémerie.Example", "https://xn--crmerie-cya.example/"),
            ("http://a.example:8080?q=\"a b\"", "http://a.example:8080/?q=%22a%20b%22"),
            ("https://a.example/a%20b/é'\\", "https://a.example/a%20b/%C3%A9%27%5C"),
            ("https://a.example/#a#b", "https://a.example/#a%23b"),
            ("/{{x}}$(id)</VirtualHost>", "/%7B%7Bx%7D%7D%24(id)%3C/VirtualHost%3E"),
        ] {
            let target = Target::parse(typed).unwrap();
            assert_eq!(target.as_str(), kept, "{typed}");
            assert_eq!(Target::parse(target.as_str()).unwrap(), target);
        }
        let long = format!("/{}", "a".repeat(1 << 20));
        for bad in [
            "",
            "new",
            "//evil.example",
            "javascript:alert(1)",
            "ftp://a.example/",
            "https://",
            "https:///x",
            "https://a@b.example/",
            "https://192.0.2.7/",
            "https://[::1]/",
            "https://a.example:0/",
            "https://a.example:99999/",
            "https://a.example:x/",
            "/a\nSet-Cookie: x",
            "/a\r",
            "/a\0",
            "-/x",
            "https://a.example%0d/",
            "https://a.example\\@b.example/",
            &long,
        ] {
            assert_eq!(Target::parse(bad).unwrap_err().field, Some("to"), "{bad:.30?}");
        }
        let target = Target::parse("https://a.example:81/b%20c?d#e").unwrap();
        assert_eq!((target.host(), target.path().as_str()), (Some("a.example"), "/b c"));
        assert!(target.has_query() && target.has_fragment());
        assert!(!Target::parse("/x#?").unwrap().has_query());
    }
}
