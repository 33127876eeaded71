//! The REST API, `/api/v1`: thin over the rules. Every route stands once, in the tables of the nouns; the router, OpenAPI and the
//! authorisation test are all made of these tables.

mod answer;
mod asked;
mod events;
mod gate;
mod handler;
mod openapi;
mod problem;
mod route;
mod told;

pub use answer::{Secretly, created, done, no_content, one};
pub use asked::{Asked, Caller, IfMatch, Listed, part};
pub(crate) use handler::handler;
pub use openapi::describe;
pub use problem::{ApiError, language};
pub use route::{Answer, Needs, Route, Shape, Verb, Who, shape};
pub use told::{Told, Untold};

use crate::{
    Server, account, app, approval, census, certificate, change, cron_job, database, factor, files, grant,
    host, limits, log, mail, member, origin, outbox, plan, search, session, sftp_login, site, space, ssh_key,
    statistics, token, user, viewing,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};

/// Where the API lives.
pub const PREFIX: &str = "/api/v1";

/// Bodies larger than this are refused: nothing the API takes comes near it.
const LARGEST_BODY: usize = 64 * 1024;

/// Every route there is.
pub fn table() -> impl Iterator<Item = &'static Route> {
    [
        openapi::ROUTES,
        session::ROUTES[0],
        session::ROUTES[1],
        user::ROUTES,
        factor::ROUTES,
        token::ROUTES,
        member::ROUTES,
        certificate::ROUTES,
        plan::ROUTES,
        account::ROUTES,
        grant::ROUTES[0],
        grant::ROUTES[1],
        grant::ROUTES[2],
        approval::ROUTES,
        viewing::ROUTES,
        site::ROUTES[0],
        site::ROUTES[1],
        log::ROUTES,
        statistics::ROUTES,
        space::ROUTES,
        limits::ROUTES,
        outbox::ROUTES,
        database::ROUTES,
        cron_job::ROUTES,
        files::ROUTES,
        files::ARCHIVE_ROUTES,
        ssh_key::ROUTES,
        sftp_login::ROUTES,
        app::ROUTES,
        change::ROUTES,
        host::ROUTES,
        mail::ROUTES,
        census::ROUTES,
        search::ROUTES,
        events::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// The API as a router of its own, to be merged with the pages.
pub fn router(server: Server) -> Router {
    let mut routes = Router::new();
    for route in table() {
        routes = routes.route(
            route.path,
            (route.handler)().route_layer(from_fn_with_state((server.clone(), route), gate::gate)),
        );
    }
    let routes = routes
        .fallback(|| async { ApiError::from(crate::actor::not_found()) })
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(server.clone(), guard))
        .with_state(server.clone());
    Router::new().nest(PREFIX, routes).layer(from_fn_with_state(server, problem::render))
}

/// The origin check, and headers every answer has.
async fn guard(State(server): State<Server>, request: Request, next: Next) -> Response {
    let mut response = match origin::check_api(&server, request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => ApiError::from(problem).into_response(),
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
