//! What runs on each host: the agent, and what the waker, the starter and the runner share with it.

pub mod exec;
pub mod render;
