//! The reconciler below a temporary folder, with daemons that are not there.

mod faults;
mod life;
mod people;
