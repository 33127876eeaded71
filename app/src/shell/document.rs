//! From a view to a complete HTML document (docs/decisions/0001-pages-are-plain-handlers.md).

use crate::{assets::AssetTags, http::Face};
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use leptos::{prelude::*, reactive::owner::Owner};
use std::sync::Arc;

/// A cell of honey, for the browser's tab.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%23f3b02e' d='M12 .8l9.700 5.600v11.200L12 23.200l-9.700-5.600V6.400z'/%3E%3C/svg%3E";

/// Draws `body` under an owner whose shared context marks islands, and nothing else, for the browser to bring to life.
pub fn document(face: &Face, status: StatusCode, title: String, body: impl FnOnce() -> AnyView) -> Response {
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        view! {
            <html lang=face.lang.code()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="robots" content="noindex"/>
                    <title>{format!("{title} · Alvéole")}</title>
                    <link rel="icon" href=ICON/>
                    // First painted when it is whole: half a table would be laid out otherwise than all of it.
                    <link rel="expect" href="#whole" blocking="render"/>
                    <AssetTags assets=face.assets.clone() nonce=face.nonce.to_string()/>
                </head>
                <body>{body()}<div id="whole" hidden></div></body>
            </html>
        }
        .to_html()
    });
    (status, Html(format!("<!DOCTYPE html>{html}"))).into_response()
}
