//! Whole-system tests on real hosts. `./dev test` brings the stage up and names it in ALVEOLE_STAGE.
//!
//! Each test makes accounts of its own, so that tests do not meet.

mod bad_days;
mod faults;
mod first_site;
mod neighbours;
mod panel_package;
