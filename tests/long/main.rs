//! What must hold over thousands of tries, and lasts longer than `./dev test`: `./dev test --long`. Each prints its figures.

#![allow(clippy::unwrap_used)] // a helper of a test is a test

mod limits;
mod links;
mod machine;
mod races;
