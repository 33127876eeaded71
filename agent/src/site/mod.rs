//! The resource `site` on its host: one fragment of its cell's Apache, a folder in the home, links for its names.

mod rules;
pub mod steps;
