//! The resource `app` on its host. The agent starts an installation and hears how it ended; what is done in the account's home is done by
//! `alveole-app`, as the tenant, in the cell, in a transient unit of its own: nothing of another account's waits for it, and it goes on while
//! the agent is away.

mod copy;
pub mod empty;
pub mod found;
pub mod install;
pub mod steps;
pub mod unit;

#[cfg(test)]
mod tests;
