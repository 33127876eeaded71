//! Cron jobs over the API.

use super::{
    CronJobView, NewCronJob, RunView, create, delete, list, pause, resume, run_now, runs, show, update,
};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, IfMatch, Needs, Route, Verb, Who, created, done, handler, part, shape},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
    routing,
};
use model::{Right, Scope};

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/cron-jobs",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "An account's cron jobs",
        Answer::Page(shape::<CronJobView>),
        || routing::get(get_all),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/cron-jobs",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Add a cron job: a PHP script or a command of the account's, run in its cell",
        Answer::Made(shape::<CronJobView>),
        || routing::post(post),
    )
    .takes(shape::<NewCronJob>),
    Route::new(
        Verb::Get,
        "/cron-jobs/{cron_job}",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "One cron job, with its next five times and its last run",
        Answer::One(shape::<CronJobView>),
        || routing::get(get),
    ),
    Route::new(
        Verb::Patch,
        "/cron-jobs/{cron_job}",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "What it does and when; what is not said stays",
        Answer::One(shape::<CronJobView>),
        || routing::patch(patch),
    )
    .takes(shape::<NewCronJob>),
    Route::new(
        Verb::Post,
        "/cron-jobs/{cron_job}/run",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Run it now, once; a run that is still going is left alone",
        Answer::One(shape::<CronJobView>),
        || routing::post(run),
    ),
    Route::new(
        Verb::Post,
        "/cron-jobs/{cron_job}/pause",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Start it at its times no more",
        Answer::One(shape::<CronJobView>),
        || routing::post(stop),
    ),
    Route::new(
        Verb::Post,
        "/cron-jobs/{cron_job}/resume",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Start it at its times again",
        Answer::One(shape::<CronJobView>),
        || routing::post(go_on),
    ),
    Route::new(
        Verb::Get,
        "/cron-jobs/{cron_job}/runs",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "Its last runs, newest first, with what they wrote",
        Answer::Page(shape::<RunView>),
        || routing::get(get_runs),
    ),
    Route::new(
        Verb::Delete,
        "/cron-jobs/{cron_job}",
        Who::Account(Right::Sites),
        Needs::Token(Scope::Sites),
        "Delete it; what is running of it ends",
        Answer::Nothing,
        || routing::delete(remove),
    ),
];

handler!(page get_all = list, of "account");

async fn post(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<NewCronJob>,
) -> Result<Response, ApiError> {
    let made = create(&server, &asked.actor, part(&params, "account")?, asked.body).await?;
    created(&made.item, Some(made.item.version), made.change, &format!("/cron-jobs/{}", made.item.id))
}

handler!(one get = show, of "cron_job");

async fn patch(
    State(server): State<Server>,
    IfMatch(expected): IfMatch,
    params: RawPathParams,
    asked: Asked<NewCronJob>,
) -> Result<Response, ApiError> {
    let set = update(&server, &asked.actor, part(&params, "cron_job")?, expected, asked.body).await?;
    done(&set, Some(set.item.version))
}

handler!(act run = run_now, of "cron_job");
handler!(act stop = pause, of "cron_job");
handler!(act go_on = resume, of "cron_job");
handler!(page get_runs = runs, of "cron_job");
handler!(end remove = delete, of "cron_job");
