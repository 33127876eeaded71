//! Certificates of names: keys made here, chains that the panel sends, one file per name that nginx reads at each handshake.

pub mod keys;
pub mod steps;
