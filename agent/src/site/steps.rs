//! What a site is on disk. Pure: a body in, a fragment, a folder, links and what sends visitors to HTTPS out.

use super::rules;
use crate::{
    account::pool,
    cell::place::{self, Pool},
    paths::Paths,
    program,
    reconcile::product::{Folder, Places, Product, Products, Target},
    render::{Format, RenderError, render},
};
use model::{Account, AccountState, Hsts, Serves, Site, SiteName, SiteState};
use tera::Context;

/// Everything a site has on disk.
pub fn products(site: &Site, account: &Account, paths: &Paths) -> Result<Products, RenderError> {
    let mut context = Context::new();
    context.insert("account", site.account.as_str());
    context.insert("site_id", &site.id);
    context.insert("folder", site.folder.as_str());
    let below = site.settings.root.as_ref().map_or("public", |root| root.as_str());
    context.insert("root", &format!("/home/{}/sites/{}/{below}", site.account, site.folder));
    let (name, aliases) = site.names.split_first().unwrap_or((&site.folder, &[]));
    context.insert("name", name);
    let aliases: Vec<&SiteName> = aliases.iter().chain(&site.settings.preview).collect();
    context.insert("aliases", &aliases);
    context.insert("preview", &site.settings.preview);
    context.insert("hsts", &site.https.hsts.map(header));
    let pool = pool(site);
    let sockets = place::Places::default();
    let program = site
        .settings
        .serves
        .program()
        .map(|_| sockets.program_socket(&site.account, site.id).display().to_string());
    context.insert("program", &program);
    context.insert("files_alone", &(site.settings.serves == Serves::Files));
    let socket = pool.map(|pool| sockets.pool_socket(&site.account, &pool).display().to_string());
    context.insert("php", &socket);
    let errors: Vec<_> =
        site.settings.errors.iter().map(|(error, path)| (error.code(), path.encoded())).collect();
    context.insert("errors", &errors);
    let mut bytes = render(Format::Apache, "vhost.conf", &context)?;
    bytes.extend(rules::lines(site)?);
    bytes.extend(b"</VirtualHost>\n");
    let suspended = site.state == SiteState::Suspended || account.state != AccountState::Active;
    let target = if suspended { Target::Suspended } else { Target::Cell(site.account.clone()) };
    // PHP's socket first: Apache asks there as soon as it has read this.
    let mut files = Vec::new();
    if let Some(pool) = pool {
        files.push(pool::product(account, &pool, Some(&site.settings.php.settings), paths)?);
    }
    // And its program.
    files.extend(program::steps::product(site, paths)?);
    files.push(Product { path: paths.fragment(&site.account, site.id), bytes });
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
        links: names(site).map(|name| (name.clone(), target.clone())).collect(),
        ..Products::default()
    })
}

/// All that lead to it.
fn names(site: &Site) -> impl Iterator<Item = &SiteName> {
    site.names.iter().chain(&site.settings.preview)
}

/// The site's own PHP, where its account's will not do: then the panel says its version.
fn pool(site: &Site) -> Option<Pool> {
    if site.settings.serves != Serves::Php {
        return None;
    }
    site.settings.php.version.map(|version| Pool { site: Some(site.id), version })
}

/// Where that lies, without rendering; for what is to go.
pub fn places(site: &Site, paths: &Paths) -> Places {
    let mut files = vec![paths.fragment(&site.account, site.id)];
    files.extend(pool(site).map(|pool| paths.pool(&site.account, &pool)));
    files.extend(site.settings.serves.program().map(|_| paths.program(&site.account, site.id)));
    files.extend(site.https.redirect.iter().map(|name| paths.redirect(name)));
    Places { files, names: names(site).cloned().collect(), ..Places::default() }
}

/// As browsers read it (RFC 6797 §6.1).
fn header(hsts: Hsts) -> String {
    let below = if hsts.subdomains && hsts.max_age > 0 { "; includeSubDomains" } else { "" };
    format!("max-age={}{below}", hsts.max_age)
}
