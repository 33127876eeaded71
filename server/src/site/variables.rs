//! What a site's program finds in its environment: each value sealed to the site's host as soon as it is here, and shown to nobody again.

use super::{
    SiteView,
    settings::{Part, set},
    store,
};
use crate::{Actor, Server, certificate, change::Done, grant, store::sql};
use model::{Problem, ProblemKind, Right, Secret, SiteId, Text, VariableName, variable_value};
use serde::Deserialize;
use utoipa::ToSchema;

type At = (SiteId, Option<i64>);

/// A variable of a program.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVariable {
    /// `DATABASE_URL`
    pub name: String,
    /// Up to 4 KiB. It is sealed to the site's host, and shown to nobody again.
    #[schema(value_type = String, format = Password)]
    pub value: Secret,
}

/// Which variable.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichVariable {
    pub name: String,
}

/// Sets a variable, one more or another value.
pub async fn set_variable(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewVariable,
) -> Result<Done<SiteView>, Problem> {
    let site = store::show(server, actor, at.0).await?;
    // Who may not change it learns nothing of its host.
    grant::access(server, actor, site.account.id).await?.must(Right::Sites)?;
    if site.runtimes.is_none() {
        return Err(crate::resource::older(&site.host.name));
    }
    let (name, value) = (VariableName::parse(&new.name)?, variable_value(&new.value)?);
    let facts = sql("SELECT facts FROM hosts WHERE id = $1")
        .bind(site.host.id)
        .optional(server.store.on(), |row| row.get::<Option<String>>("facts"))
        .await?;
    let to = certificate::seal_of(facts.flatten().as_deref())?;
    let sealed = certificate::seal(&*server.world, &to, value.as_bytes())?;
    set(server, actor, at, Part::Variables, |settings| settings.variables.set(name, sealed)).await
}

/// Takes a variable away.
pub async fn remove_variable(
    server: &Server,
    actor: &Actor,
    at: At,
    which: WhichVariable,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Variables, |settings| {
        let name = VariableName::parse(&which.name)?;
        if settings.variables.remove(&name) {
            return Ok(());
        }
        let text = Text::new(
            "Cette variable n’est plus là\u{a0}: rechargez la page.",
            "This variable is no longer there: load the page again.",
        );
        Err(Problem::new(ProblemKind::Conflict, "variable_absent", text).on("name"))
    })
    .await
}
