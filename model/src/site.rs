//! The resource `site`: names that lead to a folder of an account.

use crate::{AccountId, Problem, SiteId, SiteName, SiteSettings, Text, UnixName, check_redirects, text};
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
    /// Left out where nothing of it is wanted: a host that knows nothing of it reads the rest.
    #[serde(skip_serializing_if = "Https::is_none")]
    pub https: Https,
    #[serde(skip_serializing_if = "SiteSettings::is_usual")]
    pub settings: SiteSettings,
}

/// What of a site is HTTPS alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Https {
    /// Names whose visitors over HTTP are sent to HTTPS; each is one of the site's.
    pub redirect: Vec<SiteName>,
    pub hsts: Option<Hsts>,
}

impl Https {
    pub fn is_none(&self) -> bool {
        *self == Https::default()
    }
}

/// For how long browsers visit over HTTPS alone (RFC 6797).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hsts {
    /// Seconds from each visit on; 0: browsers forget it.
    pub max_age: u32,
    /// Names below the site's too.
    pub subdomains: bool,
}

impl Hsts {
    pub const DAY: u32 = 24 * 3_600;
    pub const HALF_A_YEAR: u32 = 180 * Hsts::DAY;
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
    #[serde(default)]
    https: Https,
    #[serde(default)]
    settings: SiteSettings,
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
        if let Some(name) = raw.https.redirect.iter().find(|name| !raw.names.contains(name)) {
            return Err(Problem::invalid(
                "https",
                "redirect_name",
                text!("{name} n’est pas un nom de ce site.", "{name} is not a name of this site."),
            ));
        }
        if raw.https.hsts.is_some_and(|hsts| hsts.max_age > Hsts::HALF_A_YEAR) {
            return Err(Problem::invalid(
                "https",
                "hsts_long",
                Text::new(
                    "HSTS ne dure pas plus de six mois à partir de chaque visite.",
                    "HSTS lasts six months from each visit at most.",
                ),
            ));
        }
        // Whether they lead back by way of the site's own names is the panel's to see: names come and go.
        check_redirects(&raw.settings.redirects, &[])?;
        let RawSite { id, account_id, account, state, folder, names, https, settings } = raw;
        Ok(Site { id, account_id, account, state, folder, names, https, settings })
    }
}
