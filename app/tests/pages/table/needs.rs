//! What the rules want of whoever is signed in, page by page: the route table of pages says "signed in" and leaves the rest to them.

use app::routes::{Route, Verb};
use model::{Duty, Right};

/// The words of the API's route table.
pub enum Needs {
    /// Everybody has one: what it shows is each one's own.
    Nothing,
    Account(Right),
    /// The same, and nobody who only views: what it leaves behind would outlive the view.
    AccountInPerson(Right),
    Member(Right),
    /// The member's record.
    Record(Right),
    AccountBy(Duty),
    MemberBy(Duty),
}

pub fn needs(route: &Route) -> Needs {
    match (route.method, route.path) {
        (Verb::Get, "/" | "/search" | "/accounts" | "/members/mine") => Needs::Nothing,
        (Verb::Post, "/viewing/end" | "/viewing/ask") => Needs::Nothing,
        (
            Verb::Get,
            "/accounts/{account}"
            | "/accounts/{account}/changes"
            | "/accounts/{account}/people"
            | "/accounts/{account}/databases"
            | "/accounts/{account}/files"
            | "/accounts/{account}/ssh-keys"
            | "/accounts/{account}/sftp-logins"
            | "/accounts/{account}/space"
            | "/accounts/{account}/use"
            | "/accounts/{account}/outbox"
            | "/databases/{database}",
        ) => Needs::Account(Right::See),
        (
            _,
            "/accounts/{account}/files/item"
            | "/accounts/{account}/files/edit"
            | "/accounts/{account}/files/upload"
            | "/accounts/{account}/files/folders"
            | "/accounts/{account}/files/delete"
            | "/accounts/{account}/files/pack"
            | "/accounts/{account}/files/works"
            | "/accounts/{account}/files/trash",
        )
        | (Verb::Post, "/ssh-keys/{ssh_key}/delete" | "/sftp-logins/{sftp_login}/delete") => {
            Needs::Account(Right::Sites)
        }
        (Verb::Post, "/accounts/{account}/ssh-keys" | "/accounts/{account}/sftp-logins") => {
            Needs::AccountInPerson(Right::Sites)
        }
        (
            Verb::Post,
            "/accounts/{account}/databases"
            | "/databases/{database}/delete"
            | "/databases/{database}/restore"
            | "/databases/{database}/import"
            | "/databases/{database}/users"
            | "/databases/{database}/users/{database_user}/rights"
            | "/databases/{database}/users/{database_user}/password"
            | "/databases/{database}/users/{database_user}/delete",
        ) => Needs::Account(Right::Databases),
        (Verb::Post, "/accounts/{account}/sites") => Needs::Account(Right::Sites),
        (
            Verb::Post,
            "/accounts/{account}/people"
            | "/accounts/{account}/people/{grant}/withdraw"
            | "/accounts/{account}/invitations/{invitation}/withdraw",
        ) => Needs::Account(Right::Share),
        (Verb::Post, "/accounts/{account}/hand-over") => Needs::Account(Right::Own),
        (Verb::Post, "/accounts/{account}/view") => Needs::AccountBy(Duty::ViewAs),
        (Verb::Get, "/members/{member}/people" | "/members/{member}/changes") => Needs::Member(Right::See),
        (
            Verb::Post,
            "/members/{member}/people"
            | "/members/{member}/people/{grant}/withdraw"
            | "/members/{member}/invitations/{invitation}/withdraw",
        ) => Needs::Member(Right::Share),
        (Verb::Post, "/members/{member}/hand-over") => Needs::Member(Right::Own),
        (Verb::Post, "/members/{member}/view") => Needs::MemberBy(Duty::ViewAs),
        (Verb::Get, "/members/{member}/about") => Needs::Record(Right::See),
        (Verb::Post, "/members/{member}/about" | "/members/{member}/about/confirm") => {
            Needs::Record(Right::Own)
        }
        (Verb::Get, "/accounts/{account}/cron-jobs" | "/cron-jobs/{cron_job}") => Needs::Account(Right::See),
        (_, "/accounts/{account}/cron-jobs/new" | "/cron-jobs/{cron_job}/edit") => {
            Needs::Account(Right::Sites)
        }
        (
            Verb::Post,
            "/cron-jobs/{cron_job}/run"
            | "/cron-jobs/{cron_job}/pause"
            | "/cron-jobs/{cron_job}/resume"
            | "/cron-jobs/{cron_job}/delete",
        ) => Needs::Account(Right::Sites),
        (Verb::Get, "/apps/{app}") => Needs::Account(Right::See),
        (_, "/sites/{site}/apps/new" | "/apps/{app}/remove") => Needs::Account(Right::Sites),
        (Verb::Get, "/sites/{site}/logs") => Needs::Account(Right::Logs),
        (Verb::Get, "/sites/{site}" | "/sites/{site}/statistics" | "/changes/{change}") => {
            Needs::Account(Right::See)
        }
        (
            Verb::Get,
            "/sites/{site}/names/{name}/remove"
            | "/sites/{site}/php"
            | "/sites/{site}/redirects"
            | "/sites/{site}/maintenance"
            | "/sites/{site}/visitors"
            | "/sites/{site}/errors"
            | "/sites/{site}/root"
            | "/sites/{site}/program"
            | "/sites/{site}/certificate",
        ) => Needs::Account(Right::Sites),
        (
            Verb::Post,
            "/sites/{site}/names"
            | "/sites/{site}/names/main"
            | "/sites/{site}/names/{name}/remove"
            | "/sites/{site}/delete"
            | "/sites/{site}/https"
            | "/sites/{site}/php"
            | "/sites/{site}/redirects"
            | "/sites/{site}/redirects/remove"
            | "/sites/{site}/redirects/move"
            | "/sites/{site}/main-name"
            | "/sites/{site}/maintenance"
            | "/sites/{site}/visitors"
            | "/sites/{site}/errors"
            | "/sites/{site}/root"
            | "/sites/{site}/program"
            | "/sites/{site}/program/restart"
            | "/sites/{site}/preview"
            | "/sites/{site}/variables"
            | "/sites/{site}/variables/remove"
            | "/sites/{site}/certificates/{certificate}/try"
            | "/sites/{site}/certificates/{certificate}/back"
            | "/sites/{site}/certificate"
            | "/changes/{change}/undo",
        ) => Needs::Account(Right::Sites),
        (verb, path) => panic!("{verb:?} {path}: tell this test who may"),
    }
}
