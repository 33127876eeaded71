//! The resource `account` on its host: NSS records, home, cell.

pub mod pool;
pub mod steps;
