//! Members over the API.

use super::{
    Filter, Import, Invitations, Losses, MemberPatch, MemberRow, MemberView, NewMember, Sort, Step, apply,
    ask_deletion, check, confirm, create, delete, export, invitations, invite_next, keep, list, losses,
    set_invitations_hourly, show, show_import, statuses, update,
};
use crate::{
    Server, account,
    api::{
        Answer, ApiError, Asked, Caller, IfMatch, Listed, Needs, Route, Verb, Who, created, done, handler,
        language, one, part, shape,
    },
    approval::ApprovalView,
    paging::Listing,
};
use axum::{
    body::Body,
    extract::{DefaultBodyLimit, RawPathParams, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing,
};
use model::{Duty, MemberKind, MemberStatus, Problem, Right, Scope, Text};
use serde::Deserialize;
use utoipa::ToSchema;

/// A file of members as JSON, every quote of it escaped.
const LARGEST_BODY: usize = 2 * super::LARGEST_FILE + 1024;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/members",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "Members; `q` is beginnings of words of the name or of a contact, or the number; also ?status=…&kind=…&sort=name|number|newest",
        Answer::Page(shape::<MemberRow>),
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
        "/members/export",
        Who::Staff(Duty::SeeMembers, Duty::SeeMembers),
        Needs::Token(Scope::Read),
        "Members as CSV, with the same search, filters and order as the list; the columns are in the language of Accept-Language",
        Answer::File(&["text/csv"]),
        || routing::get(get_export),
    ),
    Route::new(
        Verb::Post,
        "/members/imports",
        Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        Needs::Token(Scope::Admin),
        "The dry run of an import: what each row would make, or what is wrong with it",
        Answer::Made(shape::<Import>),
        || routing::post(post_import).layer(DefaultBodyLimit::max(LARGEST_BODY)),
    )
    .takes(shape::<NewImport>),
    Route::new(
        Verb::Get,
        "/members/imports/{import}",
        Who::Staff(Duty::KeepMembers, Duty::KeepMembers),
        Needs::Token(Scope::Read),
        "What a dry run said",
        Answer::One(shape::<Import>),
        || routing::get(get_import),
    ),
    Route::new(
        Verb::Post,
        "/members/imports/{import}/apply",
        Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        Needs::Token(Scope::Admin),
        "Import what the dry run showed, all of it or nothing",
        Answer::One(shape::<Import>),
        || routing::post(post_apply),
    ),
    Route::new(
        Verb::Get,
        "/members/invitations",
        Who::Staff(Duty::KeepMembers, Duty::KeepMembers),
        Needs::Token(Scope::Read),
        "Imported owners who wait for their invitation",
        Answer::One(shape::<Invitations>),
        || routing::get(get_invitations),
    ),
    Route::new(
        Verb::Post,
        "/members/invitations",
        Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        Needs::Token(Scope::Admin),
        "Invite the next ones",
        Answer::One(shape::<Invitations>),
        || routing::post(post_invitations),
    )
    .takes(shape::<Next>),
    Route::new(
        Verb::Put,
        "/members/invitations",
        Who::Staff(Duty::SeeMembers, Duty::KeepMembers),
        Needs::Token(Scope::Admin),
        "How many are invited in an hour by themselves; null: none",
        Answer::One(shape::<Invitations>),
        || routing::put(put_invitations),
    )
    .takes(shape::<Pace>),
    Route::new(
        Verb::Get,
        "/members/{member}",
        Who::Record(Right::See),
        Needs::Token(Scope::Read),
        "One member",
        Answer::One(shape::<MemberView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Patch,
        "/members/{member}",
        Who::Record(Right::Own),
        Needs::Token(Scope::Admin),
        "Change any part of a member; its owners, contacts and language",
        Answer::One(shape::<MemberView>),
        || routing::patch(patch),
    )
    .takes(shape::<MemberPatch>),
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
        "/members/{member}/deletion",
        Who::Staff(Duty::SeeMembers, Duty::Administer),
        Needs::Token(Scope::Read),
        "What would be deleted with a member: its accounts, their sites, and who has access",
        Answer::One(shape::<Losses>),
        || routing::get(get_deletion),
    ),
    Route::new(
        Verb::Post,
        "/members/{member}/deletion",
        Who::Staff(Duty::SeeMembers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Ask for the deletion of a member with its accounts; it waits for a second admin's approval. Approved, each account is deleted as \
         accounts are, and the member itself when the last of them is erased",
        Answer::Made(shape::<ApprovalView>),
        || routing::post(post_deletion),
    ),
    Route::new(
        Verb::Delete,
        "/members/{member}/deletion",
        Who::Staff(Duty::SeeMembers, Duty::Administer),
        Needs::Token(Scope::Admin),
        "Call the deletion off: the member stays; restore its accounts one by one. Restoring one keeps the member too",
        Answer::One(shape::<MemberView>),
        || routing::delete(delete_deletion),
    ),
    Route::new(
        Verb::Post,
        "/members/{member}/confirm",
        Who::Record(Right::Own),
        Needs::Token(Scope::Admin),
        "Contacts and language are still right",
        Answer::One(shape::<MemberView>),
        || routing::post(post_confirm),
    ),
    Route::new(
        Verb::Get,
        "/members/{member}/statuses",
        Who::Record(Right::See),
        Needs::Token(Scope::Read),
        "A member's statuses, the newest first",
        Answer::List(shape::<Step>),
        || routing::get(get_statuses),
    ),
    Route::new(
        Verb::Get,
        "/members/{member}/accounts",
        Who::Record(Right::See),
        Needs::Token(Scope::Read),
        "A member's accounts, those one may see",
        Answer::Page(shape::<account::AccountView>),
        || routing::get(get_accounts),
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MembersAsked {
    limit: Option<u32>,
    cursor: Option<String>,
    q: Option<String>,
    status: Option<String>,
    kind: Option<String>,
    sort: Option<String>,
}

impl MembersAsked {
    fn read(self) -> Result<(Listing, Filter), Problem> {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let sort = filled(self.sort).map(|code| {
            Sort::from_code(&code).ok_or_else(|| {
                Problem::invalid(
                    "sort",
                    "bad_sort",
                    Text::new("name, number ou newest.", "name, number or newest."),
                )
            })
        });
        let filter = Filter {
            status: filled(self.status).map(|code| MemberStatus::parse(&code)).transpose()?,
            kind: filled(self.kind).map(|code| MemberKind::parse(&code)).transpose()?,
            sort: sort.transpose()?.unwrap_or_default(),
        };
        Ok((Listing { limit: self.limit, cursor: self.cursor, q: self.q }, filter))
    }
}

/// A file of members.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewImport {
    /// UTF-8; the first row names the columns.
    csv: String,
    /// An address may stand at several members.
    #[serde(default)]
    same_email: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Next {
    count: u32,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Pace {
    hourly: Option<u32>,
}

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<MembersAsked>,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeMembers)?;
    let (listing, filter) = asked.read()?;
    one(&list(&server, &actor, &listing, &filter).await?, None)
}

async fn get_export(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(asked): Listed<MembersAsked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    actor.must(Duty::SeeMembers)?;
    let (listing, filter) = asked.read()?;
    let file = export(&server, &actor, listing.q, filter, language(&headers)).await?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], Body::from_stream(file)).into_response())
}

