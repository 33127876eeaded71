//! The two frames: the panel with its navigation, and the door before one is signed in.

use super::{Place, document::document, done, nav::nav};
use crate::{
    http::Face,
    live::Suggest,
    parts::{Crumb, Icon, Tone, icon, logo, notice},
};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use model::{Duty, Lang};

/// A page: its title, the way to it, its one act, its body.
pub struct Page {
    place: Place,
    status: StatusCode,
    title: String,
    lead: Option<AnyView>,
    crumbs: Vec<Crumb>,
    act: Option<AnyView>,
    tabs: Option<AnyView>,
    /// What the search field holds.
    searched: String,
}

impl Page {
    pub fn new(place: Place, title: impl Into<String>) -> Page {
        Page {
            place,
            status: StatusCode::OK,
            title: title.into(),
            lead: None,
            crumbs: Vec::new(),
            act: None,
            tabs: None,
            searched: String::new(),
        }
    }

    /// A line below the title.
    pub fn lead(mut self, lead: impl IntoView + 'static) -> Page {
        self.lead = Some(lead.into_any());
        self
    }

    pub fn from(mut self, words: impl Into<String>, href: impl Into<String>) -> Page {
        self.crumbs.push(Crumb::new(words, href));
        self
    }

    /// The one act the page is made for.
    pub fn act(mut self, act: AnyView) -> Page {
        self.act = Some(act);
        self
    }

    pub fn act_if(mut self, act: Option<AnyView>) -> Page {
        self.act = act;
        self
    }

    pub fn tabs(mut self, tabs: AnyView) -> Page {
        self.tabs = Some(tabs);
        self
    }

    /// This page answers the search field.
    pub fn searched(mut self, typed: impl Into<String>) -> Page {
        self.searched = typed.into();
        self
    }

    pub fn status(mut self, status: u16) -> Page {
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        self
    }
}

/// The switch between languages; it comes back to where one is.
fn languages(face: &Face) -> AnyView {
    let other = match face.lang {
        Lang::Fr => Lang::En,
        Lang::En => Lang::Fr,
    };
    // Each language names itself in its own words, whatever the page speaks.
    let name = |lang: Lang| lang.pick("Français", "English");
    view! {
        <form method="post" action="/lang">
            <input type="hidden" name="to" value=face.here.clone()/>
            <span aria-current="true" lang=face.lang.code()>{name(face.lang)}</span>
            <button type="submit" name="lang" value=other.code() lang=other.code()>{name(other)}</button>
        </form>
    }
    .into_any()
}

fn foot(face: &Face) -> AnyView {
    view! {
        <footer class="foot">
            {face.contact.as_ref().map(|contact| view! {
                <a href=format!("mailto:{contact}")>{face.lang.pick("Écrire à la coopérative", "Write to the cooperative")}</a>
            })}
            <span>{face.lang.pick("Alvéole, logiciel libre (AGPL 3)", "Alvéole, free software (AGPL 3)")}</span>
            {finds(face).then(|| view! {
                <button type="button" class="keys" aria-pressed="true">{face.lang.pick("La touche / mène à la recherche", "The / key leads to the search")}</button>
            })}
            {languages(face)}
        </footer>
    }
    .into_any()
}

fn brand() -> AnyView {
    view! { <a class="brand" href="/">{logo()}<span>"Alvéole"</span></a> }.into_any()
}

fn notices(face: &Face) -> Option<AnyView> {
    let said = face.done.as_deref().and_then(|code| done::said(code, face.lang))?;
    Some(said_once(face, notice(Tone::Good, said, ())))
}

/// What was done; with JavaScript it goes away by itself, or by the link, which without is not shown (app/browser/page.js).
fn said_once(face: &Face, notice: AnyView) -> AnyView {
    let without: String = face.here.split('?').next().unwrap_or("/").to_owned();
    view! {
        <div class="notices">
            {notice}
            <a class="notice-close" href=without>
                <span aria-hidden="true">"×"</span>
                <span class="unseen">{face.lang.pick("Fermer ce message", "Close this message")}</span>
            </a>
        </div>
    }
    .into_any()
}

/// What fits on a phone's line.
const LONG_WORD: usize = 24;

