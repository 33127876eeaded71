//! The contacts in a member's forms: each in fields of its own with a box to take it away, and buttons that open an empty one. All of it is
//! one form, so that nothing typed is lost.

use super::words;
use crate::parts::{Check, Input, Select, Typed};
use leptos::prelude::*;
use model::{Lang, Purpose};
use server::member::{Contact, ContactInput, FIELDS, MOST_CONTACTS};

/// The box that takes a contact away.
const REMOVE: [&str; MOST_CONTACTS] = {
    macro_rules! fields {
        ($($n:literal)*) => { [$(concat!("contacts.", $n, ".remove")),*] };
    }
    fields!(0 1 2 3 4 5 6 7 8 9 10 11)
};
/// What the buttons that open an empty contact are called.
const ADD: &str = "add";

/// Contacts, each in its row of fields.
pub fn with(typed: Typed, contacts: &[Contact]) -> Typed {
    contacts.iter().zip(FIELDS).fold(typed, |typed, (contact, [purpose, name, email, phone])| {
        let text = |text: Option<String>| text.unwrap_or_default();
        typed
            .with(purpose, contact.purpose.code())
            .with(name, text(contact.name.as_ref().map(ToString::to_string)))
            .with(email, text(contact.email.as_ref().map(ToString::to_string)))
            .with(phone, text(contact.phone.as_ref().map(ToString::to_string)))
    })
}

/// All contacts as typed; rows that were not there are none, and those to be taken away are empty, which keeps the others in their places.
pub fn typed(typed: &Typed) -> Vec<ContactInput> {
    let there = |(fields, _): &(&[&'static str; 4], &&'static str)| fields.iter().any(|name| typed.has(name));
    FIELDS
        .iter()
        .zip(&REMOVE)
        .take_while(there)
        .map(|([purpose, name, email, phone], remove)| {
            let text = |name: &str| typed.some(name).filter(|_| !typed.has(remove)).map(str::to_owned);
            ContactInput {
                purpose: typed.get(purpose).to_owned(),
                name: text(name),
                email: text(email),
                phone: text(phone),
            }
        })
        .collect()
}

/// What was typed, with one more contact of the kind that was asked for. `None`: the form came to be saved.
pub fn adding(typed: &Typed) -> Option<Typed> {
    let purpose = Purpose::parse(typed.some(ADD)?).ok()?;
    let [on_purpose, ..] = FIELDS.get(used(typed))?;
    Some(typed.clone().with(on_purpose, purpose.code()))
}

/// How many rows have something in them, with those between.
fn used(typed: &Typed) -> usize {
    let filled = |fields: &[&'static str; 4]| fields[1..].iter().any(|name| typed.some(name).is_some());
    FIELDS.iter().rposition(filled).map_or(0, |last| last + 1)
}

/// Every contact in fields of its own, and the one that is being added.
pub fn form(lang: Lang, typed: &Typed) -> AnyView {
    let used = used(typed);
    let new = typed.some(ADD).is_some() && used < MOST_CONTACTS;
    let sets: Vec<AnyView> =
        (0..used + usize::from(new)).map(|place| contact(lang, typed, place, place == used)).collect();
    let none =
        sets.is_empty().then(|| view! { <p>{lang.pick("Pas encore de contact.", "No contact yet.")}</p> });
    view! {
        <p class="small quiet">{who_gets_what(lang)}</p>
        {none}
        {sets}
    }
    .into_any()
}

/// The panel's own mails go to all of them; the purpose is for the cooperative's people.
pub fn who_gets_what(lang: Lang) -> &'static str {
    lang.pick(
        "Quand un compte est suspendu, remis en service, supprimé ou rétabli, le panneau l’écrit à tous les contacts qui ont une adresse. Pour le reste, la coopérative écrit au contact technique quand un site est en panne, à celui de facturation pour les factures, au contact juridique pour une affaire de droit.",
        "When an account is suspended, resumed, deleted or restored, the panel tells all contacts that have an address. Besides, the cooperative writes to the technical contact when a site is down, to the billing contact about bills, to the legal contact about a matter of law.",
    )
}

/// The buttons that open an empty contact. They stand behind the one that saves, which Enter presses.
pub fn adds(lang: Lang, typed: &Typed) -> Option<AnyView> {
    let buttons = Purpose::ALL
        .iter()
        .map(|purpose| {
            let words = match purpose {
                Purpose::Technical => lang.pick("Ajouter un contact technique", "Add a technical contact"),
                Purpose::Billing => lang.pick("Ajouter un contact de facturation", "Add a billing contact"),
                Purpose::Legal => lang.pick("Ajouter un contact juridique", "Add a legal contact"),
            };
            view! { <button class="button button-small" type="submit" name=ADD value=purpose.code()>{words}</button> }
        })
        .collect_view();
    (used(typed) < MOST_CONTACTS).then(|| view! { <div class="acts">{buttons}</div> }.into_any())
}

fn contact(lang: Lang, typed: &Typed, place: usize, new: bool) -> AnyView {
    let [on_purpose, on_name, on_email, on_phone] = FIELDS[place];
    let purposes =
        Purpose::ALL.iter().fold(Select::new(on_purpose, lang.pick("Pour", "About")), |select, purpose| {
            select.option(purpose.code(), words::purpose(lang, *purpose))
        });
    let name = Input::text(on_name, lang.pick("Nom", "Name")).optional();
    let name = if new { name.first() } else { name };
    let email = Input::email(on_email, lang.pick("Adresse électronique", "E-mail address"))
        .optional()
        .autocomplete("off");
    let phone = Input::phone(on_phone, lang.pick("Téléphone", "Telephone")).optional();
    let purpose = Purpose::parse(typed.get(on_purpose)).unwrap_or(Purpose::Technical);
    let legend = match (new, typed.some(on_name)) {
        (true, _) => words::new_contact(lang, purpose).to_owned(),
        (false, Some(name)) => format!("{}{}{name}", words::contact(lang, purpose), lang.colon()),
        (false, None) => words::contact(lang, purpose).to_owned(),
    };
    let remove = (!new).then(|| {
        let words = lang.pick("Retirer ce contact en enregistrant", "Remove this contact on saving");
        Check::new(REMOVE[place], words).view(lang, typed)
    });
    view! {
        <fieldset class="field stack contact">
            <legend>{legend}</legend>
            {purposes.view(lang, typed)}
            {name.view(lang, typed)}
            {email.view(lang, typed)}
            {phone.view(lang, typed)}
            {remove}
        </fieldset>
    }
    .into_any()
}
