//! The fields of a member's forms, and what was typed into them as the rules ask for it.

use super::words;
use crate::parts::{Area, Input, Select, Typed};
use leptos::prelude::*;
use model::{Lang, MemberKind, MemberNumber, MemberStatus, Problem, Purpose};
use server::member::{Contact, ContactInput, FIELDS, MOST_CONTACTS, MemberPatch, MemberView, NewMember};

/// A form as it begins for a member that is there.
pub fn of(member: &MemberView) -> Typed {
    let facts = Typed::new()
        .with("version", member.version.to_string())
        .with("name", member.name.clone())
        .with("number", member.number.to_string())
        .with("kind", member.kind.code())
        .with("lang", member.lang.code())
        .with("address", member.address.clone().unwrap_or_default())
        .with("notes", member.notes.clone().unwrap_or_default());
    with_contacts(facts, &member.contacts)
}

/// Contacts, each in its row of fields.
pub fn with_contacts(typed: Typed, contacts: &[Contact]) -> Typed {
    contacts.iter().zip(FIELDS).fold(typed, |typed, (contact, [purpose, name, email, phone])| {
        let text = |text: Option<String>| text.unwrap_or_default();
        typed
            .with(purpose, contact.purpose.code())
            .with(name, text(contact.name.as_ref().map(ToString::to_string)))
            .with(email, text(contact.email.as_ref().map(ToString::to_string)))
            .with(phone, text(contact.phone.as_ref().map(ToString::to_string)))
    })
}

/// What the member is.
pub fn facts(lang: Lang, typed: &Typed, new: bool) -> AnyView {
    let name = Input::text("name", lang.pick("Nom", "Name")).hint(lang.pick(
        "La personne ou l’organisation, par exemple Les Amis du vélo.",
        "The person or organisation, such as Friends of the Bicycle.",
    ));
    let mut number = Input::number("number", lang.pick("Numéro", "Number"));
    if new {
        number = number.optional().hint(lang.pick("Vide\u{a0}: le suivant.", "Empty: the next one."));
    }
    let kind =
        MemberKind::ALL.iter().fold(Select::new("kind", lang.pick("Nature", "Kind")), |select, kind| {
            select.option(kind.code(), words::kind(lang, *kind))
        });
    let kind_typed =
        if typed.has("kind") { typed.clone() } else { typed.clone().with("kind", "organisation") };
    view! {
        {name.view(lang, typed)}
        {number.view(lang, typed)}
        {kind.view(lang, &kind_typed)}
    }
    .into_any()
}

/// A status and the day it begins.
pub fn status(lang: Lang, typed: &Typed) -> AnyView {
    let select = MemberStatus::ALL
        .iter()
        .fold(Select::new("status", lang.pick("Statut", "Status")), |select, status| {
            select.option(status.code(), words::status(lang, *status))
        });
    let since = Input::date("since", lang.pick("Depuis le", "Since"))
        .optional()
        .hint(lang.pick("Vide\u{a0}: aujourd’hui.", "Empty: today."));
    view! { {select.view(lang, typed)}{since.view(lang, typed)} }.into_any()
}

/// The language the cooperative writes to the member in.
pub fn language(lang: Lang, typed: &Typed) -> AnyView {
    let select = Lang::ALL
        .into_iter()
        .fold(Select::new("lang", lang.pick("Langue des courriers", "Language of letters")), |select, of| {
            select.option(of.code(), words::language(lang, of))
        });
    select.view(lang, typed)
}

pub fn address(lang: Lang, typed: &Typed) -> AnyView {
    Area::new("address", lang.pick("Adresse postale", "Postal address")).rows(3).view(lang, typed)
}

pub fn notes(lang: Lang, typed: &Typed) -> AnyView {
    let hint = lang.pick(
        "Pour la coopérative seule\u{a0}: le membre ne les voit jamais, l’historique ne les garde pas.",
        "For the cooperative alone: the member never sees them, the history does not keep them.",
    );
    Area::new("notes", lang.pick("Notes", "Notes")).hint(hint).view(lang, typed)
}

