//! What a site's host has for it.

use crate::{
    Actor, Server,
    site::SiteView,
    store::{Tx, sql},
};
use model::{
    AppVersion, Application, HostFacts, HostId, Problem, ProblemKind, SiteId, text,
    wire::{Answer, Query},
};
use serde::Serialize;
use std::time::Duration;
use tokio::time::timeout;
use utoipa::ToSchema;

/// An application, and whether it can be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Offer)]
pub struct Offer {
    #[schema(value_type = String)]
    pub application: Application,
    pub name: String,
    /// Its version on the host; none: an admin has to install `packages` there first.
    #[schema(value_type = Option<String>)]
    pub release: Option<AppVersion>,
    pub packages: String,
}

pub(super) fn read(facts: Option<&str>) -> HostFacts {
    facts.and_then(|facts| serde_json::from_str(facts).ok()).unwrap_or_default()
}

/// The version of an application on a host that tells of itself so.
pub(super) fn release(facts: &HostFacts, application: Application) -> Option<AppVersion> {
    let found = facts.apps.iter().find(|app| app.application == application)?;
    // Without MariaDB there is no database for it.
    (!application.needs_database() || facts.mariadb.is_some()).then(|| found.version.clone())
}

pub(super) async fn facts(tx: &mut Tx, host: HostId) -> Result<HostFacts, Problem> {
    let facts: Option<Option<String>> = sql("SELECT facts FROM hosts WHERE id = $1")
        .bind(host)
        .optional(tx.on(), |row| row.get("facts"))
        .await?;
    Ok(read(facts.flatten().as_deref()))
}

/// What the host of a site has, and has not.
pub async fn offers(server: &Server, actor: &Actor, site: SiteId) -> Result<Vec<Offer>, Problem> {
    let host = crate::site::show(server, actor, site).await?.host.id;
    let facts: Option<Option<String>> = sql("SELECT facts FROM hosts WHERE id = $1")
        .bind(host)
        .optional(server.store.on(), |row| row.get("facts"))
        .await?;
    let facts = read(facts.flatten().as_deref());
    let packages = |application: Application| {
        let database = application.needs_database() && facts.mariadb.is_none();
        let own = application.packages();
        if database { format!("{own} mariadb-server") } else { own.to_owned() }
    };
    let offer = |application: Application| Offer {
        application,
        name: application.name().to_owned(),
        release: release(&facts, application),
        packages: packages(application),
    };
    Ok(Application::ALL.into_iter().map(offer).collect())
}

/// A page does not wait longer for the host's word.
const PATIENCE: Duration = Duration::from_millis(500);

/// Refused beforehand where the host says that something is in the way. One that does not answer holds it by itself.
pub(super) async fn must_be_empty(server: &Server, site: &SiteView) -> Result<(), Problem> {
    let (folder, root) = (site.folder.clone(), site.settings.root.clone());
    let query = Query::SiteIsEmpty { account: site.account.name.parse()?, folder, root };
    let answer = timeout(PATIENCE, server.hub.ask(site.host.id, query)).await;
    let Ok(Ok(Answer::SiteIsEmpty { empty: false })) = answer else { return Ok(()) };
    let shown = site.settings.root.as_ref().map_or("public", |root| root.as_str());
    let path = format!("/home/{}/sites/{}/{shown}", site.account.name, site.folder);
    Err(Problem::new(
        ProblemKind::Conflict,
        "site_not_empty",
        text!(
            "Le dossier {path} n’est pas vide, et rien de ce qu’il contient ne sera remplacé\u{a0}: videz-le, ou ajoutez un autre site.",
            "The folder {path} is not empty, and nothing in it will be replaced: empty it, or add another site."
        ),
    )
    .on("application"))
}

/// The version the host has, or the reason why there is none.
pub(super) async fn must_be_offered(
    tx: &mut Tx,
    host: HostId,
    application: Application,
) -> Result<AppVersion, Problem> {
    let facts = facts(tx, host).await?;
    release(&facts, application).ok_or_else(|| {
        let (name, mut packages) = (application.name(), application.packages().to_owned());
        if application.needs_database() && facts.mariadb.is_none() {
            packages.push_str(" mariadb-server");
        }
        let text = text!(
            "L’hôte de ce site n’a pas {name}\u{a0}: la coopérative doit y installer {packages}.",
            "This site's host has no {name}: the cooperative has to install {packages} there."
        );
        Problem::new(ProblemKind::Conflict, "application_absent", text).on("application")
    })
}
