//! Whole-system tests: what they stand on. The lab of real Debian hosts, a panel process, and a visitor's HTTP.

pub mod audit;
pub mod bench;
pub mod fault;
pub mod http;
pub mod lab;
pub mod own;
pub mod panel;
pub mod play;
pub mod run;
pub mod stage;
pub mod sweep;
pub mod wait;
pub mod watch;
pub mod wire;
