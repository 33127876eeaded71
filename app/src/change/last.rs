//! The card on a thing's page that says where its last change stands.

use crate::live::LiveChange;
use leptos::prelude::*;
use model::{AccountId, ChangeId, ChangeState, Lang, Text};

/// Nothing where nothing ever changed.
pub fn last(
    lang: Lang,
    change: Option<ChangeId>,
    account: AccountId,
    state: ChangeState,
    reason: Option<Text>,
) -> AnyView {
    let live = change.map(|change| {
        view! {
            <section class="card stack" aria-labelledby="last-change">
                <div class="card-head">
                    <h2 id="last-change">{lang.pick("Dernière modification", "Last change")}</h2>
                    <a class="small" href=format!("/changes/{change}")>{lang.pick("Détails", "Details")}</a>
                </div>
                <LiveChange change account=Some(account) state reason lang/>
            </section>
        }
    });
    live.into_any()
}
