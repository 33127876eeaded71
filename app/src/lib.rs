//! Alvéole's faces: what people see. Two lanes that never meet: `ssr` (the panel's pages, on the server) and `hydrate` (the small live
//! parts, in the browser, which know `model` alone).

pub mod live;
pub mod state;

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod app;
#[cfg(feature = "ssr")]
pub mod assets;
#[cfg(feature = "ssr")]
mod certificate;
#[cfg(feature = "ssr")]
mod change;
#[cfg(feature = "ssr")]
mod cron_job;
#[cfg(feature = "ssr")]
mod database;
#[cfg(feature = "ssr")]
mod files;
#[cfg(feature = "ssr")]
mod grant;
#[cfg(feature = "ssr")]
mod host;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
mod limits;
#[cfg(feature = "ssr")]
mod log;
#[cfg(feature = "ssr")]
mod mail;
#[cfg(feature = "ssr")]
mod member;
#[cfg(feature = "ssr")]
mod outbox;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod panel;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
mod plan;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
mod search;
#[cfg(feature = "ssr")]
mod sftp_login;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod site;
#[cfg(feature = "ssr")]
mod space;
#[cfg(feature = "ssr")]
mod ssh_key;
#[cfg(feature = "ssr")]
mod statistics;
#[cfg(feature = "ssr")]
mod token;
#[cfg(feature = "ssr")]
mod user;
#[cfg(feature = "ssr")]
mod viewing;

#[cfg(feature = "ssr")]
pub use panel::Panel;
#[cfg(feature = "ssr")]
pub use routes::router;
