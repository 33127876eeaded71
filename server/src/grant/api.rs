//! Grants, invitations and staff over the API.

use super::{
    AddedStaff, Given, GrantView, InvitationView, MyGrant, NewGrant, NewStaff, On, StaffView, accept,
    add_staff, create, decline, hand_over, invitations, leave, list, list_staff, mine, my_invitations,
    of_user, remove_staff, revoke, withdraw,
};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked, Caller, Needs, Route, Secretly, Verb, Who, created, no_content, one, part,
        shape,
    },
    user::link_url,
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Duty, Problem, Right, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

/// The routes of grants are alike on accounts and on members.
macro_rules! routes_on {
    ($who:ident, $base:literal) => {
        [
            Route::new(
                Verb::Get,
                concat!($base, "/grants"),
                Who::$who(Right::See),
                Needs::Token(Scope::Read),
                "Who has which role",
                Answer::List(shape::<GrantView>),
                || routing::get(get_all),
            ),
            Route::new(
                Verb::Post,
                concat!($base, "/grants"),
                Who::$who(Right::Share),
                Needs::Token(Scope::Admin),
                "Give a user a role. By an admin it holds at once (`link`: the one-time link of a user who has no password yet and gets no \
                 mail, told this once); by others it is an invitation, to be accepted within 14 days",
                Answer::Made(shape::<GrantView>),
                || routing::post(post),
            )
            .takes(shape::<NewGrant>),
            Route::new(
                Verb::Delete,
                concat!($base, "/grants/{grant}"),
                Who::$who(Right::Share),
                Needs::Token(Scope::Admin),
                "Withdraw a role, at once; not the last owner's",
                Answer::Nothing,
                || routing::delete(remove),
            ),
            Route::new(
                Verb::Get,
                concat!($base, "/invitations"),
                Who::$who(Right::See),
                Needs::Token(Scope::Read),
                "Who was asked to take a role and has not answered",
                Answer::List(shape::<InvitationView>),
                || routing::get(get_invitations),
            ),
            Route::new(
                Verb::Delete,
                concat!($base, "/invitations/{invitation}"),
                Who::$who(Right::Share),
                Needs::Token(Scope::Admin),
                "Withdraw an invitation",
                Answer::Nothing,
                || routing::delete(remove_invitation),
            ),
            Route::new(
                Verb::Post,
                concat!($base, "/hand-over"),
                Who::$who(Right::Own),
                Needs::Session,
                "Hand one's own ownership over: an invitation that, once accepted, ends one's own",
                Answer::Made(shape::<InvitationView>),
                || routing::post(post_hand_over),
            )
            .takes(shape::<HandOver>),
        ]
    };
}

const ON_ACCOUNTS: [Route; 6] = routes_on!(Account, "/accounts/{account}");
const ON_MEMBERS: [Route; 6] = routes_on!(Member, "/members/{member}");

pub(crate) const ROUTES: [&[Route]; 3] = [&ON_ACCOUNTS, &ON_MEMBERS, OTHERS];

