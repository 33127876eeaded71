//! What the table of nouns is made of: verbs, which are routes of the API, and what they take and show.

use model::Lang;

/// A noun: `alveole site …`.
pub struct Noun {
    pub name: &'static str,
    pub about: About,
    pub verbs: &'static [Verb],
}

/// A verb of a noun, which is one route.
pub struct Verb {
    pub name: &'static str,
    pub about: About,
    pub method: &'static str,
    /// Below `/api/v1`; each `{part}` is an argument.
    pub path: &'static str,
    /// Further words in the order typed, then options.
    pub inputs: &'static [Input],
    /// Fields shown as columns of a table, or as lines.
    pub columns: &'static [&'static str],
    pub answer: Answer,
}

/// What a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    One,
    /// A list, whole.
    List,
    /// A list in pages, asked for with `limit` and `cursor`.
    Pages,
    /// A list that stands in a field of one thing.
    Within(&'static str),
    /// The same, and other fields of that thing, a line each.
    Beside(&'static str, &'static [&'static str]),
    /// A list of groups; the things of each stand in this field.
    Groups(&'static str),
    /// A file, passed on as it comes.
    File,
    /// Lines of a log, which may be followed.
    Log,
}

/// What goes into the body, or into the query of a list.
pub struct Input {
    pub name: &'static str,
    pub kind: Kind,
    pub about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word that must be there.
    Word,
    /// Words, at least one.
    Words,
    /// `--name VALUE`, if wished.
    Option,
    /// `--name VALUE` that must be there.
    Needed,
    /// `--name NUMBER` that must be there.
    Number,
    /// The same, if wished.
    SomeNumber,
    /// `--name` names another noun's thing, by name or id.
    Ref(&'static str),
    /// The same, if wished.
    SomeRef(&'static str),
    /// The path of a file whose text goes into the body.
    File,
    /// The path of a file whose octets are the body; the rest goes into the query.
    Octets,
    /// `--name`, for yes.
    Flag,
    /// `--contact` for each of a member's contacts.
    Contacts,
}

/// A text in both languages; a constant, which `model::Text` cannot be within constants.
#[derive(Clone, Copy)]
pub struct About {
    fr: &'static str,
    en: &'static str,
}

impl About {
    pub fn pick(self, lang: Lang) -> &'static str {
        lang.pick(self.fr, self.en)
    }
}

pub const fn text(fr: &'static str, en: &'static str) -> About {
    About { fr, en }
}

pub const fn input(name: &'static str, kind: Kind, fr: &'static str, en: &'static str) -> Input {
    Input { name, kind, about: text(fr, en) }
}

pub const fn list(path: &'static str, inputs: &'static [Input], columns: &'static [&'static str]) -> Verb {
    let about = text("Lister", "List");
    Verb { name: "list", about, method: "GET", path, inputs, columns, answer: Answer::Pages }
}

pub const fn show(path: &'static str, columns: &'static [&'static str]) -> Verb {
    Verb {
        name: "show",
        about: text("Montrer", "Show"),
        method: "GET",
        path,
        inputs: &[],
        columns,
        answer: Answer::One,
    }
}

pub const fn create(path: &'static str, inputs: &'static [Input], columns: &'static [&'static str]) -> Verb {
    Verb {
        name: "create",
        about: text("Ajouter", "Add"),
        method: "POST",
        path,
        inputs,
        columns,
        answer: Answer::One,
    }
}

pub const fn update(
    method: &'static str,
    path: &'static str,
    inputs: &'static [Input],
    columns: &'static [&'static str],
) -> Verb {
    Verb {
        name: "update",
        about: text("Modifier", "Change"),
        method,
        path,
        inputs,
        columns,
        answer: Answer::One,
    }
}

pub const fn delete(path: &'static str) -> Verb {
    let about = text("Supprimer", "Delete");
    Verb { name: "delete", about, method: "DELETE", path, inputs: &[], columns: &[], answer: Answer::One }
}

/// Another verb, with the given columns.
pub const fn act(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    about: About,
    inputs: &'static [Input],
    columns: &'static [&'static str],
) -> Verb {
    Verb { name, about, method, path, inputs, columns, answer: Answer::One }
}

/// Another list of a thing's.
pub const fn lists(
    name: &'static str,
    path: &'static str,
    about: About,
    inputs: &'static [Input],
    columns: &'static [&'static str],
) -> Verb {
    Verb { name, about, method: "GET", path, inputs, columns, answer: Answer::Pages }
}

impl Verb {
    /// A file.
    pub const fn file(mut self) -> Verb {
        self.answer = Answer::File;
        self
    }

    /// In a field of the one thing that is answered.
    pub const fn within(mut self, field: &'static str) -> Verb {
        self.answer = Answer::Within(field);
        self
    }

    /// In a field of the one thing that is answered, beside these.
    pub const fn beside(mut self, field: &'static str, rest: &'static [&'static str]) -> Verb {
        self.answer = Answer::Beside(field, rest);
        self
    }

    /// In a field of each group that is answered.
    pub const fn groups(mut self, field: &'static str) -> Verb {
        self.answer = Answer::Groups(field);
        self
    }

    /// Not in pages.
    pub const fn whole(mut self) -> Verb {
        self.answer = Answer::List;
        self
    }
}

/// A file of a thing's, in the format asked for.
pub const fn file(name: &'static str, path: &'static str, about: About, inputs: &'static [Input]) -> Verb {
    Verb { name, about, method: "GET", path, inputs, columns: &[], answer: Answer::File }
}
