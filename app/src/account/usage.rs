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
                _ => most.to_string(),
            };
            facts.line(word(lang, *what), value)
        },
    );
    facts.view()
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
    }
}
