//! What members read of their sites: the host's access log, which nginx writes and no tenant can alter, and the errors that Apache and PHP
//! write in the account's own folder.

pub mod access;
pub mod errors;
pub(crate) mod lines;
pub(crate) mod rotated;
pub(crate) mod visit;
