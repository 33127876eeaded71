//! Plans over the API.

use super::{PlanInput, PlanView, create, delete, list, show, update};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, IfMatch, Needs, Route, Verb, Who, created, done, handler, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Duty, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/plans",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "Plans",
        Answer::Page(shape::<PlanView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/plans",
        Who::Staff(Duty::SeeMembers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Add a plan",
        Answer::Made(shape::<PlanView>),
        || routing::post(post),
    )
    .takes(shape::<PlanInput>),
    Route::new(
        Verb::Get,
        "/plans/{plan}",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "One plan",
        Answer::One(shape::<PlanView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Put,
        "/plans/{plan}",
        Who::Staff(Duty::SeeMembers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Change a plan, and so every account that has it",
        Answer::One(shape::<PlanView>),
        || routing::put(put),
    )
    .takes(shape::<PlanInput>),
    Route::new(
        Verb::Delete,
        "/plans/{plan}",
        Who::Staff(Duty::SeeMembers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Delete a plan no account has",
        Answer::Nothing,
        || routing::delete(remove),
    ),
];

handler!(page get_all = list);

async fn post(State(server): State<Server>, asked: Asked<PlanInput>) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, asked.body).await?;
    created(&made.item, Some(made.item.version), made.change, &format!("/plans/{}", made.item.id))
}

handler!(one get = show, of "plan");

async fn put(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<PlanInput>,
) -> Result<Response, ApiError> {
    let changed = update(&server, &asked.actor, part(&params, "plan")?, expected, asked.body).await?;
    done(&changed, Some(changed.item.version))
}

handler!(end remove = delete, of "plan");
