//! The state of one site or account in a list, live.

use crate::state::StandingBadge;
use leptos::prelude::*;
use model::{AccountId, AppId, ChangeState, DatabaseId, Lang, SiteId};

/// The state of a site. All badges of an account share one stream of events.
#[island]
pub fn LiveSite(site: SiteId, account: AccountId, state: ChangeState, lang: Lang) -> impl IntoView {
    badge(site.uuid().as_u128(), account, state, lang)
}

/// The state of an account on its host.
#[island]
pub fn LiveAccount(account: AccountId, state: ChangeState, lang: Lang) -> impl IntoView {
    badge(account.uuid().as_u128(), account, state, lang)
}

/// The state of a database.
#[island]
pub fn LiveDatabase(
    database: DatabaseId,
    account: AccountId,
    state: ChangeState,
    lang: Lang,
) -> impl IntoView {
    badge(database.uuid().as_u128(), account, state, lang)
}

/// The state of an application.
#[island]
pub fn LiveApp(app: AppId, account: AccountId, state: ChangeState, lang: Lang) -> impl IntoView {
    badge(app.uuid().as_u128(), account, state, lang)
}

/// The badge of the resource with this key.
fn badge(key: u128, account: AccountId, state: ChangeState, lang: Lang) -> impl IntoView {
    let now = RwSignal::new(state);
    #[cfg(feature = "hydrate")]
    super::stream::listen(model::event::account_events(account), move |event| {
        if let Some(resource) = event.resources.iter().find(|resource| resource.key.as_u128() == key) {
            super::set_if_new(now, resource.state);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (key, account);
    view! { <span class="live-state">{move || view! { <StandingBadge state=now.get() lang/> }}</span> }
}
