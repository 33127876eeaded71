//! Hosting accounts: the lists, the page of one with its sites, and what admins do with it.

pub mod cause;
pub mod form;
pub mod list;
pub mod manage;
pub mod show;
pub mod usage;

use crate::{
    http::Face,
    live::LiveAccount,
    parts::{Tab, Tone, badge, moment, notice, tabs},
    shell::{Page, Place},
};
use leptos::prelude::*;
use model::{Duty, Lang};
use server::account::{AccountView, Standing};

/// Which tab of an account is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Sites,
    Files,
    Databases,
    CronJobs,
    Changes,
    People,
    Manage,
}

/// The page of what admins do with an account, in a word.
pub fn manage_word(lang: Lang) -> &'static str {
    lang.pick("Administration", "Administration")
}

/// The head of every page of an account: its name, whose it is, how it stands, its tabs.
pub fn frame(face: &Face, account: &AccountView, part: Part) -> Page {
    let lang = face.lang;
    let id = account.id;
    let path = format!("/accounts/{id}");
    let all = if face.is_staff() {
        lang.pick("Comptes", "Accounts")
    } else {
        lang.pick("Mes comptes", "My accounts")
    };
    let mut links = vec![
        Tab { words: lang.pick("Sites", "Sites"), href: path.clone(), current: part == Part::Sites },
        Tab {
            words: lang.pick("Fichiers", "Files"),
            href: format!("{path}/files"),
            current: part == Part::Files,
        },
        Tab {
            words: lang.pick("Bases de données", "Databases"),
            href: format!("{path}/databases"),
            current: part == Part::Databases,
        },
        Tab {
            words: lang.pick("Tâches planifiées", "Cron jobs"),
            href: format!("{path}/cron-jobs"),
            current: part == Part::CronJobs,
        },
        Tab {
            words: lang.pick("Modifications", "Changes"),
            href: format!("{path}/changes"),
            current: part == Part::Changes,
        },
    ];
    links.push(Tab {
        words: lang.pick("Personnes", "People"),
        href: format!("{path}/people"),
        current: part == Part::People,
    });
    if face.may(Duty::Administer) {
        let words = manage_word(lang);
        links.push(Tab { words, href: format!("{path}/manage"), current: part == Part::Manage });
    }
    let lead = view! {
        <span class="row">
            {account.member.name.clone()}
            {state(lang, account)}
        </span>
    };
    Page::new(Place::Accounts, account.name.as_str())
        .from(all, "/accounts")
        .lead(lead)
        .tabs(tabs(lang.pick("Pages du compte", "Pages of the account"), links))
}

/// Said on top of the page of an account that is not active.
pub fn standing_notice(lang: Lang, account: &AccountView) -> Option<AnyView> {
    match account.state {
        Standing::Active => None,
        Standing::Suspended => {
            let title = lang.pick("Ce compte est suspendu", "This account is suspended");
            let words = lang.pick(
                "Ses sites ne répondent plus\u{a0}; rien n’est perdu.",
                "Its sites do not answer; nothing is lost.",
            );
            let back = cause::way_back(lang, account.code);
            Some(notice(Tone::Held, title, view! { {cause::told(lang, account)}<p>{words}" "{back}</p> }))
        }
        Standing::Deleted => {
            let title = lang.pick("Ce compte est supprimé", "This account is deleted");
            let until = account.erase_at.map(|at| {
                view! { <p>{lang.pick("Tout peut revenir jusqu’au ", "Everything can come back until ")}{moment(lang, at)}"."</p> }
            });
            Some(notice(Tone::Bad, title, until))
        }
    }
}

/// Active accounts show how they stand on their host, the others that they are not active.
pub fn state(lang: Lang, account: &AccountView) -> AnyView {
    held(lang, account).unwrap_or_else(|| {
        view! { <LiveAccount account=account.id state=account.host_state lang/> }.into_any()
    })
}

/// That an account, and so its sites, does not answer.
pub fn held(lang: Lang, account: &AccountView) -> Option<AnyView> {
    let class = match account.state {
        Standing::Active => return None,
        Standing::Suspended => "state state-waiting",
        Standing::Deleted => "state state-past",
    };
    Some(badge(class, standing(lang, account.state)))
}

/// Where an account stands, in a word.
pub fn standing(lang: Lang, standing: Standing) -> &'static str {
    match standing {
        Standing::Active => lang.pick("actif", "active"),
        Standing::Suspended => lang.pick("suspendu", "suspended"),
        Standing::Deleted => lang.pick("supprimé", "deleted"),
    }
}
