//! What a cron job is on disk: one file, which the scheduler reads.

use crate::{
    paths::Paths,
    reconcile::product::{Places, Product, Products},
    render::RenderError,
};
use jiff::tz::TimeZone;
use model::{CronJob, Text, text};

pub fn products(job: &CronJob, paths: &Paths) -> Result<Products, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(job)
        .map_err(|error| RenderError { template: "cron job".to_owned(), reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(Products { files: vec![Product { path: paths.job(job.id), bytes }], ..Products::default() })
}

/// Where that lies; for what is to go.
pub fn places(job: &CronJob, paths: &Paths) -> Places {
    Places { files: vec![paths.job(job.id)], ..Places::default() }
}

/// Why this host could never run it.
pub fn refusal(job: &CronJob) -> Option<Text> {
    let zone = &job.zone;
    TimeZone::get(zone.as_str()).is_err().then(|| {
        text!(
            "Cet hôte ne connaît pas le fuseau horaire {zone}\u{a0}: choisissez-en un autre.",
            "This host does not know the time zone {zone}: choose another one."
        )
    })
}
