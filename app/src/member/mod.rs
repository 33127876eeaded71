//! Members of the cooperative: list, page, form. For admins.

pub mod form;
pub mod list;
pub mod show;