/// A title whose long words break, where they must, after a dot or an at sign rather than within a name.
fn breakable(title: String) -> AnyView {
    if title.split(' ').all(|word| word.chars().count() <= LONG_WORD) {
        return title.into_any();
    }
    let parts = title.split_inclusive(['.', '@']).map(str::to_owned);
    parts.map(|part| view! { {part}<wbr/> }).collect_view().into_any()
}

/// The panel around a page.
pub fn page(face: &Face, page: Page, body: impl IntoView + 'static) -> Response {
    let Page { place, status, title, lead, crumbs, act, tabs, searched } = page;
    let lang = face.lang;
    let shown = breakable(title.clone());
    document(face, status, title, move || {
        view! {
            <a class="skip" href="#main">{lang.pick("Aller au contenu", "Skip to content")}</a>
            <div class="shell">
                <header class="bar">
                    <div class="bar-in">
                        {brand()}
                        {find(face, searched)}
                        {face.actor.is_some().then(|| menu(face, place))}
                    </div>
                </header>
                <div class="body">
                    {face.viewing().map(|viewing| crate::viewing::banner(lang, viewing))}
                    <main id="main" tabindex="-1" class="page">
                        {crate::parts::crumbs(lang, crumbs)}
                        <div class="head">
                            <div class="head-words">
                                <h1>{shown}</h1>
                                {lead.map(|lead| view! { <div class="lead">{lead}</div> })}
                            </div>
                            {act.map(|act| view! { <div class="acts">{act}</div> })}
                        </div>
                        {notices(face)}
                        {tabs}
                        {body.into_any()}
                    </main>
                </div>
                {foot(face)}
            </div>
        }
        .into_any()
    })
}

fn finds(face: &Face) -> bool {
    face.actor.as_ref().is_some_and(|actor| !actor.must_set_up)
}

/// The search through everything, for whoever has something to find.
fn find(face: &Face, typed: String) -> Option<AnyView> {
    if !finds(face) {
        return None;
    }
    let lang = face.lang;
    let field = view! {
        <form class="find" method="get" action="/search" role="search" aria-label=lang.pick("Chercher partout", "Search everywhere")>
            <label class="unseen" for="find">{lang.pick("Chercher partout", "Search everywhere")}</label>
            <input class="find-input" type="search" id="find" name="q" value=typed autocomplete="off" autocapitalize="none"
                spellcheck="false" maxlength="200" placeholder=lang.pick("Chercher…", "Search…")/>
            <button type="submit">{icon(Icon::Search)}<span class="unseen">{lang.pick("Chercher", "Search")}</span></button>
            <Suggest lang records=face.may(Duty::SeeMembers)/>
        </form>
    };
    Some(field.into_any())
}

/// Where one can go and the way out: a column on wide screens; on others it opens below its button, which takes no JavaScript.
fn menu(face: &Face, place: Place) -> AnyView {
    let words = face.lang.pick("Menu", "Menu");
    view! {
        <button type="button" class="menu-open" popovertarget="menu">{words}</button>
        <div class="menu" id="menu" popover="auto">{nav(face, place)}{who(face)}</div>
    }
    .into_any()
}

/// Who is signed in, and the way out.
fn who(face: &Face) -> Option<AnyView> {
    let lang = face.lang;
    let who = face.actor.as_ref()?.who.clone();
    Some(
        view! {
            <div class="who">
                <span class="who-name">{who}</span>
                <form method="post" action="/sign-out">
                    <button type="submit">{lang.pick("Se déconnecter", "Sign out")}</button>
                </form>
            </div>
        }
        .into_any(),
    )
}

/// The frame of the pages before signing in: one card.
pub fn door(face: &Face, status: u16, title: impl Into<String>, body: impl IntoView + 'static) -> Response {
    let title: String = title.into();
    let shown = title.clone();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    document(face, status, title, move || {
        view! {
            <div class="door">
                <div class="body">
                    <main id="main">
                        {brand()}
                        {notices(face)}
                        <div class="card stack">
                            <h1>{shown}</h1>
                            {body.into_any()}
                        </div>
                    </main>
                </div>
                {foot(face)}
            </div>
        }
        .into_any()
    })
}
