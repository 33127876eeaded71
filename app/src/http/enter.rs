//! The one middleware of pages: finds out who asks, lends every handler a `Face`, draws errors, protects what goes out.

use crate::{
    Panel,
    http::{Face, Miss, headers, on_form, prove},
    page,
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use axum_extra::extract::CookieJar;
use model::{Problem, ProblemKind, Text};
use serde::Deserialize;
use server::Server;
use std::sync::Arc;

/// What the query may say to any page.
#[derive(Default, Deserialize)]
struct Asked {
    done: Option<String>,
}

pub async fn enter(
    State(Panel { server, assets, .. }): State<Panel>,
    request: Request,
    next: Next,
) -> Response {
    let jar = CookieJar::from_headers(request.headers());
    let actor = crate::user::session::actor(&server, request.headers()).await;
    let asked =
        axum::extract::Query::<Asked>::try_from_uri(request.uri()).map(|query| query.0).unwrap_or_default();
    let here = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let (signed, failed) = match actor {
        Ok(actor) => (actor, None),
        Err(problem) => (None, Some(problem)),
    };
    let mut face = Face {
        lang: Face::language(request.headers(), &jar, signed.as_ref()),
        nonce: nonce(&server),
        here,
        done: asked.done,
        now_ms: server.world.now_ms(),
        actor: signed,
        assets,
        contact: server.config.contact.clone(),
    };
    let refused =
        failed.or_else(|| server::origin::check(&server, request.method(), request.headers()).err());
    let mut response = match refused {
        Some(problem) => page::error(&face, &problem),
        None => run(&server, &mut face, request, next).await,
    };
    headers::protect(response.headers_mut(), &face.nonce);
    response
}

/// The handler, with what stands around forms of signed-in users: a proof they bring is taken first, and asked for when a rule wants one.
async fn run(server: &Server, face: &mut Face, request: Request, next: Next) -> Response {
    let (mut request, typed) = match &face.actor {
        None => (request, None),
        Some(_) => match prove::read(request).await {
            Ok(read) => read,
            Err(Miss(problem)) => return page::error(face, &problem),
        },
    };
    if let (Some(actor), Some(typed)) = (&mut face.actor, &typed)
        && let Err(problem) = prove::take(server, actor, typed).await
    {
        return ask(server, face, typed.clone(), problem).await;
    }
    request.extensions_mut().insert(face.clone());
    let response = next.run(request).await;
    match (prove::is_wanted(&response), typed) {
        (Some(problem), Some(typed)) => prove::ask(face, holds(server, face).await, typed, problem),
        _ => drawn(face, response),
    }
}

/// The proof was not right: the same page again.
async fn ask(server: &Server, face: &Face, typed: crate::parts::Typed, problem: Problem) -> Response {
    match on_form(problem) {
        Ok(problem) => prove::ask(face, holds(server, face).await, typed, problem),
        Err(Miss(problem)) => page::error(face, &problem),
    }
}

async fn holds(server: &Server, face: &Face) -> prove::Holds {
    let Some(actor) = &face.actor else { return prove::Holds::default() };
    let Ok(held) = server::factor::mine(server, actor).await else { return prove::Holds::default() };
    prove::Holds {
        codes: !held.factors.is_empty(),
        passkey: held.has_passkey() && server::factor::passkeys(server).is_ok(),
    }
}

/// Sixteen fresh bytes in hexadecimal.
fn nonce(server: &Server) -> Arc<str> {
    let mut bytes = [0_u8; 16];
    server.world.random(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// An answer without a page gets one: a handler's problem, or axum's own refusals (no such path, wrong method, unreadable form).
fn drawn(face: &Face, response: Response) -> Response {
    if let Some(Miss(problem)) = response.extensions().get::<Miss>() {
        return page::error(face, problem);
    }
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => server::actor::not_found(),
        status if status.is_server_error() => Problem::new(ProblemKind::Internal, "internal", ours()),
        _ => Problem::new(
            ProblemKind::Invalid,
            "unreadable",
            Text::new(
                "La demande n’a pas pu être lue\u{a0}: revenez en arrière et recommencez.",
                "The request could not be read: go back and try again.",
            ),
        ),
    };
    page::error(face, &problem)
}

/// Our own fault, in words that say what to do.
pub fn ours() -> Text {
    Text::new(
        "Une erreur est survenue de notre côté\u{a0}; elle est notée. Réessayez dans un instant.",
        "Something went wrong on our side; it is on record. Try again in a moment.",
    )
}
