//! What a site is told beyond its names, over the API.

use super::{SiteView, preview, program, told, variables};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, IfMatch, Needs, Route, Verb, Who, done, handler, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Right, Scope};

/// A route that sets one part and answers the site.
macro_rules! sets {
    ($handler:ident, $rule:ident, $body:ident) => {
        sets!($handler, told::$rule, told::$body);
    };
    ($handler:ident, $rule:path, $body:path) => {
        async fn $handler(
            State(server): State<Server>,
            IfMatch(expected): IfMatch,
            params: RawPathParams,
            asked: Asked<$body>,
        ) -> Result<Response, ApiError> {
            let at = (part(&params, "site")?, expected);
            let set = $rule(&server, &asked.actor, at, asked.body).await?;
            done(&set, Some(set.item.version))
        }
    };
}

sets!(php, set_php, NewPhp);
sets!(add, add_redirect, NewRedirect);
sets!(remove, remove_redirect, WhichRedirect);
sets!(move_to, move_redirect, WhichRedirect);
sets!(main_name, set_main_name, NewMainName);
sets!(maintenance, set_maintenance, NewMaintenance);
sets!(visitors, set_visitors, NewVisitors);
sets!(errors, set_errors, NewErrors);
sets!(root, set_root, NewRoot);
sets!(set_program, program::set_program, program::NewProgram);
sets!(set_preview, preview::set_preview, preview::NewPreview);
sets!(set_variable, variables::set_variable, variables::NewVariable);
sets!(remove_variable, variables::remove_variable, variables::WhichVariable);
handler!(act restart = program::restart, of "site");

macro_rules! route {
    ($verb:ident, $method:ident, $path:literal, $about:literal, $handler:ident, $body:ident) => {
        Route::new(
            Verb::$verb,
            $path,
            Who::Account(Right::Sites),
            Needs::Token(Scope::Sites),
            $about,
            Answer::One(shape::<SiteView>),
            || routing::$method($handler),
        )
        .takes(shape::<told::$body>)
    };
}

pub(crate) const ROUTES: &[Route] = &[
    route!(Patch, patch, "/sites/{site}/php", "Its version of PHP and its settings", php, NewPhp),
    route!(Post, post, "/sites/{site}/redirects", "Add a redirect", add, NewRedirect),
    route!(Post, post, "/sites/{site}/redirects/remove", "Take a redirect away", remove, WhichRedirect),
    route!(
        Post,
        post,
        "/sites/{site}/redirects/move",
        "Give a redirect another place",
        move_to,
        WhichRedirect
    ),
    route!(
        Patch,
        patch,
        "/sites/{site}/main-name",
        "Whether the other names lead to the main one",
        main_name,
        NewMainName
    ),
    route!(
        Patch,
        patch,
        "/sites/{site}/maintenance",
        "Tell visitors to come back later",
        maintenance,
        NewMaintenance
    ),
    route!(Patch, patch, "/sites/{site}/visitors", "Who may come, by address", visitors, NewVisitors),
    route!(Patch, patch, "/sites/{site}/errors", "Pages of its own for errors", errors, NewErrors),
    route!(Patch, patch, "/sites/{site}/root", "The folder visitors see", root, NewRoot),
    Route::new(
        Verb::Patch,
        "/sites/{site}/program",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "What answers: files and PHP, files alone, or a program",
        Answer::One(shape::<SiteView>),
        || routing::patch(set_program),
    )
    .takes(shape::<program::NewProgram>),
    Route::new(
        Verb::Post,
        "/sites/{site}/program/restart",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Start its program again",
        Answer::One(shape::<SiteView>),
        || routing::post(restart),
    ),
    Route::new(
        Verb::Post,
        "/sites/{site}/variables",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Give its program a variable, or another value",
        Answer::One(shape::<SiteView>),
        || routing::post(set_variable),
    )
    .takes(shape::<variables::NewVariable>),
    Route::new(
        Verb::Post,
        "/sites/{site}/variables/remove",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Take a variable of its program away",
        Answer::One(shape::<SiteView>),
        || routing::post(remove_variable),
    )
    .takes(shape::<variables::WhichVariable>),
    Route::new(
        Verb::Patch,
        "/sites/{site}/preview",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Whether it has a preview address, below the cooperative's domain for them",
        Answer::One(shape::<SiteView>),
        || routing::patch(set_preview),
    )
    .takes(shape::<preview::NewPreview>),
];
