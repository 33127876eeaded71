//! How much an account holds on its host's disk, as the host last counted it.

use crate::Day;
use serde::{Deserialize, Serialize};

/// The last count of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceDay {
    pub day: Day,
    /// When it was counted, in milliseconds since 1970.
    pub at: u64,
    /// What the disk holds of it: whole blocks.
    pub octets: u64,
    /// Files, folders and links.
    pub files: u64,
    /// There was more than is gone through at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}
