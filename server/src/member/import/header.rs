//! The names of columns, in French and English, however they are written: "Numéro", "Contact technique : courriel", "billing e-mail".

use crate::member::{MOST_CONTACTS, words::words};
use model::{Lang, Purpose};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::member) enum Column {
    Number,
    Name,
    Kind,
    Status,
    Since,
    Lang,
    Address,
    /// Of the n-th contact of a purpose, from 0.
    Contact(Purpose, usize, Part),
    Owner,
    Notes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::member) enum Part {
    Name,
    Email,
    Phone,
}

/// The column a name of a header means.
pub(super) fn column(name: &str) -> Option<Column> {
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    // "e-mail" is two words.
    if let Some(place) = words.windows(2).position(|two| two == ["e", "mail"]) {
        words.splice(place..place + 2, ["email"]);
    }
    words.retain(|word| !["de", "du", "des", "d", "la", "le", "l", "of", "the", "contact"].contains(word));
    match words.as_slice() {
        ["numero" | "n" | "no" | "num" | "number"] | ["numero", "membre"] | ["member", "number"] => {
            Some(Column::Number)
        }
        ["nom" | "name"] | ["nom", "membre"] | ["member", "name"] => Some(Column::Name),
        ["type" | "kind"] => Some(Column::Kind),
        ["statut" | "status"] => Some(Column::Status),
        ["depuis" | "since"] => Some(Column::Since),
        ["langue" | "language"] => Some(Column::Lang),
        ["adresse" | "address"] | ["adresse", "postale"] | ["postal", "address"] => Some(Column::Address),
        ["notes" | "note"] => Some(Column::Notes),
        ["responsable" | "proprietaire" | "owner"] => Some(Column::Owner),
        ["responsable" | "proprietaire" | "owner", email] if is_email(email) => Some(Column::Owner),
        [email, "responsable" | "proprietaire" | "owner"] if is_email(email) => Some(Column::Owner),
        of_contact => contact(of_contact),
    }
}

fn is_email(word: &str) -> bool {
    ["courriel", "email", "mail"].contains(&word)
}

/// Purpose and part in any order, perhaps with the contact's number.
fn contact(words: &[&str]) -> Option<Column> {
    let (mut purpose, mut part, mut place) = (None, None, 1);
    for word in words {
        match *word {
            "technique" | "technical" => purpose = purpose.xor(Some(Purpose::Technical)),
            "facturation" | "billing" => purpose = purpose.xor(Some(Purpose::Billing)),
            "juridique" | "legal" => purpose = purpose.xor(Some(Purpose::Legal)),
            "nom" | "name" => part = part.xor(Some(Part::Name)),
            "telephone" | "tel" | "phone" => part = part.xor(Some(Part::Phone)),
            word if is_email(word) => part = part.xor(Some(Part::Email)),
            number => place = number.parse().ok().filter(|place| (1..=MOST_CONTACTS).contains(place))?,
        }
    }
    Some(Column::Contact(purpose?, place - 1, part?))
}

/// The header of an export with so many contacts for each purpose: `column` reads every name of it.
pub(in crate::member) fn names(lang: Lang, contacts: usize) -> Vec<(Column, String)> {
    let of = |column, fr: &str, en: &str| (column, lang.pick(fr, en).to_owned());
    let mut names = vec![
        of(Column::Number, "numéro", "number"),
        of(Column::Name, "nom", "name"),
        of(Column::Kind, "type", "kind"),
        of(Column::Status, "statut", "status"),
        of(Column::Since, "depuis", "since"),
        of(Column::Lang, "langue", "language"),
        of(Column::Address, "adresse", "address"),
    ];
    for place in 0..contacts {
        for purpose in Purpose::ALL.iter().copied() {
            let (fr, en) = match purpose {
                Purpose::Technical => ("technique", "technical"),
                Purpose::Billing => ("facturation", "billing"),
                Purpose::Legal => ("juridique", "legal"),
            };
            let number = if place == 0 { String::new() } else { format!(" {}", place + 1) };
            for (part, part_fr, part_en) in [
                (Part::Name, "nom", "name"),
                (Part::Email, "courriel", "e-mail"),
                (Part::Phone, "téléphone", "phone"),
            ] {
                let name = lang.pick(
                    format!("contact {fr}{number} {part_fr}"),
                    format!("{en} contact{number} {part_en}"),
                );
                names.push((Column::Contact(purpose, place, part), name));
            }
        }
    }
    names.push(of(Column::Owner, "responsable courriel", "owner e-mail"));
    names.push(of(Column::Notes, "notes", "notes"));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_export_writes_the_import_reads() {
        for lang in Lang::ALL {
            for (wanted, name) in names(lang, 3) {
                assert_eq!(column(&name), Some(wanted), "{name}");
                assert_eq!(column(&name.to_uppercase()), Some(wanted), "{name}");
            }
        }
    }

    #[test]
    fn columns_as_people_name_them() {
        for (name, wanted) in [
            ("N°", Column::Number),
            ("Nom du membre", Column::Name),
            ("E-mail owner", Column::Owner),
            ("Courriel du responsable", Column::Owner),
            ("Contact facturation : Tél.", Column::Contact(Purpose::Billing, 0, Part::Phone)),
            ("billing_email", Column::Contact(Purpose::Billing, 0, Part::Email)),
            ("Nom du contact juridique 2", Column::Contact(Purpose::Legal, 1, Part::Name)),
        ] {
            assert_eq!(column(name), Some(wanted), "{name}");
        }
        for name in [
            "",
            "âge",
            "contact",
            "technique",
            "technique facturation nom",
            "technique nom 13",
            "technique nom téléphone",
            "nom nom",
        ] {
            assert_eq!(column(name), None, "{name}");
        }
    }
}
