//! The page of a site's statistics.

use crate::{
    http::{Answer, Face},
    log::size,
    parts::{Cell, Chart, Tone, chart, count, empty, fold, notice, periods, signed, table, values},
    shell::{self, Place},
    site::title,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{Day, Lang, SiteId};
use serde::Deserialize;
use server::{
    Server,
    statistics::{CountView, DayView, StatisticsView},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `year`; else the last thirty days.
    time: String,
}

const MONTH: u16 = 30;
const YEAR: u16 = 364;
/// Over a year, a week is a point.
const WEEK: usize = 7;
const MIB: u64 = 1024 * 1024;

/// `GET /sites/{site}/statistics`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let lang = face.lang;
    let year = asked.time == "year";
    let site = server::site::show(&server, face.me()?, id).await?;
    let found = server::statistics::read(&server, face.me()?, id, if year { YEAR } else { MONTH }).await?;
    let page = shell::Page::new(Place::Accounts, lang.pick("Statistiques", "Statistics"))
        .from(site.account.name.clone(), format!("/accounts/{}", site.account.id))
        .from(title(&site), format!("/sites/{id}"));
    let path = format!("/sites/{id}/statistics");
    let body = view! {
        <div class="stack">
            {periods(lang, lang.pick("30 jours", "30 days"), &path, year)}
            {drawn(lang, &found, year)}
        </div>
    };
    Ok(shell::page(&face, page, body))
}

fn drawn(lang: Lang, found: &StatisticsView, year: bool) -> AnyView {
    if let Some(text) = &found.text {
        let title = lang.pick(
            "Les statistiques ne peuvent pas être lues maintenant",
            "The statistics cannot be read now",
        );
        return notice(Tone::Held, title, view! { <p>{text.pick(lang).to_owned()}</p> });
    }
    if found.days.is_empty() {
        let words = lang.pick(
            "Dès la première visite, son jour se dessine ici.",
            "With the first visit its day is drawn here.",
        );
        return empty(lang.pick("Pas encore de visite", "No visit yet"), words, None);
    }
    let charts = lines(lang, &found.days, year);
    let all = values(lang, &charts);
    let charts = charts.into_iter().map(|one| chart(lang, one)).collect_view();
    let how = lang.pick(
        "Une visite est une personne jusqu’à une demi-heure sans page\u{a0}; une page, ce qu’elle a lu, sans les images ni les robots qui se disent tels. Les jours sont ceux d’UTC. Aucune adresse n’est gardée dans ces comptes.",
        "A visit is a person until half an hour without a page; a page is what was read, without pictures and without robots that say they are. Days are those of UTC. No address is kept in these counts.",
    );
    view! {
        <div class="charts">{charts}</div>
        {fold(lang.pick("Les valeurs", "The values"), false, view! { <div class="card card-flat">{all}</div> })}
        {answers(lang, &found.days)}
        {tops(lang, "pages", (lang.pick("Pages les plus lues", "Pages most read"), lang.pick("Page", "Page")), &found.pages)}
        {tops(lang, "referrers", (lang.pick("D’où viennent les gens", "Where people come from"), "Site"), &found.referrers)}
        <p class="hint">{how}</p>
    }
    .into_any()
}

