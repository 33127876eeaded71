//! A host whose history is not ours: it goes on serving, nothing is sent to it, and an admin is told (DESIGN.md, law 6).

use crate::{
    Actor, Server,
    change::{self, Act, Subject},
    store::{Tx, sql},
};
use model::{HostId, Problem, Text, wire::Refusal};

/// Freezes a host, once; the alarm is a change of the host. Gives the host's epoch, raised to the agent's, so that an
/// adoption is above both.
pub async fn freeze(
    server: &Server,
    tx: &mut Tx,
    host: HostId,
    theirs: u64,
    text: &Text,
) -> Result<u64, Problem> {
    let now = server.world.now_ms();
    let (epoch, name, already): (u64, String, Option<i64>) =
        sql("UPDATE hosts SET epoch = CASE WHEN epoch < $2 THEN $2 ELSE epoch END WHERE id = $1
             RETURNING epoch, name, frozen_at")
        .bind(host)
        .bind(theirs)
        .one(tx.on(), |row| Ok((row.get("epoch")?, row.get("name")?, row.get("frozen_at")?)))
        .await?;
    sql("UPDATE hosts SET frozen_at = COALESCE(frozen_at, $2), frozen_fr = $3, frozen_en = $4, version = version + 1
         WHERE id = $1")
        .bind(host)
        .bind(now)
        .bind(text.fr.as_ref())
        .bind(text.en.as_ref())
        .run(tx.on())
        .await?;
    if already.is_none() {
        tracing::error!(%host, name, reason = %text.en, "host frozen: nothing is sent to it until an admin decides");
        let mut act = Act::new("host.freeze", Subject::new("host", host, &name));
        act.host = Some(host);
        act.after = Some(serde_json::json!({ "reason": text }));
        change::record(tx, &*server.world, &Actor::panel(), act).await?;
    }
    tx.wake_host(host);
    Ok(epoch)
}

/// What an agent's refusal of our changes means.
pub fn text_of(reason: Refusal) -> Text {
    match reason {
        Refusal::OtherPanel => Text::new(
            "L’hôte suit un autre panneau et a refusé nos modifications. S’il doit suivre celui-ci, enrôlez-le à nouveau.",
            "The host follows another panel and refused our changes. If it shall follow this one, enrol it again.",
        ),
        Refusal::Older => Text::new(
            "L’hôte a refusé nos modifications\u{a0}: elles sont plus anciennes que les siennes. Comparez, puis adoptez-le.",
            "The host refused our changes: they are older than its own. Compare, then adopt it.",
        ),
        Refusal::OtherContent => Text::new(
            "L’hôte a refusé nos modifications\u{a0}: sous le même numéro, il a autre chose. Comparez, puis adoptez-le.",
            "The host refused our changes: under the same number it has other content. Compare, then adopt it.",
        ),
        Refusal::Gap => Text::new(
            "L’hôte a refusé nos modifications\u{a0}: il lui en manque de plus anciennes. Comparez, puis adoptez-le.",
            "The host refused our changes: it lacks earlier ones. Compare, then adopt it.",
        ),
    }
}
