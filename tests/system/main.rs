//! Whole-system tests on real hosts. `./dev test` brings the stage up and names it in ALVEOLE_STAGE.
//!
//! Each test makes accounts of its own, so that tests do not meet.

#![allow(clippy::unwrap_used)] // a helper of a test is a test

mod apps;
mod bad_days;
mod command_line;
mod cron;
mod cut_wire;
mod databases;
mod erased;
mod faults;
mod files;
mod first_site;
mod full_disk;
mod https;
mod killed_panel;
mod logs;
mod mail;
mod neighbours;
mod panel_package;
mod programs;
mod renewal;
mod restored_panel;
mod site_settings;