/// What a chart shows, how it is told of a day, and of how many it shows one. (Sums are made before that: many small days are no large
/// one.)
type Line =
    (&'static str, (&'static str, &'static str), (&'static str, &'static str), fn(&DayView) -> u64, u64);

const LINES: [Line; 5] = [
    ("visits", ("visites", "visits"), ("visites", "visits"), |day| day.visits, 1),
    ("pages", ("pages lues", "pages read"), ("pages", "pages"), |day| day.pages, 1),
    (
        "hits",
        ("demandes, robots compris", "requests, robots included"),
        ("demandes", "requests"),
        |day| day.hits,
        1,
    ),
    ("robots", ("demandes de robots", "requests of robots"), ("robots", "robots"), |day| day.robots, 1),
    ("traffic", ("Mio envoyés", "MiB sent"), ("Mio", "MiB"), |day| day.octets, MIB),
];

fn lines(lang: Lang, days: &[DayView], year: bool) -> Vec<Chart> {
    let of = |(code, title, each, of, unit): Line| {
        let sum = |days: &[DayView]| signed(days.iter().map(of).sum::<u64>().div_ceil(unit));
        let step = if year { WEEK } else { 1 };
        // Whole weeks, the last of which ends today.
        let ahead = days.len() % step;
        let points: Vec<(Day, i64)> =
            days[ahead..].chunks(step).map(|week| (week[0].day, sum(week))).collect();
        let figure = sum(days);
        let (title, each) = (lang.pick(title.0, title.1), lang.pick(each.0, each.1));
        Chart { code, title, each, figure, href: None, points }
    };
    LINES.into_iter().map(of).collect()
}

/// What the site answered, over the whole time.
fn answers(lang: Lang, days: &[DayView]) -> AnyView {
    let words = [
        lang.pick("1xx\u{a0}: en cours", "1xx: going on"),
        lang.pick("2xx\u{a0}: réussies", "2xx: went well"),
        lang.pick("3xx\u{a0}: ailleurs, ou inchangées", "3xx: elsewhere, or not changed"),
        lang.pick("4xx\u{a0}: introuvables ou refusées", "4xx: not found or refused"),
        lang.pick("5xx\u{a0}: erreurs du site", "5xx: the site's errors"),
    ];
    let sum = |class: usize| days.iter().map(|day| signed(day.statuses[class])).sum::<i64>();
    let rows = words.into_iter().enumerate().filter(|(class, _)| sum(*class) > 0);
    let rows =
        rows.map(|(class, words)| vec![Cell::Main(words.into_any()), Cell::Num(count(lang, sum(class)))]);
    let octets = days.iter().map(|day| day.octets).sum();
    let sent = lang.pick("Envoyé en tout\u{a0}: ", "Sent in all: ");
    let heads = [lang.pick("Réponse", "Answer"), lang.pick("Demandes", "Requests")];
    let title = lang.pick("Ce que le site a répondu", "What the site answered");
    view! {
        <section class="card card-flat" aria-labelledby="answers">
            <div class="card-head"><h2 id="answers">{title}</h2></div>
            {table(title, &heads, rows.collect())}
            <div class="card-foot"><p class="hint">{sent}{size(lang, octets)}</p></div>
        </section>
    }
    .into_any()
}

fn tops(
    lang: Lang,
    id: &'static str,
    (title, head): (&'static str, &'static str),
    counts: &[CountView],
) -> Option<AnyView> {
    if counts.is_empty() {
        return None;
    }
    let rows = counts.iter().map(|one| {
        let what = one.what.clone();
        vec![
            Cell::Main(view! { <span class="mono raw">{what}</span> }.into_any()),
            Cell::Num(count(lang, signed(one.count))),
        ]
    });
    let heads = [head, lang.pick("Fois", "Times")];
    let last = lang.pick("Des 31 derniers jours.", "Of the last 31 days.");
    Some(
        view! {
            <section class="card card-flat" aria-labelledby=id>
                <div class="card-head"><h2 id=id>{title}</h2></div>
                {table(title, &heads, rows.collect())}
                <div class="card-foot"><p class="hint">{last}</p></div>
            </section>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_days_are_no_large_one() {
        let begin = Day::from_ms(1_790_000_000_000);
        let day = |n: i64| DayView {
            day: Day::from_ms(begin.ms() + n * 24 * 3_600_000),
            visits: 1,
            pages: 2,
            hits: 3,
            robots: 0,
            octets: 4_000,
            statuses: [0, 3, 0, 0, 0],
        };
        let days: Vec<DayView> = (0..30).map(day).collect();
        let figures: Vec<i64> = lines(Lang::En, &days, false).iter().map(|chart| chart.figure).collect();
        assert_eq!(figures, [30, 60, 90, 0, 1], "120 kB are less than one MiB, and not thirty");
        let year = lines(Lang::En, &days, true);
        // Whole weeks, the last of which ends today.
        assert_eq!(year[0].points.iter().map(|point| point.1).collect::<Vec<_>>(), [7; 4]);
        assert_eq!(year[0].points[0].0, days[2].day);
    }
}
