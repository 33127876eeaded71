//! What a request was: a page that somebody saw, a part of one, a robot's, or our own.

use model::Visit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The panel's and authorities' questions: nobody's visit, not counted.
    Ours,
    Robot,
    /// A page that a person was shown.
    Page,
    /// Pictures, styles, forms sent, errors.
    Other,
}

/// Paths that the host answers itself.
const OURS: [&str; 2] = ["/.well-known/alveole/", "/.well-known/acme-challenge/"];

/// Words in what programs call themselves that are no browser in front of a person.
const ROBOTS: [&str; 22] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "curl/",
    "wget",
    "python",
    "go-http-client",
    "java/",
    "okhttp",
    "monitor",
    "uptime",
    "headless",
    "externalhit",
    "preview",
    "scan",
    "feed",
    "fetch",
    "http-client",
    "libwww",
    "axios",
    "ureq",
];

/// Endings of pages; what ends otherwise is a part of one, or a file.
const PAGES: [&str; 7] = ["html", "htm", "xhtml", "php", "php5", "phtml", "shtml"];

pub fn kind(visit: &Visit) -> Seen {
    if OURS.iter().any(|ours| visit.path.starts_with(ours)) {
        return Seen::Ours;
    }
    let agent = visit.agent.to_ascii_lowercase();
    if agent.is_empty() || ROBOTS.iter().any(|word| agent.contains(word)) {
        return Seen::Robot;
    }
    let shown = matches!(visit.status, 200..=206 | 304);
    if visit.method == "GET" && shown && is_page(page(&visit.path)) { Seen::Page } else { Seen::Other }
}

/// A path without its query, which may hold what is nobody's business.
pub fn page(path: &str) -> &str {
    path.split(['?', '#', ';']).next().unwrap_or_default()
}

fn is_page(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    match file.rsplit_once('.') {
        None => true,
        Some((_, end)) => PAGES.contains(&end.to_ascii_lowercase().as_str()),
    }
}

/// The host's name in a referrer, if it is another's.
pub fn referrer(visit: &Visit) -> Option<String> {
    let text = visit.referrer.as_str();
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    let sound = (1..=100).contains(&host.len()) && host.bytes().all(plain) && host.contains('.');
    (sound && host != visit.name.as_str()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(path: &str, status: u16, agent: &str, referrer: &str) -> Visit {
        Visit {
            at: 0,
            name: "a.example".parse().unwrap(),
            address: "192.0.2.7".into(),
            method: "GET".into(),
            path: path.into(),
            status,
            octets: 1,
            took: 1,
            referrer: referrer.into(),
            agent: agent.into(),
        }
    }

    #[test]
    fn requests_are_told_apart() {
        const PERSON: &str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
        for (path, status, agent, wanted) in [
            ("/", 200, PERSON, Seen::Page),
            ("/blog/", 304, PERSON, Seen::Page),
            ("/i.php?id=3.png", 200, PERSON, Seen::Page),
            ("/a.png", 200, PERSON, Seen::Other),
            ("/gone", 404, PERSON, Seen::Other),
            ("/", 301, PERSON, Seen::Other),
            ("/", 200, "Googlebot/2.1", Seen::Robot),
            ("/", 200, "", Seen::Robot),
            ("/.well-known/alveole/verify/00", 200, PERSON, Seen::Ours),
            ("/.well-known/acme-challenge/x", 404, "", Seen::Ours),
        ] {
            assert_eq!(kind(&visit(path, status, agent, "")), wanted, "{path} {status} {agent}");
        }
    }

    #[test]
    fn a_referrer_is_another_host_s_name_and_no_more() {
        let of = |text: &str| referrer(&visit("/", 200, "x", text));
        assert_eq!(of("https://Search.example:8443/q?secret=1").as_deref(), Some("search.example"));
        assert_eq!(of("https://user:pw@search.example/").as_deref(), Some("search.example"));
        for none in
            ["", "-", "https://a.example/x", "android-app://x", "https://<script>/", "https:///", "http://x"]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
