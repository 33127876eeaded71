//! Members of the cooperative. For admins: list, page, forms, import and export. For a member's own users: what is known of it, and the
//! correction of contacts and language.

pub mod about;
mod contacts;
pub mod deletion;
pub mod export;
mod fields;
pub mod form;
pub mod import;
pub mod invitations;
pub mod list;
mod report;
pub mod show;
pub mod words;

pub(crate) use words::{part as part_word, status as status_word};
