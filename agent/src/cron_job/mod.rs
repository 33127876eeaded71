//! The resource `cron_job` on its host. The agent writes what is wanted and tells of runs; the **scheduler** (`alveole-cron`, which needs
//! neither agent nor panel) has the starter run what is due, each run as a transient unit; `alveole-job` is what such a unit begins with.

pub mod end;
pub mod entry;
pub mod job;
pub mod output;
pub mod place;
pub mod run;
pub mod runs;
pub mod scheduler;
pub mod starter;
pub mod steps;
pub mod unit;
