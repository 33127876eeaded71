//! What holds an account to its plan: the disk's quota of its uid, and the slice in which all that runs of it runs.

pub mod quota;
pub mod sample;
pub mod slice;
pub mod uses;
