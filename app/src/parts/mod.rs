//! The components: plain functions from plain values to a view. /styleguide shows every one.

mod action;

mod badge;
mod code;
mod empty;
mod facts;
mod field;
mod head;
mod icon;
mod input;
mod notice;
mod paging;
mod qr;
mod select;
mod sort;
mod table;
mod when;

pub use action::{Action, fold, fold_loss, link, link_main};
pub use badge::badge;
pub use code::{command, diff, secret};
pub use empty::empty;
pub use facts::{Facts, figure};
pub use field::{Typed, errors, unreadable};
pub(crate) use head::crumbs;
pub use head::{Crumb, Tab, tabs};
pub use icon::{Icon, icon, logo, sign_bad};
pub use input::Input;
pub use notice::{Tone, notice};
pub use paging::{Page, href, next_page, pages, search};
pub use qr::qr;
pub use select::{Check, Select};
pub use sort::sort;
pub use table::{Cell, Head, sorted_table, table};
pub use when::{ago, day, moment};
