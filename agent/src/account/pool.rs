//! A pool of PHP-FPM: an account's own, or that of a site with settings or another version.

use crate::{
    cell::place::{Places, Pool},
    paths::Paths,
    reconcile::product::Product,
    render::{Format, RenderError, render},
};
use model::{Account, PhpKey, PhpSettings};
use tera::Context;

/// The file of a pool. `settings`: of a site, all of which are said, so that they hold whatever the constant part says.
pub fn product(
    account: &Account,
    pool: &Pool,
    settings: Option<&PhpSettings>,
    paths: &Paths,
) -> Result<Product, RenderError> {
    let mut context = Context::new();
    context.insert("account", account.name.as_str());
    let (name, of) = match pool.site {
        None => (account.name.to_string(), format!("account {}", account.name)),
        Some(site) => (site.simple().to_string(), format!("site {site} of the account {}", account.name)),
    };
    context.insert("pool", &name);
    context.insert("of", &of);
    context.insert("socket", &Places::default().pool_socket(&account.name, pool).display().to_string());
    context.insert("workers", &account.php_workers);
    let said = settings
        .into_iter()
        .flat_map(|settings| PhpKey::ALL.into_iter().map(|key| (key.name(), settings.get(key).ini())));
    context.insert("settings", &said.collect::<Vec<_>>());
    let bytes = render(Format::Php, "pool.conf", &context)?;
    Ok(Product { path: paths.pool(&account.name, pool), bytes })
}
