//! Certificates over the API.

use super::{CertificateView, NewOwn, OwnView, back, bring, list, list_of_site, try_now};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, Needs, Route, Verb, Who, done, handler, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Right, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/certificates",
        Who::User,
        Needs::Token(Scope::Read),
        "The certificates one may see: those that never were, then those that end first; `q` is part of the name",
        Answer::Page(shape::<CertificateView>),
        || routing::get(all),
    )
    .while_viewing(),
    Route::new(
        Verb::Get,
        "/sites/{site}/certificates",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "The certificates of a site's names",
        Answer::Page(shape::<CertificateView>),
        || routing::get(of_site),
    ),
    Route::new(
        Verb::Post,
        "/certificates/{certificate}/try",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Look now at what is missing",
        Answer::One(shape::<CertificateView>),
        || routing::post(again),
    ),
    Route::new(
        Verb::Post,
        "/sites/{site}/certificates",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Bring a certificate of one's own, for each of the site's names that it is for",
        Answer::One(shape::<OwnView>),
        || routing::post(own),
    )
    .takes(shape::<NewOwn>),
    Route::new(
        Verb::Post,
        "/certificates/{certificate}/back",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Let the panel get a certificate in place of one's own, which serves until then",
        Answer::One(shape::<CertificateView>),
        || routing::post(take_back),
    ),
];

handler!(page all = list);
handler!(page of_site = list_of_site, of "site");
handler!(act again = try_now, of "certificate");
handler!(act take_back = back, of "certificate");

async fn own(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewOwn>,
) -> Result<Response, ApiError> {
    let brought = bring(&server, &asked.actor, part(&params, "site")?, asked.body).await?;
    done(&brought, None)
}
