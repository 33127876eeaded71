//! The fields of a member's forms, and what was typed into them as the rules ask for it.

use super::{contacts, words};
use crate::parts::{Area, Input, Select, Typed};
use leptos::prelude::*;
use model::{Lang, MemberKind, MemberNumber, MemberStatus, Problem};
use server::member::{MemberPatch, MemberView, NewMember};

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
    contacts::with(facts, &member.contacts)
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
        .fold(Select::new("lang", lang.pick("Langue des courriels", "Language of mails")), |select, of| {
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
        contacts: Some(contacts::typed(typed)),
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
        contacts: Some(contacts::typed(typed)),
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
