//! `[logs]` in panel.toml.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What is shown of visitors' addresses: `whole`, or the `network` alone (/24, /48).
    #[serde(default)]
    pub addresses: Addresses,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Addresses {
    #[default]
    Whole,
    Network,
}
