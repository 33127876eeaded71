//! Alvéole's faces: what people see. Two lanes that never meet: `ssr` (the panel's pages, on the server) and `hydrate` (the small live
//! parts, in the browser, which know `model` alone).

pub mod live;
pub mod state;

#[cfg(feature = "ssr")]
mod http;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod user;
