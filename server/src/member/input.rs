//! What is asked of a member, as typed: parsed here, field by field, for forms, the API and imports alike.

use super::Contact;
use model::{
    Day, EmailAddress, Label, Lang, MemberKind, MemberNumber, MemberStatus, Phone, Problem, Purpose, Text,
    several_lines,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// Contacts of one member at most.
pub const MOST_CONTACTS: usize = 12;
pub(super) const LONGEST_ADDRESS: usize = 500;
pub(super) const LONGEST_NOTES: usize = 4_000;

/// A new member. What is not given: the next number, an organisation, a member since today, French.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    pub name: String,
    pub number: Option<u32>,
    /// person or organisation.
    pub kind: Option<String>,
    /// applicant, member, client, left or struck_off.
    pub status: Option<String>,
    /// Since which day, as 2024-05-31.
    pub since: Option<String>,
    /// fr or en.
    pub lang: Option<String>,
    pub address: Option<String>,
    pub contacts: Option<Vec<ContactInput>>,
    pub notes: Option<String>,
}

/// Any part of a member. Contacts are given whole; an empty text takes address or notes away. The member's own people may give
/// `lang` and `contacts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberPatch {
    pub name: Option<String>,
    pub number: Option<u32>,
    pub kind: Option<String>,
    /// Another status, which begins on the day `since` (today, unless given) and joins the history.
    pub status: Option<String>,
    pub since: Option<String>,
    pub lang: Option<String>,
    pub address: Option<String>,
    pub contacts: Option<Vec<ContactInput>>,
    pub notes: Option<String>,
}

/// A contact as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// technical, billing or legal.
    pub purpose: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// The fields of each contact, as forms and problems name them: purpose, name, e-mail, telephone.
pub const FIELDS: [[&str; 4]; MOST_CONTACTS] = {
    macro_rules! fields {
        ($($n:literal)*) => { [$([
            concat!("contacts.", $n, ".purpose"), concat!("contacts.", $n, ".name"),
            concat!("contacts.", $n, ".email"), concat!("contacts.", $n, ".phone"),
        ]),*] };
    }
    fields!(0 1 2 3 4 5 6 7 8 9 10 11)
};

impl From<NewMember> for MemberPatch {
    fn from(new: NewMember) -> MemberPatch {
        let NewMember { name, number, kind, status, since, lang, address, contacts, notes } = new;
        MemberPatch { name: Some(name), number, kind, status, since, lang, address, contacts, notes }
    }
}

/// A patch that cannot be wrong in itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub name: Option<Label>,
    pub number: Option<MemberNumber>,
    pub kind: Option<MemberKind>,
    pub status: Option<MemberStatus>,
    pub since: Option<Day>,
    pub lang: Option<Lang>,
    pub address: Option<Option<String>>,
    pub contacts: Option<Vec<Contact>>,
    pub notes: Option<Option<String>>,
}

impl MemberPatch {
    /// Whether it touches what only the cooperative keeps.
    pub(super) fn is_the_cooperatives(&self) -> bool {
        let MemberPatch { name, number, kind, status, since, lang: _, address, contacts: _, notes } = self;
        number.is_some() || [name, kind, status, since, address, notes].into_iter().any(Option::is_some)
    }

    pub(super) fn parse(&self, now: i64) -> Result<Parsed, Problem> {
        let filled = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned)
        };
        let since = filled(&self.since).map(|typed| since(&typed, now)).transpose()?;
        let status = self.status.as_deref().map(MemberStatus::parse).transpose()?;
        if since.is_some() && status.is_none() {
            let text = Text::new(
                "Une date va avec un statut\u{a0}: donnez les deux.",
                "A date goes with a status: give both.",
            );
            return Err(Problem::invalid("status", "status_missing", text));
        }
        Ok(Parsed {
            name: self.name.as_deref().map(Label::parse).transpose()?,
            number: self.number.map(MemberNumber::try_from).transpose()?,
            kind: self.kind.as_deref().map(MemberKind::parse).transpose()?,
            status,
            since,
            lang: self.lang.as_deref().map(lang).transpose()?,
            address: lines("address", &self.address, LONGEST_ADDRESS)?,
            contacts: self.contacts.as_deref().map(contacts).transpose()?,
            notes: lines("notes", &self.notes, LONGEST_NOTES)?,
        })
    }
}

fn lines(
    field: &'static str,
    typed: &Option<String>,
    longest: usize,
) -> Result<Option<Option<String>>, Problem> {
    typed.as_deref().map(|typed| several_lines(field, typed, longest)).transpose()
}

/// The day a status begins: none that is still to come, wherever on Earth it is typed.
pub(super) fn since(typed: &str, now: i64) -> Result<Day, Problem> {
    let day = Day::parse(typed)?;
    if day.ms() <= now + 14 * 3_600_000 {
        return Ok(day);
    }
    Err(Problem::invalid(
        "since",
        "day_to_come",
        Text::new(
            "Ce jour est encore à venir\u{a0}: notez le statut quand il commence.",
            "This day is still to come: note the status when it begins.",
        ),
    ))
}

pub(super) fn lang(typed: &str) -> Result<Lang, Problem> {
    Lang::from_code(typed.trim()).ok_or_else(|| {
        let text = Text::new("Les langues sont fr et en.", "The languages are fr and en.");
        Problem::invalid("lang", "bad_lang", text)
    })
}

/// Contacts in their order; those without anything in them are left out.
pub(super) fn contacts(typed: &[ContactInput]) -> Result<Vec<Contact>, Problem> {
    let Some(fields) = FIELDS.get(..typed.len()) else {
        return Err(Problem::invalid(
            "contacts",
            "contacts_many",
            model::text!("{MOST_CONTACTS} contacts au plus.", "{MOST_CONTACTS} contacts at most."),
        ));
    };
    let mut contacts = Vec::new();
    for (typed, fields) in typed.iter().zip(fields) {
        contacts.extend(contact(typed, fields)?);
    }
    Ok(contacts)
}

fn contact(typed: &ContactInput, fields: &[&'static str; 4]) -> Result<Option<Contact>, Problem> {
    let [on_purpose, on_name, on_email, on_phone] = *fields;
    let filled =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let (name, email, phone) = (filled(&typed.name), filled(&typed.email), filled(&typed.phone));
    if name.is_none() && email.is_none() && phone.is_none() {
        return Ok(None);
    }
    Ok(Some(Contact {
        purpose: Purpose::parse(&typed.purpose).map_err(|problem| problem.on(on_purpose))?,
        name: name.map(|typed| Label::parse(&typed)).transpose().map_err(|problem| problem.on(on_name))?,
        email: email
            .map(|typed| EmailAddress::parse(&typed))
            .transpose()
            .map_err(|problem| problem.on(on_email))?,
        phone: phone.map(|typed| Phone::parse(&typed)).transpose().map_err(|problem| problem.on(on_phone))?,
    }))
}
