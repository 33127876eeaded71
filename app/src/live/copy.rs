//! A button that copies a text. Its room is kept until it lives, so that nothing moves; without JavaScript it is not there, and the text is
//! selected by hand.

use leptos::prelude::*;
use model::Lang;

/// Copies `text` to the clipboard and says so.
#[island]
pub fn CopyButton(text: String, lang: Lang) -> impl IntoView {
    let alive = RwSignal::new(false);
    let copied = RwSignal::new(false);
    Effect::new(move || alive.set(true));
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(window) = web_sys::window() {
            let promise = window.navigator().clipboard().write_text(&text);
            leptos::task::spawn_local(async move {
                copied.set(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok());
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = &text;
    };
    view! {
        <button type="button" class="copy" class:alive=move || alive.get() on:click=copy>
            <span aria-live="polite">
                {move || if copied.get() { lang.pick("Copié", "Copied") } else { lang.pick("Copier", "Copy") }}
            </span>
        </button>
    }
}
