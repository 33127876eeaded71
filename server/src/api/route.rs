//! One line of the route table.

use crate::Server;
use axum::routing::MethodRouter;
use model::{Duty, Right, Scope};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

/// A route: what answers, who may, what goes in and what comes out.
pub struct Route {
    pub verb: Verb,
    /// Below `/api/v1`.
    pub path: &'static str,
    pub who: Who,
    /// What a token needs for it.
    pub needs: Needs,
    /// Open to a user who has to set a second factor up first: what it takes to do so.
    pub setting_up: bool,
    /// Open to staff that views as a member's users do: of what is the user's own, only this.
    pub viewing: bool,
    /// What it does, for OpenAPI.
    pub summary: &'static str,
    pub body: Option<fn() -> Shape>,
    /// What its query says besides what every list is asked.
    pub query: &'static [&'static str],
    pub answer: Answer,
    pub handler: fn() -> MethodRouter<Server>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

/// Who may use a route; the rules enforce it, this table tells it (to OpenAPI and to the authorisation test).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anyone,
    /// Every signed-in user, for what is their own.
    User,
    /// Users whose role on the account concerned gives this right, and admins; all staff for `Right::See`. Who sees the account and
    /// lacks the right is told so, to others there is no such thing.
    Account(Right),
    /// The same of a member.
    Member(Right),
    /// A member's record: seen by staff, users with a role on the member and, while nobody owns the member itself, owners of its accounts;
    /// kept (`Right::Own`) by staff whose duty it is and by those owners.
    Record(Right),
    /// Staff of whom this is a duty; those who see the account concerned are told that they may not, others that there is no such thing.
    AccountBy(Duty),
    /// The same of a member.
    MemberBy(Duty),
    /// Staff of whom the first duty is, so that they know of it, and the second to do it; to others it does not exist.
    Staff(Duty, Duty),
}

/// What a token needs to use a route; checked in one place, before the rules (`gate`). A signed-in session needs nothing of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nobody has to be signed in.
    Nothing,
    Token(Scope),
    /// No token will do: it concerns the session itself, or what a stolen token must not be able to do.
    Session,
}

/// What a route answers when all went well.
#[derive(Clone, Copy)]
pub enum Answer {
    One(fn() -> Shape),
    /// 201 with the thing made.
    Made(fn() -> Shape),
    List(fn() -> Shape),
    /// `{"items": […], "next": cursor}`, asked with `?limit&cursor&q`.
    Page(fn() -> Shape),
    /// Server-sent events.
    Events,
    /// A file, streamed, of one of these media types; asked with `?format`.
    File(&'static [&'static str]),
    Nothing,
    /// This very description.
    OpenApi,
}

/// A type as OpenAPI describes it.
pub struct Shape {
    pub name: String,
    pub schema: RefOr<Schema>,
    pub nested: Vec<(String, RefOr<Schema>)>,
}

pub fn shape<T: ToSchema>() -> Shape {
    let mut nested = Vec::new();
    T::schemas(&mut nested);
    Shape { name: T::name().into_owned(), schema: T::schema(), nested }
}

impl Route {
    pub const fn new(
        verb: Verb,
        path: &'static str,
        who: Who,
        needs: Needs,
        summary: &'static str,
        answer: Answer,
        handler: fn() -> MethodRouter<Server>,
    ) -> Route {
        Route {
            verb,
            path,
            who,
            needs,
            setting_up: false,
            viewing: false,
            summary,
            body: None,
            query: &[],
            answer,
            handler,
        }
    }

    /// Open while a second factor has to be set up.
    pub const fn while_setting_up(mut self) -> Route {
        self.setting_up = true;
        self
    }

    /// Open while staff views as a member's users do.
    pub const fn while_viewing(mut self) -> Route {
        self.viewing = true;
        self
    }

    /// What it is asked in the query.
    pub const fn asked(mut self, query: &'static [&'static str]) -> Route {
        self.query = query;
        self
    }

    /// The JSON body it takes.
    pub const fn takes(mut self, body: fn() -> Shape) -> Route {
        self.body = Some(body);
        self
    }
}

impl Verb {
    pub fn method(self) -> axum::http::Method {
        match self {
            Verb::Get => axum::http::Method::GET,
            Verb::Post => axum::http::Method::POST,
            Verb::Patch => axum::http::Method::PATCH,
            Verb::Put => axum::http::Method::PUT,
            Verb::Delete => axum::http::Method::DELETE,
        }
    }
}
