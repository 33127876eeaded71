//! The page of one site: how it stands, its names, its files, its end.

use super::{address, folder, preview, title, told};
use crate::{
    account, app,
    certificate::card,
    change,
    http::{Answer, Face},
    live::LiveSite,
    parts::{
        Action, Facts, Icon, Input, Tone, Typed, badge, diff, errors, fold_loss, icon, meter, moment, notice,
    },
    shell::{self, Place},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use leptos::prelude::*;
use model::{Lang, Right, SiteId};
use server::{Server, account::AccountView, app::AppView, certificate::CertificateState, site::SiteView};

/// `GET /sites/{site}`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<SiteId>) -> Answer {
    draw(&server, &face, id, Typed::new()).await
}

/// Loads and draws the page, with what was refused if anything was.
pub(crate) async fn draw(server: &Server, face: &Face, id: SiteId, typed: Typed) -> Answer {
    let site = server::site::show(server, face.me()?, id).await?;
    let account = server::account::show(server, face.me()?, site.account.id).await?;
    let access = server::grant::access(server, face.me()?, account.id).await?;
    let (may, reads) = (access.has(Right::Sites), access.has(Right::Logs));
    let held = card::load(server, face, site.id).await?;
    let app = app::card::load(server, face, &site).await?;
    let now = server.world.now_ms();
    let previews = server.config.preview.is_some();
    Ok(render(face, &Seen { account, site, held, app, may, reads, previews, now }, &typed))
}

/// What the page shows.
struct Seen {
    account: AccountView,
    site: SiteView,
    held: card::Held,
    app: Option<AppView>,
    /// Whoever looks may change the site.
    may: bool,
    /// And read its logs.
    reads: bool,
    /// The cooperative has a domain for previews.
    previews: bool,
    now: i64,
}

fn render(face: &Face, seen: &Seen, typed: &Typed) -> Response {
    let lang = face.lang;
    let Seen { account, site, held, app, may, reads, previews, now } = seen;
    let may = *may;
    let state = account::held(lang, account).unwrap_or_else(|| {
        view! { <LiveSite site=site.id account=account.id state=site.state lang/> }.into_any()
    });
    let main = held.certificates.iter().find(|one| site.names.first() == Some(&one.name));
    let href = address(site, main.is_some_and(|one| one.state == CertificateState::Valid));
    let open = view! {
        <a class="button" href=href rel="noopener noreferrer">{icon(Icon::Open)}{lang.pick("Ouvrir le site", "Open the site")}</a>
    };
    let accounts = if face.is_staff() {
        lang.pick("Comptes", "Accounts")
    } else {
        lang.pick("Mes comptes", "My accounts")
    };
    let page = shell::Page::new(Place::Accounts, title(site))
        .from(accounts, "/accounts")
        .from(site.account.name.clone(), format!("/accounts/{}", site.account.id))
        .lead(state)
        .act(open.into_any())
        .status(typed.status());
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, account)}
            {errors(lang, typed)}
            {change::last(lang, site.change, site.account.id, site.state, site.text.clone())}
            {drift(lang, site)}
            {names(lang, account, site, may, typed)}
            {card::card(lang, site, held, may, typed)}
            {preview::card(lang, site, held, (*previews, may))}
            {app::card::card(lang, site, app.as_ref(), may)}
            {told::card(lang, site, *now, may)}
            {crate::statistics::card(lang, site, *reads)}
            {files(lang, site, may)}
            {may.then(|| delete(lang, site))}
        </div>
    };
    shell::page(face, page, body)
}

fn drift(lang: Lang, site: &SiteView) -> Option<AnyView> {
    let found = site.drift.as_ref()?;
    let title =
        lang.pick("Sa configuration a été modifiée à la main", "Its configuration was edited by hand");
    let words = lang.pick(
        "La coopérative décidera de rétablir la version d’Alvéole ou de garder cette modification. D’ici là, rien n’est écrasé et les membres n’ont rien à faire.",
        "The cooperative will decide whether to put Alvéole’s version back or to keep this edit. Until then, nothing is overwritten and members need do nothing.",
    );
    let path = found.path.clone();
    Some(notice(Tone::Held, title, view! { <p>{words}</p><p><code>{path}</code></p>{diff(&found.diff)} }))
}

