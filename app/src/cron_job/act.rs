//! What members do with a cron job by one button.

use super::show::draw;
use crate::{
    http::{Answer, Face, on_form, see},
    parts::Typed,
};
use axum::extract::{Path, State};
use model::{CronJobId, Problem};
use server::{Server, change::Done, cron_job, cron_job::CronJobView};

async fn after(
    server: &Server,
    face: &Face,
    id: CronJobId,
    done: Result<Done<CronJobView>, Problem>,
    said: &str,
) -> Answer {
    match done {
        Ok(_) => see(format!("/cron-jobs/{id}"), said),
        Err(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            draw(server, &face.at(format!("/cron-jobs/{id}")), id, typed).await
        }
    }
}

/// `POST /cron-jobs/{cron_job}/run`
pub async fn run(State(server): State<Server>, face: Face, Path(id): Path<CronJobId>) -> Answer {
    let done = cron_job::run_now(&server, face.me()?, id, None).await;
    after(&server, &face, id, done, "cron_job_run").await
}

/// `POST /cron-jobs/{cron_job}/pause`
pub async fn pause(State(server): State<Server>, face: Face, Path(id): Path<CronJobId>) -> Answer {
    let done = cron_job::pause(&server, face.me()?, id, None).await;
    after(&server, &face, id, done, "cron_job_paused").await
}

/// `POST /cron-jobs/{cron_job}/resume`
pub async fn resume(State(server): State<Server>, face: Face, Path(id): Path<CronJobId>) -> Answer {
    let done = cron_job::resume(&server, face.me()?, id, None).await;
    after(&server, &face, id, done, "cron_job_resumed").await
}

/// `POST /cron-jobs/{cron_job}/delete`
pub async fn delete(State(server): State<Server>, face: Face, Path(id): Path<CronJobId>) -> Answer {
    match cron_job::delete(&server, face.me()?, id, None).await {
        Ok(done) => see(format!("/accounts/{}/cron-jobs", done.item.account.id), "cron_job_deleted"),
        Err(problem) => after(&server, &face, id, Err(problem), "").await,
    }
}
