//! Certificates over the API.

use super::{CertificateView, list, list_of_site, try_now};
use crate::api::{Answer, Needs, Route, Verb, Who, handler, shape};
use axum::routing;
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
];

handler!(page all = list);
handler!(page of_site = list_of_site, of "site");
handler!(act again = try_now, of "certificate");
