//! A frozen host: why nothing is sent to it, what differs, and the one act that thaws it, adopting it.

use crate::parts::{Action, Cell, Tone, fold_loss, moment, notice, table};
use leptos::prelude::*;
use model::Lang;
use server::host::{Difference, HostView, Side};

/// `may`: whoever looks may adopt it.
pub fn section(lang: Lang, host: &HostView, difference: &[Difference], may: bool) -> Option<AnyView> {
    let frozen = host.frozen.as_ref()?;
    let said = frozen.text.pick(lang).to_owned();
    let since = view! { <p>{said}</p><p>{lang.pick("Depuis le ", "Since ")}{moment(lang, frozen.since)}". "{lang.pick("Ses sites restent en service\u{a0}; rien de nouveau ne lui est envoyé.", "Its sites stay in service; nothing new is sent to it.")}</p> };
    let title = lang.pick("Cet hôte est gelé", "This host is frozen");
    Some(
        view! {
            {notice(Tone::Bad, title, since)}
            {table_of(lang, difference)}
            {may.then(|| act(lang, host, difference))}
        }
        .into_any(),
    )
}

fn table_of(lang: Lang, difference: &[Difference]) -> AnyView {
    if difference.is_empty() {
        let words = lang.pick(
            "Aucune différence connue entre l’hôte et le panneau.",
            "No known difference between the host and the panel.",
        );
        return view! { <p>{words}</p> }.into_any();
    }
    let rows = difference
        .iter()
        .map(|found| {
            let effect = match found.side {
                Side::HostOnly => lang.pick(
                    "inconnu du panneau\u{a0}: il serait retiré du web",
                    "unknown to the panel: it would be taken off the web",
                ),
                Side::Both => lang.pick(
                    "autre sur l’hôte\u{a0}: l’état du panneau prendrait place",
                    "different on the host: the panel's state would take its place",
                ),
                Side::PanelOnly => lang
                    .pick("absent de l’hôte\u{a0}: il serait créé", "missing on the host: it would be made"),
            };
            let kind = crate::change::words::kind(lang, found.kind);
            vec![
                Cell::Main(crate::change::words::shown(&found.label).into_any()),
                Cell::text(kind),
                Cell::text(effect),
            ]
        })
        .collect();
    let title = lang.pick("Ce qui diffère", "What differs");
    let heads = [
        lang.pick("Nom", "Name"),
        lang.pick("Ressource", "Resource"),
        lang.pick("Effet de l’adoption", "Effect of adopting"),
    ];
    view! { <section class="card card-flat"><div class="card-head"><h2>{title}</h2></div>{table(title, &heads, rows)}</section> }.into_any()
}

fn act(lang: Lang, host: &HostView, difference: &[Difference]) -> AnyView {
    let lost: Vec<String> = difference
        .iter()
        .filter(|found| found.side == Side::HostOnly)
        .map(|found| crate::change::words::shown(&found.label))
        .collect();
    let loses = if lost.is_empty() {
        lang.pick(
            "Rien de ce que l’hôte sert ne serait perdu.",
            "Nothing of what the host serves would be lost.",
        )
        .to_owned()
    } else {
        let lost = lost.join(", ");
        lang.pick(
            format!("Seraient retirés du web\u{a0}: {lost}."),
            format!("Would be taken off the web: {lost}."),
        )
    };
    let words = lang.pick(
        "L’état du panneau vaudra seul à partir de maintenant, et tout sera renvoyé à l’hôte.",
        "The panel's state alone will count from now on, and everything will be sent to the host again.",
    );
    let act = Action::new(format!("/hosts/{}/adopt", host.id), lang.pick("Adopter l’hôte", "Adopt the host"))
        .hidden("version", host.version.to_string())
        .loss();
    fold_loss(
        lang.pick("Adopter l’hôte…", "Adopt the host…"),
        false,
        view! { <p>{words}</p><p>{loses}</p>{act.view()} },
    )
}
