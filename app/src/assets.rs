//! The files a browser loads (app/browser/build makes them): style, script, wasm. Read into memory once at start and served under
//! names that hold their hash, so that a browser keeps them for good. Without them pages are plain but complete.

use axum::{
    Router,
    body::Bytes,
    extract::{Path as UrlPath, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use leptos::prelude::*;
use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

/// Where the folder stands when neither configuration nor environment says otherwise.
pub const FOLDER: &str = "/usr/share/alveole-panel/assets";

/// All files, by the name in their address.
#[derive(Debug, Default)]
pub struct Assets {
    files: BTreeMap<String, File>,
    /// `app.js` → `/assets/app.HASH.js`
    addresses: BTreeMap<String, String>,
}

#[derive(Debug)]
struct File {
    mime: &'static str,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Assets {
    /// Reads what `manifest.json` in `folder` names. No such folder: no assets.
    pub fn load(folder: &Path) -> io::Result<Assets> {
        let manifest = match fs::read(folder.join("manifest.json")) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Assets::default()),
            Err(error) => return Err(error),
        };
        let manifest: BTreeMap<String, String> = serde_json::from_slice(&manifest)?;
        let mut assets = Assets::default();
        for (name, file_name) in manifest {
            let file = File {
                mime: mime(&file_name),
                plain: fs::read(folder.join(&file_name))?.into(),
                brotli: fs::read(folder.join(format!("{file_name}.br"))).ok().map(Bytes::from),
                gzip: fs::read(folder.join(format!("{file_name}.gz"))).ok().map(Bytes::from),
            };
            assets.addresses.insert(name, format!("/assets/{file_name}"));
            assets.files.insert(file_name, file);
        }
        Ok(assets)
    }

    /// The address of `name` (`style.css`, `app.js`, …), if it is there.
    pub fn address(&self, name: &str) -> Option<&str> {
        self.addresses.get(name).map(String::as_str)
    }

    /// `GET /assets/{file}`. Public: nothing here is anybody's.
    pub fn router<S: Clone + Send + Sync + 'static>(assets: Arc<Assets>) -> Router<S> {
        Router::new().route("/assets/{file}", get(serve)).with_state(assets)
    }
}

/// The lines of `<head>` that load the files: the style, and where the wasm is there the module that hydrates the islands.
#[component]
pub fn AssetTags(
    assets: Arc<Assets>,
    /// The nonce of the page's Content-Security-Policy.
    nonce: String,
) -> impl IntoView {
    let address = |name: &str| assets.address(name).map(str::to_owned);
    let style = address("style.css").map(|href| view! { <link rel="stylesheet" href=href/> });
    let icon = address("icon.svg").map(|href| view! { <link rel="icon" type="image/svg+xml" href=href/> });
    let script = address("app.js").zip(address("app.wasm")).map(|(script, wasm)| {
        view! {
            <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
            <script type="module" src=script nonce=nonce></script>
        }
    });
    view! { {style} {icon} {script} }
}

async fn serve(
    State(assets): State<Arc<Assets>>,
    UrlPath(name): UrlPath<String>,
    asked: HeaderMap,
) -> Response {
    let Some(file) = assets.files.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let (encoding, body) = file.choose(&asked);
    // The name holds the hash of the content; each encoding is a representation of its own (RFC 9110 §8.8.3).
    let tag = format!("\"{name}{}\"", encoding.map_or(String::new(), |encoding| format!("-{encoding}")));
    let kept = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|kept| kept.to_str().ok())
        .is_some_and(|kept| kept.split(',').any(|kept| kept.trim().trim_start_matches("W/") == tag));
    let always: [(HeaderName, &str); 2] =
        [(header::CACHE_CONTROL, "public, max-age=31536000, immutable"), (header::VARY, "Accept-Encoding")];
    let tag = [(header::ETAG, tag)];
    if kept {
        return (StatusCode::NOT_MODIFIED, always, tag).into_response();
    }
    let encoding = encoding.map(|encoding| [(header::CONTENT_ENCODING, encoding)]);
    let mime = [(header::CONTENT_TYPE, file.mime), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    match encoding {
        Some(encoding) => (always, tag, mime, encoding, body).into_response(),
        None => (always, tag, mime, body).into_response(),
    }
}

impl File {
    /// The smallest representation the browser takes.
    fn choose(&self, asked: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let accepted =
            asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = |encoding: &str| {
            accepted.split(',').any(|item| {
                let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
                let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
                name.trim().eq_ignore_ascii_case(encoding) && weight.is_ok_and(|weight| weight > 0.0)
            })
        };
        match (&self.brotli, &self.gzip) {
            (Some(bytes), _) if accepts("br") => (Some("br"), bytes.clone()),
            (_, Some(bytes)) if accepts("gzip") => (Some("gzip"), bytes.clone()),
            _ => (None, self.plain.clone()),
        }
    }
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn made() -> (tempfile::TempDir, Assets) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest.json"), r#"{"app.wasm": "app.0123.wasm"}"#).unwrap();
        fs::write(folder.path().join("app.0123.wasm"), "plain").unwrap();
        fs::write(folder.path().join("app.0123.wasm.br"), "br").unwrap();
        fs::write(folder.path().join("secret"), "not in the manifest").unwrap();
        let assets = Assets::load(folder.path()).unwrap();
        (folder, assets)
    }

    fn asking(encodings: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(encodings).unwrap())])
    }

    #[test]
    fn only_what_the_manifest_names_is_served() {
        let (_folder, assets) = made();
        assert_eq!(assets.address("app.wasm"), Some("/assets/app.0123.wasm"));
        assert_eq!(assets.files.keys().collect::<Vec<_>>(), ["app.0123.wasm"]);
    }

    #[test]
    fn the_browser_gets_an_encoding_it_takes() {
        let (_folder, assets) = made();
        let file = &assets.files["app.0123.wasm"];
        for (asked, got) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("BR;q=0.5", Some("br")),
            ("br;q=0, gzip", None),
            ("gzip", None),
            ("", None),
        ] {
            assert_eq!(file.choose(&asking(asked)).0, got, "{asked}");
        }
    }

    #[test]
    fn no_folder_is_no_error_and_no_tags() {
        let assets = Arc::new(Assets::load(Path::new("/nowhere/at/all")).unwrap());
        let html = view! { <AssetTags assets nonce="n".to_owned()/> }.to_html();
        assert!(!html.contains("script") && !html.contains("link"), "{html}");
    }
}
