//! Runs, in words.

use crate::parts::{badge, fold, moment_in};
use leptos::prelude::*;
use model::Lang;
use server::cron_job::{How, RunView};

/// How a run ended, with its code or signal.
fn words(lang: Lang, run: &RunView) -> String {
    let code = run.code.unwrap_or_default();
    match run.how {
        How::Running => lang.pick("en cours", "running").to_owned(),
        How::Exit if code == 0 => lang.pick("réussie", "went well").to_owned(),
        How::Exit => lang.pick(format!("échouée, code {code}"), format!("failed, code {code}")),
        How::Signal => lang.pick(format!("arrêtée par le signal {code}"), format!("ended by signal {code}")),
        How::TimeLimit => lang.pick("arrêtée à sa durée limite", "ended at its time limit").to_owned(),
        How::Memory => lang.pick("arrêtée faute de mémoire", "ended for want of memory").to_owned(),
        How::NotStarted => lang.pick("pas lancée", "not started").to_owned(),
        How::Stopped => lang.pick("arrêtée avec le compte", "ended with the account").to_owned(),
        How::Lost => lang.pick("coupée par un arrêt de l’hôte", "cut off when the host went down").to_owned(),
        How::Missed => {
            lang.pick("manquée\u{a0}: l’hôte était arrêté", "missed: the host was down").to_owned()
        }
    }
}

fn class(run: &RunView) -> &'static str {
    match run.how {
        How::Running => "state state-going",
        How::Exit if run.is_success() => "state state-good",
        How::Exit | How::Signal | How::TimeLimit | How::Memory | How::NotStarted => "state state-bad",
        How::Stopped | How::Lost | How::Missed => "state state-waiting",
    }
}

fn lasted(lang: Lang, run: &RunView) -> Option<String> {
    let ms = run.ended_at?.checked_sub(run.started_at).filter(|ms| *ms > 0)?;
    Some(match ms {
        0..=999 => lang.pick("moins d’une seconde", "less than a second").to_owned(),
        1_000..=119_999 => format!("{}\u{a0}s", ms / 1_000),
        _ => format!("{}\u{a0}min", ms / 60_000),
    })
}

/// One run as an item of a list, with what it wrote.
pub fn item(lang: Lang, run: &RunView, zone: &str, open: bool) -> AnyView {
    let mut more: Vec<String> = lasted(lang, run).into_iter().collect();
    if run.asked {
        more.push(lang.pick("lancée à la main", "run by hand").to_owned());
    }
    if run.skipped > 0 {
        let times = run.skipped;
        more.push(lang.pick(
            format!("elle durait encore à {times} de ses heures suivantes\u{a0}: rien n’a été lancé alors"),
            format!("still running at {times} other time(s), which started nothing"),
        ));
    }
    let output = run.output.clone().filter(|text| !text.is_empty()).map(|text| {
        let cut = run.cut.then(|| {
            let words = lang.pick(
                "Seule la fin est gardée, 64\u{a0}Kio au plus.",
                "Its end alone is kept, 64 KiB at most.",
            );
            view! { <p class="hint">{words}</p> }
        });
        fold(
            lang.pick("Ce qu’elle a écrit", "What it wrote"),
            open,
            view! { {cut}<pre class="output" tabindex="0">{text}</pre> },
        )
    });
    let more = (!more.is_empty()).then(|| view! { <p class="item-more">{more.join(" · ")}</p> });
    view! {
        <li>
            <div class="item">
                <span class="item-name">{moment_in(lang, run.started_at, zone)}</span>
                {more}
                {output}
            </div>
            {badge(class(run), words(lang, run))}
        </li>
    }
    .into_any()
}
