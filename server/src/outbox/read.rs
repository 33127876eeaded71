//! What an account sent, asked of its host when somebody looks.

use crate::{Actor, Server, account, actor::not_found, log, store::sql};
use model::{
    AccountId, Day, HostFacts, HostId, Outbox, Problem, ProblemKind, TenantUid, Text,
    wire::{Answer, Query},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

const DAY_MS: i64 = 24 * 3_600_000;

/// What an account sent and may send. A mail to several people counts once for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Outbox)]
pub struct OutboxView {
    /// Within the last hour and the last 24, and how many its plan allows.
    pub hour: u32,
    pub hour_max: u32,
    pub day: u32,
    pub day_max: u32,
    /// The last thirty days, in UTC, oldest first.
    pub days: Vec<OutboxDay>,
    /// Mails that wait for the cooperative's decision, and since when.
    pub held: u32,
    pub held_since: Option<i64>,
    /// The last that were refused, newest first.
    pub refused: Vec<RefusedView>,
    /// Whether the host has a mail server; without one nothing leaves. None: it is not known.
    pub mail_server: Option<bool>,
    /// Why there is nothing, in words, if the host could not be asked.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutboxDay {
    #[schema(value_type = String)]
    pub day: Day,
    pub sent: u32,
    pub held: u32,
    pub refused: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RefusedMail)]
pub struct RefusedView {
    pub at: i64,
    /// The reason's code.
    pub why: String,
    #[schema(value_type = Object)]
    pub text: Text,
    /// To how many people it was; 0 where that was not looked at.
    pub to: u32,
    /// The site and the script, as the sender says of itself.
    pub from: Option<String>,
}

/// What an account sent.
pub async fn read(server: &Server, actor: &Actor, id: AccountId) -> Result<OutboxView, Problem> {
    let account = account::show(server, actor, id).await?;
    let view = ask(server, id).await?;
    Ok(OutboxView { hour_max: account.plan.mails_hour, day_max: account.plan.mails_day, ..view })
}

async fn ask(server: &Server, id: AccountId) -> Result<OutboxView, Problem> {
    let found = sql(
        "SELECT a.uid, a.host_id, h.facts FROM accounts a JOIN hosts h ON h.id = a.host_id WHERE a.id = $1",
    )
    .bind(id)
    .optional(server.store.on(), |row| {
        let facts: Option<String> = row.get("facts")?;
        let facts = facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
        let uid: u32 = row.get("uid")?;
        Ok((TenantUid::try_from(uid)?, row.get::<HostId>("host_id")?, facts))
    })
    .await?;
    let (uid, host, facts) = found.ok_or_else(not_found)?;
    let mail_server = facts.as_ref().map(|facts| facts.mail_server);
    let nothing = |text: Text| OutboxView { mail_server, text: Some(text), ..OutboxView::default() };
    if !facts.is_some_and(|facts| facts.outbox) {
        return Ok(OutboxView { mail_server: None, ..nothing(log::older_agent()) });
    }
    Ok(match server.hub.ask(host, Query::Outbox { uid }).await {
        Ok(Answer::Outbox { outbox }) => view(outbox, mail_server, Day::from_ms(server.world.now_ms())),
        Ok(Answer::Failed { text }) => nothing(text),
        Ok(_) => nothing(log::strange()),
        Err(problem) if problem.kind == ProblemKind::Unavailable => nothing(problem.text),
        Err(problem) => return Err(problem),
    })
}

fn view(outbox: Outbox, mail_server: Option<bool>, today: Day) -> OutboxView {
    let moment = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
    let told: BTreeMap<Day, _> = outbox.days.into_iter().map(|day| (day.day, day)).collect();
    let last = i64::try_from(Outbox::DAYS).unwrap_or(30);
    let days = (0..last).rev().map(|ago| {
        let day = Day::from_ms(today.ms() - ago * DAY_MS);
        let of = told.get(&day);
        let count = |count: fn(&model::MailDay) -> u32| of.map_or(0, count);
        OutboxDay {
            day,
            sent: count(|day| day.sent),
            held: count(|day| day.held),
            refused: count(|day| day.refused),
        }
    });
    OutboxView {
        hour: outbox.hour,
        day: outbox.day,
        days: days.collect(),
        held: outbox.held,
        held_since: outbox.since.map(moment),
        refused: outbox
            .refused
            .into_iter()
            .take(Outbox::REFUSED)
            .map(|one| RefusedView {
                at: moment(one.at),
                why: one.why.code().to_owned(),
                text: one.why.text(),
                to: one.to,
                from: one.from.map(|from| from.chars().filter(|c| !c.is_control()).take(150).collect()),
            })
            .collect(),
        mail_server,
        ..OutboxView::default()
    }
}
