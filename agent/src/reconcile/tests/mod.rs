//! The reconciler below a temporary folder, with daemons that are not there.

mod certificates;
mod faults;
mod life;
mod people;
