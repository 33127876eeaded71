//! Rows to members, or to what is wrong with them: every cell is looked at, so that a file is mended in one go. Pure.

use super::{
    Made, Outcome, Owner, RowProblem, RowReport,
    file::{Cell, Row},
    header::{Column, Part},
    known::Known,
};
use crate::member::{
    ContactInput,
    input::{self, Parsed},
    words::words,
};
use model::{
    EmailAddress, Label, MemberKind, MemberNumber, MemberStatus, Problem, Purpose, Text, several_lines, text,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A row that is right: the member, and who shall own it.
pub(super) struct Draft {
    pub parsed: Parsed,
    pub owner: Option<EmailAddress>,
}

/// Judges all rows together; drafts are those of the rows that are right.
pub(super) fn judge(rows: &[Row], known: &Known, same_email: bool, now: i64) -> (Vec<RowReport>, Vec<Draft>) {
    let mut seen = Seen { numbers: HashMap::new(), emails: HashMap::new() };
    let (mut reports, mut drafts) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        let mut reading = Reading { wrong: Vec::new(), now };
        let (draft, at) = reading.row(row);
        seen.twice(row, &draft, &at, known, same_email, &mut reading.wrong);
        let outcome = if reading.wrong.is_empty() {
            let made = made(&draft, known);
            drafts.push(draft);
            Outcome::Made(made)
        } else {
            Outcome::Wrong(reading.wrong)
        };
        reports.push(RowReport { row: row.number, outcome });
    }
    (reports, drafts)
}

fn made(draft: &Draft, known: &Known) -> Made {
    let parsed = &draft.parsed;
    Made {
        number: parsed.number,
        name: parsed.name.as_ref().map(ToString::to_string).unwrap_or_default(),
        kind: parsed.kind.unwrap_or(MemberKind::Organisation),
        status: parsed.status.unwrap_or(MemberStatus::Member),
        since: parsed.since,
        lang: parsed.lang.unwrap_or_default(),
        contacts: parsed.contacts.as_ref().map_or(0, Vec::len),
        notes: parsed.notes.as_ref().is_some_and(Option::is_some),
        owner: draft
            .owner
            .as_ref()
            .map(|email| Owner { email: email.to_string(), new: !known.users.contains(&email.key()) }),
    }
}

/// Under which column a value stood, to say what is wrong with it there.
type At = Vec<(Column, String)>;

fn at(at: &At, wanted: Column) -> String {
    at.iter().find(|(column, _)| *column == wanted).map(|(_, header)| header.clone()).unwrap_or_default()
}

/// One row while it is read.
struct Reading {
    wrong: Vec<RowProblem>,
    now: i64,
}

impl Reading {
    fn row(&mut self, row: &Row) -> (Draft, At) {
        let mut draft = Draft { parsed: Parsed::default(), owner: None };
        let mut contacts: BTreeMap<(Purpose, usize), ContactInput> = BTreeMap::new();
        for cell in &row.cells {
            self.cell(cell, &mut draft, &mut contacts);
        }
        if row.too_wide {
            let text = Text::new(
                "Cette ligne a plus de cellules que l’en-tête\u{a0}: mettez entre guillemets les textes qui contiennent le séparateur.",
                "This row has more cells than the header: put texts that contain the separator between quotes.",
            );
            self.say(String::new(), "row_wide", text);
        }
        if !row.cells.iter().any(|cell| cell.column == Column::Name) {
            let text = Text::new("Il manque le nom du membre.", "The member's name is missing.");
            self.say(String::new(), "name_missing", text);
        }
        if draft.parsed.since.is_some() && !row.cells.iter().any(|cell| cell.column == Column::Status) {
            // As a member of the cooperative, like all others that say nothing.
            draft.parsed.status = Some(MemberStatus::Member);
        }
        self.contacts(row, contacts, &mut draft.parsed);
        let at = row.cells.iter().map(|cell| (cell.column, cell.header.clone())).collect();
        (draft, at)
    }

