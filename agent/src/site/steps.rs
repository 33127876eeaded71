//! What a site is on disk. Pure: a body in, a fragment, a folder and links out.

use crate::{
    paths::Paths,
    reconcile::product::{Folder, Places, Product, Products, Target},
    render::{Format, RenderError, render},
};
use model::{Account, AccountState, Site, SiteState};
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
    let bytes = render(Format::Apache, "vhost.conf", &context)?;
    let suspended = site.state == SiteState::Suspended || account.state != AccountState::Active;
    let target = if suspended { Target::Suspended } else { Target::Cell(site.account.clone()) };
    Ok(Products {
        files: vec![Product { path: paths.fragment(&site.account, site.id), bytes }],
        folder: Some(Folder { account: site.account.clone(), uid: account.uid, name: site.folder.clone() }),
        links: site.names.iter().map(|name| (name.clone(), target.clone())).collect(),
        ..Products::default()
    })
}

/// Where that lies, without rendering; for what is to go.
pub fn places(site: &Site, paths: &Paths) -> Places {
    Places {
        files: vec![paths.fragment(&site.account, site.id)],
        folders: Vec::new(),
        names: site.names.clone(),
    }
}
