//! Who acts: found out once per request, handed to every rule.

use crate::viewing::Viewing;
use model::{Duty, Lang, Problem, ProblemKind, StaffRole, Text, UserId};

/// A signed-in user, or the panel itself.
#[derive(Clone, Debug)]
pub struct Actor {
    /// `None`: the panel's jobs and its command line.
    pub user: Option<UserId>,
    /// As history says it: an e-mail address, or "alveole-panel".
    pub who: String,
    /// What the user does for the cooperative.
    pub staff: Staff,
    pub lang: Option<Lang>,
    pub via: Via,
    /// When the user of this session last proved to be there.
    pub proved_at: Option<i64>,
    /// A second factor is asked of this user, who has none: nothing but setting one up opens (the doors of pages and API see to it).
    pub must_set_up: bool,
    /// Staff that looks at the panel as a member's users do: meanwhile it is nothing else.
    pub viewing: Option<Viewing>,
    /// The request's Idempotency-Key, if it brought one.
    pub once: Option<Once>,
}

/// Somebody's staff roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Staff(u32);

impl Staff {
    pub const NONE: Staff = Staff(0);
    pub const ADMIN: Staff = Staff(1 << StaffRole::Admin as u32);

    pub fn of(roles: &[StaffRole]) -> Staff {
        Staff(roles.iter().fold(0, |bits, role| bits | 1 << *role as u32))
    }

    /// As `staff_bits!` reads them.
    pub(crate) fn from_bits(bits: u32) -> Staff {
        Staff(bits)
    }

    pub fn roles(self) -> impl Iterator<Item = StaffRole> {
        StaffRole::ALL.into_iter().filter(move |role| self.0 & 1 << *role as u32 != 0)
    }

    pub fn is_any(self) -> bool {
        self.0 != 0
    }

    pub fn does(self, duty: Duty) -> bool {
        self.roles().any(|role| role.does(duty))
    }
}

/// The staff roles of a user `u` as the bits of a number; `$2` is now.
macro_rules! staff_bits {
    () => {
        "(SELECT CAST(COALESCE(SUM(DISTINCT CASE g.role WHEN 'admin' THEN 1 WHEN 'operator' THEN 2 WHEN 'support' THEN 4
             WHEN 'treasurer' THEN 8 WHEN 'board' THEN 16 ELSE 0 END), 0) AS BIGINT)
           FROM grants g WHERE g.user_id = u.id AND g.account_id IS NULL AND g.member_id IS NULL
             AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2))"
    };
}
pub(crate) use staff_bits;

/// By which door an act came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// The session's id (a hash).
    Session(String),
    Token(model::TokenId),
    Panel,
}

impl Via {
    pub fn code(&self) -> &'static str {
        match self {
            Via::Session(_) => "session",
            Via::Token(_) => "token",
            Via::Panel => "panel",
        }
    }
}

/// An Idempotency-Key and what it was sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    /// sha256 of method, path and body.
    pub request: String,
}

/// The code of the problem that a fresh proof mends.
pub const PROOF_NEEDED: &str = "proof_needed";

impl Actor {
    /// The panel itself: its jobs and its command line.
    pub fn panel() -> Actor {
        Actor {
            user: None,
            who: "alveole-panel".into(),
            staff: Staff::ADMIN,
            lang: None,
            via: Via::Panel,
            proved_at: None,
            must_set_up: false,
            viewing: None,
            once: None,
        }
    }

    /// For what only those may know to exist who have this duty: others are told that it does not.
    pub fn must(&self, duty: Duty) -> Result<(), Problem> {
        if self.staff.does(duty) { Ok(()) } else { Err(not_found()) }
    }

    /// For what those with one duty may see and those with another may do.
    pub fn must_do_what_others_see(&self, sees: Duty, does: Duty) -> Result<(), Problem> {
        self.must(sees)?;
        self.must_do(does)
    }

