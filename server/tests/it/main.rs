//! Whole-rule tests of the control plane, on both engines: each case runs alone on SQLite, and all of them on one PostgreSQL.
// Clippy knows a test function, not the helpers beside it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod agent;
mod api;
mod authorisation;
mod backup;
mod bench;
mod changes;
mod ends;
mod factors;
mod forgotten;
mod hosts;
mod hub;
mod mails;
mod people;
mod postgres;
mod races;
mod renewal;
mod roles;
mod scopes;
mod search;
mod sending;
mod sites;
mod smtp;
mod suite;
mod two;
mod verify;
mod world;
