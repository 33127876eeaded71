//! A site's redirects in their order, and whether its other names lead to the main one.

use super::{Part, Seen, form};
use crate::{
    http::{Answer, Face},
    parts::{Action, Check, Input, Select, Tone, Typed, notice},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Lang, MOST_REDIRECTS, Redirect, RedirectCode, SiteId};
use server::{
    Server,
    site::{NewMainName, NewRedirect, SiteView, WhichRedirect},
};

const PAGE: Part =
    Part { path: "redirects", fr: "Redirections du site", en: "The site's redirects", fill, body };

/// `GET /sites/{site}/redirects`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    PAGE.show(&server, &face, id).await
}

/// `POST /sites/{site}/redirects`
pub async fn add(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let new = NewRedirect {
        from: typed.get("from").to_owned(),
        to: typed.get("to").to_owned(),
        below: typed.get("below") == "yes",
        keep: typed.get("keep") == "yes",
        code: Some(typed.get("code").trim().parse().unwrap_or_default()),
        place: None,
    };
    let done = server::site::add_redirect(&server, face.me()?, (id, None), new).await;
    PAGE.after(&server, &face, id, typed, done).await
}

fn which(typed: &Typed) -> WhichRedirect {
    WhichRedirect {
        from: typed.get("from").to_owned(),
        below: typed.get("below") == "yes",
        place: typed.get("place").parse().ok(),
    }
}

/// `POST /sites/{site}/redirects/remove`
pub async fn remove(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let done = server::site::remove_redirect(&server, face.me()?, (id, None), which(&typed)).await;
    PAGE.after(&server, &face, id, Typed::new(), done).await
}

/// `POST /sites/{site}/redirects/move`
pub async fn move_to(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let done = server::site::move_redirect(&server, face.me()?, (id, None), which(&typed)).await;
    PAGE.after(&server, &face, id, Typed::new(), done).await
}

/// `POST /sites/{site}/main-name`
pub async fn main_name(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let new = NewMainName { others: typed.get("others").to_owned() };
    let done = server::site::set_main_name(&server, face.me()?, (id, None), new).await;
    PAGE.after(&server, &face, id, Typed::new(), done).await
}

fn fill(_: &SiteView) -> Typed {
    Typed::new().with("code", "301")
}

fn body(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let site = &seen.site;
    let list = &site.settings.redirects;
    let rows = list.iter().enumerate().map(|(place, one)| row(lang, site.id, place, one)).collect_view();
    let list_view = if list.is_empty() {
        view! { <p class="card-foot">{lang.pick("Aucune redirection.", "No redirect.")}</p> }.into_any()
    } else {
        view! { <ol class="items">{rows}</ol> }.into_any()
    };
    let order = (list.len() > 1).then(|| {
        lang.pick(
            "La première qui convient à l’adresse demandée compte.",
            "The first that fits the address asked for counts.",
        )
    });
    view! {
        <section class="card card-flat" aria-labelledby="list">
            <div class="card-head"><h2 id="list">{lang.pick("Dans cet ordre", "In this order")}</h2></div>
            {list_view}
            {order.map(|words| view! { <p class="card-foot">{words}</p> })}
        </section>
        {(list.len() < MOST_REDIRECTS).then(|| add_form(lang, site.id, typed))}
        {others(lang, site)}
    }
    .into_any()
}

fn row(lang: Lang, id: SiteId, place: usize, one: &Redirect) -> AnyView {
    let from = match (one.from.as_str(), one.below) {
        ("/", true) => lang.pick("Tout le site", "The whole site").to_owned(),
        (from, true) => {
            lang.pick(format!("{from} et tout ce qui est en dessous"), format!("{from} and all below it"))
        }
        (from, false) => from.to_owned(),
    };
    let keeps = if one.keep {
        lang.pick(" · la suite du chemin est gardée", " · the rest of the path is kept")
    } else {
        ""
    };
    let more = format!("→ {} · {}{keeps}", one.to, u16::from(one.code));
    let act = |path: &str, words: &'static str| {
        Action::new(format!("/sites/{id}/redirects/{path}"), words)
            .hidden("from", one.from.as_str())
            .hidden("below", if one.below { "yes" } else { "" })
            .about(lang, &from)
    };
    let up = (place > 0).then(|| {
        act("move", lang.pick("Monter", "Move up")).hidden("place", place.to_string()).small().view()
    });
    let remove = act("remove", lang.pick("Retirer", "Remove")).loss_small().view();
    view! {
        <li>
            <div class="item"><span class="item-name">{from.clone()}</span><p class="item-more">{more}</p></div>
            <div class="row">{up}{remove}</div>
        </li>
    }
    .into_any()
}

