//! Where a sign-in comes from: what the user later reads under “your sessions”.

use model::Secret;
use std::net::IpAddr;

/// A browser as the panel sees it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The client's address, trusted proxies taken into account.
    pub address: Option<IpAddr>,
    /// The family of its browser.
    pub browser: Option<String>,
    /// The device cookie, if the browser has one.
    pub device: Option<Secret>,
}

/// The family a User-Agent header names; the header itself is not kept. Each pretends to be those named after it.
pub fn family(agent: &str) -> Option<String> {
    const FAMILIES: [(&str, &str); 9] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Vivaldi", "Vivaldi"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let of = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    match (of(&FAMILIES), of(&SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser}, {system}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_by_family() {
        for (agent, said) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Some("Firefox, Linux"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                Some("Edge, Windows"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
                Some("Safari, iPhone"),
            ),
            ("curl/8.14.1", None),
            ("<script>", None),
        ] {
            assert_eq!(family(agent).as_deref(), said, "{agent}");
        }
    }
}
