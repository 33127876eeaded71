//! The switch of language: a cookie, and back to where one was.

use crate::{
    http::{Answer, Face, LANG_COOKIE},
    parts::Typed,
};
use axum::response::{IntoResponse, Redirect};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use model::Lang;

pub async fn switch(face: Face, jar: CookieJar, typed: Typed) -> Answer {
    let lang = Lang::from_code(typed.get("lang")).unwrap_or(face.lang);
    let cookie = Cookie::build((LANG_COOKIE, lang.code()))
        .path("/")
        .permanent()
        .same_site(SameSite::Lax)
        .secure(true)
        .http_only(true);
    Ok((jar.add(cookie), Redirect::to(local(typed.get("to")))).into_response())
}

/// A path of this panel, or its home: never another site's address.
pub fn local(path: &str) -> &str {
    let inside = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.len() <= 2000
        && path.bytes().all(|b| b.is_ascii_graphic());
    if inside { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_never_leaves_the_panel() {
        assert_eq!(local("/accounts?q=%C3%A9"), "/accounts?q=%C3%A9");
        for away in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x",
        ] {
            assert_eq!(local(away), "/", "{away}");
        }
    }
}
