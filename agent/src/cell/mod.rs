//! The cell: what serves an account's sites. Four small programs share this folder: the **waker** (nginx asks it for a
//! sleeping cell), the **starter** (root; starts units and nothing else), the **runner** (one per awake cell) and **php** (beside each runner).

pub mod flight;
pub mod http;
pub mod inherit;
pub mod log;
pub mod notify;
pub mod page;
pub mod php;
pub mod place;
pub mod runner;
pub mod starter;
pub mod verify;
pub mod waker;
