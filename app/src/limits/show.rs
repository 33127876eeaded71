//! The page of an account's use.

use super::list;
use crate::{
    account::usage,
    http::{Answer, Face},
    log::size,
    parts::{
        self, Cell, Chart, Facts, Tone, chart, count, empty, fold, moment, notice, periods, signed, values,
    },
    plan::space,
    shell::{self, Place},
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{AccountId, Day, Lang};
use serde::Deserialize;
use server::{
    Server,
    account::AccountPlan,
    limits::{UseRow, UseView},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `year`; else the last ninety days.
    time: String,
}

const SHORT: usize = 90;
const YEAR: usize = 366;
const MB: u64 = 1_000_000;
const MIB: u64 = 1 << 20;
/// Hours in the table.
const HOURS: usize = 48;

/// `GET /accounts/{account}/use`
pub async fn show(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let lang = face.lang;
    let year = asked.time == "year";
    let account = server::account::show(&server, face.me()?, id).await?;
    let found = server::limits::read(&server, face.me()?, id).await?;
    let page = shell::Page::new(Place::Accounts, lang.pick("Utilisation", "Use"))
        .from(account.name.to_string(), format!("/accounts/{id}"));
    let path = format!("/accounts/{id}/use");
    let body = view! {
        <div class="stack">
            {periods(lang, lang.pick("90 jours", "90 days"), &path, year)}
            {bites(&face, &found)}
            {drawn(lang, &account.plan, &found, year)}
        </div>
    };
    Ok(shell::page(&face, page, body))
}

fn bites(face: &Face, found: &UseView) -> Option<AnyView> {
    if found.bites.is_empty() {
        return None;
    }
    let lang = face.lang;
    let title = lang.pick("Quand une limite a joué", "When a limit held it back");
    let rows = list::recent(lang, face.now_ms, &found.bites);
    Some(
        view! {
            <section class="card card-flat" aria-labelledby="bites">
                <div class="card-head"><h2 id="bites">{title}</h2></div>
                {rows}
            </section>
        }
        .into_any(),
    )
}

fn drawn(lang: Lang, plan: &AccountPlan, found: &UseView, year: bool) -> AnyView {
    let Some(last) = found.days.last() else {
        let words = lang.pick(
            "L’hôte relève ce que le compte prend\u{a0}; le panneau le demande toutes les cinq minutes.",
            "The host samples what the account takes; the panel asks it every five minutes.",
        );
        return empty(lang.pick("Pas encore relevé", "Not sampled yet"), words, None);
    };
    let most = if year { YEAR } else { SHORT };
    let days = &found.days[found.days.len().saturating_sub(most)..];
    let charts: Vec<Chart> = lines(lang).into_iter().map(|line| line.of(days)).collect();
    let all = values(lang, &charts);
    let charts = charts.into_iter().map(|one| chart(lang, one)).collect_view();
    let how = lang.pick(
        "Un point est un jour (en UTC)\u{a0}: le plus de mémoire et de processus à la fois, la somme du temps de processeur, l’espace et les fichiers au dernier relevé. Ce qui tourne est regardé toutes les trente secondes\u{a0}; un compte endormi ne prend que de l’espace.",
        "A point is a day (in UTC): the most memory and processes at once, the sum of CPU time, space and files at the last sample. What runs is looked at every thirty seconds; an account that sleeps takes space alone.",
    );
    view! {
        <section class="card stack">{facts(lang, plan, last)}{(!found.quotas).then(|| open(lang))}</section>
        <div class="charts">{charts}</div>
        {fold(lang.pick("Les valeurs", "The values"), false, view! { <div class="card card-flat">{all}</div> })}
        {fold(lang.pick("Les dernières heures", "The last hours"), false, view! { <div class="card card-flat">{hours(lang, &found.hours)}</div> })}
        <p class="hint">{how}</p>
    }
    .into_any()
}

fn open(lang: Lang) -> AnyView {
    let words = lang.pick(
        "L’hôte compte l’espace sans le limiter\u{a0}: rien n’est refusé au-delà de l’offre.",
        "The host counts space without limiting it: nothing beyond the plan is refused.",
    );
    notice(Tone::Know, words, ())
}

fn facts(lang: Lang, plan: &AccountPlan, last: &UseRow) -> AnyView {
    let of =
        |taken: String, most: String| lang.pick(format!("{taken} sur {most}"), format!("{taken} of {most}"));
    let none = || lang.pick("pas encore compté", "not counted yet").to_owned();
    let sized = |octets: Option<u64>| octets.map_or_else(none, |octets| size(lang, octets));
    let counted = |n: Option<u64>| n.map_or_else(none, |n| count(lang, signed(n)));
    Facts::new()
        .line(lang.pick("Espace", "Space"), of(sized(last.octets), space(lang, plan.disk_mb)))
        .line(
            lang.pick("Fichiers, dossiers et liens", "Files, folders and links"),
            of(counted(last.files), count(lang, plan.files_max.into())),
        )
        .line(
            lang.pick("Mémoire, au plus aujourd’hui", "Memory, most today"),
            of(sized(last.memory.or(Some(0))), space(lang, plan.memory_mb)),
        )
        .line(
            lang.pick("Processus et fils, au plus aujourd’hui", "Processes and threads, most today"),
            of(counted(last.processes.or(Some(0))), count(lang, plan.processes_max.into())),
        )
        .line(lang.pick("Processeur, au plus", "CPU, at most"), usage::cores(lang, plan.cpu_percent))
        .line(lang.pick("Relevé le", "Sampled"), moment(lang, last.at))
        .view()
}

struct Line {
    code: &'static str,
    title: &'static str,
    each: &'static str,
    figure: fn(&UseRow) -> Option<u64>,
}

impl Line {
    fn of(self, days: &[UseRow]) -> Chart {
        let Line { code, title, each, figure } = self;
        let points: Vec<(Day, i64)> =
            days.iter().filter_map(|day| Some((Day::from_ms(day.start_at), signed(figure(day)?)))).collect();
        let last = points.last().map_or(0, |(_, n)| *n);
        Chart { code, title, each, figure: last, href: None, points }
    }
}

fn lines(lang: Lang) -> [Line; 5] {
    let line = |code, title, each, figure| Line { code, title, each, figure };
    [
        line(
            "memory",
            lang.pick("Mio de mémoire, au plus", "MiB of memory, at most"),
            lang.pick("Mio de mémoire", "MiB of memory"),
            |day| Some(day.memory.unwrap_or(0).div_ceil(MIB)),
        ),
        line(
            "cpu",
            lang.pick("secondes de processeur", "seconds of CPU"),
            lang.pick("secondes", "seconds"),
            |day| Some(day.cpu_ms.div_ceil(1000)),
        ),
        line(
            "processes",
            lang.pick("processus et fils, au plus", "processes and threads, at most"),
            lang.pick("processus", "processes"),
            |day| Some(day.processes.unwrap_or(0)),
        ),
        line("space", lang.pick("Mo pris", "MB taken"), lang.pick("Mo", "MB"), |day| {
            Some(day.octets?.div_ceil(MB))
        }),
        line("files", lang.pick("fichiers", "files"), lang.pick("fichiers", "files"), |day| day.files),
    ]
}

fn hours(lang: Lang, hours: &[UseRow]) -> AnyView {
    let rows = hours
        .iter()
        .rev()
        .take(HOURS)
        .map(|hour| {
            vec![
                Cell::Main(moment(lang, hour.start_at)),
                Cell::Num(hour.memory.map(|octets| size(lang, octets)).unwrap_or_default()),
                Cell::Num(count(lang, signed(hour.cpu_ms.div_ceil(1000)))),
                Cell::Num(hour.processes.map(|n| count(lang, signed(n))).unwrap_or_default()),
                Cell::Num(hour.octets.map(|octets| size(lang, octets)).unwrap_or_default()),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Heure", "Hour"),
        lang.pick("Mémoire, au plus", "Memory, at most"),
        lang.pick("Secondes de processeur", "Seconds of CPU"),
        lang.pick("Processus, au plus", "Processes, at most"),
        lang.pick("Espace", "Space"),
    ];
    parts::table(lang.pick("Les dernières heures", "The last hours"), &heads, rows)
}
