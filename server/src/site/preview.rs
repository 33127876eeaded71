//! A site's preview address: a name below the cooperative's own domain, whose DNS leads to the host already while the site's own names do
//! not. Its certificate comes as any name's does, so it is made only for those who switch it on (docs/decisions/0020).

use super::{SiteView, claim, rules, store};
use crate::{
    Actor, Server, account,
    change::{self, Done},
    resource,
    store::sql,
    views::stale,
};
use model::{Problem, ProblemKind, SiteId, SiteName, Text};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// `[preview]` in panel.toml.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewSettings {
    pub domain: PreviewDomain,
}

/// `preview.coop.example`: all names below it lead to the host (a wildcard in its DNS).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PreviewDomain(SiteName);

impl TryFrom<String> for PreviewDomain {
    type Error = Problem;
    fn try_from(typed: String) -> Result<PreviewDomain, Problem> {
        let domain = PreviewDomain(SiteName::parse(&typed)?);
        // One too long would have no room for the label.
        domain.name(SiteId::new(0, &[0; 10]))?;
        Ok(domain)
    }
}

impl PreviewDomain {
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name of a site's preview: nothing that a tenant chose, and the same each time.
    pub fn name(&self, site: SiteId) -> Result<SiteName, Problem> {
        let id = site.simple().to_string();
        SiteName::parse(&format!("s{}.{}", &id[id.len() - 16..], self.0))
    }
}

/// Behind all names a member chose.
const POSITION: i64 = 1_000_000;

/// Whether a site has a preview address.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPreview {
    /// `on` or `off`.
    pub switch: String,
}

/// Switches a site's preview address on or off.
pub async fn set_preview(
    server: &Server,
    actor: &Actor,
    (id, expected): (SiteId, Option<i64>),
    new: NewPreview,
) -> Result<Done<SiteView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, before) = rules::lock(&mut tx, server, actor, id, now).await?;
    account::must_stay(&of)?;
    stale(expected, before.version)?;
    let on = match new.switch.trim() {
        "on" => true,
        "off" => false,
        _ => {
            let text =
                Text::new("Ce choix n’existe pas\u{a0}: on, off.", "This choice does not exist: on, off.");
            return Err(Problem::invalid("switch", "choice_absent", text));
        }
    };
    if on == before.preview.is_some() {
        return Ok(Done { item: before, change: None });
    }
    if on {
        let settings = server.config.preview.as_ref().ok_or_else(none)?;
        if before.runtimes.is_none() {
            return Err(resource::older(&before.host.name));
        }
        claim::take_preview(&mut tx, of.id, id, (&settings.domain.name(id)?, POSITION), now).await?;
    } else {
        sql("DELETE FROM names WHERE site_id = $1 AND preview_at IS NOT NULL").bind(id).run(tx.on()).await?;
        claim::release(&mut tx, of.id).await?;
    }
    sql("UPDATE sites SET version = version + 1 WHERE id = $1").bind(id).run(tx.on()).await?;
    let site = store::row(&mut tx, id).await?;
    let mut act = rules::act("site.preview", &of, &site);
    act.before = Some(json!({ "preview": before.preview }));
    act.after = Some(json!({ "preview": site.preview }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    resource::write(&mut tx, change, now, vec![account::site_want(&of, &site)]).await?;
    rules::finish(tx, actor, &site, now, change).await
}

fn none() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "preview_none",
        Text::new(
            "Cette coopérative n’a pas de domaine pour les aperçus\u{a0}: demandez-le-lui.",
            "This cooperative has no domain for previews: ask it for one.",
        ),
    )
    .on("switch")
}