/// Every contact in fields of its own, and an empty one to add.
pub fn contacts(lang: Lang, typed: &Typed) -> AnyView {
    let filled = |fields: &[&'static str; 4]| fields[1..].iter().any(|name| typed.some(name).is_some());
    let used = FIELDS.iter().rposition(filled).map_or(0, |last| last + 1);
    let shown = (used + 1).min(MOST_CONTACTS);
    let sets: Vec<AnyView> = FIELDS
        .iter()
        .take(shown)
        .enumerate()
        .map(|(place, fields)| contact(lang, typed, place, fields))
        .collect();
    view! {
        <p class="small quiet">{lang.pick(
            "À qui écrire, et à quel sujet. Vider un contact le retire\u{a0}; enregistrer en propose un de plus.",
            "Whom to write to, and about what. Emptying a contact removes it; saving offers one more.",
        )}</p>
        {sets}
    }
    .into_any()
}

fn contact(lang: Lang, typed: &Typed, place: usize, fields: &[&'static str; 4]) -> AnyView {
    let [on_purpose, on_name, on_email, on_phone] = *fields;
    let purposes =
        Purpose::ALL.iter().fold(Select::new(on_purpose, lang.pick("Pour", "About")), |select, purpose| {
            select.option(purpose.code(), words::purpose(lang, *purpose))
        });
    let name = Input::text(on_name, lang.pick("Nom", "Name")).optional();
    let email = Input::email(on_email, lang.pick("Adresse électronique", "E-mail address"))
        .optional()
        .autocomplete("off");
    let phone = Input::phone(on_phone, lang.pick("Téléphone", "Telephone")).optional();
    let legend = lang.pick(format!("Contact {}", place + 1), format!("Contact {}", place + 1));
    view! {
        <fieldset class="field stack contact">
            <legend>{legend}</legend>
            {purposes.view(lang, typed)}
            {name.view(lang, typed)}
            {email.view(lang, typed)}
            {phone.view(lang, typed)}
        </fieldset>
    }
    .into_any()
}

/// All contacts as typed; rows that were not there are none.
pub fn typed_contacts(typed: &Typed) -> Vec<ContactInput> {
    let text = |name: &str| typed.some(name).map(str::to_owned);
    let there = |fields: &&[&'static str; 4]| fields.iter().any(|name| typed.has(name));
    FIELDS
        .iter()
        .take_while(there)
        .map(|[purpose, name, email, phone]| ContactInput {
            purpose: typed.get(purpose).to_owned(),
            name: text(name),
            email: text(email),
            phone: text(phone),
        })
        .collect()
}

pub fn new_member(typed: &Typed) -> Result<NewMember, Problem> {
    let text = |name: &str| typed.some(name).map(str::to_owned);
    Ok(NewMember {
        name: typed.get("name").to_owned(),
        number: number(typed)?,
        kind: text("kind"),
        status: text("status"),
        since: text("since"),
        lang: text("lang"),
        address: text("address"),
        contacts: Some(typed_contacts(typed)),
        notes: text("notes"),
    })
}

/// Everything but the status, which has a form of its own.
pub fn patch(typed: &Typed) -> Result<MemberPatch, Problem> {
    let text = |name: &str| typed.has(name).then(|| typed.get(name).to_owned());
    Ok(MemberPatch {
        name: text("name"),
        number: number(typed)?,
        kind: text("kind"),
        lang: text("lang"),
        address: text("address"),
        contacts: Some(typed_contacts(typed)),
        notes: text("notes"),
        ..MemberPatch::default()
    })
}

/// The version the form was made of.
pub fn version(typed: &Typed) -> Option<i64> {
    typed.some("version").and_then(|version| version.parse().ok())
}

fn number(typed: &Typed) -> Result<Option<u32>, Problem> {
    typed.some("number").map(|typed| MemberNumber::parse(typed).map(MemberNumber::get)).transpose()
}
