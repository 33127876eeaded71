//! What runs on each host: the agent, and what the waker, the starter and the runner share with it.

pub mod account;
pub mod app;
pub mod cell;
pub mod certificate;
pub mod config;
pub mod cron_job;
pub mod database;
pub mod diff;
pub mod drift;
pub mod exec;
pub mod facts;
pub mod fault;
pub mod files;
pub mod fs;
pub mod ground;
pub mod identity;
pub mod ledger;
pub mod log;
pub mod look;
pub mod paths;
pub mod program;
pub mod reconcile;
pub mod record;
pub mod render;
pub mod report;
pub mod run;
pub mod sftp;
pub mod site;
pub mod space;
pub mod statistics;
pub mod status;
pub mod tenant;
#[cfg(test)]
mod testing;
pub mod transfer;
pub mod wire;
pub mod worker;
