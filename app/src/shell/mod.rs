//! The frame around every page: one complete HTML document, in the reader's language.

mod document;
mod done;
mod layout;
mod nav;

pub use layout::{Page, door, page};
pub use nav::Place;
