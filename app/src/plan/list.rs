//! The plans, side by side.

use super::space;
use crate::{
    http::{Answer, Face},
    parts::{self, Cell, empty, link_main, next_page, table},
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang};
use server::{Server, plan::PlanView};

/// `GET /plans`
pub async fn list(State(server): State<Server>, face: Face, Query(page): Query<parts::Page>) -> Answer {
    let lang = face.lang;
    let plans = server::plan::list(&server, face.me()?, &page.listing()).await?;
    let next = next_page(lang, "/plans", &page, plans.next.as_deref());
    let about = shell::Page::new(Place::Plans, lang.pick("Offres", "Plans"))
        .lead(lang.pick("Ce qu’un compte peut avoir.", "What an account can have."))
        .act_if(face.may(Duty::Administer).then(|| new(lang)));
    let body = view! { <div class="card card-flat">{rows(&face, plans.items)}</div>{next} };
    Ok(shell::page(&face, about, body))
}

fn new(lang: Lang) -> AnyView {
    link_main("/plans/new", lang.pick("Créer une offre", "Create a plan"))
}

pub fn rows(face: &Face, plans: Vec<PlanView>) -> AnyView {
    let lang = face.lang;
    let may = face.may(Duty::Administer);
    if plans.is_empty() {
        let words = lang.pick(
            "Une offre dit combien de sites, d’espace et de mémoire un compte peut avoir.",
            "A plan says how many sites, how much space and memory an account can have.",
        );
        return empty(lang.pick("Aucune offre", "No plan"), words, may.then(|| new(lang)));
    }
    let rows = plans
        .into_iter()
        .map(|plan| {
            vec![
                match may {
                    true => Cell::link(format!("/plans/{}", plan.id), plan.name),
                    false => Cell::Main(plan.name.into_any()),
                },
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