async fn post(State(server): State<Server>, asked: Asked<NewMember>) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, asked.body).await?;
    created(&made.item, Some(made.item.version), made.change, &format!("/members/{}", made.item.id))
}

async fn post_import(State(server): State<Server>, asked: Asked<NewImport>) -> Result<Response, ApiError> {
    let NewImport { csv, same_email } = asked.body;
    let said = check(&server, &asked.actor, &csv, same_email).await?;
    created(&said, None, None, &format!("/members/imports/{}", said.id))
}

async fn get_import(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&show_import(&server, &actor, part(&params, "import")?).await?, None)
}

async fn post_apply(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    done(&apply(&server, &actor, part(&params, "import")?).await?, None)
}

async fn get_invitations(State(server): State<Server>, Caller(actor): Caller) -> Result<Response, ApiError> {
    one(&invitations(&server, &actor).await?, None)
}

async fn post_invitations(State(server): State<Server>, asked: Asked<Next>) -> Result<Response, ApiError> {
    done(&invite_next(&server, &asked.actor, asked.body.count).await?, None)
}

async fn put_invitations(State(server): State<Server>, asked: Asked<Pace>) -> Result<Response, ApiError> {
    done(&set_invitations_hourly(&server, &asked.actor, asked.body.hourly).await?, None)
}

handler!(one get = show, of "member");

async fn patch(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<MemberPatch>,
) -> Result<Response, ApiError> {
    let changed = update(&server, &asked.actor, part(&params, "member")?, expected, asked.body).await?;
    done(&changed, Some(changed.item.version))
}

handler!(end remove = delete, of "member");

async fn get_deletion(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    one(&losses(&server, &actor, part(&params, "member")?).await?, None)
}

async fn post_deletion(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    created(&ask_deletion(&server, &actor, part(&params, "member")?).await?, None, None, "/approvals")
}

async fn delete_deletion(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    let kept = keep(&server, &actor, part(&params, "member")?).await?;
    done(&kept, Some(kept.item.version))
}

handler!(act post_confirm = confirm, of "member");

async fn get_statuses(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&statuses(&server, &actor, part(&params, "member")?).await?, None)
}

async fn get_accounts(
    State(server): State<Server>,
    Caller(actor): Caller,
    Listed(listing): Listed,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    let member = part(&params, "member")?;
    super::must_see(&server, &actor, member).await?;
    one(&account::list_of_member(&server, &actor, member, &listing).await?, None)
}
