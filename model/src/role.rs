//! What users are to a member, an account or the cooperative, and what each may therefore do. One place says it; rules, route tables,
//! pages and tests ask here.

use crate::{Problem, Text};
use serde::{Deserialize, Serialize};

/// What a user is on a member (and so on all its accounts) or on one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Reader,
    Webmaster,
    MailManager,
    Manager,
    Owner,
}

/// What can be done on a member or an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Looking at it, its sites and its history.
    See,
    /// Its sites and their names.
    Sites,
    /// Its databases and their users.
    Databases,
    /// Its sites' logs: who visited them, from which address.
    Logs,
    /// Its mailboxes.
    Mail,
    /// Letting others in, and taking them out again, in roles below one's own.
    Share,
    /// What binds the member: its contacts, its owners.
    Own,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Owner, Role::Manager, Role::MailManager, Role::Webmaster, Role::Reader];

    pub fn code(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Webmaster => "webmaster",
            Role::MailManager => "mail_manager",
            Role::Manager => "manager",
            Role::Owner => "owner",
        }
    }

    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }

    /// As typed in a form or sent to the API.
    pub fn parse(code: &str) -> Result<Role, Problem> {
        Role::from_code(code.trim()).ok_or_else(|| {
            let text = Text::new(
                "Choisissez un rôle de la liste\u{a0}: owner, manager, mail_manager, webmaster ou reader.",
                "Choose a role from the list: owner, manager, mail_manager, webmaster or reader.",
            );
            Problem::invalid("role", "role_unknown", text)
        })
    }

    pub fn word(self) -> Text {
        match self {
            Role::Reader => Text::new("lecture seule", "reader"),
            Role::Webmaster => Text::new("webmestre", "webmaster"),
            Role::MailManager => Text::new("responsable du courriel", "mail manager"),
            Role::Manager => Text::new("gestionnaire", "manager"),
            Role::Owner => Text::new("responsable", "owner"),
        }
    }

    pub fn gives(self, right: Right) -> bool {
        match right {
            Right::See => true,
            Right::Sites | Right::Databases | Right::Logs => {
                matches!(self, Role::Webmaster | Role::Manager | Role::Owner)
            }
            Right::Mail => matches!(self, Role::MailManager | Role::Manager | Role::Owner),
            Right::Share => matches!(self, Role::Manager | Role::Owner),
            Right::Own => self == Role::Owner,
        }
    }

    /// Whether somebody of this role may give and take that one: owners all of them, managers those below their own.
    pub fn shares(self, other: Role) -> bool {
        self == Role::Owner || (self == Role::Manager && other < Role::Manager)
    }
}

/// What somebody does for the cooperative. One may do several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StaffRole {
    Admin,
    /// Keeps the hosts.
    Operator,
    /// Answers members: sees how things stand, sends links to set a password by mail.
    Support,
    /// Keeps the members' records.
    Treasurer,
    /// Reads.
    Board,
}

/// What the cooperative's people do in the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Looking at members, accounts, their sites and plans.
    SeeMembers,
    /// Looking at hosts and their resources.
    SeeHosts,
    /// Looking at users, at who is staff, at what awaits approval.
    SeeUsers,
    /// Looking at which mails went out.
    SeeMails,
    /// Looking at everything that was ever done.
    SeeHistory,
    KeepMembers,
    KeepHosts,
    /// Sending a user a link to set a password.
    SendLinks,
    /// Looking at the panel as a user sees it.
    ViewAs,
    /// All the rest: accounts, plans, users, staff, settings.
    Administer,
}

impl StaffRole {
    pub const ALL: [StaffRole; 5] =
        [StaffRole::Admin, StaffRole::Operator, StaffRole::Support, StaffRole::Treasurer, StaffRole::Board];

    pub fn code(self) -> &'static str {
        match self {
            StaffRole::Admin => "admin",
            StaffRole::Operator => "operator",
            StaffRole::Support => "support",
            StaffRole::Treasurer => "treasurer",
            StaffRole::Board => "board",
        }
    }

    pub fn from_code(code: &str) -> Option<StaffRole> {
        StaffRole::ALL.into_iter().find(|role| role.code() == code)
    }

    /// As typed in a form or sent to the API.
    pub fn parse(code: &str) -> Result<StaffRole, Problem> {
        StaffRole::from_code(code.trim()).ok_or_else(|| {
            let text = Text::new(
                "Choisissez une fonction de la liste\u{a0}: admin, operator, support, treasurer ou board.",
                "Choose a staff role from the list: admin, operator, support, treasurer or board.",
            );
            Problem::invalid("role", "role_unknown", text)
        })
    }

    pub fn word(self) -> Text {
        match self {
            StaffRole::Admin => Text::new("administration", "admin"),
            StaffRole::Operator => Text::new("exploitation des hôtes", "host operator"),
            StaffRole::Support => Text::new("assistance", "support"),
            StaffRole::Treasurer => Text::new("trésorerie", "treasurer"),
            StaffRole::Board => Text::new("conseil", "board"),
        }
    }

    pub fn does(self, duty: Duty) -> bool {
        use StaffRole::{Board, Operator, Support, Treasurer};
        self == StaffRole::Admin
            || match duty {
                Duty::SeeMembers => true,
                Duty::SeeHosts => matches!(self, Operator | Support | Board),
                Duty::SeeUsers | Duty::SeeMails => matches!(self, Support | Board),
                Duty::SeeHistory => self == Board,
                Duty::KeepMembers => self == Treasurer,
                Duty::KeepHosts => self == Operator,
                Duty::SendLinks | Duty::ViewAs => self == Support,
                Duty::Administer => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.code()).unwrap(), role);
            assert_eq!(serde_json::to_value(role).unwrap(), role.code());
        }
        for role in StaffRole::ALL {
            assert_eq!(StaffRole::parse(role.code()).unwrap(), role);
            assert_eq!(serde_json::to_value(role).unwrap(), role.code());
        }
        assert_eq!(Role::parse("admin").unwrap_err().code, "role_unknown");
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        const RIGHTS: [Right; 7] =
            [Right::See, Right::Sites, Right::Databases, Right::Logs, Right::Mail, Right::Share, Right::Own];
        for giver in Role::ALL {
            for given in Role::ALL.into_iter().filter(|given| giver.shares(*given)) {
                assert!(giver.gives(Right::Share));
                assert!(RIGHTS.into_iter().all(|right| giver.gives(right) || !given.gives(right)));
            }
        }
    }
}
