//! Rows to resources, and what goes with a site or an account.

use super::store::{self, AppRow};
use crate::{
    account::AccountView,
    resource::Want,
    site::SiteRow,
    store::{Tx, sql},
};
use model::{App, AppDatabase, AppId, AppPasswordHash, Body, EmailAddress, Kind, Lang, Problem, SiteId};

/// What only the first moment knows of it.
pub(super) struct Beginning {
    pub email: EmailAddress,
    pub language: Lang,
    pub password: AppPasswordHash,
    pub database: Option<AppDatabase>,
    pub https: bool,
}

/// Written once: from then on the application says for itself what it is.
pub(super) fn want(of: &AccountView, site: &SiteRow, row: &AppRow, beginning: Beginning) -> Want {
    let Beginning { email, language, password, database, https } = beginning;
    let body = App {
        id: row.id,
        account_id: of.id,
        account: of.name.clone(),
        site: site.id,
        application: row.application,
        folder: site.folder.clone(),
        root: site.settings.root.clone(),
        https,
        name: site.names.first().unwrap_or(&site.folder).clone(),
        php: site.settings.php.version.unwrap_or(of.php),
        title: row.title.clone(),
        language,
        admin: row.admin.clone(),
        email,
        password,
        database,
    };
    Want::put(of.host.id, of.id, Body::App(body))
}

pub(super) fn gone(of: &AccountView, id: AppId) -> Want {
    Want::gone(of.host.id, of.id, Kind::App, id.uuid())
}

/// That of a site which goes; what it has in the home and in its database stays.
pub(crate) async fn let_go_of_site(
    tx: &mut Tx,
    of: &AccountView,
    site: SiteId,
) -> Result<Vec<Want>, Problem> {
    let ids = store::ids_of_site(tx, site).await?;
    sql("DELETE FROM apps WHERE site_id = $1").bind(site).run(tx.on()).await?;
    Ok(ids.into_iter().map(|id| gone(of, id)).collect())
}

/// All of an account that ends, whose row is locked.
pub(crate) async fn let_go_of(tx: &mut Tx, of: &AccountView) -> Result<Vec<Want>, Problem> {
    let ids = store::ids(tx, of.id).await?;
    sql("DELETE FROM apps WHERE account_id = $1").bind(of.id).run(tx.on()).await?;
    Ok(ids.into_iter().map(|id| gone(of, id)).collect())
}