const OTHERS: &[Route] = &[
    Route::new(
        Verb::Get,
        "/me/grants",
        Who::User,
        Needs::Token(Scope::Read),
        "One's own roles",
        Answer::List(shape::<MyGrant>),
        || routing::get(get_mine),
    ),
    Route::new(
        Verb::Delete,
        "/me/grants/{grant}",
        Who::User,
        Needs::Session,
        "Give one's own role up, at once; the last owner cannot",
        Answer::Nothing,
        || routing::delete(leave_mine),
    ),
    Route::new(
        Verb::Get,
        "/me/invitations",
        Who::User,
        Needs::Token(Scope::Read),
        "Roles one is asked to take",
        Answer::List(shape::<InvitationView>),
        || routing::get(get_my_invitations),
    ),
    Route::new(
        Verb::Post,
        "/me/invitations/{invitation}/accept",
        Who::User,
        Needs::Session,
        "Take the role",
        Answer::One(shape::<GrantView>),
        || routing::post(post_accept),
    ),
    Route::new(
        Verb::Post,
        "/me/invitations/{invitation}/decline",
        Who::User,
        Needs::Session,
        "Do not take it",
        Answer::Nothing,
        || routing::post(post_decline),
    ),
    Route::new(
        Verb::Get,
        "/users/{user}/grants",
        Who::Staff(Duty::SeeUsers, Duty::SeeUsers),
        Needs::Token(Scope::Read),
        "A user's roles on members and accounts",
        Answer::List(shape::<MyGrant>),
        || routing::get(get_of_user),
    ),
    Route::new(
        Verb::Get,
        "/staff",
        Who::Staff(Duty::SeeUsers, Duty::SeeUsers),
        Needs::Token(Scope::Read),
        "Who works for the cooperative, in which role",
        Answer::List(shape::<StaffView>),
        || routing::get(get_staff),
    ),
    Route::new(
        Verb::Post,
        "/staff",
        Who::Staff(Duty::SeeUsers, Duty::Administer),
        Needs::Session,
        "Give a user a staff role; that of admin waits for a second admin's approval. `link`: the one-time link of a user who has no \
         password yet and gets no mail, told this once",
        Answer::Made(shape::<StaffView>),
        || routing::post(post_staff),
    )
    .takes(shape::<NewStaff>),
    Route::new(
        Verb::Delete,
        "/staff/{grant}",
        Who::Staff(Duty::SeeUsers, Duty::Administer),
        Needs::Session,
        "Take a staff role away, at once; not the last admin's",
        Answer::Nothing,
        || routing::delete(delete_staff),
    ),
];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandOver {
    email: String,
}

/// What the path speaks of.
fn on(params: &RawPathParams) -> Result<On, Problem> {
    match part(params, "account") {
        Ok(account) => Ok(On::Account(account)),
        Err(_) => part(params, "member").map(On::Member),
    }
}

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&list(&server, &actor, on(&params)?).await?, None)
}

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewGrant>,
) -> Result<Response, ApiError> {
    let on = on(&params)?;
    match create(&server, &asked.actor, on, asked.body).await? {
        Given::Held(grant, link) => {
            let location = format!("{}/grants/{}", on.path(), grant.id);
            let link = link.map(|secret| link_url(&server, &secret));
            created(&Secretly::new(grant, "link", link), None, None, &location)
        }
        Given::Asked(invitation) => {
            let location = format!("{}/invitations/{}", on.path(), invitation.id);
            created(&invitation, None, None, &location)
        }
    }
}

async fn remove(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    revoke(&server, &actor, on(&params)?, part(&params, "grant")?).await?;
    no_content(None)
}

async fn get_invitations(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&invitations(&server, &actor, on(&params)?).await?, None)
}

async fn remove_invitation(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    withdraw(&server, &actor, on(&params)?, part(&params, "invitation")?).await?;
    no_content(None)
}

async fn post_hand_over(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<HandOver>,
) -> Result<Response, ApiError> {
    let on = on(&params)?;
    let offered = hand_over(&server, &asked.actor, on, &asked.body.email).await?;
    created(&offered, None, None, &format!("{}/invitations/{}", on.path(), offered.id))
}

async fn get_mine(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&mine(&server, &actor).await?, None)
}

async fn get_of_user(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeUsers)?;
    one(&of_user(&server, &actor, part(&params, "user")?).await?, None)
}

async fn leave_mine(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    leave(&server, &actor, part(&params, "grant")?).await?;
    no_content(None)
}

async fn get_my_invitations(
    State(server): State<Server>,
    Caller(actor): Caller,
) -> Result<Response, ApiError> {
    one(&my_invitations(&server, &actor).await?, None)
}

async fn post_accept(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&accept(&server, &actor, part(&params, "invitation")?).await?, None)
}

async fn post_decline(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    decline(&server, &actor, part(&params, "invitation")?).await?;
    no_content(None)
}

async fn get_staff(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&list_staff(&server, &actor).await?, None)
}

async fn post_staff(State(server): State<Server>, asked: Asked<NewStaff>) -> Result<Response, ApiError> {
    match add_staff(&server, &asked.actor, asked.body).await? {
        AddedStaff::Held(staff, link) => {
            let link = link.map(|secret| link_url(&server, &secret));
            created(&Secretly::new(staff, "link", link), None, None, "/staff")
        }
        AddedStaff::Waits(approval) => created(&approval, None, None, "/approvals"),
    }
}

async fn delete_staff(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeUsers, Duty::Administer)?;
    remove_staff(&server, &actor, part(&params, "grant")?).await?;
    no_content(None)
}