fn names(lang: Lang, account: &AccountView, site: &SiteView, may: bool, typed: &Typed) -> AnyView {
    let id = site.id;
    let taken = u32::try_from(site.names.len()).unwrap_or(u32::MAX);
    let room = meter(lang, lang.pick("Noms de ce site", "Names of this site"), taken, account.plan.names_max);
    let alone = site.names.len() == 1;
    let rows = site
        .names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let (shown, plain) = (name.unicode(), name.to_string());
            let ascii = (shown != plain).then(|| view! { <p class="item-more mono">{plain.clone()}</p> });
            let acts = if place == 0 {
                badge("state state-past", lang.pick("nom principal", "main name"))
            } else if !may {
                ().into_any()
            } else {
                let main = Action::new(
                    format!("/sites/{id}/names/main"),
                    lang.pick("En faire le principal", "Make it the main one"),
                );
                main.hidden("name", &plain).about(lang, &shown).small().view()
            };
            let remove = (may && !alone).then(|| {
                view! {
                    <a class="button button-small" href=format!("/sites/{id}/names/{plain}/remove")>
                        {lang.pick("Retirer…", "Remove…")}<span class="unseen">{shown.clone()}</span>
                    </a>
                }
            });
            view! {
                <li>
                    <div class="item"><span class="item-name">{shown.clone()}</span>{ascii}</div>
                    <div class="row">{acts}{remove}</div>
                </li>
            }
        })
        .collect_view();
    let add = Input::domain("name", lang.pick("Ajouter un nom", "Add a name")).hint(lang.pick(
        "Par exemple le même avec www. Les deux mènent au même site.",
        "For instance the same with www. Both lead to the same site.",
    ));
    view! {
        <section class="card card-flat" aria-labelledby="names">
            <div class="card-head"><h2 id="names">{lang.pick("Noms", "Names")}</h2></div>
            <ul class="items">{rows}</ul>
            <div class="card-foot">{room}</div>
            {may.then(|| view! {
                <form class="card-foot" method="post" action=format!("/sites/{id}/names") novalidate=true>
                    <div class="field-line">
                        {add.view(lang, typed)}
                        <button class="button" type="submit">{lang.pick("Ajouter", "Add")}</button>
                    </div>
                </form>
            })}
        </section>
    }
    .into_any()
}

fn files(lang: Lang, site: &SiteView, may: bool) -> AnyView {
    let facts = Facts::new()
        .line(lang.pick("Dossier", "Folder"), view! { <code>{folder(site)}</code> })
        .line(lang.pick("Hôte", "Host"), site.host.name.clone())
        .line(lang.pick("Ajouté le", "Added"), moment(lang, site.created_at))
        .view();
    let words = lang.pick(
        "Mettez dans ce dossier les fichiers du site\u{a0}: une page index.html ou index.php, avec ses images et son .htaccess. Ici dans le navigateur, ou par SFTP.",
        "Put the site's files into this folder: an index.html or index.php page, with its images and its .htaccess. Here in the browser, or by SFTP.",
    );
    let ways = may.then(|| {
        let account = site.account.id;
        let path =
            folder(site).strip_prefix(&format!("/home/{}/", site.account.name)).unwrap_or_default().parse();
        let here = crate::files::folder(account, &path.unwrap_or_default());
        view! {
            <div class="acts">
                <a class="button" href=here>{lang.pick("Ouvrir le dossier", "Open the folder")}</a>
                <a class="button" href=format!("/accounts/{account}/ssh-keys")>"SFTP"</a>
            </div>
        }
    });
    view! {
        <section class="card stack" aria-labelledby="files">
            <h2 id="files">{lang.pick("Fichiers", "Files")}</h2>
            <p>{words}</p>
            {facts}
            {ways}
        </section>
    }
    .into_any()
}

fn delete(lang: Lang, site: &SiteView) -> AnyView {
    let names: Vec<String> = site.names.iter().map(|name| name.unicode()).collect();
    let list = names.join(", ");
    let loses = lang.pick(
        format!("Ces noms ne répondront plus\u{a0}: {list}."),
        format!("These names will no longer answer: {list}."),
    );
    let keeps = lang.pick(
        "Les fichiers restent dans leur dossier, et la suppression peut être annulée depuis les modifications du compte, tant que les noms sont libres.",
        "The files stay in their folder, and the deletion can be undone from the changes of the account, as long as the names are free.",
    );
    let button =
        Action::new(format!("/sites/{}/delete", site.id), lang.pick("Supprimer le site", "Delete the site"))
            .loss();
    fold_loss(
        lang.pick("Supprimer ce site…", "Delete this site…"),
        false,
        view! { <p>{loses}</p><p>{keeps}</p>{button.view()} },
    )
}
