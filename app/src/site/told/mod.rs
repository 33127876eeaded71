//! What a site is told beyond its names: a card that says how each part stands, and a page with a form for each.

mod maintenance;
mod php;
mod program;
mod redirects;
mod rest;
mod variables;

pub use maintenance::{set as set_maintenance, show as maintenance};
pub use php::{set as set_php, show as php};
pub use program::{restart as restart_program, set as set_program, show as program};
pub use redirects::{
    add as add_redirect, main_name, move_to as move_redirect, remove as remove_redirect, show as redirects,
};
pub use rest::{errors, root, set_errors, set_root, set_visitors, visitors};
pub use variables::{remove as remove_variable, set as set_variable};

use super::title;
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Tone, Typed, badge, day, errors as summary, notice},
    shell::{self, Place},
};
use axum::response::Response;
use leptos::prelude::*;
use model::{Lang, Problem, Right, SiteId, Who};
use server::{Server, account::AccountView, change::Done, site::SiteView};

/// A site whose settings whoever asks may change.
struct Seen {
    site: SiteView,
    account: AccountView,
    now: i64,
    /// What its program wrote last, on that page alone.
    said: Vec<String>,
}

async fn enter(server: &Server, face: &Face, id: SiteId) -> Result<Seen, crate::http::Miss> {
    let site = server::site::show(server, face.me()?, id).await?;
    let account = server::account::show(server, face.me()?, site.account.id).await?;
    server::grant::access(server, face.me()?, account.id).await?.must(Right::Sites)?;
    Ok(Seen { site, account, now: server.world.now_ms(), said: vec![] })
}

/// A page of one part: shown as it stands, or again with what was refused.
struct Part {
    path: &'static str,
    fr: &'static str,
    en: &'static str,
    fill: fn(&SiteView) -> Typed,
    body: fn(Lang, &Seen, &Typed) -> AnyView,
}

impl Part {
    async fn show(&self, server: &Server, face: &Face, id: SiteId) -> Answer {
        let seen = enter(server, face, id).await?;
        Ok(self.draw(face, &seen, &(self.fill)(&seen.site).with("version", seen.site.version.to_string())))
    }

    /// After an act: on to `to` (this page or the site's), or this page again.
    async fn after(
        &self,
        server: &Server,
        face: &Face,
        id: SiteId,
        typed: Typed,
        done: Result<Done<SiteView>, Problem>,
    ) -> Answer {
        match done {
            Ok(_) => see(self.at(id), "site_told"),
            Err(problem) => {
                let problem = on_form(problem)?;
                let seen = enter(server, face, id).await?;
                Ok(self.draw(&face.at(self.at(id)), &seen, &typed.refused(problem)))
            }
        }
    }

    fn at(&self, id: SiteId) -> String {
        format!("/sites/{id}/{}", self.path)
    }

    fn draw(&self, face: &Face, seen: &Seen, typed: &Typed) -> Response {
        let lang = face.lang;
        let page = shell::Page::new(Place::Accounts, lang.pick(self.fr, self.en))
            .from(seen.site.account.name.clone(), format!("/accounts/{}", seen.site.account.id))
            .from(title(&seen.site), format!("/sites/{}", seen.site.id))
            .status(typed.status());
        let body = view! { <div class="stack">{summary(lang, typed)}{(self.body)(lang, seen, typed)}</div> };
        shell::page(face, page, body)
    }
}

/// Which site, as it stood when the form was filled: what somebody else changed meanwhile is not overwritten unseen.
fn at(id: SiteId, typed: &Typed) -> (SiteId, Option<i64>) {
    (id, typed.get("version").parse().ok())
}

/// A form of one of these pages.
fn form(action: String, lang: Lang, typed: &Typed, fields: impl IntoView + 'static) -> AnyView {
    let version = typed.some("version").map(str::to_owned);
    view! {
        <form class="card form" method="post" action=action novalidate=true>
            {version.map(|version| view! { <input type="hidden" name="version" value=version/> })}
            {fields.into_any()}
            <div class="acts"><button class="button button-main" type="submit">{lang.pick("Enregistrer", "Save")}</button></div>
        </form>
    }
    .into_any()
}

