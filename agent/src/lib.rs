//! What runs on each host: the agent, and what the waker, the starter and the runner share with it.

pub mod account;
pub mod cell;
pub mod diff;
pub mod exec;
pub mod fault;
pub mod fs;
pub mod ledger;
pub mod paths;
pub mod reconcile;
pub mod record;
pub mod render;
pub mod site;
pub mod tenant;
#[cfg(test)]
mod testing;