    fn cell(
        &mut self,
        cell: &Cell,
        draft: &mut Draft,
        contacts: &mut BTreeMap<(Purpose, usize), ContactInput>,
    ) {
        let (text, parsed) = (cell.text.as_str(), &mut draft.parsed);
        match cell.column {
            Column::Number => parsed.number = self.take(cell, MemberNumber::parse(text)),
            Column::Name => parsed.name = self.take(cell, Label::parse(text)),
            Column::Kind => parsed.kind = self.take(cell, kind(text)),
            Column::Status => parsed.status = self.take(cell, status(text)),
            Column::Since => parsed.since = self.take(cell, input::since(text, self.now)),
            Column::Lang => parsed.lang = self.take(cell, lang(text)),
            Column::Address => {
                parsed.address = self.take(cell, several_lines("address", text, input::LONGEST_ADDRESS))
            }
            Column::Notes => {
                parsed.notes = self.take(cell, several_lines("notes", text, input::LONGEST_NOTES))
            }
            Column::Owner => draft.owner = self.take(cell, EmailAddress::parse(text)),
            Column::Contact(purpose, place, part) => {
                let contact = contacts.entry((purpose, place)).or_default();
                purpose.code().clone_into(&mut contact.purpose);
                let slot = match part {
                    Part::Name => &mut contact.name,
                    Part::Email => &mut contact.email,
                    Part::Phone => &mut contact.phone,
                };
                *slot = Some(text.to_owned());
            }
        }
    }

    /// Contacts in the order of their number, each purpose after the other; what is wrong is said at its column.
    fn contacts(&mut self, row: &Row, typed: BTreeMap<(Purpose, usize), ContactInput>, parsed: &mut Parsed) {
        let mut contacts = Vec::new();
        for ((purpose, place), typed) in typed {
            match input::contacts(std::slice::from_ref(&typed)) {
                Ok(contact) => contacts.extend(contact),
                Err(problem) => {
                    let part = match problem.field {
                        Some(field) if field.ends_with("email") => Part::Email,
                        Some(field) if field.ends_with("phone") => Part::Phone,
                        _ => Part::Name,
                    };
                    let wanted = Column::Contact(purpose, place, part);
                    let header =
                        row.cells.iter().find(|cell| cell.column == wanted).map(|cell| cell.header.clone());
                    self.say(header.unwrap_or_default(), problem.code, problem.text);
                }
            }
        }
        if contacts.len() > input::MOST_CONTACTS {
            let most = input::MOST_CONTACTS;
            self.say(
                String::new(),
                "contacts_many",
                text!("{most} contacts au plus.", "{most} contacts at most."),
            );
        }
        parsed.contacts = Some(contacts);
    }

    fn take<T>(&mut self, cell: &Cell, read: Result<T, Problem>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(problem) => {
                self.say(cell.header.clone(), problem.code, problem.text);
                None
            }
        }
    }

    fn say(&mut self, column: String, code: &str, text: Text) {
        self.wrong.push(RowProblem { column, code: code.to_owned(), text });
    }
}

/// What earlier rows brought: the number of the row, by number and by address.
struct Seen {
    numbers: HashMap<u32, usize>,
    emails: HashMap<String, usize>,
}

