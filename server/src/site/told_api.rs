//! What a site is told beyond its names, over the API.

use super::{SiteView, told};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, IfMatch, Needs, Route, Verb, Who, done, part, shape},
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
        async fn $handler(
            State(server): State<Server>,
            IfMatch(expected): IfMatch,
            params: RawPathParams,
            asked: Asked<told::$body>,
        ) -> Result<Response, ApiError> {
            let at = (part(&params, "site")?, expected);
            let set = told::$rule(&server, &asked.actor, at, asked.body).await?;
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
];
