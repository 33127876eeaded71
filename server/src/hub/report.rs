//! What a host reports, or the panel saw for itself, goes into the resource and into its change; never back to an older generation.

use super::store::clean;
use crate::store::{Tx, internal, sql};
use model::{
    AccountId, ChangeId, ChangeState, HostId, Kind, Problem, Text,
    wire::{Drift, KeyRequest, ReportItem},
};
use serde_json::Value;
use uuid::Uuid;

const LONGEST_TEXT: usize = 2_000;
const LONGEST_PATH: usize = 1_000;
const LONGEST_DIFF: usize = 8 * 1024;

/// How a resource stands, as somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub kind: Kind,
    pub key: Uuid,
    pub generation: u64,
    pub state: ChangeState,
    pub text: Option<Text>,
    pub drift: Option<Drift>,
    /// What a certificate waits for.
    pub request: Option<KeyRequest>,
}

impl From<ReportItem> for Told {
    /// An agent is believed about its own host, not about lengths and control characters.
    fn from(item: ReportItem) -> Told {
        let text = item.text.map(|text| Text {
            fr: clean(&text.fr, LONGEST_TEXT).into(),
            en: clean(&text.en, LONGEST_TEXT).into(),
        });
        let drift = item.drift.map(|drift| Drift {
            path: clean(&drift.path, LONGEST_PATH),
            diff: clean(&drift.diff, LONGEST_DIFF),
        });
        let ReportItem { kind, key, generation, state, request, .. } = item;
        Told { kind, key, generation, state: state.into(), text, drift, request }
    }
}

/// What a report changed.
#[derive(Clone, Debug)]
pub struct News {
    pub change: ChangeId,
    pub account: Option<AccountId>,
    /// What is wanted of the resource.
    pub body: Option<Value>,
}

struct Stored {
    generation: u64,
    state: ChangeState,
    text: Option<Text>,
    drift: Option<Drift>,
    news: News,
}

/// Records it. `None`: nothing new in it, or about a generation that is no longer wanted.
pub async fn record(tx: &mut Tx, host: HostId, told: &Told, now: i64) -> Result<Option<News>, Problem> {
    let Some(stored) = stored(tx, host, told).await? else {
        tracing::warn!(%host, kind = told.kind.code(), key = %told.key, "report about a resource nobody wants");
        return Ok(None);
    };
    if told.generation > stored.generation {
        tracing::warn!(%host, kind = told.kind.code(), key = %told.key, generation = told.generation, "report from the future");
        return Ok(None);
    }
    if told.generation < stored.generation {
        supersede(tx, OF_GENERATION, host, told, now).await?;
        return Ok(None);
    }
    if !is_news(&stored, told) {
        return Ok(None);
    }
    let (fr, en) = (told.text.as_ref().map(|t| t.fr.as_ref()), told.text.as_ref().map(|t| t.en.as_ref()));
    let drift = told.drift.as_ref().map(serde_json::to_string).transpose();
    let drift = drift.map_err(|error| internal("drift", &error))?;
    let applied = (told.state == ChangeState::Applied).then_some(told.generation);
    sql("UPDATE resources SET state = $5, text_fr = $6, text_en = $7, drift = $8, reported_at = $9,
           applied_generation = COALESCE($10, applied_generation)
         WHERE host_id = $1 AND kind = $2 AND key = $3 AND generation = $4")
    .bind(host)
    .bind(told.kind.code())
    .bind(told.key)
    .bind(told.generation)
    .bind(told.state.code())
    .bind(fr)
    .bind(en)
    .bind(drift)
    .bind(now)
    .bind(applied.map(|generation| i64::try_from(generation).unwrap_or(i64::MAX)))
    .run(tx.on())
    .await?;
    sql("UPDATE change_states SET state = $5, text_fr = $6, text_en = $7, at = $8
         WHERE change_id = $1 AND host_id = $2 AND kind = $3 AND key = $4")
    .bind(stored.news.change)
    .bind(host)
    .bind(told.kind.code())
    .bind(told.key)
    .bind(told.state.code())
    .bind(fr)
    .bind(en)
    .bind(now)
    .run(tx.on())
    .await?;
    if told.state == ChangeState::Verified {
        // What was applied and never verified before this one never will be.
        supersede(tx, BEFORE, host, told, now).await?;
    }
    if let Some(account) = stored.news.account {
        tx.wake_account(account);
    }
    Ok(Some(stored.news))
}

async fn stored(tx: &mut Tx, host: HostId, told: &Told) -> Result<Option<Stored>, Problem> {
    sql("SELECT generation, state, text_fr, text_en, drift, change_id, account_id, body FROM resources
         WHERE host_id = $1 AND kind = $2 AND key = $3")
    .bind(host)
    .bind(told.kind.code())
    .bind(told.key)
    .optional(tx.on(), |row| {
        let state: String = row.get("state")?;
        let drift: Option<String> = row.get("drift")?;
        Ok(Stored {
            generation: row.get("generation")?,
            state: ChangeState::from_code(&state)
                .ok_or_else(|| internal("a stored state is unknown", &state))?,
            text: row.text("text_fr", "text_en")?,
            drift: drift.and_then(|drift| serde_json::from_str(&drift).ok()),
            news: News {
                change: row.get("change_id")?,
                account: row.get("account_id")?,
                body: row.get("body")?,
            },
        })
    })
    .await
}

/// A generation that nobody wants any more, and was still on its way.
const OF_GENERATION: &str =
    "UPDATE change_states SET state = 'superseded', text_fr = NULL, text_en = NULL, at = $5
    WHERE host_id = $1 AND kind = $2 AND key = $3 AND generation = $4
      AND state IN ('wanted', 'waiting', 'checked', 'held', 'applied')";

/// What was applied before a generation.
const BEFORE: &str = "UPDATE change_states SET state = 'superseded', text_fr = NULL, text_en = NULL, at = $5
    WHERE host_id = $1 AND kind = $2 AND key = $3 AND generation < $4 AND state = 'applied'";

async fn supersede(
    tx: &mut Tx,
    which: &'static str,
    host: HostId,
    told: &Told,
    now: i64,
) -> Result<(), Problem> {
    sql(which)
        .bind(host)
        .bind(told.kind.code())
        .bind(told.key)
        .bind(told.generation)
        .bind(now)
        .run(tx.on())
        .await
        .map(drop)
}

/// Whether it says anything new. Reports come twice (a connection was cut), and the first half of a work is no news
/// after its end: what was applied does not become checked again.
fn is_news(stored: &Stored, told: &Told) -> bool {
    use ChangeState::{Applied, Checked, Verified};
    if (stored.state, &stored.text, &stored.drift) == (told.state, &told.text, &told.drift) {
        return false;
    }
    match (stored.state, told.state) {
        (Applied | Verified, Checked) => false,
        // Something was healed, or is kept as somebody edited it.
        (Verified, Applied) => told.drift.is_some() || told.text.is_some() && told.text != stored.text,
        (before, Verified) => before == Applied,
        _ => true,
    }
}
