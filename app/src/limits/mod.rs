//! What an account takes of its host, drawn over time, and when a limit held it back.

mod host;
mod list;
mod show;

pub use host::quotas;
pub use list::near;
pub use show::show;
