//! The one table of pages, from which the router is built and which the authorisation test walks.

use crate::{
    Panel, account, change, host,
    http::{Who, enter, guard},
    mail, member, page, plan, site, token, user,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};

/// A route of the panel.
pub struct Route {
    pub method: Verb,
    /// As axum writes it: `/sites/{site}`.
    pub path: &'static str,
    pub who: Who,
    handler: fn() -> MethodRouter<Panel>,
}

/// What a route answers to. Nothing but POST changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
}

/// Shortens the table: `get_for!(SignedIn, "/profile", user::profile::show)`.
macro_rules! get_for {
    ($who:ident, $path:literal, $($handler:tt)+) => {
        Route { method: Verb::Get, path: $path, who: Who::$who, handler: || get($($handler)+) }
    };
}
macro_rules! post_for {
    ($who:ident, $path:literal, $($handler:tt)+) => {
        Route { method: Verb::Post, path: $path, who: Who::$who, handler: || post($($handler)+) }
    };
}

/// Every page and every act.
pub const TABLE: &[Route] = &[
    // The door.
    get_for!(Anyone, "/sign-in", user::signin::show),
    post_for!(Anyone, "/sign-in", user::signin::sign_in),
    get_for!(Anyone, "/sign-in/code", user::code::show),
    post_for!(Anyone, "/sign-in/code", user::code::check),
    get_for!(Anyone, "/forgotten", user::forgotten::show),
    post_for!(Anyone, "/forgotten", user::forgotten::ask),
    get_for!(Anyone, "/link/{secret}", user::link::show),
    post_for!(Anyone, "/link/{secret}", user::link::choose),
    post_for!(Anyone, "/lang", page::lang::switch),
    post_for!(SettingUp, "/sign-out", user::signin::sign_out),
    // Home, and oneself.
    get_for!(SignedIn, "/", page::home::home),
    get_for!(SignedIn, "/profile", user::profile::show),
    post_for!(SignedIn, "/profile", user::profile::save),
    post_for!(SignedIn, "/profile/password", user::profile::password),
    get_for!(SettingUp, "/second-factor", user::factors::why),
    post_for!(SettingUp, "/profile/factors/totp", user::factors::begin),
    post_for!(SettingUp, "/profile/factors/{factor}/confirm", user::factors::confirm),
    post_for!(SignedIn, "/profile/factors/{factor}/remove", user::factors::remove),
    post_for!(SignedIn, "/profile/codes", user::factors::codes),
    post_for!(SignedIn, "/profile/sessions/end", user::sessions::end_others),
    post_for!(SignedIn, "/profile/sessions/{session}/end", user::sessions::end),
    get_for!(SignedIn, "/tokens", token::list::list),
    post_for!(SignedIn, "/tokens", token::list::create),
    post_for!(SignedIn, "/tokens/{token}/revoke", token::list::revoke),
    // Accounts, their sites, their changes.
    get_for!(SignedIn, "/accounts", account::list::list),
    get_for!(SignedIn, "/accounts/{account}", account::show::show),
    get_for!(SignedIn, "/accounts/{account}/changes", change::list::of_account),
    post_for!(SignedIn, "/accounts/{account}/sites", account::show::add_site),
    get_for!(SignedIn, "/sites/{site}", site::show::show),
    post_for!(SignedIn, "/sites/{site}/names", site::form::add_name),
    post_for!(SignedIn, "/sites/{site}/names/main", site::form::main_name),
    get_for!(SignedIn, "/sites/{site}/names/{name}/remove", site::form::confirm_remove),
    post_for!(SignedIn, "/sites/{site}/names/{name}/remove", site::form::remove_name),
    post_for!(SignedIn, "/sites/{site}/delete", site::form::delete),
    get_for!(SignedIn, "/changes/{change}", change::show::show),
    post_for!(SignedIn, "/changes/{change}/undo", change::show::undo),
    // What admins do with accounts.
    get_for!(Admin, "/accounts/new", account::form::new),
    post_for!(Admin, "/accounts/new", account::form::create),
    get_for!(Admin, "/accounts/{account}/manage", account::manage::show),
    post_for!(Admin, "/accounts/{account}/suspend", account::manage::suspend),
    post_for!(Admin, "/accounts/{account}/resume", account::manage::resume),
    post_for!(Admin, "/accounts/{account}/delete", account::manage::delete),
    post_for!(Admin, "/accounts/{account}/restore", account::manage::restore),
    post_for!(Admin, "/accounts/{account}/plan", account::manage::plan),
    post_for!(Admin, "/accounts/{account}/access", account::access::give),
    post_for!(Admin, "/accounts/{account}/access/{grant}/withdraw", account::access::withdraw),
    // Members and plans.
    get_for!(Admin, "/members", member::list::list),
    get_for!(Admin, "/members/new", member::form::new),
    post_for!(Admin, "/members/new", member::form::create),
    get_for!(Admin, "/members/export.csv", member::export::export),
    get_for!(Admin, "/members/import", member::import::start),
    Route {
        method: Verb::Post,
        path: "/members/import",
        who: Who::Admin,
        handler: || post(member::import::check).layer(DefaultBodyLimit::max(member::import::LARGEST_UPLOAD)),
    },
    get_for!(Admin, "/members/import/{import}", member::import::show),
    post_for!(Admin, "/members/import/{import}", member::import::apply),
    get_for!(Admin, "/members/invitations", member::invitations::show),
    post_for!(Admin, "/members/invitations", member::invitations::send),
    post_for!(Admin, "/members/invitations/hourly", member::invitations::pace),
    get_for!(SignedIn, "/members/mine", member::about::mine),
    get_for!(SignedIn, "/members/{member}/about", member::about::about),
    post_for!(SignedIn, "/members/{member}/about", member::about::save),
    post_for!(SignedIn, "/members/{member}/about/confirm", member::about::confirm),
    get_for!(Admin, "/members/{member}", member::show::show),
    get_for!(Admin, "/members/{member}/edit", member::form::edit),
    post_for!(Admin, "/members/{member}/edit", member::form::save),
    post_for!(Admin, "/members/{member}/status", member::show::status),
    post_for!(Admin, "/members/{member}/delete", member::show::delete),
    get_for!(Admin, "/users", user::list::list),
    post_for!(Admin, "/users/second-factor", user::manage::set_policy),
    post_for!(Admin, "/users/{user}/link", user::list::give_link),
    get_for!(Admin, "/users/{user}", user::manage::show),
    post_for!(Admin, "/users/{user}/suspend", user::manage::suspend),
    post_for!(Admin, "/users/{user}/resume", user::manage::resume),
    post_for!(Admin, "/users/{user}/factors/remove", user::manage::reset),
    get_for!(Admin, "/mails", mail::list::list),
    post_for!(Admin, "/mails/{mail}/again", mail::list::again),
    get_for!(Admin, "/plans", plan::list::list),
    get_for!(Admin, "/plans/new", plan::form::new),
    post_for!(Admin, "/plans/new", plan::form::create),
    get_for!(Admin, "/plans/{plan}", plan::form::edit),
    post_for!(Admin, "/plans/{plan}", plan::form::save),
    post_for!(Admin, "/plans/{plan}/delete", plan::form::delete),
    // Hosts.
    get_for!(Admin, "/hosts", host::list::list),
    get_for!(Admin, "/hosts/new", host::form::new),
    post_for!(Admin, "/hosts/new", host::form::create),
    get_for!(Admin, "/hosts/{host}", host::show::show),
    post_for!(Admin, "/hosts/{host}", host::act::update),
    post_for!(Admin, "/hosts/{host}/drain", host::act::drain),
    post_for!(Admin, "/hosts/{host}/activate", host::act::activate),
    post_for!(Admin, "/hosts/{host}/revoke", host::act::revoke),
    post_for!(Admin, "/hosts/{host}/enrol", host::act::enrol),
    post_for!(Admin, "/hosts/{host}/retire", host::act::retire),
    post_for!(Admin, "/hosts/{host}/adopt", host::act::adopt),
    post_for!(Admin, "/hosts/{host}/deletions", host::act::deletions),
    get_for!(Admin, "/hosts/{host}/changes", change::list::of_host),
    get_for!(Admin, "/hosts/{host}/resources", host::resources::list),
    post_for!(Admin, "/hosts/{host}/resources/{kind}/{key}/consent", host::act::consent),
    // Everything that happened.
    get_for!(Admin, "/changes", change::all::all),
    get_for!(Admin, "/changes/history", change::history::all),
    get_for!(Admin, "/changes/chain", change::history::chain),
    get_for!(Anyone, "/styleguide", page::styleguide::show),
];

/// A form is never larger.
pub(crate) const LARGEST_FORM: usize = 64 * 1024;

/// The pages. The caller adds the API, the events and what stands before everything: the check of Origin and the trace.
pub fn router(panel: Panel) -> Router {
    let pages = TABLE.iter().fold(Router::new(), |router, route| {
        router.route(route.path, (route.handler)().layer(from_fn_with_state(route.who, guard)))
    });
    pages
        .fallback(page::lost)
        .method_not_allowed_fallback(page::lost)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(panel.clone(), enter))
        .with_state(panel)
}
