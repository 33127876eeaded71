//! Mails to people, for admins: who was told what, when, and why not.

pub mod list;
pub mod words;
