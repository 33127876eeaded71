//! Web sites: their list on an account's page, the page of one, its names, its end.

pub mod form;
pub mod https;
pub mod list;
pub mod preview;
pub mod show;
pub mod told;

use server::site::SiteView;

/// A site's main name, as people read it.
pub fn title(site: &SiteView) -> String {
    site.names.first().map(|name| name.unicode()).unwrap_or_default()
}

/// Where a site is on the web; `https`: its main name's certificate is in place.
pub fn address(site: &SiteView, https: bool) -> String {
    let scheme = if https { "https" } else { "http" };
    site.names.first().map(|name| format!("{scheme}://{name}/")).unwrap_or_default()
}

/// The files of a site, as one finds them in the account.
pub fn folder(site: &SiteView) -> String {
    let root = site.settings.root.as_ref().map_or("public", |root| root.as_str());
    format!("/home/{}/sites/{}/{root}", site.account.name, site.folder)
}
