//! The live parts of pages: small Leptos islands. The server draws each of them complete; where JavaScript runs, the browser
//! hydrates them; what moves by itself the panel's server-sent events (model::event) keep true. They know `model` alone.

mod badge;
mod change;
mod copy;
#[cfg(feature = "hydrate")]
mod stream;
pub mod suggest;

pub use badge::{LiveAccount, LiveApp, LiveDatabase, LiveSite};
pub use change::LiveChange;
pub use copy::CopyButton;
pub use suggest::Suggest;

/// What app/browser/boot.js calls once, before it hydrates the islands it finds.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}

/// Redraws only when something moved: events repeat where things stand.
#[cfg(feature = "hydrate")]
fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: leptos::prelude::RwSignal<T>, value: T) {
    use leptos::prelude::{ReadUntracked, Set};
    if *signal.read_untracked() != value {
        signal.set(value);
    }
}