impl Seen {
    /// Says what the panel or an earlier row has already.
    fn twice(
        &mut self,
        row: &Row,
        draft: &Draft,
        columns: &At,
        known: &Known,
        same_email: bool,
        wrong: &mut Vec<RowProblem>,
    ) {
        let mut say =
            |column, code: &str, text| wrong.push(RowProblem { column, code: code.to_owned(), text });
        if let Some(number) = draft.parsed.number {
            let column = at(columns, Column::Number);
            if let Some(name) = known.numbers.get(&number.get()) {
                let text = text!(
                    "Le numéro {number} est déjà celui de «\u{a0}{name}\u{a0}»\u{a0}: retirez cette ligne, ou changez le numéro.",
                    "The number {number} is already that of “{name}”: take this row out, or change the number."
                );
                say(column, "number_taken", text);
            } else if let Some(earlier) = self.numbers.get(&number.get()) {
                let text = text!(
                    "Le numéro {number} est déjà à la ligne {earlier}\u{a0}: retirez l’une des deux, ou changez le numéro.",
                    "The number {number} stands in row {earlier} already: take one of them out, or change the number."
                );
                say(column, "number_twice", text);
            }
            self.numbers.entry(number.get()).or_insert(row.number);
        }
        let mut own = BTreeSet::new();
        for (column, email) in emails(row, draft) {
            let key = email.to_ascii_lowercase();
            if !own.insert(key.clone()) {
                continue;
            }
            if !same_email {
                if let Some(holder) = known.emails.get(&key) {
                    let (number, name) = (holder.number, &holder.name);
                    let text = text!(
                        "L’adresse {email} est déjà celle de «\u{a0}{name}\u{a0}» (numéro {number})\u{a0}: si c’est le même membre, retirez cette ligne\u{a0}; si la même personne s’occupe de plusieurs membres, acceptez les adresses répétées.",
                        "The address {email} is already with “{name}” (number {number}): if it is the same member, take this row out; if one person looks after several members, accept repeated addresses."
                    );
                    say(column, "email_taken", text);
                } else if let Some(earlier) = self.emails.get(&key) {
                    let text = text!(
                        "L’adresse {email} est déjà à la ligne {earlier}\u{a0}: si c’est le même membre, retirez l’une des deux\u{a0}; si la même personne s’occupe de plusieurs membres, acceptez les adresses répétées.",
                        "The address {email} stands in row {earlier} already: if it is the same member, take one of them out; if one person looks after several members, accept repeated addresses."
                    );
                    say(column, "email_twice", text);
                }
            }
            self.emails.entry(key).or_insert(row.number);
        }
    }
}

/// Every address of a row, with its column.
fn emails(row: &Row, draft: &Draft) -> Vec<(String, String)> {
    let is_email = |column| matches!(column, Column::Owner | Column::Contact(_, _, Part::Email));
    let right: BTreeSet<String> = draft
        .parsed
        .contacts
        .iter()
        .flatten()
        .filter_map(|contact| contact.email.as_ref())
        .chain(&draft.owner)
        .map(EmailAddress::key)
        .collect();
    let typed = row.cells.iter().filter(|cell| is_email(cell.column));
    typed
        .filter_map(|cell| EmailAddress::parse(&cell.text).ok().map(|email| (cell.header.clone(), email)))
        .filter(|(_, email)| right.contains(&email.key()))
        .map(|(header, email)| (header, email.to_string()))
        .collect()
}

fn kind(typed: &str) -> Result<MemberKind, Problem> {
    match words(typed).join(" ").as_str() {
        "personne" | "person" | "particulier" => Ok(MemberKind::Person),
        "organisation" | "organization" | "association" => Ok(MemberKind::Organisation),
        _ => Err(choice(Text::new("personne, organisation", "person, organisation"))),
    }
}

fn status(typed: &str) -> Result<MemberStatus, Problem> {
    match words(typed).join(" ").as_str() {
        "candidat" | "candidate" | "applicant" => Ok(MemberStatus::Applicant),
        "membre" | "member" => Ok(MemberStatus::Member),
        "client" | "cliente" => Ok(MemberStatus::Client),
        "parti" | "partie" | "left" => Ok(MemberStatus::Left),
        "radie" | "radiee" | "struck off" => Ok(MemberStatus::StruckOff),
        _ => Err(choice(Text::new(
            "candidat, membre, client, parti, radié",
            "applicant, member, client, left, struck off",
        ))),
    }
}

fn lang(typed: &str) -> Result<model::Lang, Problem> {
    match words(typed).join(" ").as_str() {
        "fr" | "francais" | "french" => Ok(model::Lang::Fr),
        "en" | "anglais" | "english" => Ok(model::Lang::En),
        _ => Err(choice(Text::new("fr, en", "fr, en"))),
    }
}

fn choice(words: Text) -> Problem {
    let Text { fr, en } = words;
    Problem::invalid(
        "csv",
        "choice_absent",
        text!(
            "Ce mot n’est pas connu ici\u{a0}; écrivez l’un de ceux-ci\u{a0}: {fr}.",
            "This word is not known here; write one of these: {en}."
        ),
    )
}
