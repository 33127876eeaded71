//! The one table of pages, from which the router is built and which the authorisation test walks.

use crate::{
    Panel, account, app, certificate, change, cron_job, database, files, grant, host,
    http::{Who, enter, guard},
    limits, log, mail, member, outbox, page, plan, search, sftp_login, site, space, ssh_key, statistics,
    token, user, viewing,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};
use model::Duty;

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

/// Shortens the table: `get_for!(Own, "/profile", user::profile::show)`.
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

/// For staff: `staff_get!(SeeHosts, "/hosts", …)`, and `staff_post!(SeeHosts, KeepHosts, …)` with the duty to know of it and that to do it.
macro_rules! staff_get {
    ($sees:ident, $path:literal, $($handler:tt)+) => {
        Route { method: Verb::Get, path: $path, who: Who::Staff(Duty::$sees, Duty::$sees), handler: || get($($handler)+) }
    };
}
macro_rules! staff_post {
    ($sees:ident, $does:ident, $path:literal, $($handler:tt)+) => {
        Route { method: Verb::Post, path: $path, who: Who::Staff(Duty::$sees, Duty::$does), handler: || post($($handler)+) }
    };
}

/// Every page and every act.
pub const TABLE: &[Route] = &[
    // The door.
    get_for!(Anyone, "/sign-in", user::signin::show),
    post_for!(Anyone, "/sign-in", user::signin::sign_in),
    get_for!(Anyone, "/sign-in/code", user::code::show),
    post_for!(Anyone, "/sign-in/code", user::code::check),
    post_for!(Anyone, "/sign-in/passkey", user::passkeys::sign_in),
    get_for!(Anyone, "/forgotten", user::forgotten::show),
    post_for!(Anyone, "/forgotten", user::forgotten::ask),
    get_for!(Anyone, "/link/{secret}", user::link::show),
    post_for!(Anyone, "/link/{secret}", user::link::choose),
    post_for!(Anyone, "/lang", page::lang::switch),
    post_for!(SettingUp, "/sign-out", user::signin::sign_out),
    // Home, and oneself.
    get_for!(SignedIn, "/", page::home::home),
    get_for!(SignedIn, "/search", search::show::show),
    get_for!(Own, "/profile", user::profile::show),
    post_for!(Own, "/profile", user::profile::save),
    post_for!(Own, "/profile/password", user::profile::password),
    get_for!(SettingUp, "/second-factor", user::factors::why),
    post_for!(SettingUp, "/profile/factors/totp", user::factors::begin),
    post_for!(SettingUp, "/profile/factors/passkey", user::passkeys::begin),
    post_for!(SettingUp, "/profile/factors/passkey/confirm", user::passkeys::confirm),
    post_for!(SettingUp, "/profile/factors/{factor}/confirm", user::factors::confirm),
    get_for!(Own, "/profile/factors/{factor}/name", user::factors::name),
    post_for!(Own, "/profile/factors/{factor}/name", user::factors::rename),
    post_for!(Own, "/profile/factors/{factor}/remove", user::factors::remove),
    post_for!(Own, "/profile/codes", user::factors::codes),
    post_for!(Own, "/profile/sessions/end", user::sessions::end_others),
    post_for!(Own, "/profile/sessions/{session}/end", user::sessions::end),
    get_for!(Own, "/tokens", token::list::list),
    post_for!(Own, "/tokens", token::list::create),
    post_for!(Own, "/tokens/{token}/revoke", token::list::revoke),
    // Accounts, their sites, their changes.
    get_for!(SignedIn, "/accounts", account::list::list),
    get_for!(SignedIn, "/accounts/{account}", account::show::show),
    get_for!(SignedIn, "/accounts/{account}/changes", change::list::of_account),
    post_for!(SignedIn, "/accounts/{account}/sites", account::show::add_site),
    get_for!(SignedIn, "/accounts/{account}/people", grant::people::of_account),
    post_for!(SignedIn, "/accounts/{account}/people", grant::people::give_account),
    post_for!(SignedIn, "/accounts/{account}/people/{grant}/withdraw", grant::people::revoke_account),
    post_for!(
        SignedIn,
        "/accounts/{account}/invitations/{invitation}/withdraw",
        grant::people::withdraw_account
    ),
    post_for!(SignedIn, "/accounts/{account}/hand-over", grant::people::hand_over_account),
    get_for!(SignedIn, "/members/{member}/people", grant::people::of_member),
    post_for!(SignedIn, "/members/{member}/people", grant::people::give_member),
    post_for!(SignedIn, "/members/{member}/people/{grant}/withdraw", grant::people::revoke_member),
    post_for!(
        SignedIn,
        "/members/{member}/invitations/{invitation}/withdraw",
        grant::people::withdraw_member
    ),
    post_for!(SignedIn, "/members/{member}/hand-over", grant::people::hand_over_member),
    // One's own roles.
    get_for!(Own, "/grants/{grant}/leave", grant::mine::leaving),
    post_for!(Own, "/grants/{grant}/leave", grant::mine::leave),
    post_for!(Own, "/invitations/{invitation}/accept", grant::mine::accept),
    post_for!(Own, "/invitations/{invitation}/decline", grant::mine::decline),
    get_for!(SignedIn, "/sites/{site}", site::show::show),
    post_for!(SignedIn, "/sites/{site}/names", site::form::add_name),
    post_for!(SignedIn, "/sites/{site}/names/main", site::form::main_name),
    get_for!(SignedIn, "/sites/{site}/names/{name}/remove", site::form::confirm_remove),
    post_for!(SignedIn, "/sites/{site}/names/{name}/remove", site::form::remove_name),
    post_for!(SignedIn, "/sites/{site}/delete", site::form::delete),
    post_for!(SignedIn, "/sites/{site}/https", site::https::set),
    get_for!(SignedIn, "/sites/{site}/php", site::told::php),
    post_for!(SignedIn, "/sites/{site}/php", site::told::set_php),
    get_for!(SignedIn, "/sites/{site}/redirects", site::told::redirects),
    post_for!(SignedIn, "/sites/{site}/redirects", site::told::add_redirect),
    post_for!(SignedIn, "/sites/{site}/redirects/remove", site::told::remove_redirect),
    post_for!(SignedIn, "/sites/{site}/redirects/move", site::told::move_redirect),
    post_for!(SignedIn, "/sites/{site}/main-name", site::told::main_name),
    get_for!(SignedIn, "/sites/{site}/maintenance", site::told::maintenance),
    post_for!(SignedIn, "/sites/{site}/maintenance", site::told::set_maintenance),
    get_for!(SignedIn, "/sites/{site}/visitors", site::told::visitors),
    post_for!(SignedIn, "/sites/{site}/visitors", site::told::set_visitors),
    get_for!(SignedIn, "/sites/{site}/errors", site::told::errors),
    post_for!(SignedIn, "/sites/{site}/errors", site::told::set_errors),
    get_for!(SignedIn, "/sites/{site}/root", site::told::root),
    post_for!(SignedIn, "/sites/{site}/root", site::told::set_root),
    post_for!(SignedIn, "/sites/{site}/preview", site::preview::set),
    get_for!(SignedIn, "/sites/{site}/program", site::told::program),
    post_for!(SignedIn, "/sites/{site}/program", site::told::set_program),
    post_for!(SignedIn, "/sites/{site}/program/restart", site::told::restart_program),
    post_for!(SignedIn, "/sites/{site}/variables", site::told::set_variable),
    post_for!(SignedIn, "/sites/{site}/variables/remove", site::told::remove_variable),
    post_for!(SignedIn, "/sites/{site}/certificates/{certificate}/try", certificate::card::again),
    post_for!(SignedIn, "/sites/{site}/certificates/{certificate}/back", certificate::own::back),
    get_for!(SignedIn, "/sites/{site}/certificate", certificate::own::form),
    post_for!(SignedIn, "/sites/{site}/certificate", certificate::own::bring),
    // Its logs, and what was counted of them.
    get_for!(SignedIn, "/sites/{site}/logs", log::show),
    get_for!(SignedIn, "/sites/{site}/statistics", statistics::show),
    get_for!(SignedIn, "/accounts/{account}/space", space::show),
    get_for!(SignedIn, "/accounts/{account}/use", limits::show),
    get_for!(SignedIn, "/accounts/{account}/outbox", outbox::show::show),
    // Databases and their users.
    get_for!(SignedIn, "/accounts/{account}/databases", database::list::list),
    post_for!(SignedIn, "/accounts/{account}/databases", database::list::create),
    get_for!(SignedIn, "/databases/{database}", database::show::show),
    post_for!(SignedIn, "/databases/{database}/delete", database::form::delete),
    post_for!(SignedIn, "/databases/{database}/restore", database::form::restore),
    post_for!(SignedIn, "/databases/{database}/users", database::form::add_user),
    post_for!(SignedIn, "/databases/{database}/users/{database_user}/rights", database::form::rights),
    post_for!(SignedIn, "/databases/{database}/users/{database_user}/password", database::form::password),
    post_for!(SignedIn, "/databases/{database}/users/{database_user}/delete", database::form::delete_user),
    Route {
        method: Verb::Post,
        path: "/databases/{database}/import",
        who: Who::SignedIn,
        // What comes goes on to the host as it comes; the host says how much it takes.
        handler: || post(database::dump::import).layer(DefaultBodyLimit::disable()),
    },
    // Cron jobs.
    get_for!(SignedIn, "/accounts/{account}/cron-jobs", cron_job::list::list),
    get_for!(SignedIn, "/accounts/{account}/cron-jobs/new", cron_job::form::new),
    post_for!(SignedIn, "/accounts/{account}/cron-jobs/new", cron_job::form::create),
    get_for!(SignedIn, "/cron-jobs/{cron_job}", cron_job::show::show),
    get_for!(SignedIn, "/cron-jobs/{cron_job}/edit", cron_job::form::edit),
    post_for!(SignedIn, "/cron-jobs/{cron_job}/edit", cron_job::form::save),
    post_for!(SignedIn, "/cron-jobs/{cron_job}/run", cron_job::act::run),
    post_for!(SignedIn, "/cron-jobs/{cron_job}/pause", cron_job::act::pause),
    post_for!(SignedIn, "/cron-jobs/{cron_job}/resume", cron_job::act::resume),
    post_for!(SignedIn, "/cron-jobs/{cron_job}/delete", cron_job::act::delete),
    // Files.
    get_for!(SignedIn, "/accounts/{account}/files", files::list::list),
    get_for!(SignedIn, "/accounts/{account}/files/item", files::item::show),
    post_for!(SignedIn, "/accounts/{account}/files/item", files::item::change),
    get_for!(SignedIn, "/accounts/{account}/files/edit", files::edit::show),
    Route {
        method: Verb::Post,
        path: "/accounts/{account}/files/edit",
        who: Who::SignedIn,
        handler: || post(files::edit::save).layer(DefaultBodyLimit::max(files::edit::LARGEST)),
    },
    Route {
        method: Verb::Post,
        path: "/accounts/{account}/files/upload",
        who: Who::SignedIn,
        // What comes goes on to the host as it comes; the host says how much it takes.
        handler: || post(files::upload::upload).layer(DefaultBodyLimit::disable()),
    },
    post_for!(SignedIn, "/accounts/{account}/files/folders", files::list::make_folder),
    post_for!(SignedIn, "/accounts/{account}/files/delete", files::list::delete),
    post_for!(SignedIn, "/accounts/{account}/files/pack", files::archive::pack),
    get_for!(SignedIn, "/accounts/{account}/files/works", files::archive::works),
    get_for!(SignedIn, "/accounts/{account}/files/trash", files::trash::show),
    post_for!(SignedIn, "/accounts/{account}/files/trash", files::trash::change),
    get_for!(SignedIn, "/accounts/{account}/ssh-keys", ssh_key::list::list),
    post_for!(SignedIn, "/accounts/{account}/ssh-keys", ssh_key::list::create),
    post_for!(SignedIn, "/ssh-keys/{ssh_key}/delete", ssh_key::list::delete),
    get_for!(SignedIn, "/accounts/{account}/sftp-logins", sftp_login::list),
    post_for!(SignedIn, "/accounts/{account}/sftp-logins", sftp_login::create),
    post_for!(SignedIn, "/sftp-logins/{sftp_login}/delete", sftp_login::delete),
    // Applications.
    get_for!(SignedIn, "/sites/{site}/apps/new", app::form::new),
    post_for!(SignedIn, "/sites/{site}/apps/new", app::form::create),
    get_for!(SignedIn, "/apps/{app}", app::show::show),
    post_for!(SignedIn, "/apps/{app}/remove", app::show::remove),
    get_for!(SignedIn, "/changes/{change}", change::show::show),
    post_for!(SignedIn, "/changes/{change}/undo", change::show::undo),
    // Staff looking as a member does.
    post_for!(SignedIn, "/accounts/{account}/view", viewing::start_account),
    post_for!(SignedIn, "/members/{member}/view", viewing::start_member),
    post_for!(SignedIn, "/viewing/end", viewing::end),
    post_for!(SignedIn, "/viewing/ask", viewing::ask),
    post_for!(Own, "/viewings/{viewing}/consent", viewing::consent),
    // What admins do with accounts.
    staff_get!(Administer, "/accounts/new", account::form::new),
    staff_post!(SeeMembers, Administer, "/accounts/new", account::form::create),
    staff_get!(Administer, "/accounts/{account}/manage", account::manage::show),
    staff_post!(SeeMembers, Administer, "/accounts/{account}/suspend", account::manage::suspend),
    staff_post!(SeeMembers, Administer, "/accounts/{account}/resume", account::manage::resume),
    staff_post!(SeeMembers, Administer, "/accounts/{account}/delete", account::manage::delete),
    staff_post!(SeeMembers, Administer, "/accounts/{account}/restore", account::manage::restore),
    staff_post!(SeeMembers, Administer, "/accounts/{account}/plan", account::manage::plan),
    staff_post!(SeeMembers, Administer, "/accounts/{account}/outbox/release", outbox::release),
    staff_post!(SeeMembers, Administer, "/accounts/{account}/outbox/discard", outbox::discard),
    // Members and plans.
    staff_get!(SeeMembers, "/members", member::list::list),
    staff_get!(KeepMembers, "/members/new", member::form::new),
    staff_post!(SeeMembers, KeepMembers, "/members/new", member::form::create),
    staff_get!(SeeMembers, "/members/export.csv", member::export::export),
    staff_get!(KeepMembers, "/members/import", member::import::start),
    Route {
        method: Verb::Post,
        path: "/members/import",
        who: Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        handler: || post(member::import::check).layer(DefaultBodyLimit::max(member::import::LARGEST_UPLOAD)),
    },
    staff_get!(KeepMembers, "/members/import/{import}", member::import::show),
    staff_post!(SeeMembers, KeepMembers, "/members/import/{import}", member::import::apply),
    staff_get!(KeepMembers, "/members/invitations", member::invitations::show),
    staff_post!(SeeMembers, KeepMembers, "/members/invitations", member::invitations::send),
    staff_post!(SeeMembers, KeepMembers, "/members/invitations/hourly", member::invitations::pace),
    get_for!(SignedIn, "/members/mine", member::about::mine),
    get_for!(SignedIn, "/members/{member}/about", member::about::about),
    post_for!(SignedIn, "/members/{member}/about", member::about::save),
    post_for!(SignedIn, "/members/{member}/about/confirm", member::about::confirm),
    staff_get!(SeeMembers, "/members/{member}", member::show::show),
    staff_get!(KeepMembers, "/members/{member}/edit", member::form::edit),
    staff_post!(SeeMembers, KeepMembers, "/members/{member}/edit", member::form::save),
    staff_post!(SeeMembers, KeepMembers, "/members/{member}/status", member::show::status),
    staff_post!(SeeMembers, KeepMembers, "/members/{member}/delete", member::show::delete),
    staff_post!(SeeMembers, Administer, "/members/{member}/deletion", member::deletion::ask),
    staff_post!(SeeMembers, Administer, "/members/{member}/keep", member::deletion::keep),
    get_for!(SignedIn, "/members/{member}/changes", change::list::of_member),
    staff_get!(SeeUsers, "/users", user::list::list),
    staff_post!(SeeUsers, Administer, "/users/second-factor", user::manage::set_policy),
    staff_post!(SeeUsers, Administer, "/users/{user}/link", user::list::give_link),
    staff_get!(SeeUsers, "/users/{user}", user::manage::show),
    staff_post!(SeeUsers, SendLinks, "/users/{user}/send-link", user::manage::send_link),
    staff_post!(SeeUsers, SendLinks, "/users/{user}/recovery", user::recovery::ask),
    staff_post!(SeeUsers, Administer, "/users/{user}/suspend", user::manage::suspend),
    staff_post!(SeeUsers, Administer, "/users/{user}/resume", user::manage::resume),
    staff_post!(SeeUsers, Administer, "/users/{user}/factors/remove", user::manage::reset),
    staff_get!(SeeUsers, "/staff", grant::staff::list),
    staff_post!(SeeUsers, Administer, "/staff", grant::staff::add),
    staff_post!(SeeUsers, Administer, "/staff/{grant}/remove", grant::staff::remove),
    staff_post!(SeeUsers, SendLinks, "/approvals/{approval}/approve", grant::approvals::approve),
    staff_post!(SeeUsers, SendLinks, "/approvals/{approval}/refuse", grant::approvals::refuse),
    staff_get!(SeeMails, "/mails", mail::list::list),
    staff_post!(SeeMails, SendLinks, "/mails/{mail}/again", mail::list::again),
    staff_post!(SeeMails, SendLinks, "/mails/{mail}/try", mail::list::at_once),
    staff_get!(SeeMembers, "/plans", plan::list::list),
    staff_get!(Administer, "/plans/new", plan::form::new),
    staff_post!(SeeMembers, Administer, "/plans/new", plan::form::create),
    staff_get!(Administer, "/plans/{plan}", plan::form::edit),
    staff_post!(SeeMembers, Administer, "/plans/{plan}", plan::form::save),
    staff_post!(SeeMembers, Administer, "/plans/{plan}/delete", plan::form::delete),
    staff_get!(SeeMembers, "/certificates", certificate::list::list),
    // Hosts.
    staff_get!(SeeHosts, "/hosts", host::list::list),
    staff_get!(KeepHosts, "/hosts/new", host::form::new),
    staff_post!(SeeHosts, KeepHosts, "/hosts/new", host::form::create),
    staff_get!(SeeHosts, "/hosts/{host}", host::show::show),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}", host::act::update),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/drain", host::act::drain),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/activate", host::act::activate),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/revoke", host::act::revoke),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/enrol", host::act::enrol),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/retire", host::act::retire),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/adopt", host::act::adopt),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/deletions", host::act::deletions),
    staff_get!(SeeHosts, "/hosts/{host}/changes", change::list::of_host),
    staff_get!(SeeHosts, "/hosts/{host}/resources", host::resources::list),
    staff_post!(SeeHosts, KeepHosts, "/hosts/{host}/resources/{kind}/{key}/consent", host::act::consent),
    // Everything that happened.
    staff_get!(SeeHosts, "/changes", change::all::all),
    staff_get!(SeeHistory, "/changes/history", change::history::all),
    staff_get!(SeeHistory, "/changes/chain", change::history::chain),
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
