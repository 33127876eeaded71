//! The plans, side by side.

use super::space;
use crate::{
    http::{Answer, Face},
    parts::{self, Cell, empty, link_main, next_page, table},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::Lang;
use server::{Server, plan::PlanView};

/// `GET /plans`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let lang = face.lang;
    let plans = server::plan::list(&server, face.me()?, &page.listing()).await?;
    let next = next_page(lang, "/plans", &page, plans.next.as_deref());
    let about = shell::Page::new(Place::Plans, lang.pick("Offres", "Plans"))
        .lead(lang.pick("Ce qu’un compte peut avoir.", "What an account can have."))
        .act(link_main("/plans/new", lang.pick("Créer une offre", "Create a plan")));
    let body = view! { <div class="card card-flat">{rows(lang, plans.items)}</div>{next} };
    Ok(shell::page(&face, about, body))
}

pub fn rows(lang: Lang, plans: Vec<PlanView>) -> AnyView {
    if plans.is_empty() {
        let words = lang.pick(
            "Une offre dit combien de sites, d’espace et de mémoire un compte peut avoir.",
            "A plan says how many sites, how much space and memory an account can have.",
        );
        let act = link_main("/plans/new", lang.pick("Créer une offre", "Create a plan"));
        return empty(lang.pick("Aucune offre", "No plan"), words, Some(act));
    }
    let rows = plans
        .into_iter()
        .map(|plan| {
            vec![
                Cell::link(format!("/plans/{}", plan.id), plan.name),
                Cell::Num(plan.sites_max.to_string()),
                Cell::Num(space(lang, plan.disk_mb)),
                Cell::Num(space(lang, plan.memory_mb)),
                Cell::Num(plan.php_workers.to_string()),
                Cell::Num(plan.accounts.to_string()),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Offre", "Plan"),
        lang.pick("Sites", "Sites"),
        lang.pick("Espace", "Space"),
        lang.pick("Mémoire", "Memory"),
        lang.pick("Processus PHP", "PHP processes"),
        lang.pick("Comptes", "Accounts"),
    ];
    table(lang.pick("Offres", "Plans"), &heads, rows)
}
