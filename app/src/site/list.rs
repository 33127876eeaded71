//! The sites of an account, and the one field that adds another.

use super::title;
use crate::{
    account::{self, Part},
    http::Face,
    live::LiveSite,
    parts::{self, Input, Typed, empty, errors, next_page},
    shell,
};
use axum::response::Response;
use leptos::prelude::*;
use model::Lang;
use server::{
    account::{AccountView, Limit, Standing},
    paging::Page,
    site::SiteView,
};

/// `may`: whoever looks may change the sites.
pub fn render(
    face: &Face,
    account: &AccountView,
    sites: Page<SiteView>,
    limits: &[Limit],
    may: bool,
    page: &parts::Page,
    typed: &Typed,
) -> Response {
    let lang = face.lang;
    let path = format!("/accounts/{}", account.id);
    let next = next_page(lang, &path, page, sites.next.as_deref());
    let none = sites.items.is_empty() && page.after().is_none();
    let items = sites.items.iter().map(|site| item(lang, account, site)).collect_view();
    let list = if none {
        let words = lang.pick(
            "Donnez-lui un nom ci-dessus\u{a0}: il répond dans la seconde. Le nom doit mener à votre hôte dans le DNS.",
            "Give it a name above: it answers within a second. The name must lead to your host in the DNS.",
        );
        empty(lang.pick("Votre premier site", "Your first site"), words, None)
    } else {
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    let add = (may && account.state == Standing::Active).then(|| add(lang, account, typed));
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, account)}
            {crate::limits::near(lang, account.id, limits)}
            {errors(lang, typed)}
            {add}
            <section class="card card-flat" aria-labelledby="sites">
                <div class="card-head"><h2 id="sites">{lang.pick("Sites", "Sites")}</h2></div>
                {list}
            </section>
            {next}
            {account::usage::card(lang, account, limits)}
        </div>
    };
    shell::page(face, account::frame(face, account, Part::Sites).status(typed.status()), body)
}

fn add(lang: Lang, account: &AccountView, typed: &Typed) -> AnyView {
    let name = Input::domain("name", lang.pick("Nom du nouveau site", "Name of the new site"));
    view! {
        <section class="card">
            <form method="post" action=format!("/accounts/{}/sites", account.id) novalidate=true>
                <div class="field-line">
                    {name.view(lang, typed)}
                    <button class="button button-main" type="submit">{lang.pick("Ajouter le site", "Add the site")}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn item(lang: Lang, account: &AccountView, site: &SiteView) -> AnyView {
    let others: Vec<String> = site.names.iter().skip(1).map(|name| name.unicode()).collect();
    let more = match others.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first, other] => Some(format!("{first}, {other}")),
        [first, rest @ ..] => Some(lang.pick(
            format!("{first} et {} autres noms", rest.len()),
            format!("{first} and {} other names", rest.len()),
        )),
    };
    let said = site
        .text
        .as_ref()
        .filter(|_| site.state > model::ChangeState::Wanted)
        .map(|text| text.pick(lang).to_owned());
    view! {
        <li>
            <div class="item">
                <a class="item-name" href=format!("/sites/{}", site.id)>{title(site)}</a>
                {more.map(|more| view! { <p class="item-more">{more}</p> })}
                {said.map(|said| view! { <p class="item-more">{said}</p> })}
            </div>
            {account::held(lang, account).unwrap_or_else(|| {
                view! { <LiveSite site=site.id account=account.id state=site.state lang/> }.into_any()
            })}
        </li>
    }
    .into_any()
}
