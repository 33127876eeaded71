//! Whole-system tests on real hosts. `./dev test` brings the stage up and names it in ALVEOLE_STAGE.
//!
//! Each test makes accounts of its own, so that tests do not meet.

#![allow(clippy::unwrap_used)] // a helper of a test is a test

mod apps;
mod archives;
mod bad_days;
mod command_line;
mod cron;
mod cut_wire;
mod databases;
mod dumps;
mod erased;
mod faults;
mod files;
mod first_site;
mod full_disk;
mod https;
mod killed_panel;
mod limits;
mod logs;
mod mail;
mod neighbours;
mod outgoing_mail;
mod panel_package;
mod programs;
mod renewal;
mod restored_panel;
mod site_settings;
