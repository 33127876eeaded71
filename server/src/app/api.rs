//! Applications over the API.

use super::{AppView, NewApp, Offer, Told, create, list, offers, remove, show};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, Needs, Route, Secretly, Verb, Who, created, handler, one, part,
        shape,
    },
    change::Done,
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Lang, Right, Scope};

const SEES: Who = Who::Account(Right::See);
const DOES: Who = Who::Account(Right::Sites);

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/apps",
        SEES,
        Needs::Token(Scope::Read),
        "An account's applications",
        Answer::Page(shape::<AppView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Get,
        "/sites/{site}/applications",
        SEES,
        Needs::Token(Scope::Read),
        "What can be put into a site: what its host has, and which packages are missing for the rest",
        Answer::List(shape::<Offer>),
        || routing::get(get_offers),
    ),
    Route::new(
        Verb::Post,
        "/sites/{site}/apps",
        DOES,
        Needs::Token(Scope::Sites),
        "Put an application into a site whose folder is empty, with a database and a cron job where it needs them. `password`: its first admin's, told this once",
        Answer::Made(shape::<AppView>),
        || routing::post(post),
    )
    .takes(shape::<NewApp>),
    Route::new(
        Verb::Get,
        "/apps/{app}",
        SEES,
        Needs::Token(Scope::Read),
        "One application",
        Answer::One(shape::<AppView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Delete,
        "/apps/{app}",
        DOES,
        Needs::Token(Scope::Sites),
        "Let go of it: its files, its database and its cron job stay, and the site goes on showing it",
        Answer::Nothing,
        || routing::delete(let_go),
    ),
];

handler!(page get_all = list, of "account");

async fn get_offers(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&offers(&server, &actor, part(&params, "site")?).await?, None)
}

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewApp>,
) -> Result<Response, ApiError> {
    let told = create(&server, &asked.actor, part(&params, "site")?, asked.body, Lang::default()).await?;
    let Told { done: Done { item, change }, password } = told;
    let (version, location) = (item.version, format!("/apps/{}", item.id));
    let password = password.map(|password| password.reveal().to_owned());
    created(&Secretly::new(item, "password", password), Some(version), change, &location)
}

handler!(one get = show, of "app");
handler!(end let_go = remove, of "app");
