//! Changes: who did what, when, where it stands; and the way back.

pub mod all;
pub mod filter;
pub mod history;
mod last;
pub mod list;
pub mod show;
mod told;
pub mod words;

pub use last::last;
