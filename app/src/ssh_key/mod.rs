//! SSH keys: how an account's files are reached over SFTP, and by whom.

pub mod list;
