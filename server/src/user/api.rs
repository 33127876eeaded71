//! Users over the API.

use super::{
    Forgotten, NewRecovery, PasswordChange, UserView, ask_recovery, change_password, forgotten, link,
    list_in, me, resume, send_link, set_lang, show, suspend, waiting,
};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, Listed, Needs, Route, Told, Untold, Verb, Who, created, language,
        no_content, one, part, shape,
    },
    approval::ApprovalView,
    listen::ClientAddress,
    paging::{Listing, Order},
    session::{LockedOut, locked_out},
};
use axum::{
    Extension,
    extract::{RawPathParams, State},
    http::HeaderMap,
    response::Response,
    routing,
};
use model::{Duty, Lang, Scope, Text, UserId};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv6Addr};
use utoipa::ToSchema;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/me",
        Who::User,
        Needs::Token(Scope::Read),
        "The signed-in user",
        Answer::One(shape::<UserView>),
        || routing::get(get_me),
    )
    .while_setting_up()
    .while_viewing(),
    Route::new(
        Verb::Patch,
        "/me",
        Who::User,
        Needs::Token(Scope::Admin),
        "Choose a language",
        Answer::One(shape::<UserView>),
        || routing::patch(patch_me),
    )
    .takes(shape::<MyChoice>),
    Route::new(
        Verb::Put,
        "/me/password",
        Who::User,
        Needs::Session,
        "Change the password; other sessions and the tokens end",
        Answer::Nothing,
        || routing::put(put_password),
    )
    .takes(shape::<PasswordChange>),
    Route::new(
        Verb::Post,
        "/forgotten",
        Who::Anyone,
        Needs::Nothing,
        "Forgotten password: sends a one-time link to this address, if it is a user's; the answer is the same if not",
        Answer::Nothing,
        || routing::post(post_forgotten),
    )
    .takes(shape::<ForgottenAsked>),
    Route::new(
        Verb::Get,
        "/users",
        Who::Staff(Duty::SeeUsers, Duty::SeeUsers),
        Needs::Token(Scope::Read),
        "Users; also ?sort=name|-name|created|-created, the name being the address, or ?waiting=yes: those who have not chosen a password yet, the newest first",
        Answer::Page(shape::<UserView>),
        || routing::get(get_users),
    ),
    Route::new(
        Verb::Get,
        "/locked-out",
        Who::Staff(Duty::SeeUsers, Duty::SeeUsers),
        Needs::Token(Scope::Read),
        "Who cannot sign in just now after too many wrong tries",
        Answer::One(shape::<LockedOut>),
        || routing::get(get_locked_out),
    ),
    Route::new(
        Verb::Get,
        "/users/{user}",
        Who::Staff(Duty::SeeUsers, Duty::SeeUsers),
        Needs::Token(Scope::Read),
        "One user",
        Answer::One(shape::<UserView>),
        || routing::get(get_user),
    ),
    Route::new(
        Verb::Post,
        "/users/{user}/link",
        Who::Staff(Duty::SeeUsers, Duty::Administer),
        Needs::Session,
        "A new one-time link, for a user who forgot the password; told this once",
        Answer::Made(shape::<Link>),
        || routing::post(post_link),
    ),
    Route::new(
        Verb::Post,
        "/users/{user}/send-link",
        Who::Staff(Duty::SeeUsers, Duty::SendLinks),
        Needs::Session,
        "Send the user a one-time link by mail, to their own address; nobody else sees it",
        Answer::Nothing,
        || routing::post(post_send_link),
    ),
    Route::new(
        Verb::Post,
        "/users/{user}/recovery",
        Who::Staff(Duty::SeeUsers, Duty::SendLinks),
        Needs::Session,
        "For a user who has lost everything: ask for their access to move to another address. A second person approves; then factors, \
         password, sessions and tokens end, and a one-time link goes to the new address. The old one is told",
        Answer::Made(shape::<ApprovalView>),
        || routing::post(post_recovery),
    )
    .takes(shape::<NewRecovery>),
    Route::new(
        Verb::Post,
        "/users/{user}/suspend",
        Who::Staff(Duty::SeeUsers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Nobody signs in as this user; sessions end and tokens rest",
        Answer::Nothing,
        || routing::post(post_suspend),
    ),
    Route::new(
        Verb::Post,
        "/users/{user}/resume",
        Who::Staff(Duty::SeeUsers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "The user may sign in again",
        Answer::Nothing,
        || routing::post(post_resume),
    ),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MyChoice {
    #[schema(value_type = String)]
    lang: Lang,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForgottenAsked {
    email: String,
}

/// A one-time link: works once, for an hour.
#[derive(Serialize, ToSchema)]
struct Link {
    link: String,
}

async fn get_me(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&me(&server, &actor).await?, None)
}

async fn patch_me(State(server): State<Server>, asked: Asked<MyChoice>) -> Result<Response, ApiError> {
    set_lang(&server, &asked.actor, asked.body.lang).await?;
    one(&me(&server, &asked.actor).await?, None)
}

async fn put_password(
    State(server): State<Server>,
    asked: Asked<PasswordChange>,
) -> Result<Response, ApiError> {
    change_password(&server, &asked.actor, &asked.body.current, &asked.body.new).await?;
    no_content(None)
}

async fn post_forgotten(
    State(server): State<Server>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Told<ForgottenAsked>, Untold>,
) -> Result<Response, ApiError> {
    let Told(ForgottenAsked { email }) =
        body.map_err(|untold| untold.wanted(Text::new("Envoyez email en JSON.", "Send email as JSON.")))?;
    let address = address.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |known| known.0.0);
    forgotten(&server, Forgotten { email, address, lang: language(&headers) }).await?;
    no_content(None)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsersAsked {
    limit: Option<u32>,
    cursor: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    waiting: Option<String>,
}

async fn get_users(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<UsersAsked>,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeUsers)?;
    let UsersAsked { limit, cursor, q, sort, waiting: only_waiting } = asked;
    if only_waiting.as_deref() == Some("yes") {
        return one(&waiting(&server, &actor, &Listing { limit, cursor, q }).await?, None);
    }
    let order = Order::parse(sort.as_deref(), &Order::ALL)?.unwrap_or_default();
    one(&list_in(&server, &actor, &Listing { limit, cursor, q }, order).await?, None)
}

async fn get_locked_out(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&locked_out(&server, &actor).await?, None)
}

async fn get_user(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeUsers)?;
    one(&show(&server, &actor, part(&params, "user")?).await?, None)
}

async fn post_link(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    let user: UserId = part(&params, "user")?;
    let secret = link(&server, &actor, user).await?;
    let mut response = one(&Link { link: super::link_url(&server, &secret) }, None)?;
    *response.status_mut() = axum::http::StatusCode::CREATED;
    Ok(response)
}

async fn post_send_link(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::SendLinks)?;
    send_link(&server, &actor, part(&params, "user")?).await?;
    no_content(None)
}

async fn post_recovery(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewRecovery>,
) -> Result<Response, ApiError> {
    asked.actor.must_do_what_others_see(Duty::SeeUsers, Duty::SendLinks)?;
    let asked = ask_recovery(&server, &asked.actor, part(&params, "user")?, asked.body).await?;
    created(&asked, None, None, "/approvals")
}

async fn post_suspend(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    suspend(&server, &actor, part(&params, "user")?).await?;
    no_content(None)
}

async fn post_resume(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    resume(&server, &actor, part(&params, "user")?).await?;
    no_content(None)
}