fn add_form(lang: Lang, id: SiteId, typed: &Typed) -> AnyView {
    let from = Input::text("from", lang.pick("Depuis", "From")).hint(lang.pick(
        "Un chemin de ce site, par exemple /ancienne-page. Avec «\u{a0}/\u{a0}» et tout ce qui est en dessous, c’est le site entier.",
        "A path of this site, such as /old-page. With “/” and all below it, this is the whole site.",
    ));
    let below = Check::new("below", lang.pick("Et tout ce qui est en dessous", "And all below it"));
    let to = Input::text("to", lang.pick("Vers", "To")).hint(lang.pick(
        "Une adresse complète, par exemple https://www.asso.example/page, ou un chemin de ce site. Ce qui suit «\u{a0}?\u{a0}» est gardé, sauf si l’adresse a le sien.",
        "A whole address, such as https://www.asso.example/page, or a path of this site. What follows “?” is kept, unless the address has its own.",
    ));
    let keep = Check::new("keep", lang.pick("Garder la suite du chemin", "Keep the rest of the path"));
    let code = RedirectCode::ALL
        .into_iter()
        .fold(Select::new("code", lang.pick("Comment", "How")), |select, code| {
            select.option(u16::from(code).to_string(), code_words(lang, code))
        });
    let title = lang.pick("Ajouter une redirection", "Add a redirect");
    form(
        PAGE.at(id),
        lang,
        typed,
        view! {
            <h2>{title}</h2>
            {from.view(lang, typed)}
            {below.view(lang, typed)}
            {to.view(lang, typed)}
            {keep.view(lang, typed)}
            {code.view(lang, typed)}
        },
    )
}

fn code_words(lang: Lang, code: RedirectCode) -> String {
    match code {
        RedirectCode::Moved => lang.pick("Pour toujours (301)", "For good (301)"),
        RedirectCode::Found => lang.pick("Pour le moment (302)", "For now (302)"),
        RedirectCode::Temporary => {
            lang.pick("Pour le moment, formulaires compris (307)", "For now, forms included (307)")
        }
        RedirectCode::Permanent => {
            lang.pick("Pour toujours, formulaires compris (308)", "For good, forms included (308)")
        }
    }
    .to_owned()
}

/// Whether the other names lead to the main one.
fn others(lang: Lang, site: &SiteView) -> AnyView {
    let main = super::title(site);
    let (words, to, button) = if site.settings.main_only {
        (
            lang.pick(
                format!("Les visites aux autres noms mènent à {main}."),
                format!("Visits to the other names lead to {main}."),
            ),
            "serve",
            lang.pick("Laisser chaque nom montrer le site", "Let each name show the site"),
        )
    } else {
        (
            lang.pick("Chaque nom montre le site.".to_owned(), "Each name shows the site.".to_owned()),
            "redirect",
            lang.pick("Tout mener au nom principal", "Lead all to the main name"),
        )
    };
    let waits = site.settings.main_only.then(|| {
        let words = lang.pick(
            "Tant qu’un autre nom a son certificat et que le nom principal ne l’a pas, chaque nom montre le site.",
            "As long as another name has its certificate and the main name has not, each name shows the site.",
        );
        notice(Tone::Know, words, ())
    });
    let act = Action::new(format!("/sites/{}/main-name", site.id), button).hidden("others", to);
    view! {
        <section class="card stack" aria-labelledby="others">
            <h2 id="others">{lang.pick("Autres noms", "Other names")}</h2>
            <p>{words}</p>
            {waits}
            {act.view()}
        </section>
    }
    .into_any()
}
