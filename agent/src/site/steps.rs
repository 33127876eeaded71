//! What a site is on disk. Pure: a body in, a fragment, a folder, links and what sends visitors to HTTPS out.

use crate::{
    paths::Paths,
    reconcile::product::{Folder, Places, Product, Products, Target},
    render::{Format, RenderError, render},
};
use model::{Account, AccountState, Hsts, Site, SiteState};
use tera::Context;

/// Everything a site has on disk.
pub fn products(site: &Site, account: &Account, paths: &Paths) -> Result<Products, RenderError> {
    let mut context = Context::new();
    context.insert("account", site.account.as_str());
    context.insert("site_id", &site.id);
    context.insert("folder", site.folder.as_str());
    context.insert("root", &format!("/home/{}/sites/{}/public", site.account, site.folder));
    let (name, aliases) = site.names.split_first().unwrap_or((&site.folder, &[]));
    context.insert("name", name);
    context.insert("aliases", aliases);
    context.insert("hsts", &site.https.hsts.map(header));
    let bytes = render(Format::Apache, "vhost.conf", &context)?;
    let suspended = site.state == SiteState::Suspended || account.state != AccountState::Active;
    let target = if suspended { Target::Suspended } else { Target::Cell(site.account.clone()) };
    let mut files = vec![Product { path: paths.fragment(&site.account, site.id), bytes }];
    files.extend(site.https.redirect.iter().map(|name| {
        Product {
            path: paths.redirect(name),
            bytes: format!("Alvéole: http://{name}/ leads to https://{name}/ while this file is here.\n")
                .into_bytes(),
        }
    }));
    Ok(Products {
        files,
        folder: Some(Folder { account: site.account.clone(), uid: account.uid, name: site.folder.clone() }),
        links: site.names.iter().map(|name| (name.clone(), target.clone())).collect(),
        ..Products::default()
    })
}

/// Where that lies, without rendering; for what is to go.
pub fn places(site: &Site, paths: &Paths) -> Places {
    let mut files = vec![paths.fragment(&site.account, site.id)];
    files.extend(site.https.redirect.iter().map(|name| paths.redirect(name)));
    Places { files, names: site.names.clone(), ..Places::default() }
}

/// As browsers read it (RFC 6797 §6.1).
fn header(hsts: Hsts) -> String {
    let below = if hsts.subdomains && hsts.max_age > 0 { "; includeSubDomains" } else { "" };
    format!("max-age={}{below}", hsts.max_age)
}
