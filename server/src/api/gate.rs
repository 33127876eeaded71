//! The one door of the API: who asks, whether their token's scopes and range allow it, whether a second factor has to be set up first.
//! All of it is decided from the route table, before any rule is asked.

use super::{ApiError, Needs, Route, Who};
use crate::{Actor, Server, Via, listen::ClientAddress, session, token::Scopes, user};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Problem, ProblemKind, Text, text};

/// Lets those pass whom the route is for; the rules find them in the request (`Caller`).
pub(super) async fn gate(
    State((server, route)): State<(Server, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    if route.needs == Needs::Nothing {
        return next.run(request).await;
    }
    let address = request.extensions().get::<ClientAddress>().map(|known| known.0);
    let found = session::caller(&server, request.headers(), address).await;
    let admitted = found.and_then(|found| {
        let (actor, scopes) = found.ok_or_else(nobody)?;
        admit(route, &actor, &scopes)?;
        Ok(actor)
    });
    match admitted {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(problem) => ApiError::from(problem).into_response(),
    }
}

fn admit(route: &Route, actor: &Actor, scopes: &Scopes) -> Result<(), Problem> {
    match (route.needs, &actor.via) {
        (Needs::Session, Via::Token(_)) => return Err(user::session_only()),
        (Needs::Token(scope), Via::Token(_)) if !scopes.has(scope) => {
            let code = scope.code();
            return Err(denied(
                "scope_needed",
                text!(
                    "Ce jeton n’a pas la portée «\u{a0}{code}\u{a0}» qu’il faut ici\u{a0}: créez-en un qui l’a.",
                    "This token lacks the scope “{code}” that is needed here: create one that has it."
                ),
            ));
        }
        _ => {}
    }
    if actor.viewing.is_some() && !viewable(route) {
        return Err(user::while_viewing());
    }
    if actor.must_set_up && !route.setting_up {
        return Err(denied(
            "factor_needed",
            Text::new(
                "La coopérative vous demande la double authentification\u{a0}: mettez-la en place d’abord (POST /me/factors/totp).",
                "The cooperative asks you for two-step sign-in: set it up first (POST /me/factors/totp).",
            ),
        ));
    }
    Ok(())
}

/// What is the user's own rests while staff views: it would be staff's own.
fn viewable(route: &Route) -> bool {
    route.viewing || route.who != Who::User
}

fn denied(code: &'static str, text: Text) -> Problem {
    Problem::new(ProblemKind::Denied, code, text)
}

/// Nobody is signed in.
pub(super) fn nobody() -> Problem {
    Problem::new(
        ProblemKind::SignIn,
        "sign_in",
        Text::new("Connectez-vous, ou donnez un jeton.", "Sign in, or give a token."),
    )
}
