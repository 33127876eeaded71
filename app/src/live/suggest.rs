//! Suggestions below the search field while one types: the first few of each kind, to be opened at once. The field is an ordinary form's
//! (`shell::layout`): without JavaScript, or without an answer, it is just that. It becomes a combobox (ARIA's pattern with a list box)
//! only where this island lives.

#[cfg(feature = "hydrate")]
mod browser;

use leptos::prelude::*;
use model::Lang;
use serde::Deserialize;

/// Fewer letters begin half of all words.
const SHORTEST: usize = 2;
/// The list's id.
const LIST: &str = "find-list";

/// A kind of things, by its code in the API, as a title.
pub fn title(kind: &str, lang: Lang) -> &'static str {
    match kind {
        "account" => lang.pick("Comptes", "Accounts"),
        "site" => lang.pick("Sites", "Sites"),
        "database" => lang.pick("Bases de données", "Databases"),
        "member" => lang.pick("Membres", "Members"),
        "user" => lang.pick("Utilisateurs", "Users"),
        _ => lang.pick("Hôtes", "Hosts"),
    }
}

/// The page of a thing. Staff keeps a page of each member (`records`); a member's own users read what it says of itself.
pub fn path(kind: &str, id: &str, records: bool) -> String {
    match kind {
        "account" => format!("/accounts/{id}"),
        "site" => format!("/sites/{id}"),
        "database" => format!("/databases/{id}"),
        "member" if records => format!("/members/{id}"),
        "member" => format!("/members/{id}/about"),
        "user" => format!("/users/{id}"),
        _ => format!("/hosts/{id}"),
    }
}

/// The first of a kind, as the API says it; of each, what is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Kind {
    pub kind: String,
    pub items: Vec<Thing>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Thing {
    pub id: String,
    pub name: String,
    /// A site's name in its own letters, where those are not plain ones.
    #[serde(default)]
    pub shown: Option<String>,
    pub account: Option<Named>,
    pub member: Option<Named>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Named {
    pub name: String,
}

impl Thing {
    /// Whose it is.
    fn whose(&self) -> Option<String> {
        let names: Vec<&str> =
            [&self.account, &self.member].into_iter().flatten().map(|of| of.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(" · "))
    }
}

/// What is suggested, whether it is shown, and which one the arrows have come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggested {
    kinds: Vec<Kind>,
    open: bool,
    active: Option<usize>,
    /// How many times was asked: an answer that comes late is that of an older word.
    asked: u64,
}

impl Suggested {
    pub fn count(&self) -> usize {
        self.kinds.iter().map(|kind| kind.items.len()).sum()
    }

    /// Shown: open, with something in it.
    pub fn shown(&self) -> bool {
        self.open && self.count() > 0
    }

    /// The word changed. Gives which question this is, if there is one to ask.
    pub fn typed(&mut self, word: &str) -> Option<u64> {
        self.asked += 1;
        self.active = None;
        if word.trim().chars().count() < SHORTEST {
            self.kinds.clear();
            self.open = false;
            return None;
        }
        Some(self.asked)
    }

    /// Whether this question is still the last one.
    pub fn wants(&self, question: u64) -> bool {
        self.asked == question
    }

    pub fn answered(&mut self, question: u64, kinds: Vec<Kind>) {
        if self.wants(question) {
            self.kinds = kinds;
            self.open = true;
            self.active = None;
        }
    }

    /// Down or up, round through the field itself.
    pub fn moved(&mut self, down: bool) {
        let count = self.count();
        if count == 0 {
            return;
        }
        self.open = true;
        self.active = match (self.active, down) {
            (None, true) => Some(0),
            (None, false) => Some(count - 1),
            (Some(at), true) => Some(at + 1).filter(|next| *next < count),
            (Some(at), false) => at.checked_sub(1),
        };
    }

    /// Away with the list.
    pub fn close(&mut self) {
        self.open = false;
        self.active = None;
        // What is on its way comes too late.
        self.asked += 1;
    }

    /// What Enter opens; without one, it searches.
    pub fn chosen(&self, records: bool) -> Option<String> {
        let at = self.active.filter(|_| self.shown())?;
        let mut all =
            self.kinds.iter().flat_map(|kind| kind.items.iter().map(|thing| (kind.kind.as_str(), thing)));
        all.nth(at).map(|(kind, thing)| path(kind, &thing.id, records))
    }

    fn said(&self, lang: Lang) -> String {
        if !self.shown() {
            return String::new();
        }
        match self.count() {
            1 => lang.pick("1 proposition", "1 suggestion").to_owned(),
            n => lang.pick(format!("{n} propositions"), format!("{n} suggestions")),
        }
    }
}

