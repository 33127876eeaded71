//! Kinds, statuses and purposes in a word, and what pages of members have in common.

use crate::parts::{Cell, badge, table};
use leptos::prelude::*;
use model::{Day, Lang, MemberKind, MemberNumber, MemberStatus, Purpose};
use server::member::{Contact, Step};

pub fn kind(lang: Lang, kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Person => lang.pick("personne", "person"),
        MemberKind::Organisation => lang.pick("organisation", "organisation"),
    }
}

pub fn status(lang: Lang, status: MemberStatus) -> &'static str {
    match status {
        MemberStatus::Applicant => lang.pick("candidat", "applicant"),
        MemberStatus::Member => lang.pick("membre", "member"),
        MemberStatus::Client => lang.pick("client", "client"),
        MemberStatus::Left => lang.pick("parti", "left"),
        MemberStatus::StruckOff => lang.pick("radié", "struck off"),
    }
}

/// “Number 42”.
pub fn number(lang: Lang, number: MemberNumber) -> String {
    lang.pick(format!("Numéro {number}"), format!("Number {number}"))
}

/// A status in the shape of a state.
pub fn standing(lang: Lang, of: MemberStatus) -> AnyView {
    let class = match of {
        MemberStatus::Applicant => "state state-waiting",
        MemberStatus::Member => "state state-good",
        MemberStatus::Client => "state state-going",
        MemberStatus::Left => "state state-past",
        MemberStatus::StruckOff => "state state-bad",
    };
    badge(class, status(lang, of))
}

pub fn purpose(lang: Lang, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Technical => lang.pick("technique", "technical"),
        Purpose::Billing => lang.pick("facturation", "billing"),
        Purpose::Legal => lang.pick("juridique", "legal"),
    }
}

pub fn contact(lang: Lang, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Technical => lang.pick("Contact technique", "Technical contact"),
        Purpose::Billing => lang.pick("Contact de facturation", "Billing contact"),
        Purpose::Legal => lang.pick("Contact juridique", "Legal contact"),
    }
}

pub fn new_contact(lang: Lang, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Technical => lang.pick("Nouveau contact technique", "New technical contact"),
        Purpose::Billing => lang.pick("Nouveau contact de facturation", "New billing contact"),
        Purpose::Legal => lang.pick("Nouveau contact juridique", "New legal contact"),
    }
}

/// A postal address, or that there is none.
pub fn address(lang: Lang, address: Option<&str>) -> AnyView {
    match address {
        Some(address) => lines(address),
        None => view! { <span class="quiet">{lang.pick("aucune adresse", "no address")}</span> }.into_any(),
    }
}

/// A text of several lines, as it was typed.
pub fn lines(text: &str) -> AnyView {
    let lines: Vec<AnyView> =
        text.lines().map(|line| view! { <p>{line.to_owned()}</p> }.into_any()).collect();
    view! { <div>{lines}</div> }.into_any()
}

/// A part of a member, as history calls it.
pub fn part(lang: Lang, key: &str) -> Option<&'static str> {
    Some(match key {
        "number" => lang.pick("numéro", "number"),
        "name" => lang.pick("nom", "name"),
        "kind" => lang.pick("nature", "kind"),
        "lang" => lang.pick("langue", "language"),
        "address" => lang.pick("adresse postale", "postal address"),
        "contacts" => lang.pick("contacts", "contacts"),
        _ => return None,
    })
}

/// A language in the words of the reader.
pub fn language(lang: Lang, of: Lang) -> &'static str {
    match of {
        Lang::Fr => lang.pick("français", "French"),
        Lang::En => lang.pick("anglais", "English"),
    }
}

pub fn day(lang: Lang, day: Day) -> AnyView {
    let (year, month, of_month) = day.civil();
    view! { <time datetime=day.to_string()>{lang.day(year, month, of_month)}</time> }.into_any()
}

/// Contacts as rows of a table.
pub fn contacts(lang: Lang, contacts: &[Contact]) -> AnyView {
    let rows = contacts
        .iter()
        .map(|contact| {
            let mail = contact.email.as_ref().map(|email| {
                view! { <a href=format!("mailto:{email}")>{email.to_string()}</a> }
            });
            vec![
                Cell::Main(purpose(lang, contact.purpose).into_any()),
                Cell::text(contact.name.as_ref().map(ToString::to_string).unwrap_or_default()),
                mail.map_or_else(|| Cell::text(""), Cell::view),
                Cell::text(contact.phone.as_ref().map(ToString::to_string).unwrap_or_default()),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Pour", "About"),
        lang.pick("Nom", "Name"),
        lang.pick("Adresse électronique", "E-mail address"),
        lang.pick("Téléphone", "Telephone"),
    ];
    table(lang.pick("Contacts", "Contacts"), &heads, rows)
}

/// How the member stands, and how it stood before.
pub fn membership(lang: Lang, of: MemberStatus, steps: &[Step]) -> AnyView {
    let since =
        steps.first().map(|step| view! { {lang.pick("depuis le ", "since ")}{day(lang, step.since)} });
    let before = (steps.len() > 1).then(|| {
        view! {
            <div class="card-foot"><h3>{lang.pick("Historique de l’adhésion", "History of the membership")}</h3></div>
            {history(lang, steps)}
        }
    });
    view! {
        <section class="card card-flat" aria-labelledby="membership">
            <div class="card-head">
                <h2 id="membership">{lang.pick("Adhésion", "Membership")}</h2>
                <span class="row">{standing(lang, of)}{since}</span>
            </div>
            {before}
        </section>
    }
    .into_any()
}

/// Statuses through time, the newest first: each with its first day and how long it held.
fn history(lang: Lang, steps: &[Step]) -> AnyView {
    let mut until: Option<Day> = None;
    let items: Vec<AnyView> = steps
        .iter()
        .map(|step| {
            let ended = until.replace(step.since);
            let to = ended.map(|end| view! { {lang.pick(" jusqu’au ", " until ")}{day(lang, end)} });
            view! {
                <li>
                    <p class="item">{lang.pick("depuis le ", "since ")}{day(lang, step.since)}{to}</p>
                    {standing(lang, step.status)}
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <ol class="items">{items}</ol> }.into_any()
}
