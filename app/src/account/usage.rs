//! What an account has of what its plan allows, drawn.

use crate::{
    parts::{Facts, meter},
    plan::space,
};
use leptos::prelude::*;
use model::Lang;
use server::account::{AccountView, Limit, Limited};

/// The card below the sites: what is counted as meters, what nobody counts yet as what the plan allows.
pub fn card(lang: Lang, account: &AccountView, limits: &[Limit]) -> AnyView {
    let name = account.plan.name.clone();
    let title = lang.pick(format!("Offre {name}"), format!("Plan {name}"));
    view! {
        <section class="card stack" aria-labelledby="plan">
            <h2 id="plan">{title}</h2>
            {meters(lang, limits)}
            {allowed(lang, limits)}
            <p><a href=format!("/accounts/{}/use", account.id)>{lang.pick("Ce qu’il prend, et quand une limite a joué", "What it takes, and when a limit held it back")}</a></p>
            <p><a href=format!("/accounts/{}/outbox", account.id)>{lang.pick("Le courrier envoyé par ses sites", "The mail its sites send")}</a></p>
            <p><a href=format!("/accounts/{}/space", account.id)>{lang.pick("L’espace au fil du temps", "Space over time")}</a></p>
        </section>
    }
    .into_any()
}

/// The meters alone.
pub fn meters(lang: Lang, limits: &[Limit]) -> AnyView {
    let drawn = limits
        .iter()
        .filter_map(|limit| Some(meter(lang, counted(lang, limit.what), limit.used?, limit.most)))
        .collect_view();
    view! { <div class="meters">{drawn}</div> }.into_any()
}

fn allowed(lang: Lang, limits: &[Limit]) -> AnyView {
    let facts = limits.iter().filter(|limit| limit.used.is_none()).fold(
        Facts::new(),
        |facts, Limit { what, most, .. }| {
            let value = match what {
                Limited::DiskMb | Limited::MemoryMb => space(lang, *most),
                Limited::CpuPercent => cores(lang, *most),
                _ => most.to_string(),
            };
            facts.line(word(lang, *what), value)
        },
    );
    facts.view()
}

/// Hundredths of a processor, as people say them.
pub fn cores(lang: Lang, percent: u32) -> String {
    let (whole, rest) = (percent / 100, percent % 100);
    let number = match rest {
        0 => whole.to_string(),
        _ if rest.is_multiple_of(10) => {
            lang.pick(format!("{whole},{}", rest / 10), format!("{whole}.{}", rest / 10))
        }
        _ => lang.pick(format!("{whole},{rest:02}"), format!("{whole}.{rest:02}")),
    };
    match percent {
        0..200 => lang.pick(format!("{number}\u{a0}cœur"), format!("{number}\u{a0}core")),
        _ => lang.pick(format!("{number}\u{a0}cœurs"), format!("{number}\u{a0}cores")),
    }
}

/// What is limited, alone.
pub fn short(lang: Lang, what: Limited) -> &'static str {
    match what {
        Limited::DiskMb => lang.pick("Espace", "Space"),
        what => word(lang, what),
    }
}

/// As a meter says it, whose numbers have no unit.
fn counted(lang: Lang, what: Limited) -> &'static str {
    match what {
        Limited::DiskMb => lang.pick("Espace, en Mo", "Space, in MB"),
        what => word(lang, what),
    }
}

fn word(lang: Lang, what: Limited) -> &'static str {
    match what {
        Limited::Sites => lang.pick("Sites", "Sites"),
        Limited::Names => lang.pick("Noms du site qui en a le plus", "Names of the site with the most"),
        Limited::Databases => lang.pick("Bases de données", "Databases"),
        Limited::DiskMb => lang.pick("Espace, au plus", "Space, at most"),
        Limited::MemoryMb => lang.pick("Mémoire, au plus", "Memory, at most"),
        Limited::PhpWorkers => {
            lang.pick("Processus PHP à la fois, au plus", "PHP processes at once, at most")
        }
        Limited::Files => lang.pick("Fichiers, dossiers et liens", "Files, folders and links"),
        Limited::CpuPercent => lang.pick("Processeur, au plus", "CPU, at most"),
        Limited::Processes => {
            lang.pick("Processus et fils à la fois, au plus", "Processes and threads at once, at most")
        }
    }
}
