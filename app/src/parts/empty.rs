//! Where nothing is yet: what this place is for, and what to do first.

use leptos::prelude::*;

pub fn empty(title: impl Into<String>, words: impl Into<String>, act: Option<AnyView>) -> AnyView {
    let (title, words): (String, String) = (title.into(), words.into());
    view! {
        <div class="empty">
            <svg viewBox="0 0 53 50" aria-hidden="true" focusable="false">
                <path d="M17 12l9 5.200v10.400l-9 5.200-9-5.200V17.200z"></path>
                <path d="M36 12l-9 5.200v10.400l9 5.200 9-5.200V17.200z" opacity=".55"></path>
                <path d="M26.500 28.100l9 5.200v10.400l-9 5.200-9-5.200V33.300z" opacity=".3"></path>
            </svg>
            <h2>{title}</h2>
            <p>{words}</p>
            {act}
        </div>
    }
    .into_any()
}
