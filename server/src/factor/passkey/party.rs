//! The panel as passkeys know it (“relying party”): the name and the origin it is configured with, never those of a request.

use super::words;
use crate::{Server, config::Origin};
use model::Problem;
use std::time::Duration;
use url::{Host, Url};
use webauthn_rs_core::WebauthnCore;

/// How long a browser waits for the user: as long as the challenge lives.
const TIMEOUT: Duration = Duration::from_millis(super::CEREMONY_MS as u64);

/// Whether passkeys can be had here; if not, why.
pub fn passkeys(server: &Server) -> Result<(), Problem> {
    of_origin(&server.config.origin).map(drop)
}

pub(super) fn party(server: &Server) -> Result<WebauthnCore, Problem> {
    of_origin(&server.config.origin)
}

fn of_origin(origin: &Origin) -> Result<WebauthnCore, Problem> {
    let origin = Url::parse(origin.as_str()).map_err(|_| words::no_name())?;
    let Some(Host::Domain(name)) = origin.host() else { return Err(words::no_name()) };
    let name = name.to_owned();
    let shown = format!("Alvéole {name}");
    // Neither other ports nor subdomains: another program on the same host is another origin.
    Ok(WebauthnCore::new_unsafe_experts_only(&shown, &name, vec![origin], TIMEOUT, Some(false), Some(false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_needed() {
        for (origin, offered) in [
            ("https://panel.coop.example", true),
            ("https://localhost:8443", true),
            ("https://192.0.2.1:8443", false),
            ("https://[2001:db8::1]", false),
        ] {
            let parsed: Origin = origin.parse().unwrap();
            assert_eq!(of_origin(&parsed).is_ok(), offered, "{origin}");
        }
    }
}
