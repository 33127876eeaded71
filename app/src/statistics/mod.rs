//! The visits of a site, drawn.

mod show;

pub use show::show;

use crate::parts::{link, link_main};
use leptos::prelude::*;
use model::Lang;
use server::site::SiteView;

/// The way here and to the logs, on the site's page. `reads`: whoever looks may read the logs.
pub fn card(lang: Lang, site: &SiteView, reads: bool) -> AnyView {
    let words = if reads {
        lang.pick(
            "Combien de gens viennent, d’où, et ce qu’ils lisent, compté sans cookie. Dans les journaux, chaque demande et chaque erreur, en direct.",
            "How many people come, from where, and what they read, counted without cookies. In the logs, each request and each error, live.",
        )
    } else {
        lang.pick(
            "Combien de gens viennent, d’où, et ce qu’ils lisent, compté sans cookie.",
            "How many people come, from where, and what they read, counted without cookies.",
        )
    };
    let path = format!("/sites/{}", site.id);
    let statistics = link_main(format!("{path}/statistics"), lang.pick("Statistiques", "Statistics"));
    let logs = reads.then(|| {
        view! {
            {link(format!("{path}/logs"), lang.pick("Journal des visites", "Log of visits"))}
            {link(format!("{path}/logs?log=errors"), lang.pick("Journal des erreurs", "Log of errors"))}
        }
    });
    view! {
        <section class="card stack" aria-labelledby="visits">
            <h2 id="visits">{lang.pick("Visites", "Visits")}</h2>
            <p>{words}</p>
            <div class="acts">{statistics}{logs}</div>
        </section>
    }
    .into_any()
}
