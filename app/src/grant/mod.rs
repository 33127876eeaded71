//! Roles: who is what on an account or a member, one's own roles, the cooperative's staff.

pub mod approvals;
mod give;
mod held;
pub mod mine;
pub mod people;
pub mod staff;

use model::{Lang, Role, StaffRole};

/// A role in a word.
pub fn word(role: Role, lang: Lang) -> String {
    role.word().pick(lang).to_owned()
}

/// What a role allows, for those who choose one.
pub fn meaning(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Owner => lang.pick("tout, et dit qui est responsable", "everything, and says who is an owner"),
        Role::Manager => {
            lang.pick("tout, sauf les responsables et gestionnaires", "everything but owners and managers")
        }
        Role::MailManager => lang.pick("le courriel", "mail"),
        Role::Webmaster => lang.pick("les sites et leurs noms", "sites and their names"),
        Role::Reader => lang.pick("regarder, sans rien modifier", "looking, without changing anything"),
    }
}

/// What somebody does for the cooperative, for those who choose it.
pub fn staff_meaning(role: StaffRole, lang: Lang) -> &'static str {
    match role {
        StaffRole::Admin => {
            lang.pick("tout\u{a0}; deux personnes en décident", "everything; two people decide")
        }
        StaffRole::Operator => lang.pick("garde les hôtes", "keeps the hosts"),
        StaffRole::Support => lang.pick("répond aux membres", "answers members"),
        StaffRole::Treasurer => lang.pick("tient le registre des membres", "keeps the members' records"),
        StaffRole::Board => lang.pick("lit tout, ne change rien", "reads everything, changes nothing"),
    }
}
