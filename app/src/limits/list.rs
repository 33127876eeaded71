//! Limits that are near, and those that held an account back: in words.

use crate::{
    account::usage,
    parts::{Cell, Tone, ago, notice, table},
};
use leptos::prelude::*;
use model::{AccountId, Lang};
use server::{
    account::{Limit, Limited},
    limits::BiteView,
};

/// What is told on the account's page before anything is refused: space and files of which four fifths are taken, or all.
pub fn near(lang: Lang, account: AccountId, limits: &[Limit]) -> Option<AnyView> {
    let share = |limit: &Limit| match limit.most {
        0 => 100,
        most => u64::from(limit.used.unwrap_or(0)) * 100 / u64::from(most),
    };
    let watched =
        |limit: &&Limit| matches!(limit.what, Limited::DiskMb | Limited::Files) && limit.used.is_some();
    let near: Vec<&Limit> = limits.iter().filter(watched).filter(|limit| share(limit) >= 80).collect();
    if near.is_empty() {
        return None;
    }
    let full = near.iter().any(|limit| share(limit) >= 100);
    let (tone, title) = match full {
        true => {
            (Tone::Bad, lang.pick("Une limite de l’offre est atteinte", "A limit of the plan is reached"))
        }
        false => (Tone::Held, lang.pick("Une limite de l’offre approche", "A limit of the plan comes near")),
    };
    let lines = near
        .into_iter()
        .map(|limit| {
            let word = usage::short(lang, limit.what);
            let words = lang.pick(
                format!("{word}\u{a0}: {}\u{a0}% de ce que l’offre permet.", share(limit)),
                format!("{word}: {}% of what the plan allows.", share(limit)),
            );
            view! { <li>{words}</li> }
        })
        .collect_view();
    let advice = lang.pick(
        "Supprimez ce qui ne sert plus, ou demandez une offre plus grande.",
        "Delete what is no longer needed, or ask for a larger plan.",
    );
    let href = format!("/accounts/{account}/use");
    Some(notice(
        tone,
        title,
        view! { <ul>{lines}</ul><p>{advice}" "<a href=href>{lang.pick("Voir ce qu’il prend", "See what it takes")}</a></p> },
    ))
}

/// What held the account back lately: which limit, when, and whom it met.
pub fn recent(lang: Lang, now_ms: i64, bites: &[BiteView]) -> AnyView {
    let rows = bites
        .iter()
        .map(|bite| {
            vec![
                Cell::Main(what(lang, bite.what).into_any()),
                Cell::view(by(lang, bite)),
                Cell::view(ago(lang, now_ms, bite.at)),
                Cell::Num(times(bite)),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Limite", "Limit"),
        lang.pick("Ce qui en voulait plus", "What wanted more"),
        lang.pick("Vu la dernière fois", "Last seen"),
        lang.pick("Fois dans l’heure", "Times in that hour"),
    ];
    table(lang.pick("Quand une limite a joué", "When a limit held it back"), &heads, rows)
}

/// How often says something of what was ended or refused, one by one; not of what goes on.
fn times(bite: &BiteView) -> String {
    match bite.what {
        "memory" | "processes" => bite.times.to_string(),
        _ => String::new(),
    }
}

fn what(lang: Lang, what: &str) -> &'static str {
    match what {
        "space" => lang.pick("Espace\u{a0}: plus rien ne s’écrit", "Space: nothing more can be written"),
        "files" => lang.pick("Fichiers\u{a0}: aucun ne se crée plus", "Files: no more can be made"),
        "memory" => lang.pick("Mémoire\u{a0}: un processus a été arrêté", "Memory: a process was ended"),
        "cpu" => lang.pick("Processeur\u{a0}: ralenti", "CPU: slowed down"),
        _ => lang.pick("Processus\u{a0}: aucun de plus n’a pu démarrer", "Processes: no more could start"),
    }
}

fn by(lang: Lang, bite: &BiteView) -> AnyView {
    if let Some(job) = bite.job {
        let words = lang.pick("Une tâche planifiée", "A cron job");
        return view! { <a href=format!("/cron-jobs/{job}")>{words}</a> }.into_any();
    }
    match bite.by {
        "php" => lang.pick("PHP ou un programme", "PHP or a program"),
        "cell" => lang.pick("Apache, pour ses sites", "Apache, for its sites"),
        "app" => lang.pick("L’installation d’une application", "An application’s installation"),
        _ => lang.pick("Le compte entier", "The whole account"),
    }
    .into_any()
}
