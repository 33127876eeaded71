//! The resource `site`: names that lead to a folder of an account.

use crate::{AccountId, Problem, SiteId, SiteName, Text, UnixName};
use serde::{Deserialize, Serialize};

/// What a host does with a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteState {
    Serving,
    /// Its account is suspended: its names answer 503.
    Suspended,
}

/// The body of a resource of kind `site`; its key is `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawSite", deny_unknown_fields)]
pub struct Site {
    pub id: SiteId,
    pub account_id: AccountId,
    pub account: UnixName,
    pub state: SiteState,
    /// The folder below `sites/` in the home: the first name the site ever had.
    pub folder: SiteName,
    /// 1 to 100 names, the main one first, none twice.
    pub names: Vec<SiteName>,
}

impl Site {
    pub const MOST_NAMES: usize = 100;
}

/// `Site` before its names have been counted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSite {
    id: SiteId,
    account_id: AccountId,
    account: UnixName,
    state: SiteState,
    folder: SiteName,
    names: Vec<SiteName>,
}

impl TryFrom<RawSite> for Site {
    type Error = Problem;
    fn try_from(raw: RawSite) -> Result<Self, Problem> {
        let mut sorted: Vec<&SiteName> = raw.names.iter().collect();
        sorted.sort();
        sorted.dedup();
        if raw.names.is_empty() || raw.names.len() > Site::MOST_NAMES || sorted.len() != raw.names.len() {
            return Err(Problem::invalid(
                "names",
                "site_names",
                Text::new(
                    "Un site a de 1 à 100 noms, chacun une fois.",
                    "A site has 1 to 100 names, each once.",
                ),
            ));
        }
        let RawSite { id, account_id, account, state, folder, names } = raw;
        Ok(Site { id, account_id, account, state, folder, names })
    }
}
