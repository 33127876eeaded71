//! Logs over the API.

use super::{Filter, Log, LogView, export, read, tail};
use crate::{
    Server,
    api::{Answer, ApiError, Caller, Listed, Needs, Route, Verb, Who, one, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    http::header,
    response::{IntoResponse, Response},
    routing,
};
use model::{Day, Problem, Right, Scope};
use serde::Deserialize;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/sites/{site}/logs",
        Who::Account(Right::Logs),
        Needs::Token(Scope::Read),
        "Lines of its logs, newest first: ?log=access|errors, filtered by ?q&status&day; older ones with ?before, what comes next with ?after, waiting for it for up to ?wait seconds",
        Answer::One(shape::<LogView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Get,
        "/sites/{site}/logs/download",
        Who::Account(Right::Logs),
        Needs::Token(Scope::Read),
        "The same as a file, oldest first, the newest 8 MiB at most: ?log=access|errors, filtered by ?q&status&day",
        Answer::File(&["text/plain"]),
        || routing::get(download),
    ),
];

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Wanted {
    log: String,
    q: String,
    status: String,
    /// In UTC.
    day: String,
    /// In place of a day: milliseconds since 1970.
    from: Option<i64>,
    until: Option<i64>,
    before: String,
    after: String,
    limit: Option<u16>,
    wait: Option<u16>,
    /// Files have a format; these have one.
    format: String,
}

const DAY_MS: i64 = 24 * 3_600_000;

impl Wanted {
    fn read(&self) -> Result<(Log, Filter), Problem> {
        let day = Some(self.day.as_str()).filter(|day| !day.is_empty()).map(Day::parse).transpose();
        let day = day.map_err(|problem| problem.on("day"))?.map(Day::ms);
        let filter = Filter {
            q: self.q.clone(),
            status: self.status.clone(),
            from: day.or(self.from),
            until: day.map(|day| day + DAY_MS).or(self.until),
            before: self.before.clone(),
            after: self.after.clone(),
        };
        Ok((Log::from_code(&self.log)?, filter))
    }
}

async fn get(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(wanted): Listed<Wanted>,
) -> Result<Response, ApiError> {
    let site = part(&params, "site")?;
    crate::site::show(&server, &actor, site).await?;
    let (log, filter) = wanted.read()?;
    let view = match wanted.wait {
        Some(seconds) => tail(&server, &actor, site, log, &filter, seconds).await?,
        None => read(&server, &actor, site, log, &filter, wanted.limit).await?,
    };
    one(&view, None)
}

async fn download(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(wanted): Listed<Wanted>,
) -> Result<Response, ApiError> {
    let site = part(&params, "site")?;
    let shown = crate::site::show(&server, &actor, site).await?;
    let (log, filter) = wanted.read()?;
    let text = export(&server, &actor, site, log, &filter).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}-{}.log\"", shown.folder, log.code()),
        ),
    ];
    Ok((headers, text).into_response())
}
