//! Who may open a route at all. The rules decide again, and in the query: this only spares them the obvious.

use crate::http::{Face, Miss};
use crate::parts::href;
use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use model::Duty;

/// For whom a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anyone,
    /// Whoever is signed in; the rules show each what is theirs.
    SignedIn,
    /// The same, also for those who first have to set a second factor up: what it takes to do so, and the way out.
    SettingUp,
    /// The same for what is one's own: closed while staff looks as a member does, for it would be staff's own.
    Own,
    /// Staff of whom the first duty is, so that they know of it, and the second to do it.
    Staff(Duty, Duty),
}

/// Sends the anonymous to sign in and come back; to others, what is not theirs does not exist.
pub async fn guard(State(who): State<Who>, face: Face, request: Request, next: Next) -> Response {
    let allowed = match who {
        Who::Anyone => true,
        Who::SignedIn | Who::SettingUp | Who::Own => face.actor.is_some(),
        Who::Staff(sees, _) => face.may(sees),
    };
    if face.actor.as_ref().is_some_and(|actor| actor.must_set_up)
        && !matches!(who, Who::Anyone | Who::SettingUp)
    {
        return Redirect::to("/second-factor").into_response();
    }
    let own = who == Who::Own || (who == Who::SettingUp && request.uri().path() != "/sign-out");
    if own && face.viewing().is_some() {
        return Miss(server::user::while_viewing()).into_response();
    }
    if let (Who::Staff(sees, does), Some(actor)) = (who, &face.actor)
        && let Err(problem) = actor.must_do_what_others_see(sees, does)
    {
        return Miss(problem).into_response();
    }
    if allowed {
        return next.run(request).await;
    }
    if face.actor.is_some() {
        return Miss(server::actor::not_found()).into_response();
    }
    let back = if request.method() == Method::GET && face.here != "/" { face.here.as_str() } else { "" };
    Redirect::to(&href("/sign-in", &[("to", back)])).into_response()
}
