//! Asks a site's host for lines of its logs.

use super::{Addresses, Filter, LINES, Log, LogView};
use crate::{Actor, Server, actor::not_found, grant, site, store::sql};
use model::{
    HostFacts, HostId, LOGS, LogAsk, NameSince, Problem, ProblemKind, Right, SiteId, SiteName, TenantUid,
    Text, UnixName,
    wire::{Answer, Query},
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often the host is asked again while somebody waits for what comes next, and how long one may wait.
const AGAIN: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// Whom to ask, and for what. Made for whoever may read these logs, and for nobody else.
pub(super) struct Source {
    host: HostId,
    knows_logs: bool,
    account: UnixName,
    uid: TenantUid,
    folder: SiteName,
    names: Vec<NameSince>,
    short: bool,
}

/// The site's host and names, for who may read its logs. What was asked of a name before the account held its domain is another's affair.
pub(super) async fn source(server: &Server, actor: &Actor, id: SiteId) -> Result<Source, Problem> {
    let site = site::show(server, actor, id).await?;
    grant::access(server, actor, site.account.id).await?.must(Right::Logs)?;
    let names = sql("SELECT n.name, d.created_at FROM names n JOIN domains d ON d.name = n.domain
                     WHERE n.site_id = $1 AND d.account_id = $2 ORDER BY n.position")
    .bind(id)
    .bind(site.account.id)
    .all(server.store.on(), |row| {
        let since: i64 = row.get("created_at")?;
        Ok(NameSince { name: row.get("name")?, since: u64::try_from(since).unwrap_or(0) })
    })
    .await?;
    let found = sql("SELECT a.uid, a.name, a.host_id, h.facts FROM accounts a JOIN hosts h ON h.id = a.host_id WHERE a.id = $1")
        .bind(site.account.id)
        .optional(server.store.on(), |row| {
            let facts: Option<String> = row.get("facts")?;
            let facts = facts.and_then(|facts| serde_json::from_str::<HostFacts>(&facts).ok());
            let uid: u32 = row.get("uid")?;
            Ok((row.get("host_id")?, facts.unwrap_or_default().logs >= LOGS, row.get("name")?, TenantUid::try_from(uid)?))
        })
        .await?;
    let (host, knows_logs, account, uid) = found.ok_or_else(not_found)?;
    let short = server.config.logs.addresses == Addresses::Network;
    Ok(Source { host, knows_logs, account, uid, folder: site.folder, names, short })
}

impl Source {
    /// One question to the host. A host that cannot be asked says why in the answer: that is no fault of whoever asks.
    pub(super) async fn ask(&self, server: &Server, log: Log, ask: LogAsk) -> Result<LogView, Problem> {
        if !self.knows_logs {
            return Ok(self.nothing(log, older_agent()));
        }
        let query = match log {
            Log::Access => Query::AccessLog { names: self.names.clone(), short: self.short, wanted: ask },
            Log::Errors => Query::ErrorLog {
                account: self.account.clone(),
                uid: self.uid,
                folder: self.folder.clone(),
                short: self.short,
                wanted: ask,
            },
        };
        let view = self.empty(log);
        Ok(match server.hub.ask(self.host, query).await {
            Ok(Answer::AccessLog { page }) if log == Log::Access => LogView {
                visits: page.lines.into_iter().map(Into::into).collect(),
                older: page.older,
                newest: page.newest,
                cut: page.cut,
                ..view
            },
            Ok(Answer::ErrorLog { page }) if log == Log::Errors => LogView {
                errors: page.lines.into_iter().map(Into::into).collect(),
                older: page.older,
                newest: page.newest,
                cut: page.cut,
                ..view
            },
            Ok(Answer::Failed { text }) => self.nothing(log, text),
            Ok(_) => self.nothing(log, strange()),
            Err(problem) if problem.kind == ProblemKind::Unavailable => self.nothing(log, problem.text),
            Err(problem) => return Err(problem),
        })
    }

    fn nothing(&self, log: Log, text: Text) -> LogView {
        LogView { text: Some(text), ..self.empty(log) }
    }

    fn empty(&self, log: Log) -> LogView {
        let addresses = if self.short { Addresses::Network } else { Addresses::Whole };
        let (visits, errors) = (vec![], vec![]);
        LogView { log, visits, errors, older: None, newest: None, cut: false, addresses, text: None }
    }
}

pub(crate) fn older_agent() -> Text {
    Text::new(
        "L’agent de cet hôte est d’une version qui ne lit pas encore les journaux\u{a0}: la coopérative doit y mettre à jour le paquet alveole-agent.",
        "This host's agent is of a version that does not read logs yet: the cooperative has to update the package alveole-agent there.",
    )
}

pub(crate) fn strange() -> Text {
    Text::new("L’hôte a répondu autre chose.", "The host answered something else.")
}

/// Lines of one of a site's logs, newest first.
pub async fn read(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    log: Log,
    filter: &Filter,
    limit: Option<u16>,
) -> Result<LogView, Problem> {
    // Whether it is there comes first: what is not has nothing to be filtered.
    let source = source(server, actor, site).await?;
    source.ask(server, log, filter.ask(limit.unwrap_or(LINES))?).await
}

/// The same, waiting for something to come after `filter.after` for so many seconds at most.
pub async fn tail(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    log: Log,
    filter: &Filter,
    seconds: u16,
) -> Result<LogView, Problem> {
    let end = Instant::now() + Duration::from_secs(seconds.into()).min(LONGEST_WAIT);
    loop {
        // Asked anew each time: who lost the right meanwhile hears no more.
        let view = read(server, actor, site, log, filter, None).await?;
        let news = !view.visits.is_empty() || !view.errors.is_empty() || view.text.is_some() || view.cut;
        if news || Instant::now() + AGAIN > end {
            return Ok(view);
        }
        sleep(AGAIN).await;
    }
}
