//! One `EventSource` per address and page, shared by all islands that listen to it.
//!
//! The browser reconnects by itself when a connection breaks; when the panel answered with an error (it restarts, the session ended)
//! the browser gives up, and we try again with growing pauses. The panel sends where things stand on every connection, so nothing is missed.

use model::event::{CHANGE_EVENT, ChangeEvent};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

type Listener = Rc<dyn Fn(&ChangeEvent)>;

#[derive(Default)]
struct Stream {
    listeners: Vec<Listener>,
    failures: u32,
}

thread_local! {
    static STREAMS: RefCell<BTreeMap<String, Stream>> = RefCell::default();
}

/// Pauses after an answer that was an error: 1 s, doubled up to 64 s; after that many failures in a row the page stays as it is.
const MOST_FAILURES: u32 = 30;

/// Streams a page opens, at most: a browser opens six connections to one HTTP/1.1 server, and must still load pages.
/// What listens beyond that (an admin's list of many accounts' changes) stays as the server drew it.
const MOST_STREAMS: usize = 4;

/// Calls `listener` with every event of `address` for as long as the page is open.
pub fn listen(address: String, listener: impl Fn(&ChangeEvent) + 'static) {
    let first = STREAMS.with_borrow_mut(|streams| {
        if streams.len() >= MOST_STREAMS && !streams.contains_key(&address) {
            return false;
        }
        let stream = streams.entry(address.clone()).or_default();
        stream.listeners.push(Rc::new(listener));
        stream.listeners.len() == 1
    });
    if first {
        connect(address);
    }
}

fn connect(address: String) {
    let Ok(source) = EventSource::new(&address) else { return };
    let heard = {
        let address = address.clone();
        Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let Some(data) = message.data().as_string() else { return };
            if let Ok(event) = serde_json::from_str::<ChangeEvent>(&data) {
                tell(&address, &event);
            }
        })
    };
    let _ = source.add_event_listener_with_callback(CHANGE_EVENT, heard.as_ref().unchecked_ref());
    let failed = {
        let source = source.clone();
        Closure::<dyn Fn()>::new(move || {
            if source.ready_state() == EventSource::CLOSED {
                connect_later(address.clone());
            }
        })
    };
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    // They live as long as the page does.
    heard.forget();
    failed.forget();
}

/// The listeners are called outside the borrow: one of them may listen to something else.
fn tell(address: &str, event: &ChangeEvent) {
    let listeners = STREAMS.with_borrow_mut(|streams| {
        streams.get_mut(address).map(|stream| {
            stream.failures = 0;
            stream.listeners.clone()
        })
    });
    for listener in listeners.unwrap_or_default() {
        listener(event);
    }
}

fn connect_later(address: String) {
    let failures = STREAMS.with_borrow_mut(|streams| {
        let stream = streams.entry(address.clone()).or_default();
        stream.failures += 1;
        stream.failures
    });
    if failures > MOST_FAILURES {
        return;
    }
    let pause_ms = 1000 << (failures - 1).min(6);
    let again = Closure::once_into_js(move || connect(address));
    if let Some(window) = web_sys::window() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(again.unchecked_ref(), pause_ms);
    }
}