    /// For what others may see, yet not do.
    pub fn must_do(&self, duty: Duty) -> Result<(), Problem> {
        if self.staff.does(duty) {
            return Ok(());
        }
        let text = if self.staff.is_any() {
            Text::new(
                "Votre fonction ne le permet pas\u{a0}: demandez à une personne de l’administration.",
                "Your staff role does not allow this: ask an admin.",
            )
        } else {
            Text::new(
                "Seule la coopérative peut faire cela\u{a0}: demandez-le-lui.",
                "Only the cooperative can do this: ask it.",
            )
        };
        Err(Problem::new(ProblemKind::Denied, "staff_only", text))
    }

    /// For what only admins may know to exist.
    pub fn must_be_admin(&self) -> Result<(), Problem> {
        self.must(Duty::Administer)
    }

    /// For what others may see, yet only admins do.
    pub fn must_act_as_admin(&self) -> Result<(), Problem> {
        self.must_do(Duty::Administer)
    }

    /// For dangerous acts: the user of a session has to have proved within ten minutes to be there. A token acts within its scopes.
    pub fn must_have_proved(&self, now: i64) -> Result<(), Problem> {
        let fresh = |at: i64| now - at < crate::session::PROOF_MS;
        if !matches!(self.via, Via::Session(_)) || self.proved_at.is_some_and(fresh) {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::Denied,
            PROOF_NEEDED,
            Text::new(
                "Confirmez d’abord que c’est bien vous\u{a0}: donnez votre mot de passe, ou un code.",
                "Confirm first that it is you: give your password, or a code.",
            ),
        ))
    }

    /// What queries look for roles by: the view, while staff views, so that nothing else it has counts; else the user.
    pub(crate) fn holder(&self) -> String {
        match &self.viewing {
            Some(viewing) => viewing.id.to_string(),
            None => self.user_text(),
        }
    }

    /// How history says by which door an act came in.
    pub(crate) fn via_code(&self) -> &'static str {
        if self.viewing.is_some() { "viewing" } else { self.via.code() }
    }

    /// How queries name the user: the panel itself owns nothing by grant.
    pub(crate) fn user_text(&self) -> String {
        self.user.map(|id| id.to_string()).unwrap_or_default()
    }
}

/// One answer for "does not exist" and "you may not see it", so that the two cannot be told apart.
pub fn not_found() -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "not_found",
        Text::new(
            "Ceci n’existe pas, ou vous n’y avez pas accès\u{a0}: vérifiez l’adresse.",
            "This does not exist, or you have no access to it: check the address.",
        ),
    )
}

/// Accounts that are a user's by roles, or a view's. `$1` is the holder, `$2` now, `a` the accounts.
macro_rules! scoped_accounts {
    ($head:expr, $tail:expr) => {
        concat!(
            $head,
            " a.id IN (SELECT g.account_id FROM grants g WHERE g.user_id = $1 AND g.account_id IS NOT NULL
                 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
               UNION SELECT m.id FROM grants g JOIN accounts m ON m.member_id = g.member_id WHERE g.user_id = $1
                 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
               UNION SELECT v.account_id FROM viewings v WHERE v.id = $1 AND v.account_id IS NOT NULL
                 AND v.ended_at IS NULL AND v.expires_at > $2
               UNION SELECT m.id FROM viewings v JOIN accounts m ON m.member_id = v.member_id WHERE v.id = $1
                 AND v.ended_at IS NULL AND v.expires_at > $2) ",
            $tail
        )
    };
}
pub(crate) use scoped_accounts;

/// Accounts an actor may see; shared by every query that is scoped by owner. `$1` is the holder, `$2` now, `a` the accounts.
/// Two texts rather than an OR, so that both engines start from the grants.
macro_rules! scoped {
    ($actor:expr, $head:expr, $tail:expr) => {
        if $actor.staff.does(model::Duty::SeeMembers) {
            concat!($head, " ($1 <> '-' AND $2 >= 0) ", $tail)
        } else {
            $crate::actor::scoped_accounts!($head, $tail)
        }
    };
}
pub(crate) use scoped;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_the_query_are_those_of_the_roles() {
        for (place, code) in ["admin", "operator", "support", "treasurer", "board"].into_iter().enumerate() {
            let role = StaffRole::from_code(code).unwrap();
            assert_eq!(Staff::from_bits(1 << place), Staff::of(&[role]));
            assert!(staff_bits!().contains(&format!("WHEN '{code}' THEN {}", 1 << place)));
        }
    }
}
