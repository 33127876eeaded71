//! What stands around every page: who asks, in which language, what browsers are told, and what an error looks like.

mod enter;
mod face;
mod guard;
mod headers;
mod miss;
mod prove;

pub use enter::enter;
pub use face::{Face, LANG_COOKIE};
pub use guard::{Who, guard};
pub use miss::{Answer, Miss, on_form, see};
