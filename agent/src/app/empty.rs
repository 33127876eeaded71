//! Whether there is room for an application, asked before one is asked for.

use crate::{paths::Paths, tenant};
use model::{DocumentRoot, SiteName, Text, UnixName, wire::Answer};

pub fn answer(account: &UnixName, folder: &SiteName, root: Option<&DocumentRoot>) -> Answer {
    let shown = root.map_or("public", |root| root.as_str());
    match tenant::is_empty(&Paths::of_host(), account, folder, shown) {
        Ok(empty) => Answer::SiteIsEmpty { empty },
        Err(error) => {
            tracing::warn!(%account, %folder, %error, "looking into a site's folder");
            let text = Text::new("L’hôte n’a pas pu regarder.", "The host could not look.");
            Answer::Failed { text }
        }
    }
}
