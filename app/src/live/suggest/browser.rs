//! The field and the list in the browser: keys, clicks, questions to the panel.

use super::{Kind, LIST, Suggested};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent, Response};

/// Where the first of each kind are asked for.
const PATH: &str = "/api/v1/search/first?q=";
/// Keys that come faster than this are one word being typed.
const PAUSE_MS: i32 = 150;
/// The field's id.
const FIELD: &str = "find";

/// Makes a combobox of the field, and listens to it.
pub fn attach(now: RwSignal<Suggested>, records: bool) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let field: HtmlInputElement = document.get_element_by_id(FIELD)?.dyn_into().ok()?;
    for (name, value) in [
        ("role", "combobox"),
        ("aria-autocomplete", "list"),
        ("aria-controls", LIST),
        ("aria-expanded", "false"),
    ] {
        field.set_attribute(name, value).ok()?;
    }
    let shown = field.clone();
    Effect::new(move || show(&shown, &now.read()));
    let pause = Rc::new(Cell::new(0));
    let typing = field.clone();
    on(&field, "input", move |_| later(now, typing.value(), &pause));
    on(&field, "keydown", move |event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            key(now, event, records);
        }
    });
    // Away from field and list; what is clicked in the list keeps the focus in the field, so that the click arrives.
    on(&field, "blur", move |_| now.update(Suggested::close));
    let list = document.get_element_by_id(LIST)?;
    on(&list, "mousedown", |event| event.prevent_default());
    Some(())
}

/// The listener lives as long as the page does.
fn on(target: &web_sys::EventTarget, name: &str, listener: impl Fn(Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(listener);
    let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    listener.forget();
}

fn show(field: &HtmlInputElement, now: &Suggested) {
    let _ = field.set_attribute("aria-expanded", if now.shown() { "true" } else { "false" });
    let Some(at) = now.active.filter(|_| now.shown()) else {
        let _ = field.remove_attribute("aria-activedescendant");
        return;
    };
    let id = format!("{LIST}-{at}");
    let _ = field.set_attribute("aria-activedescendant", &id);
    let option = web_sys::window().and_then(|window| window.document()?.get_element_by_id(&id));
    if let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok()) {
        let into = web_sys::ScrollIntoViewOptions::new();
        into.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&into);
    }
}

fn key(now: RwSignal<Suggested>, event: &KeyboardEvent, records: bool) {
    if event.is_composing() {
        return;
    }
    match event.key().as_str() {
        key @ ("ArrowDown" | "ArrowUp") if now.read_untracked().count() > 0 => {
            event.prevent_default();
            let down = key == "ArrowDown";
            now.update(|now| now.moved(down));
        }
        // The first one closes the list, the next one empties the field, as it does in any field of a search.
        "Escape" if now.read_untracked().shown() => {
            event.prevent_default();
            now.update(Suggested::close);
        }
        "Enter" => {
            let chosen = now.read_untracked().chosen(records);
            if let Some((href, window)) = chosen.zip(web_sys::window()) {
                event.prevent_default();
                let _ = window.location().assign(&href);
            }
        }
        _ => {}
    }
}

/// Asks once nothing was typed for a moment.
fn later(now: RwSignal<Suggested>, word: String, pause: &Rc<Cell<i32>>) {
    let Some(window) = web_sys::window() else { return };
    window.clear_timeout_with_handle(pause.get());
    let mut question = None;
    now.update(|now| question = now.typed(&word));
    let Some(question) = question else { return };
    let ask = Closure::once_into_js(move || {
        leptos::task::spawn_local(async move {
            let kinds = if now.read_untracked().wants(question) { asked(&word).await } else { None };
            now.update(|now| now.answered(question, kinds.unwrap_or_default()));
        });
    });
    let again = window.set_timeout_with_callback_and_timeout_and_arguments_0(ask.unchecked_ref(), PAUSE_MS);
    pause.set(again.unwrap_or_default());
}

/// What begins so. No answer (the panel restarts, the session ended) suggests nothing: Enter still searches, and says why not.
async fn asked(word: &str) -> Option<Vec<Kind>> {
    let address = format!("{PATH}{}", String::from(js_sys::encode_uri_component(word.trim())));
    let response = JsFuture::from(web_sys::window()?.fetch_with_str(&address)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text: JsValue = JsFuture::from(response.text().ok()?).await.ok()?;
    serde_json::from_str(&text.as_string()?).ok()
}
