//! Accounts over the API.

use super::{
    AccountView, Cause, Limit, NewAccount, Standing, Suspension, create, delete, list_for, restore, resume,
    set_plan, show, suspend, usage,
};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, IfMatch, Listed, Needs, Route, Secretly, Verb, Who, created, done,
        handler, one, part, shape,
    },
    paging::{Listing, Order},
    user::link_url,
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Duty, PlanId, Problem, Right, Scope, Text};
use serde::Deserialize;
use utoipa::ToSchema;

const ACCOUNT: Answer = Answer::One(shape::<AccountView>);

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts",
        Who::User,
        Needs::Token(Scope::Read),
        "The accounts one may see; also ?state=active|suspended|deleted, ?code=unpaid|threat|legal_order|at_request and ?sort=name|-name|created|-created",
        Answer::Page(shape::<AccountView>),
        || routing::get(get_all),
    )
    .while_viewing(),
    Route::new(
        Verb::Post,
        "/accounts",
        Who::Staff(Duty::SeeMembers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Provision an account. `link`: the one-time link of an owner who has no password yet and gets no mail, told this once",
        Answer::Made(shape::<AccountView>),
        || routing::post(post),
    )
    .takes(shape::<NewAccount>),
    Route::new(
        Verb::Get,
        "/accounts/{account}",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "One account",
        ACCOUNT,
        || routing::get(get),
    ),
    Route::new(
        Verb::Get,
        "/accounts/{account}/use",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "How much of each limit of its plan it has taken; `used` is null where nobody counts it yet",
        Answer::List(shape::<Limit>),
        || routing::get(get_use),
    ),
    Route::new(
        Verb::Patch,
        "/accounts/{account}",
        Who::AccountBy(Duty::Administer),
        Needs::Token(Scope::Admin),
        "Give it another plan",
        ACCOUNT,
        || routing::patch(patch),
    )
    .takes(shape::<OtherPlan>),
    Route::new(
        Verb::Delete,
        "/accounts/{account}",
        Who::AccountBy(Duty::Administer),
        Needs::Token(Scope::Admin),
        "Delete: off the web at once, erased when its `erase_at` has come",
        ACCOUNT,
        || routing::delete(remove),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/suspend",
        Who::AccountBy(Duty::Administer),
        Needs::Token(Scope::Admin),
        "Suspend, with the reason's code and the text told to the member; a legal order with its reference",
        ACCOUNT,
        || routing::post(post_suspend),
    )
    .takes(shape::<Suspension>),
    Route::new(
        Verb::Post,
        "/accounts/{account}/resume",
        Who::AccountBy(Duty::Administer),
        Needs::Token(Scope::Admin),
        "End a suspension",
        ACCOUNT,
        || routing::post(post_resume),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/restore",
        Who::AccountBy(Duty::Administer),
        Needs::Token(Scope::Admin),
        "Bring a deleted account back whole",
        ACCOUNT,
        || routing::post(post_restore),
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountsAsked {
    limit: Option<u32>,
    cursor: Option<String>,
    q: Option<String>,
    state: Option<String>,
    code: Option<String>,
    sort: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OtherPlan {
    plan: String,
    /// Also when what the account has would then be above the plan.
    #[serde(default)]
    above: bool,
}

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<AccountsAsked>,
) -> Result<Response, ApiError> {
    let AccountsAsked { limit, cursor, q, state, code, sort } = asked;
    let order = Order::parse(sort.as_deref(), &Order::ALL)?.unwrap_or_default();
    let state = match state.as_deref().filter(|state| !state.is_empty()) {
        None => None,
        Some(code) => Some(Standing::from_code(code).ok_or_else(|| {
            Problem::invalid(
                "state",
                "bad_state",
                Text::new("active, suspended ou deleted.", "active, suspended or deleted."),
            )
        })?),
    };
    let code = match code.as_deref().filter(|code| !code.is_empty()) {
        None => None,
        Some(code) => Some(Cause::from_code(code).ok_or_else(|| {
            let text = Text::new(
                "unpaid, threat, legal_order ou at_request.",
                "unpaid, threat, legal_order or at_request.",
            );
            Problem::invalid("code", "bad_code", text)
        })?),
    };
    one(&list_for(&server, &actor, &Listing { limit, cursor, q }, state, code, order).await?, None)
}

async fn post(State(server): State<Server>, asked: Asked<NewAccount>) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, asked.body).await?;
    let (version, location) = (made.item.version, format!("/accounts/{}", made.item.id));
    let link = made.link.map(|secret| link_url(&server, &secret));
    created(&Secretly::new(made.item, "link", link), Some(version), made.change, &location)
}

handler!(one get = show, of "account");

async fn get_use(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&usage(&server, &actor, part(&params, "account")?).await?, None)
}

async fn patch(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<OtherPlan>,
) -> Result<Response, ApiError> {
    let account = part(&params, "account")?;
    show(&server, &asked.actor, account).await?;
    let plan: PlanId = asked.body.plan.parse().map_err(|problem: Problem| problem.on("plan"))?;
    let moved = set_plan(&server, &asked.actor, account, expected, plan, asked.body.above).await?;
    done(&moved, Some(moved.item.version))
}

handler!(act remove = delete, of "account");

async fn post_suspend(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<Suspension>,
) -> Result<Response, ApiError> {
    let suspended = suspend(&server, &asked.actor, part(&params, "account")?, expected, asked.body).await?;
    done(&suspended, Some(suspended.item.version))
}

handler!(act post_resume = resume, of "account");

handler!(act post_restore = restore, of "account");
