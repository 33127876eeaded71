//! Pages that belong to no noun: home, errors, the switch of language, the style guide.

mod error;
pub mod home;
pub mod lang;
pub mod styleguide;

pub use error::{error, lost};
