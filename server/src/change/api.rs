//! Changes over the API.

use super::{
    Chain, ChangeView, Format, Head, Of, Wanted, chain, export, head, search, search_account, search_member,
    show, undo,
};
use crate::{
    Actor, Server,
    api::{Answer, ApiError, Caller, Listed, Needs, Route, Verb, Who, created, one, part, shape},
    paging::Listing,
};
use axum::{
    body::Body,
    extract::{RawPathParams, State},
    http::{HeaderName, HeaderValue, header},
    response::Response,
    routing,
};
use futures_util::TryStreamExt;
use jiff::{Timestamp, tz::TimeZone};
use model::{Duty, Problem, Right, Scope};

const FILE: Answer = Answer::File(&["application/x-ndjson", "text/csv"]);

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/changes",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "An account's changes, newest first; also ?verb&via&from&to",
        Answer::Page(shape::<ChangeView>),
        || routing::get(get_of_account),
    ),
    Route::new(
        Verb::Get,
        "/accounts/{account}/changes/export",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "The same as a file, oldest first: ?format=jsonl|csv, filtered as the list is",
        FILE,
        || routing::get(export_of_account),
    ),
    Route::new(
        Verb::Get,
        "/members/{member}/changes",
        Who::Member(Right::See),
        Needs::Token(Scope::Read),
        "A member's changes, its accounts' included, newest first; also ?verb&account&via&from&to",
        Answer::Page(shape::<ChangeView>),
        || routing::get(get_of_member),
    ),
    Route::new(
        Verb::Get,
        "/members/{member}/changes/export",
        Who::Member(Right::See),
        Needs::Token(Scope::Read),
        "The same as a file, oldest first: ?format=jsonl|csv, filtered as the list is",
        FILE,
        || routing::get(export_of_member),
    ),
    Route::new(
        Verb::Get,
        "/changes",
        Who::Staff(Duty::SeeHistory, Duty::SeeHistory),
        Needs::Token(Scope::Read),
        "Everything anybody did, newest first; ?q finds words of the subject and of who did it; also ?verb&member&account&host&via&from&to",
        Answer::Page(shape::<ChangeView>),
        || routing::get(get_everybodys),
    ),
    Route::new(
        Verb::Get,
        "/changes/export",
        Who::Staff(Duty::SeeHistory, Duty::SeeHistory),
        Needs::Token(Scope::Read),
        "The same as a file, oldest first: ?format=jsonl|csv, filtered as the list is; JSON lines carry all that the chain's hashes cover",
        FILE,
        || routing::get(export_everybodys),
    ),
    Route::new(
        Verb::Get,
        "/changes/head",
        Who::Staff(Duty::SeeHistory, Duty::SeeHistory),
        Needs::Token(Scope::Read),
        "Where the chain of history ends: note it elsewhere",
        Answer::One(shape::<Head>),
        || routing::get(get_head),
    ),
    Route::new(
        Verb::Get,
        "/changes/chain",
        Who::Staff(Duty::SeeHistory, Duty::SeeHistory),
        Needs::Token(Scope::Read),
        "Whether history is as it was written",
        Answer::One(shape::<Chain>),
        || routing::get(get_chain),
    ),
    Route::new(
        Verb::Get,
        "/changes/{change}",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "One change",
        Answer::One(shape::<ChangeView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Post,
        "/changes/{change}/undo",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Admin),
        "Undo it, by a new change",
        Answer::Made(shape::<ChangeView>),
        || routing::post(post_undo),
    ),
];

async fn get_of_account(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(wanted): Listed<Wanted>,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let account = part(&params, "account")?;
    // Whether it is there comes first: what is not has nothing to be filtered.
    crate::account::must_see(&server, &actor, account).await?;
    one(&search_account(&server, &actor, account, &wanted.filter()?, &listing(wanted)).await?, None)
}

async fn get_of_member(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(wanted): Listed<Wanted>,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let member = part(&params, "member")?;
    crate::grant::access_to_member(&server, &actor, member).await?;
    one(&search_member(&server, &actor, member, &wanted.filter()?, &listing(wanted)).await?, None)
}

async fn get_everybodys(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(wanted): Listed<Wanted>,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeHistory)?;
    one(&search(&server, &actor, &wanted.filter()?, &listing(wanted)).await?, None)
}

fn listing(wanted: Wanted) -> Listing {
    Listing { limit: wanted.limit, cursor: wanted.cursor, q: None }
}

async fn export_of_account(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(wanted): Listed<Wanted>,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let account = part(&params, "account")?;
    crate::account::must_see(&server, &actor, account).await?;
    file(&server, &actor, Of::Account(account), &wanted).await
}

async fn export_of_member(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(wanted): Listed<Wanted>,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let member = part(&params, "member")?;
    crate::grant::access_to_member(&server, &actor, member).await?;
    file(&server, &actor, Of::Member(member), &wanted).await
}

async fn export_everybodys(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(wanted): Listed<Wanted>,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeHistory)?;
    file(&server, &actor, Of::All, &wanted).await
}

/// A file that is written while it is sent. One that cannot go on is cut off, so that nobody takes it for whole.
async fn file(server: &Server, actor: &Actor, of: Of, wanted: &Wanted) -> Result<Response, ApiError> {
    let format = Format::from_code(&wanted.format)?;
    let pieces = export(server, actor, of, &wanted.filter()?, format).await?;
    let pieces = pieces.map_err(|problem| std::io::Error::other(problem.code));
    let day = Timestamp::from_millisecond(server.world.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = day.to_zoned(TimeZone::UTC).date();
    let name = format!("attachment; filename=\"alveole-changes-{day}.{}\"", format.code());
    let mut response = Response::new(Body::from_stream(pieces));
    let mut put = |key: HeaderName, value: &str| -> Result<(), Problem> {
        let value = HeaderValue::from_str(value);
        let value = value.map_err(|error| crate::store::internal("header", &error))?;
        response.headers_mut().insert(key, value);
        Ok(())
    };
    put(header::CONTENT_TYPE, format.media())?;
    put(header::CONTENT_DISPOSITION, &name)?;
    Ok(response)
}

async fn get_head(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&head(&server, &actor).await?, None)
}

async fn get_chain(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&chain(&server, &actor).await?, None)
}

async fn get(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&show(&server, &actor, part(&params, "change")?).await?, None)
}

async fn post_undo(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let by = undo(&server, &actor, part(&params, "change")?).await?;
    created(&by.item, None, by.change, &format!("/changes/{}", by.item.id))
}
