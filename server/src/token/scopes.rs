//! A token's scopes, and how the store keeps them.

use crate::{
    Actor,
    api::{self, Needs},
};
use model::{Problem, Scope, Text};

/// The scopes somebody has a use for, as pages offer them: those that open anything at all, and for the cooperative's people alone the one
/// that takes its acts in. (Over the API members may ask for that one too: it opens what is their own. None gives more than its user has.)
pub fn offered(actor: &Actor) -> Vec<Scope> {
    let opens = |scope: &Scope| api::table().any(|route| route.needs == Needs::Token(*scope));
    let theirs = |scope: &Scope| *scope != Scope::Admin || actor.staff.is_any();
    Scope::ALL.into_iter().filter(opens).filter(theirs).collect()
}

/// What a token may be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    pub fn all() -> Scopes {
        Scopes(Scope::ALL.to_vec())
    }

    /// As asked for; none asked for is a mistake.
    pub fn parse(asked: &[String]) -> Result<Scopes, Problem> {
        let found: Option<Vec<Scope>> = asked.iter().map(|code| Scope::from_code(code)).collect();
        match found {
            Some(mut scopes) if !scopes.is_empty() => {
                scopes.sort_unstable();
                scopes.dedup();
                Ok(Scopes(scopes))
            }
            _ => Err(Problem::invalid(
                "scopes",
                "scopes_bad",
                Text::new(
                    "Choisissez au moins une portée\u{a0}: read, sites, databases, mail, dns, admin.",
                    "Choose at least one scope: read, sites, databases, mail, dns, admin.",
                ),
            )),
        }
    }

    /// As the store keeps them. Tokens made before there were scopes have them all; a code of a later version gives nothing.
    pub(super) fn stored(text: Option<&str>) -> Scopes {
        text.map_or_else(Scopes::all, |text| Scopes(text.split(' ').filter_map(Scope::from_code).collect()))
    }

    pub(super) fn text(&self) -> String {
        self.0.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ")
    }

    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    pub fn list(&self) -> &[Scope] {
        &self.0
    }
}
