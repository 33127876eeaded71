//! SSH keys over the API.

use super::{NewSshKey, SshKeyView, create, delete, list};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, Needs, Route, Verb, Who, created, handler, part, shape},
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
        "/accounts/{account}/ssh-keys",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "The keys by which an account's files are reached over SFTP; `q` is part of what they are called",
        Answer::Page(shape::<SshKeyView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/ssh-keys",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Let a public key in: a line of a file that ends in .pub, without options",
        Answer::Made(shape::<SshKeyView>),
        || routing::post(post),
    )
    .takes(shape::<NewSshKey>),
    Route::new(
        Verb::Delete,
        "/ssh-keys/{ssh_key}",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Let a key in no more",
        Answer::Nothing,
        || routing::delete(remove),
    ),
];

handler!(page get_all = list, of "account");

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewSshKey>,
) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, part(&params, "account")?, asked.body).await?;
    created(&made.item, None, made.change, &format!("/ssh-keys/{}", made.item.id))
}

handler!(end remove = delete, of "ssh_key");
