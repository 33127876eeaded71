//! How much databases hold: asked of their host when somebody looks.

use super::store;
use crate::{Actor, Server, paging::Listing};
use model::{
    AccountId, DatabaseId, Problem, ProblemKind,
    wire::{Answer, Query},
};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::timeout;
use utoipa::ToSchema;

/// A page does not wait longer for it; a host that answers needs some milliseconds.
const PATIENCE: Duration = Duration::from_millis(300);

/// What one database holds, data and indexes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DatabaseSize)]
pub struct Size {
    #[schema(value_type = String)]
    pub id: DatabaseId,
    pub name: String,
    pub octets: u64,
}

/// Of the databases of an account, as far as their hosts answer at once: a size that is missing is not known now.
pub async fn sizes(server: &Server, actor: &Actor, account: AccountId) -> Result<Vec<Size>, Problem> {
    let listing = Listing { limit: Some(100), ..Listing::default() };
    let databases = store::list(server, actor, account, &listing).await?.items;
    let mut hosts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for database in &databases {
        hosts.entry(database.host.id).or_default().push(database);
    }
    let mut found = Vec::new();
    for (host, databases) in hosts {
        let names = databases.iter().map(|database| database.name.clone()).collect();
        let answer = timeout(PATIENCE, server.hub.ask(host, Query::DatabaseSizes { names })).await;
        let sizes = match answer {
            Ok(Ok(Answer::DatabaseSizes { sizes })) => sizes,
            Ok(Err(problem)) if problem.kind != ProblemKind::Unavailable => return Err(problem),
            _ => continue,
        };
        let sizes: BTreeMap<_, u64> = sizes.into_iter().collect();
        found.extend(databases.into_iter().filter_map(|database| {
            let octets = *sizes.get(&database.name)?;
            Some(Size { id: database.id, name: database.name.to_string(), octets })
        }));
    }
    Ok(found)
}
