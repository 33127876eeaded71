//! Requests that change something must come from the panel's own pages, unless they bring what no browser sends by itself. Browsers send Origin (RFC 6454) and
//! Sec-Fetch-Site by themselves and no page can forge them, so no hidden field is needed in forms.

use crate::Server;
use axum::http::{HeaderMap, Method, header};
use model::{Problem, ProblemKind, Text};

/// The same for the API, where a request with this header is never its cookie's (session::caller), and a foreign page cannot send it
/// without our consent (CORS). Pages look at the cookie alone.
pub fn check_api(server: &Server, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(header::AUTHORIZATION) { Ok(()) } else { check(server, method, headers) }
}

/// Refuses a mutation that another site may have caused. Pages and the API both ask this first, signed in or not: a foreign page shall
/// not sign anybody in either.
pub fn check(server: &Server, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let is = |name: &str, wanted: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(wanted.as_bytes()))
            && values.next().is_none()
    };
    // A foreign Origin is foreign, whatever else is said; browsers say "null" where a page's policy hides it.
    let silent = !headers.contains_key(header::ORIGIN) || is("origin", "null");
    if is("origin", server.config.origin.as_str()) || (silent && is("sec-fetch-site", "same-origin")) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Denied,
        "foreign_origin",
        Text::new(
            "Cette demande ne vient pas des pages du panneau\u{a0}: ouvrez le panneau et recommencez.",
            "This request does not come from the panel's pages: open the panel and try again.",
        ),
    ))
}
