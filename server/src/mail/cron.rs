//! Cron jobs that begin to fail, or work again: told to those who can look after them.

use super::{
    Facts, Kind,
    readers::{Those, tell_those},
};
use crate::{
    Server,
    account::AccountView,
    store::{Tx, sql},
};
use model::{CronJobId, Problem, RunEnd, Text, text};

/// What is told of a job.
pub(crate) struct JobNews {
    pub job: CronJobId,
    /// What it does, in one line.
    pub words: String,
    /// When the run began.
    pub at: i64,
    /// How it failed; `None`: it works again.
    pub failed: Option<RunEnd>,
}

/// Tells webmasters, managers and owners, and the member's technical contacts. The caller has made sure that this panel sends mail.
pub(crate) async fn cron_job(
    tx: &mut Tx,
    server: &Server,
    account: &AccountView,
    news: JobNews,
) -> Result<(), Problem> {
    let kind = if news.failed.is_some() { Kind::CronFails } else { Kind::CronWorks };
    let facts = Facts {
        account: Some(account.name.to_string()),
        job: Some(news.job),
        words: Some(news.words.chars().take(200).collect()),
        run_at: Some(news.at),
        how: news.failed.map(words),
        ..Facts::default()
    };
    let news = (kind, Some(format!("{} {}", news.job, news.at)), facts);
    tell_those(tx, server, account, Those::Working, news).await.map(drop)
}

/// Whether a mail that this job fails has not left yet.
pub(crate) async fn failure_waits(tx: &mut Tx, job: CronJobId) -> Result<bool, Problem> {
    let waiting: i64 =
        sql("SELECT COUNT(*) FROM mails WHERE state = 'queued' AND kind = $1 AND about LIKE $2")
            .bind(Kind::CronFails.code())
            .bind(format!("{job} %"))
            .one(tx.on(), |row| row.first())
            .await?;
    Ok(waiting > 0)
}

fn words(end: RunEnd) -> Text {
    match end {
        RunEnd::Exit { code } => {
            text!("Elle s’est terminée avec le code {code}.", "It ended with the code {code}.")
        }
        RunEnd::Signal { number } => {
            text!("Elle a été arrêtée par le signal {number}.", "It was ended by the signal {number}.")
        }
        RunEnd::TimeLimit => Text::new(
            "Elle a dépassé sa durée limite et a été arrêtée.",
            "It went beyond its time limit and was ended.",
        ),
        RunEnd::Memory => Text::new(
            "Elle a demandé trop de mémoire et a été arrêtée.",
            "It asked for too much memory and was ended.",
        ),
        _ => Text::new("Elle n’a pas pu être lancée.", "It could not be started."),
    }
}
