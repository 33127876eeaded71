//! SFTP logins over the API.

use super::{Made, NewSftpLogin, SftpLoginView, SignInsView, create, delete, list, sign_ins};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, Caller, Needs, Route, Verb, Who, created, handler, one, part, shape},
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
        "/accounts/{account}/sftp-logins",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "The logins that reach one folder of an account over SFTP",
        Answer::List(shape::<SftpLoginView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/sftp-logins",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Make a login for one folder, opened by a key, or by a password that is made and shown this once",
        Answer::Made(shape::<Made>),
        || routing::post(post),
    )
    .takes(shape::<NewSftpLogin>),
    Route::new(
        Verb::Delete,
        "/sftp-logins/{sftp_login}",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Take a login away; what is open by it ends",
        Answer::Nothing,
        || routing::delete(remove),
    ),
    Route::new(
        Verb::Get,
        "/accounts/{account}/sftp-sign-ins",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Read),
        "Who came in over SFTP in the last thirty days, by which key and from where, as the host's log has it",
        Answer::One(shape::<SignInsView>),
        || routing::get(get_sign_ins),
    ),
];

async fn get_sign_ins(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&sign_ins(&server, &actor, part(&params, "account")?).await?, None)
}

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&list(&server, &actor, part(&params, "account")?).await?, None)
}

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewSftpLogin>,
) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, part(&params, "account")?, asked.body).await?;
    created(&made.item, None, made.change, &format!("/sftp-logins/{}", made.item.login.id))
}

handler!(end remove = delete, of "sftp_login");
