//! How this host speaks to its panel: it dials, it never listens.

mod answer;
pub mod connect;
pub mod session;
pub mod tls;

#[cfg(test)]
pub(crate) mod tests;
