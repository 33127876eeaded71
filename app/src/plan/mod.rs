//! Hosting plans: the limits an account gets. For admins.

pub mod form;
pub mod list;

use model::Lang;

/// Mebibytes as people say them.
pub fn space(lang: Lang, mb: u32) -> String {
    if mb >= 1024 && mb.is_multiple_of(1024) {
        let gb = mb / 1024;
        lang.pick(format!("{gb}\u{a0}Go"), format!("{gb}\u{a0}GB"))
    } else {
        lang.pick(format!("{mb}\u{a0}Mo"), format!("{mb}\u{a0}MB"))
    }
}
