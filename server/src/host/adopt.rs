//! A frozen host: what it holds against what the panel wants, and the one decision that thaws it (DESIGN.md, law 6).

use super::{
    HostView,
    rules::act,
    store,
    touch::{Touch, touch},
};
use crate::{
    Actor, Server,
    change::{self, Done},
    store::{Tx, internal, sql},
};
use model::{Duty, HostId, Kind, Problem, ProblemKind, Text};
use serde::Serialize;
use serde_json::Value;
use sqlx::AnyConnection;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// One resource that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    #[schema(value_type = String)]
    pub kind: Kind,
    pub key: Uuid,
    /// Its name, as people know it.
    pub label: String,
    pub side: Side,
    /// What the host has, and what the panel wants.
    pub on_host: Option<Value>,
    pub in_panel: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The panel does not know it: adopting the host takes it off the web.
    HostOnly,
    /// The host has something else: adopting puts the panel's in place.
    Both,
    /// The host lacks it: adopting makes it.
    PanelOnly,
}

/// What adopting a frozen host would change there. The host's side is what its agent told when it was frozen; nothing
/// as long as `Frozen::ledger_at` says that it has not told yet.
pub async fn difference(server: &Server, actor: &Actor, host: HostId) -> Result<Vec<Difference>, Problem> {
    actor.must(Duty::SeeHosts)?;
    let mut snapshot = server.store.read().await?;
    let view = store::load(&mut snapshot, host, server.world.now_ms()).await?;
    if view.frozen.is_none_or(|frozen| frozen.ledger_at.is_none()) {
        return Ok(Vec::new());
    }
    let on_host =
        bodies(&mut snapshot, host, "SELECT kind, key, body FROM ledger_copies WHERE host_id = $1").await?;
    let in_panel =
        bodies(&mut snapshot, host, "SELECT kind, key, body FROM resources WHERE host_id = $1").await?;
    Ok(compare(on_host, &in_panel))
}

type Bodies = BTreeMap<(Kind, Uuid), Value>;

/// Of each resource that shall exist.
async fn bodies(on: &mut AnyConnection, host: HostId, query: &'static str) -> Result<Bodies, Problem> {
    let rows = sql(query)
        .bind(host)
        .all(on, |row| {
            let kind: String = row.get("kind")?;
            let kind = Kind::from_code(&kind).ok_or_else(|| internal("a stored kind is unknown", &kind))?;
            Ok(((kind, row.get("key")?), row.get::<Option<Value>>("body")?))
        })
        .await?;
    Ok(rows.into_iter().filter_map(|(at, body)| body.map(|body| (at, body))).collect())
}

fn compare(on_host: Bodies, in_panel: &Bodies) -> Vec<Difference> {
    let mut all = Vec::new();
    for (at, body) in &on_host {
        match in_panel.get(at) {
            Some(wanted) if wanted == body => {}
            wanted => all.push(Difference {
                kind: at.0,
                key: at.1,
                label: label(wanted.unwrap_or(body)),
                side: if wanted.is_some() { Side::Both } else { Side::HostOnly },
                on_host: Some(shown(at.0, body)),
                in_panel: wanted.map(|wanted| shown(at.0, wanted)),
            }),
        }
    }
    for ((kind, key), body) in in_panel.iter().filter(|(at, _)| !on_host.contains_key(at)) {
        let (label, side) = (label(body), Side::PanelOnly);
        all.push(Difference {
            kind: *kind,
            key: *key,
            label,
            side,
            on_host: None,
            in_panel: Some(shown(*kind, body)),
        });
    }
    all.sort_by(|a, b| (a.side, a.kind, &a.label, a.key).cmp(&(b.side, b.kind, &b.label, b.key)));
    all
}

/// Without what is for the host alone: the hashes of passwords, and what a member's cron job runs. That they differ is said by the difference.
fn shown(kind: Kind, body: &Value) -> Value {
    let mut body = body.clone();
    match kind {
        Kind::Database => {
            for user in body["users"].as_array_mut().into_iter().flatten() {
                if !user["password"].is_null() {
                    user["password"] = "…".into();
                }
            }
        }
        Kind::CronJob => body["task"] = "…".into(),
        Kind::App => body["password"] = "…".into(),
        Kind::Account | Kind::Site | Kind::Certificate => {}
    }
    body
}

/// A body's name: an account's, or a site's first one. Of what a host says, not more than a name's length.
pub(super) fn label(body: &Value) -> String {
    let name = body["name"].as_str().or(body["names"][0].as_str()).unwrap_or("?");
    name.chars().take(100).collect()
}

