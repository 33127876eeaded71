//! Lines of a log, for people. All of it was sent by strangers: it is text, and nothing else.

use crate::parts::{Cell, badge, count, moment_to_second, table};
use leptos::prelude::*;
use model::{Lang, LogSource};
use server::log::{FaultView, LogView, VisitView};

/// Characters of a path or a browser that a line shows; the rest is in the file.
const SHOWN: usize = 300;

pub fn visits(lang: Lang, view: &LogView) -> AnyView {
    let several = view.visits.iter().any(|visit| visit.name != view.visits[0].name);
    let rows = view.visits.iter().map(|visit| row(lang, visit, several)).collect();
    let heads = [
        lang.pick("Demande", "Request"),
        lang.pick("Réponse", "Answer"),
        lang.pick("Quand", "When"),
        lang.pick("Adresse", "Address"),
        lang.pick("Taille", "Size"),
    ];
    table(lang.pick("Visites, la dernière d’abord", "Visits, the newest first"), &heads, rows)
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn row(lang: Lang, visit: &VisitView, several: bool) -> Vec<Cell> {
    let name = several.then(|| format!("{} · ", visit.name.unicode()));
    let from = (!visit.referrer.is_empty()).then(|| {
        let words = lang.pick("depuis", "from");
        view! { <p class="item-more">{words}" "<span class="raw">{cut(&visit.referrer)}</span></p> }
    });
    let took = lang.pick(format!("{}\u{a0}ms", visit.took), format!("{} ms", visit.took));
    let path = view! {
        <span class="mono raw">{format!("{} {}", visit.method, cut(&visit.path))}</span>
        {from}
        <p class="item-more">{name}<span class="raw">{cut(&visit.agent)}</span></p>
    };
    vec![
        Cell::Main(path.into_any()),
        Cell::view(badge(class(visit.status), visit.status.to_string())),
        Cell::view(moment_to_second(lang, visit.at)),
        Cell::view(view! { <span class="mono">{visit.address.clone()}</span> }),
        Cell::view(view! { <span>{size(lang, visit.octets)}</span><p class="item-more">{took}</p> }),
    ]
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        1 | 2 => "state state-good",
        3 => "state state-past",
        4 => "state state-held",
        _ => "state state-bad",
    }
}

/// An amount of octets as people read it.
pub fn size(lang: Lang, octets: u64) -> String {
    const UNITS: [(&str, &str); 4] = [("o", "B"), ("Kio", "KiB"), ("Mio", "MiB"), ("Gio", "GiB")];
    let (mut amount, mut unit) = (octets as f64, 0);
    while amount >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    let (fr, en) = UNITS[unit];
    let whole = unit == 0 || amount >= 10.0;
    let number = if whole {
        count(lang, amount.round() as i64)
    } else {
        format!("{amount:.1}").replace('.', lang.pick(",", "."))
    };
    format!("{number}\u{a0}{}", lang.pick(fr, en))
}

pub fn faults(lang: Lang, view: &LogView) -> AnyView {
    let items = view.errors.iter().map(|fault| item(lang, fault)).collect_view();
    view! { <ul class="items">{items}</ul> }.into_any()
}

fn item(lang: Lang, fault: &FaultView) -> AnyView {
    let when = match fault.at {
        Some(at) => moment_to_second(lang, at),
        None => lang.pick("sans heure", "without a time").into_any(),
    };
    let source = match fault.source == LogSource::Program.name() {
        true => lang.pick("Programme", "Program").to_owned(),
        false => fault.source.clone(),
    };
    view! {
        <li>
            <div class="item">
                <p class="item-more">{when}" · "{source}</p>
                <pre class="output raw" tabindex="0">{fault.text.clone()}</pre>
            </div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_both_languages() {
        for (octets, fr, en) in [
            (0, "0\u{a0}o", "0\u{a0}B"),
            (1023, "1\u{a0}023\u{a0}o", "1,023\u{a0}B"),
            (1536, "1,5\u{a0}Kio", "1.5\u{a0}KiB"),
            (50 << 20, "50\u{a0}Mio", "50\u{a0}MiB"),
            (3 << 40, "3\u{a0}072\u{a0}Gio", "3,072\u{a0}GiB"),
        ] {
            assert_eq!((size(Lang::Fr, octets).as_str(), size(Lang::En, octets).as_str()), (fr, en));
        }
    }

    #[test]
    fn what_strangers_sent_is_text() {
        let visit = VisitView {
            at: 1_795_795_508_000,
            name: "www.a.example".parse().unwrap(),
            address: "192.0.2.0/24".into(),
            method: "GET".into(),
            path: "/<script>alert(1)</script>".into(),
            status: 404,
            octets: 1536,
            took: 12,
            referrer: "javascript:alert(1)".into(),
            agent: "x".repeat(400),
        };
        let fault = FaultView { at: None, source: "PHP".into(), text: "<b>boom\n#0 {main}".into() };
        let view = LogView {
            log: server::log::Log::Access,
            visits: vec![visit],
            errors: vec![fault],
            older: None,
            newest: None,
            cut: false,
            addresses: server::log::Addresses::Network,
            text: None,
        };
        let html = visits(Lang::En, &view).to_html();
        assert!(
            html.contains("/&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script"),
            "{html}"
        );
        assert!(html.contains("192.0.2.0/24") && html.contains("2026-11-27 17:05:08"), "{html}");
        assert!(!html.contains("href=") && html.contains('…'), "{html}");
        let html = faults(Lang::Fr, &view).to_html();
        assert!(html.contains("&lt;b&gt;boom\n#0 {main}") && html.contains("sans heure"), "{html}");
    }
}
