//! Of whom a second factor is asked.

use crate::{
    Actor, Server,
    change::{self, Act, Subject},
    store::sql,
};
use model::{Duty, Problem};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Who has to have a second factor. Who has none is led to set one up, and can do nothing else until then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    #[default]
    Nobody,
    Staff,
    Everybody,
}

impl Policy {
    pub const ALL: [Policy; 3] = [Policy::Nobody, Policy::Staff, Policy::Everybody];

    pub fn code(self) -> &'static str {
        match self {
            Policy::Nobody => "nobody",
            Policy::Staff => "staff",
            Policy::Everybody => "everybody",
        }
    }

    pub fn from_code(code: &str) -> Option<Policy> {
        Policy::ALL.into_iter().find(|policy| policy.code() == code)
    }

    /// Whether it asks one of somebody.
    pub(crate) fn asks(self, staff: bool) -> bool {
        match self {
            Policy::Nobody => false,
            Policy::Staff => staff,
            Policy::Everybody => true,
        }
    }
}

/// As it stands, for admins.
pub async fn policy(server: &Server, actor: &Actor) -> Result<Policy, Problem> {
    actor.must(Duty::SeeUsers)?;
    let stored: Option<Policy> = sql("SELECT second_factor FROM panel WHERE one = 1")
        .one(server.store.on(), |row| row.get("second_factor"))
        .await?;
    Ok(stored.unwrap_or_default())
}

/// It holds from everybody's next request on.
pub async fn set_policy(server: &Server, actor: &Actor, wanted: Policy) -> Result<Policy, Problem> {
    let before = policy(server, actor).await?;
    actor.must_do(Duty::Administer)?;
    actor.must_have_proved(server.world.now_ms())?;
    let mut tx = server.store.write().await?;
    sql("UPDATE panel SET second_factor = $1").bind(wanted).run(tx.on()).await?;
    if wanted != before {
        let panel = server.store.panel();
        let mut act = Act::new("panel.second_factor", Subject::new("panel", panel, ""));
        act.before = Some(json!({ "asked_of": before }));
        act.after = Some(json!({ "asked_of": wanted }));
        change::record(&mut tx, &*server.world, actor, act).await?;
    }
    tx.commit().await?;
    Ok(wanted)
}