/// The list below the field. The server draws it empty and hidden.
#[island]
pub fn Suggest(lang: Lang, records: bool) -> impl IntoView {
    let now = RwSignal::new(Suggested::default());
    #[cfg(feature = "hydrate")]
    browser::attach(now, records);
    view! {
        <div class="suggest" hidden=move || !now.read().shown()>
            <div id=LIST role="listbox" aria-label=lang.pick("Propositions", "Suggestions")>
                {move || groups(&now.read(), lang, records)}
            </div>
        </div>
        <span class="unseen" role="status">{move || now.read().said(lang)}</span>
    }
}

fn groups(now: &Suggested, lang: Lang, records: bool) -> Vec<AnyView> {
    let mut place = 0;
    let mut drawn = Vec::new();
    for Kind { kind, items } in now.kinds.iter().filter(|kind| !kind.items.is_empty()) {
        let head = format!("{LIST}-{kind}");
        let by = head.clone();
        let options = items
            .iter()
            .map(|thing| {
                let (id, chosen) = (format!("{LIST}-{place}"), now.active == Some(place));
                place += 1;
                let href = path(kind, &thing.id, records);
                let whose = thing.whose().map(|whose| view! { <span class="suggest-more">{whose}</span> });
                view! {
                    <a role="option" id=id tabindex="-1" href=href aria-selected=if chosen { "true" } else { "false" }>
                        <span>{thing.shown.as_ref().unwrap_or(&thing.name).clone()}</span>
                        {whose}
                    </a>
                }
            })
            .collect_view();
        drawn.push(
            view! {
                <div role="group" aria-labelledby=by>
                    <div class="suggest-kind" id=head role="presentation">{title(kind, lang)}</div>
                    {options}
                </div>
            }
            .into_any(),
        );
    }
    drawn
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    // Clippy knows a test function, not the helpers beside it.
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn kinds() -> Vec<Kind> {
        let json = r#"[
            {"kind": "account", "items": [{"kind": "account", "id": "1", "name": "asso", "account": null, "member": {"id": "m", "name": "Les Amis"}}], "more": true},
            {"kind": "member", "items": [], "more": true},
            {"kind": "site", "items": [
                {"id": "2", "name": "asso.example", "account": {"name": "asso"}, "member": {"name": "Les Amis"}},
                {"id": "3", "name": "asso.test", "account": null, "member": null}
            ]}
        ]"#;
        serde_json::from_str(json).unwrap()
    }

    fn open() -> Suggested {
        let mut now = Suggested::default();
        let question = now.typed("as").unwrap();
        now.answered(question, kinds());
        now
    }

    #[test]
    fn arrows_go_round_through_the_field() {
        let mut now = open();
        let mut seen = vec![now.active];
        for _ in 0..4 {
            now.moved(true);
            seen.push(now.active);
        }
        assert_eq!(seen, [None, Some(0), Some(1), Some(2), None]);
        now.moved(false);
        assert_eq!((now.active, now.chosen(true).as_deref()), (Some(2), Some("/sites/3")));
        now.moved(false);
        now.moved(false);
        assert_eq!(now.chosen(true).as_deref(), Some("/accounts/1"));
        now.moved(false);
        assert_eq!(now.chosen(true), None, "Enter in the field searches");
    }

    #[test]
    fn a_late_answer_is_not_shown() {
        let mut now = Suggested::default();
        let first = now.typed("as").unwrap();
        let second = now.typed("ass").unwrap();
        now.answered(first, kinds());
        assert!(!now.shown());
        now.answered(second, kinds());
        assert!(now.shown());
        // Nor one that comes after the list was closed.
        let third = now.typed("asso").unwrap();
        now.close();
        now.answered(third, kinds());
        assert!(!now.shown());
    }

    #[test]
    fn one_letter_asks_nothing_and_nothing_found_shows_nothing() {
        let mut now = open();
        assert_eq!(now.typed(" a "), None);
        assert!(!now.shown());
        let question = now.typed("zz").unwrap();
        now.answered(question, vec![]);
        assert!(!now.shown());
        now.moved(true);
        assert_eq!(now.chosen(true), None);
    }

    #[test]
    fn options_are_grouped_and_numbered_through() {
        let mut now = open();
        now.moved(true);
        now.moved(true);
        let html = groups(&now, Lang::En, false).into_iter().map(RenderHtml::to_html).collect::<String>();
        assert_eq!(html.matches("role=\"group\"").count(), 2, "{html}");
        assert!(
            html.contains("id=\"find-list-2\"") && html.matches("aria-selected=\"true\"").count() == 1,
            "{html}"
        );
        assert!(html.contains("asso · Les Amis") && html.contains("href=\"/sites/2\""), "{html}");
        assert_eq!(path("member", "9", false), "/members/9/about");
    }
}
