//! Members over the API.

use super::{MemberView, NewMember, create, delete, list, rename, show};
use crate::{
    Server, account,
    api::{
        Answer, ApiError, Asked, Caller, IfMatch, Listed, Needs, Route, Verb, Who, created, done, handler,
        one, part, shape,
    },
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Duty, MemberId, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/members",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "Members",
        Answer::Page(shape::<MemberView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/members",
        Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        Needs::Token(Scope::Admin),
        "Add a member",
        Answer::Made(shape::<MemberView>),
        || routing::post(post),
    )
    .takes(shape::<NewMember>),
    Route::new(
        Verb::Get,
        "/members/{member}",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "One member",
        Answer::One(shape::<MemberView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Patch,
        "/members/{member}",
        Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        Needs::Token(Scope::Admin),
        "Rename a member",
        Answer::One(shape::<MemberView>),
        || routing::patch(patch),
    )
    .takes(shape::<NewMember>),
    Route::new(
        Verb::Delete,
        "/members/{member}",
        Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        Needs::Token(Scope::Admin),
        "Delete a member who never had an account",
        Answer::Nothing,
        || routing::delete(remove),
    ),
    Route::new(
        Verb::Get,
        "/members/{member}/accounts",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "A member's accounts",
        Answer::Page(shape::<account::AccountView>),
        || routing::get(get_accounts),
    ),
];

handler!(page get_all = list);

async fn post(State(server): State<Server>, asked: Asked<NewMember>) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, asked.body).await?;
    created(&made.item, Some(made.item.version), made.change, &format!("/members/{}", made.item.id))
}

handler!(one get = show, of "member");

async fn patch(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<NewMember>,
) -> Result<Response, ApiError> {
    let renamed = rename(&server, &asked.actor, part(&params, "member")?, expected, &asked.body.name).await?;
    done(&renamed, Some(renamed.item.version))
}

handler!(end remove = delete, of "member");

async fn get_accounts(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(listing): Listed,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let member: MemberId = part(&params, "member")?;
    show(&server, &actor, member).await?;
    one(&account::list_of_member(&server, &actor, member, &listing).await?, None)
}
