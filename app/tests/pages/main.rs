//! The pages on real rules and a temporary database, asked as a browser without JavaScript asks them.

mod escape;
mod forms;
mod html;
mod languages;
mod links;
mod people;
mod stage;
mod walk;
