//! The way of one change, live: requested → checked → in place → verified, or what stops it and why.

use crate::state::{Stepper, meaning};
use leptos::prelude::*;
use model::{AccountId, ChangeId, ChangeState, Lang, Text};

/// A change's stepper, what its state means, and the reason if there is one. With `account` it shares that account's events with the
/// page's other islands; without, it listens to the change alone.
#[island]
pub fn LiveChange(
    change: ChangeId,
    account: Option<AccountId>,
    state: ChangeState,
    reason: Option<Text>,
    lang: Lang,
) -> impl IntoView {
    let now = RwSignal::new((state, reason));
    #[cfg(feature = "hydrate")]
    super::stream::listen(
        account.map_or_else(|| model::event::change_events(change), model::event::account_events),
        move |event| {
            if event.change == change {
                super::set_if_new(now, (event.state, event.text.clone()));
            }
        },
    );
    #[cfg(not(feature = "hydrate"))]
    let _ = (change, account);
    view! {
        <div class="live-change" data-state=move || now.read().0.code()>
            {move || view! { <Stepper state=now.read().0 lang/> }}
            // The stepper is for the eye; this sentence is what a screen reader says when the state moves.
            <p class="meaning" role="status" aria-live="polite">
                {move || meaning(now.read().0, lang)}
            </p>
            {move || now.read().1.as_ref().map(|text| view! { <p class="reason">{text.pick(lang).to_owned()}</p> })}
        </div>
    }
}
