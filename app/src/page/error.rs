//! What is shown instead of a page: not found, not allowed, our fault; with a way on.

use crate::{
    http::{Face, Miss},
    parts::{empty, link_main},
    shell::{self, Place},
};
use axum::response::Response;
use model::{Problem, ProblemKind};

pub fn error(face: &Face, problem: &Problem) -> Response {
    let lang = face.lang;
    let title = match problem.kind {
        ProblemKind::NotFound => lang.pick("Page introuvable", "Page not found"),
        ProblemKind::Denied => lang.pick("Accès refusé", "Access denied"),
        ProblemKind::SignIn => lang.pick("Connexion nécessaire", "Sign-in needed"),
        ProblemKind::TooMany => lang.pick("Trop d’essais", "Too many tries"),
        ProblemKind::Unavailable => lang.pick("Service indisponible", "Service unavailable"),
        ProblemKind::Internal => lang.pick("Erreur du panneau", "Error of the panel"),
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::Stale => {
            lang.pick("Demande impossible", "Request not possible")
        }
    };
    let on = if face.actor.is_some() {
        link_main("/", lang.pick("Revenir à l’accueil", "Back to the start"))
    } else {
        link_main("/sign-in", lang.pick("Se connecter", "Sign in"))
    };
    let body = empty(format!("{}", problem.kind.status()), problem.pick(lang), Some(on));
    let page = shell::Page::new(Place::Nowhere, title).status(problem.kind.status());
    shell::page(&face.at("/"), page, body)
}

/// Where no route leads, and methods a route does not know.
pub async fn lost() -> Miss {
    Miss(server::actor::not_found())
}
