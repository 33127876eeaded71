//! Cron jobs: their list on a tab of an account, the page of one, the form.

pub mod act;
pub mod form;
pub mod list;
mod plain;
mod run;
pub mod show;

use crate::parts::{badge, moment_in};
use leptos::prelude::*;
use model::Lang;
use server::cron_job::{CronJobView, How};

/// When it runs: in plain words, and as cron writes it where there are none.
fn when(lang: Lang, job: &CronJobView) -> AnyView {
    match plain::words(lang, job.spec.schedule.as_str()) {
        Some(words) => words.into_any(),
        None => {
            let code = job.spec.schedule.to_string();
            view! { <code>{code}</code> }.into_any()
        }
    }
}

/// How it stands, in one badge: what matters most first.
fn standing(lang: Lang, job: &CronJobView) -> AnyView {
    let (class, words) = match &job.last {
        Some(last) if last.how == How::Running => ("state state-going", lang.pick("en cours", "running")),
        _ if job.failing_at.is_some() => ("state state-bad", lang.pick("échoue", "fails")),
        _ if job.spec.paused => ("state state-past", lang.pick("en pause", "paused")),
        Some(last) if last.is_success() => ("state state-good", lang.pick("réussie", "went well")),
        Some(_) => ("state state-waiting", lang.pick("interrompue", "cut off")),
        None => ("state state-past", lang.pick("pas encore exécutée", "not run yet")),
    };
    badge(class, words)
}

/// Its next times, with the zone they are meant in.
fn next(lang: Lang, times: &[i64], zone: &str) -> AnyView {
    if times.is_empty() {
        return lang.pick("Aucune exécution prévue.", "No run to come.").into_any();
    }
    let items = times.iter().map(|at| view! { <li>{moment_in(lang, *at, zone)}</li> }).collect_view();
    let zone = zone.to_owned();
    view! { <ul class="plain">{items}</ul><p class="hint">{lang.pick("Fuseau horaire\u{a0}: ", "Time zone: ")}{zone}</p> }.into_any()
}
