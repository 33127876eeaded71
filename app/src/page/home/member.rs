//! A member's home: what needs somebody, then their accounts, each with its sites.

use crate::{
    account::{self, list::count, standing_notice},
    http::{Answer, Face},
    parts::{self, empty, next_page},
    shell::{self, Place},
    site::title,
    state::StandingBadge,
};
use axum::response::{IntoResponse, Redirect};
use leptos::prelude::*;
use model::{AccountId, Lang, SiteId, SiteName};
use server::{
    Server,
    account::{AccountView, Standing},
    site::SiteView,
};

/// Sites named in all, and of one account; its page shows the others.
const NAMED: u32 = 120;
const OF_EACH: usize = 4;
/// Sites that stand still, at most.
const CARE: u32 = 20;

/// Straight to the only account, when nothing else asks for anything: its page is the home then.
pub async fn home(server: &Server, face: &Face, first: Option<AnyView>) -> Answer {
    let (me, lang) = (face.me()?, face.lang);
    let page = parts::Page::default();
    let accounts = server::account::list(server, me, &page.listing(), None).await?;
    if let ([only], None) = (accounts.items.as_slice(), &first) {
        return Ok(Redirect::to(&format!("/accounts/{}", only.id)).into_response());
    }
    let names = server::site::main_names(server, &accounts.items, NAMED).await?;
    let still = server::site::care(server, me, CARE).await?;
    let next = next_page(lang, "/accounts", &page, accounts.next.as_deref());
    let about = shell::Page::new(Place::Accounts, lang.pick("Mes comptes", "My accounts"));
    let body = if accounts.items.is_empty() {
        let words = lang.pick(
            "Demandez à la coopérative de vous ouvrir un compte, ou l’accès à celui de votre association.",
            "Ask the cooperative to open an account for you, or to give you access to your organisation's.",
        );
        let title = lang.pick("Vous n’avez pas encore de compte", "You have no account yet");
        view! { <div class="card card-flat">{empty(title, words, None)}</div> }.into_any()
    } else {
        let items = accounts.items.iter().map(|account| item(lang, account, &names)).collect_view();
        view! { <ul class="card card-flat items">{items}</ul>{next} }.into_any()
    };
    let body = view! {
        <div class="stack">
            {first}
            {care(lang, &accounts.items, still)}
            {body}
        </div>
    };
    Ok(shell::page(face, about, body))
}

/// Accounts that are not active, sites that stand still. `None`: all is well.
fn care(lang: Lang, accounts: &[AccountView], sites: Vec<SiteView>) -> Option<AnyView> {
    let held: Vec<&AccountView> =
        accounts.iter().filter(|account| account.state != Standing::Active).collect();
    // A suspended account's sites are not each one's own trouble.
    let sites: Vec<SiteView> =
        sites.into_iter().filter(|site| !held.iter().any(|account| account.id == site.account.id)).collect();
    if held.is_empty() && sites.is_empty() {
        return None;
    }
    let held = held
        .into_iter()
        .map(|account| {
            let name = account.name.to_string();
            view! {
                <li>
                    <div class="item-wide stack-tight">
                        <a class="item-name" href=format!("/accounts/{}", account.id)>{name}</a>
                        {standing_notice(lang, account)}
                    </div>
                </li>
            }
        })
        .collect_view();
    let sites = sites
        .into_iter()
        .map(|site| {
            let said = site.text.as_ref().map(|text| text.pick(lang).to_owned());
            view! {
                <li>
                    <div class="item">
                        <a class="item-name" href=format!("/sites/{}", site.id)>{title(&site)}</a>
                        <p class="item-more">{site.account.name.clone()}{said.map(|said| format!(" · {said}"))}</p>
                    </div>
                    <StandingBadge state=site.state lang/>
                </li>
            }
        })
        .collect_view();
    let card = view! {
        <section class="card card-flat card-alert" aria-labelledby="care">
            <div class="card-head"><h2 id="care">{lang.pick("À regarder", "To look at")}</h2></div>
            <ul class="items">{held}{sites}</ul>
        </section>
    };
    Some(card.into_any())
}

fn item(lang: Lang, account: &AccountView, names: &[(AccountId, SiteId, SiteName)]) -> AnyView {
    let theirs: Vec<_> = names.iter().filter(|(of, ..)| *of == account.id).take(OF_EACH).collect();
    let more = (account.sites as usize).saturating_sub(theirs.len());
    let shown = account::state(lang, account);
    let links = theirs
        .into_iter()
        .map(|(_, site, name)| view! { <li><a href=format!("/sites/{site}")>{name.unicode()}</a></li> })
        .collect_view();
    let rest = (more > 0).then(|| {
        let words = match more {
            1 => lang.pick("1 autre".to_owned(), "1 more".to_owned()),
            more => lang.pick(format!("{more} autres"), format!("{more} more")),
        };
        view! { <li><a href=format!("/accounts/{}", account.id)>{words}</a></li> }
    });
    let first = (account.sites == 0 && account.state == Standing::Active).then(|| {
        let words =
            lang.pick("Ouvrez-le pour ajouter votre premier site.", "Open it to add your first site.");
        view! { <p class="item-more">{words}</p> }
    });
    let sites = (account.sites > 0).then(|| view! { <ul class="site-names">{links}{rest}</ul> });
    view! {
        <li>
            <div class="item">
                <a class="item-name" href=format!("/accounts/{}", account.id)>{account.name.to_string()}</a>
                <p class="item-more">{account.member.name.clone()}" · "{count(lang, account.sites)}</p>
                {first}
                {sites}
            </div>
            {shown}
        </li>
    }
    .into_any()
}
