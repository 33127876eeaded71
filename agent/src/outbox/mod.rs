//! What PHP, cron jobs and applications send by mail (docs/outgoing-mail.md). `alveole-sendmail` (in `client`) is what they call; it speaks over
//! a Unix socket to `alveole-outbox` (`daemon`), which learns from the kernel whose it is. The outbox needs neither agent nor panel.

pub mod address;
pub mod ask;
pub mod client;
pub mod count;
pub mod daemon;
pub mod held;
pub mod letter;
pub mod place;
pub mod smtp;
#[cfg(test)]
mod tests;
