//! What an account sends by mail: its page, what staff does with what is held, and the card on staff's home.

mod act;
pub mod held;
pub mod show;

pub use act::{discard, release};
