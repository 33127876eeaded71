//! What an account holds on the disk, drawn over time.

use crate::{
    http::{Answer, Face},
    log::size,
    parts::{Chart, Facts, Tone, chart, count, empty, fold, moment, notice, periods, signed, values},
    shell::{self, Place},
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{AccountId, Lang};
use serde::Deserialize;
use server::{
    Server,
    space::{DayView, SpaceView},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `year`; else the last ninety days.
    time: String,
}

const SHORT: usize = 90;
const MB: u64 = 1_000_000;

/// `GET /accounts/{account}/space`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let lang = face.lang;
    let year = asked.time == "year";
    let account = server::account::show(&server, face.me()?, id).await?;
    let found = server::space::read(&server, face.me()?, id).await?;
    let page = shell::Page::new(Place::Accounts, lang.pick("Espace", "Space"))
        .from(account.name.to_string(), format!("/accounts/{id}"));
    let path = format!("/accounts/{id}/space");
    let body = view! {
        <div class="stack">
            {periods(lang, lang.pick("90 jours", "90 days"), &path, year)}
            {drawn(lang, &found, year)}
        </div>
    };
    Ok(shell::page(&face, page, body))
}

fn drawn(lang: Lang, found: &SpaceView, year: bool) -> AnyView {
    if let Some(text) = &found.text {
        let title = lang.pick("L’espace ne peut pas être lu maintenant", "The space cannot be read now");
        return notice(Tone::Held, title, view! { <p>{text.pick(lang).to_owned()}</p> });
    }
    let Some(last) = found.days.last() else {
        let words = lang.pick("L’hôte compte chaque heure.", "The host counts each hour.");
        return empty(lang.pick("Pas encore compté", "Not counted yet"), words, None);
    };
    let most = u64::from(found.most_mb) * MB;
    let facts = Facts::new()
        .line(lang.pick("Espace pris", "Space taken"), size(lang, last.octets))
        .line(lang.pick("L’offre permet", "The plan allows"), size(lang, most))
        .line(
            lang.pick("Fichiers, dossiers et liens", "Files, folders and links"),
            count(lang, signed(last.files)),
        )
        .line(lang.pick("Compté le", "Counted"), moment(lang, last.at))
        .view();
    let first = if year { 0 } else { found.days.len().saturating_sub(SHORT) };
    let days = &found.days[first..];
    let line = |code, title, of: fn(&DayView) -> u64| Chart {
        code,
        title,
        each: title,
        figure: signed(of(last)),
        href: None,
        points: days.iter().map(|day| (day.day, signed(of(day)))).collect(),
    };
    let charts = vec![
        line("space", lang.pick("Mo pris", "MB taken"), |day| day.octets.div_ceil(MB)),
        line("files", lang.pick("fichiers", "files"), |day| day.files),
    ];
    let all = values(lang, &charts);
    let charts = charts.into_iter().map(|one| chart(lang, one)).collect_view();
    let cut = last.cut.then(|| {
        lang.pick(
            "Il y a plus de fichiers que l’hôte n’en compte en une fois\u{a0}: les chiffres sont un minimum.",
            "There are more files than the host counts at once: the figures are a minimum.",
        )
    });
    let how = lang.pick(
        "Tout ce qui est dans le dossier du compte\u{a0}: sites, journaux, fichiers privés. Les bases de données ont leur propre page. Là où son disque a des quotas, l’hôte sait toujours le compte exact\u{a0}; ailleurs il compte chaque heure.",
        "All that is in the account’s folder: sites, logs, private files. Databases have a page of their own. Where its disk has quotas, the host always knows the exact count; elsewhere it counts each hour.",
    );
    view! {
        <section class="card stack">{facts}{cut.map(|words| view! { <p class="hint">{words}</p> })}</section>
        <div class="charts">{charts}</div>
        {fold(lang.pick("Les valeurs", "The values"), false, view! { <div class="card card-flat">{all}</div> })}
        <p class="hint">{how}</p>
    }
    .into_any()
}
