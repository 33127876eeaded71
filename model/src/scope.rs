//! What an API token may be used for.

use serde::{Deserialize, Serialize};

/// A token has some of these; each route of the API names the one it needs. None gives more than the token's user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Reading whatever the user may read.
    Read,
    /// Adding, changing and deleting sites and their names.
    Sites,
    /// Adding, changing and deleting databases and their users.
    Databases,
    Mail,
    Dns,
    /// Everything else: the acts of admins, and the user's own settings and tokens.
    Admin,
}

impl Scope {
    pub const ALL: [Scope; 6] =
        [Scope::Read, Scope::Sites, Scope::Databases, Scope::Mail, Scope::Dns, Scope::Admin];

    pub fn code(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Sites => "sites",
            Scope::Databases => "databases",
            Scope::Mail => "mail",
            Scope::Dns => "dns",
            Scope::Admin => "admin",
        }
    }

    pub fn from_code(code: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.code() == code)
    }
}
