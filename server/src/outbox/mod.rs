//! What accounts send by mail from their sites and cron jobs: caps, what is held, and what its people see of it. The mail itself never
//! comes to the panel; hosts hold it, and tell how much.

mod api;
mod derive;
mod held;
mod read;
mod rules;

pub(crate) use api::ROUTES;
pub(crate) use derive::of_account;
pub use held::{HeldView, held, told};
pub(crate) use held::{ask_later, forget};
pub use read::{OutboxDay, OutboxView, RefusedView, read};
pub use rules::{discard, release};
