//! A site's own program on its host: a file of its cell that says what is run, and what keeps it running while the cell is awake. It runs in
//! `alveole-php@ACCOUNT`, as closed as the account's PHP, and answers over a Unix socket that the cell's Apache alone asks.

pub mod output;
pub mod run;
pub mod steps;
