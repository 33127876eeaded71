//! The addresses a token may be used from.

use crate::config::Network;
use model::{Problem, text};
use std::net::IpAddr;

const MOST: usize = 10;

/// Networks as typed; empty for everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range(Vec<String>);

impl Range {
    /// Each an address or a network.
    pub fn parse(typed: &[String]) -> Result<Range, Problem> {
        let mut kept = Vec::new();
        for network in typed.iter().map(|network| network.trim()).filter(|network| !network.is_empty()) {
            if kept.len() == MOST || network.len() > 64 || Network::try_from(network.to_owned()).is_err() {
                return Err(Problem::invalid(
                    "networks",
                    "networks_bad",
                    text!(
                        "Donnez {MOST} adresses ou réseaux au plus, comme 192.0.2.7 ou 2001:db8::/32.",
                        "Give {MOST} addresses or networks at most, such as 192.0.2.7 or 2001:db8::/32."
                    ),
                ));
            }
            kept.push(network.to_owned());
        }
        Ok(Range(kept))
    }

    pub(super) fn stored(text: Option<&str>) -> Range {
        Range(
            text.unwrap_or_default().split(' ').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        )
    }

    pub(super) fn text(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(" "))
    }

    pub fn list(&self) -> &[String] {
        &self.0
    }

    /// Whether a request from there may use it. An address that is not known is in no range.
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty()
            || address.is_some_and(|address| {
                let holds =
                    |network: &String| Network::try_from(network.clone()).is_ok_and(|n| n.contains(address));
                self.0.iter().any(holds)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_admits_its_own() {
        let range = Range::parse(&["192.0.2.0/24".into(), " 2001:db8::7 ".into(), "".into()]).unwrap();
        let admits = |text: &str| range.admits(Some(text.parse().unwrap()));
        assert!(admits("192.0.2.200") && admits("::ffff:192.0.2.1") && admits("2001:db8::7"));
        assert!(!admits("192.0.3.1") && !admits("2001:db8::8") && !range.admits(None));
        assert!(Range::parse(&[]).unwrap().admits(None));
        for bad in ["192.0.2.0/33", "example.org", "0/0", "192.0.2.1 10.0.0.1"] {
            assert_eq!(Range::parse(&[bad.to_owned()]).unwrap_err().code, "networks_bad", "{bad}");
        }
        assert_eq!(Range::stored(range.text().as_deref()), range);
    }
}