/// The card on the site's page.
pub fn card(lang: Lang, site: &SiteView, now: i64, may: bool) -> AnyView {
    let settings = &site.settings;
    let usual = || lang.pick("Comme d’habitude", "As usual").to_owned();
    let many = |count: usize, fr: &str, en: &str, ens: &str| {
        let plural = if count > 1 { "s" } else { "" };
        lang.pick(
            format!("{count} {fr}{plural}"),
            format!("{count} {en}{}", if count > 1 { ens } else { "" }),
        )
    };
    let set = model::PhpKey::ALL.into_iter().filter(|key| settings.php.settings.is_set(*key));
    let keys: Vec<String> =
        set.map(|key| format!("{} {}", key.name(), settings.php.settings.get(key))).collect();
    let php = if keys.is_empty() {
        format!("PHP {}", site.php.version)
    } else {
        format!("PHP {} · {}", site.php.version, keys.join(" · "))
    };
    let redirects = match settings.redirects.len() {
        0 => lang.pick("Aucune", "None").to_owned(),
        count => many(count, "redirection", "redirect", "s"),
    };
    let redirects = match settings.main_only {
        true => lang.pick(
            format!("{redirects} · les autres noms mènent au nom principal"),
            format!("{redirects} · the other names lead to the main one"),
        ),
        false => redirects,
    };
    let maintenance = match settings.maintenance.on {
        true => lang.pick(
            "En maintenance\u{a0}: les visites reçoivent une page d’attente",
            "In maintenance: visits get a page that asks to come back",
        ),
        false => lang.pick("Non", "No"),
    };
    let addresses = many(settings.visitors.networks.iter().count(), "adresse", "address", "es");
    let visitors = match settings.visitors.who {
        Who::Everybody => lang.pick("Tout le monde", "Everybody").to_owned(),
        Who::Listed => lang.pick(format!("Seulement {addresses}"), format!("{addresses} alone")),
        Who::Others => lang.pick(format!("Tous sauf {addresses}"), format!("All but {addresses}")),
    };
    let pages: Vec<&str> = settings.errors.keys().map(|error| error.code()).collect();
    let pages = if pages.is_empty() { usual() } else { pages.join(", ") };
    let root = settings.root.as_ref().map_or_else(|| "public".to_owned(), |root| root.to_string());
    let rows = [
        ("program", lang.pick("Ce qui répond", "What answers"), program::stands(lang, site)),
        ("php", "PHP", php),
        ("redirects", lang.pick("Redirections", "Redirects"), redirects),
        ("maintenance", "Maintenance", maintenance.to_owned()),
        ("visitors", lang.pick("Visiteurs admis", "Visitors let in"), visitors),
        ("errors", lang.pick("Pages d’erreur", "Pages for errors"), pages),
        ("root", lang.pick("Dossier montré", "Folder shown"), root),
    ];
    let rows = rows
        .into_iter()
        .map(|(path, word, state)| {
            let held = (path == "maintenance" && settings.maintenance.on)
                .then(|| badge("state state-held", lang.pick("maintenance", "maintenance")));
            let edit = may.then(|| {
                view! {
                    <a class="button button-small" href=format!("/sites/{}/{path}", site.id)>
                        {lang.pick("Modifier", "Change")}<span class="unseen">{format!("{}{word}", lang.colon())}</span>
                    </a>
                }
            });
            view! {
                <li>
                    <div class="item"><span class="item-name">{word}</span><p class="item-more">{state}</p></div>
                    <div class="row">{held}{edit}</div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card card-flat" aria-labelledby="told">
            <div class="card-head"><h2 id="told">{lang.pick("Réglages", "Settings")}</h2></div>
            <ul class="items">{rows}</ul>
            {ends(lang, site, now).map(|words| view! { <div class="card-foot">{words}</div> })}
        </section>
    }
    .into_any()
}

/// Half a year before a version's end, and after it.
fn ends(lang: Lang, site: &SiteView, now: i64) -> Option<AnyView> {
    const SOON: i64 = 183 * 24 * 3_600_000;
    let (version, end) = (site.php.version, site.php.end_of_life?.ms());
    if end > now + SOON {
        return None;
    }
    let words = if end < now {
        lang.pick(
            format!("PHP {version} ne reçoit plus de correctif de sécurité de ses auteurs"),
            format!("PHP {version} no longer gets security fixes from its authors"),
        )
    } else {
        lang.pick(
            format!("PHP {version} ne recevra bientôt plus de correctif de sécurité de ses auteurs"),
            format!("PHP {version} will soon get no more security fixes from its authors"),
        )
    };
    let more = view! {
        <p>
            {lang.pick("Dernier jour\u{a0}: ", "Last day: ")}{day(lang, end)}
            {lang.pick(". Essayez le site avec une version plus récente, puis gardez-la.", ". Try the site with a newer version, then keep it.")}
        </p>
    };
    Some(notice(Tone::Held, words, more))
}
