//! A QR code, drawn as a path: black on white in dark mode too, for cameras.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// Modules of white that cameras need around it (ISO/IEC 18004).
const MARGIN: i32 = 4;

/// `None` when the text is too long for one.
pub fn qr(label: impl Into<String>, text: &str) -> Option<AnyView> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let (size, label) = (code.size(), label.into());
    let mut dark = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            let _ = write!(dark, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    let side = size + 2 * MARGIN;
    let ground = format!("M0 0h{side}v{side}h-{side}z");
    Some(
        view! {
            <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label>
                <path fill="#fff" d=ground></path>
                <path fill="#000" d=dark></path>
            </svg>
        }
        .into_any(),
    )
}
