//! The pages on real rules and a temporary database, asked as a browser without JavaScript asks them.

// Clippy knows a test function, not the helpers beside it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod apps;
mod certificates;
mod cron_jobs;
mod databases;
mod escape;
mod factors;
mod files;
mod forms;
mod history;
mod home;
mod html;
mod languages;
mod limits;
mod links;
mod logs;
mod mails;
mod members;
mod people;
mod roles;
mod search;
mod settings;
mod stage;
mod table;
mod walk;
