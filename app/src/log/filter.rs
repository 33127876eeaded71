//! What somebody looks for in a log: in the address of the page, so that it can be kept, sent and reloaded.

use crate::parts::{Input, Select, Typed, day_begins, errors, href};
use leptos::prelude::*;
use model::{Lang, Problem, SiteId, Text};
use serde::Deserialize;
use server::log::{Filter, Log};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub log: String,
    pub q: String,
    pub status: String,
    /// In Paris, as the pages show times.
    pub day: String,
    pub before: String,
}

impl Asked {
    pub fn log(&self) -> Log {
        Log::from_code(&self.log).unwrap_or(Log::Access)
    }

    /// As the rules are asked.
    pub fn filter(&self) -> Result<Filter, Problem> {
        let day = |later| match self.day.as_str() {
            "" => Ok(None),
            typed => day_begins(typed, later).map(Some).ok_or_else(|| {
                let text = Text::new(
                    "Ce n’est pas une date\u{a0}: écrivez-la comme 2026-11-27.",
                    "This is not a date: write it like 2026-11-27.",
                );
                Problem::invalid("day", "day_malformed", text)
            }),
        };
        let filter = Filter {
            q: self.q.clone(),
            status: self.status.clone(),
            from: day(0)?,
            until: day(1)?,
            before: self.before.clone(),
            after: String::new(),
        };
        filter.ask(1).map(|_| filter)
    }

    pub fn narrowed(&self) -> bool {
        [&self.q, &self.status, &self.day].iter().any(|one| !one.is_empty())
    }

    /// This page of the same log, with other values.
    pub fn at(&self, site: SiteId, more: &[(&str, &str)]) -> String {
        let mut pairs =
            vec![("log", self.log.as_str()), ("q", &self.q), ("status", &self.status), ("day", &self.day)];
        pairs.retain(|(name, value)| *name != "log" || *value == Log::Errors.code());
        pairs.extend(more);
        href(&format!("/sites/{site}/logs"), &pairs)
    }

    /// The API's address for the same lines; days are moments there.
    pub fn api(&self, site: SiteId, end: &str, more: &[(&str, &str)]) -> String {
        let ms = |later| day_begins(&self.day, later).map(|ms| ms.to_string()).unwrap_or_default();
        let (from, until) = (ms(0), ms(1));
        let mut pairs = vec![
            ("log", self.log().code()),
            ("q", &self.q),
            ("status", &self.status),
            ("from", &from),
            ("until", &until),
        ];
        pairs.extend(more);
        href(&format!("{}/sites/{site}/logs{end}", server::api::PREFIX), &pairs)
    }

    pub fn bar(&self, lang: Lang, site: SiteId, refused: Option<&Problem>) -> AnyView {
        let mut typed =
            Typed::new().with("q", &*self.q).with("status", &*self.status).with("day", &*self.day);
        if let Some(problem) = refused {
            typed = typed.refused(problem.clone());
        }
        let words = match self.log() {
            Log::Access => lang.pick("Page, adresse, navigateur…", "Page, address, browser…"),
            Log::Errors => lang.pick("Texte de l’erreur", "Text of the error"),
        };
        let status = (self.log() == Log::Access).then(|| {
            Select::new("status", lang.pick("Réponse", "Answer"))
                .option("", lang.pick("toutes", "all"))
                .option("2", lang.pick("2xx\u{a0}: réussie", "2xx: went well"))
                .option("3", lang.pick("3xx\u{a0}: ailleurs, ou inchangée", "3xx: elsewhere, or not changed"))
                .option("4", lang.pick("4xx\u{a0}: introuvable ou refusée", "4xx: not found or refused"))
                .option("5", lang.pick("5xx\u{a0}: erreur du site", "5xx: the site's error"))
                .view(lang, &typed)
        });
        let hidden =
            (self.log() == Log::Errors).then(|| view! { <input type="hidden" name="log" value="errors"/> });
        let whole = Asked { log: self.log.clone(), ..Asked::default() }.at(site, &[]);
        let narrowed = self.narrowed();
        view! {
            {errors(lang, &typed)}
            <form class="filters" method="get" action=format!("/sites/{site}/logs") role="search" novalidate=true>
                {hidden}
                {Input::search("q", words).view(lang, &typed)}
                {status}
                {Input::day("day", lang.pick("Jour", "Day")).view(lang, &typed)}
                <button class="button" type="submit">{lang.pick("Chercher", "Search")}</button>
                {narrowed.then(|| view! { <a class="button button-link" href=whole>{lang.pick("Tout montrer", "Show all")}</a> })}
            </form>
        }
        .into_any()
    }
}
