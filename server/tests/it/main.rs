//! Whole-rule tests of the control plane, on both engines: each case runs alone on SQLite, and all of them on one PostgreSQL.
// Clippy knows a test function, not the helpers beside it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod agent;
mod api;
mod authenticator;
mod authorisation;
mod backup;
mod bench;
mod census;
mod changes;
mod ends;
mod factors;
mod forgotten;
mod hosts;
mod hub;
mod imports;
mod mails;
mod members;
mod passkeys;
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
mod suspension;
mod two;
mod verify;
mod viewing;
mod world;
