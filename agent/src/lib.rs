//! What runs on each host: the agent, and what the waker, the starter and the runner share with it.

pub mod cell;
pub mod exec;
pub mod fault;
pub mod fs;
pub mod ledger;
pub mod paths;
pub mod record;
pub mod render;
pub mod tenant;
#[cfg(test)]
mod testing;