/// The panel's state is the one that counts from now on: a new epoch, and everything sent anew. What only the host has is wanted
/// gone, and so has a state of its own and can be held, as every deletion.
pub async fn adopt(
    server: &Server,
    actor: &Actor,
    host: HostId,
    expected: Option<i64>,
) -> Result<Done<HostView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let before = store::lock(&mut tx, host, now).await?;
    actor.must_have_proved(now)?;
    crate::views::stale(expected, before.version)?;
    let Some(frozen) = &before.frozen else {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "host_not_frozen",
            Text::new(
                "Cet hôte suit le panneau\u{a0}: il n’y a rien à adopter.",
                "This host follows the panel: there is nothing to adopt.",
            ),
        ));
    };
    sql("UPDATE hosts SET epoch = epoch + 1, frozen_at = NULL, frozen_fr = NULL, frozen_en = NULL, ledger_at = NULL,
           version = version + 1
         WHERE id = $1")
        .bind(host)
        .run(tx.on())
        .await?;
    sql("UPDATE resources SET state = 'wanted', text_fr = NULL, text_en = NULL, drift = NULL, applied_generation = NULL
         WHERE host_id = $1")
        .bind(host)
        .run(tx.on())
        .await?;
    let mut act = act("host.adopt", host, &before.name);
    act.before = Some(serde_json::json!({ "epoch": before.epoch, "reason": frozen.text }));
    act.after = Some(serde_json::json!({ "epoch": before.epoch + 1 }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    for (kind, key) in unknown(&mut tx, host).await? {
        touch(&mut tx, change, now, host, Touch { kind, key, account: None, consent: None }).await?;
    }
    sql("DELETE FROM ledger_copies WHERE host_id = $1").bind(host).run(tx.on()).await?;
    let item = store::load(tx.on(), host, now).await?;
    tx.wake_host(host);
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// What the host has and the panel never heard of.
async fn unknown(tx: &mut Tx, host: HostId) -> Result<Vec<(Kind, Uuid)>, Problem> {
    sql("SELECT c.kind, c.key FROM ledger_copies c WHERE c.host_id = $1 AND c.body IS NOT NULL AND NOT EXISTS
           (SELECT 1 FROM resources r WHERE r.host_id = c.host_id AND r.kind = c.kind AND r.key = c.key)
         ORDER BY c.kind DESC, c.key")
    .bind(host)
    .all(tx.on(), |row| {
        let kind: String = row.get("kind")?;
        let kind = Kind::from_code(&kind).ok_or_else(|| internal("a stored kind is unknown", &kind))?;
        Ok((kind, row.get("key")?))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_shows_no_hash_and_no_command() {
        let (key, hash) = (Uuid::from_u128(7), format!("*{}", "0A".repeat(20)));
        let database =
            |rights| json!({ "name": "asso_wiki", "users": [{ "password": hash, "rights": rights }] });
        let job = json!({ "task": { "command": { "line": "backup --password=hunter2" } } });
        let on_host = Bodies::from([((Kind::Database, key), database("all")), ((Kind::CronJob, key), job)]);
        let in_panel = Bodies::from([((Kind::Database, key), database("read"))]);
        let all = compare(on_host, &in_panel);
        let said = serde_json::to_string(&all).unwrap();
        assert_eq!((all.len(), said.contains("0A0A"), said.contains("hunter2")), (2, false, false), "{said}");
        assert!(said.contains("asso_wiki") && said.contains("read"), "{said}");
    }

    #[test]
    fn only_what_differs_is_shown_the_losses_first() {
        let at = |n: u128, kind| (kind, Uuid::from_u128(n));
        let site = |name: &str| json!({ "names": [name] });
        let on_host = BTreeMap::from([
            (at(1, Kind::Account), json!({ "name": "asso" })),
            (at(2, Kind::Site), site("lost.example")),
            (at(3, Kind::Site), site("old.example")),
        ]);
        let in_panel = BTreeMap::from([
            (at(1, Kind::Account), json!({ "name": "asso" })),
            (at(3, Kind::Site), site("new.example")),
            (at(4, Kind::Site), site("missing.example")),
        ]);
        let found: Vec<_> = compare(on_host, &in_panel).into_iter().map(|d| (d.side, d.label)).collect();
        assert_eq!(
            found,
            [
                (Side::HostOnly, "lost.example".to_owned()),
                (Side::Both, "new.example".to_owned()),
                (Side::PanelOnly, "missing.example".to_owned()),
            ]
        );
    }
}
