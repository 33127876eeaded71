//! The reconciler below a temporary folder, with daemons that are not there.

mod certificates;
mod databases;
mod faults;
mod https;
mod life;
mod limits;
mod people;
mod settings;
