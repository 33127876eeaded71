//! What a change is found by: the words of its subject and of who did it, and its facets (verb, noun, way in, member, account, host).
//! All of it goes into one index as plain words, so that any filters together are one question. Pure.

use super::Filter;
use crate::letters;
use model::{AccountId, ChangeId, DomainName, HostId, MemberId, Problem};
use std::collections::BTreeSet;

/// Begins every facet: a letter of nobody's alphabet (private use), so that nothing anybody types can be one.
const FACET: char = '\u{e000}';
const MEMBER: char = 'm';
const ACCOUNT: char = 'a';
/// Longer words are found by their beginning.
const LONGEST: usize = 32;
/// Words of one text, and words one can ask for at once.
const MOST_WORDS: usize = 40;
const MOST_ASKED: usize = 8;

/// What the index reads of a change.
pub(super) struct Indexed {
    pub id: ChangeId,
    pub who: String,
    pub via: String,
    pub verb: String,
    pub member: Option<MemberId>,
    pub account: Option<AccountId>,
    pub host: Option<HostId>,
    pub label: String,
}

macro_rules! indexed_columns {
    () => {
        "c.id, c.who, c.via, c.verb, c.member_id, c.account_id, c.host_id, c.subject_label"
    };
}
pub(super) use indexed_columns;

impl Indexed {
    pub fn read(row: &crate::store::Row) -> Result<Indexed, Problem> {
        Ok(Indexed {
            id: row.get("id")?,
            who: row.get("who")?,
            via: row.get("via")?,
            verb: row.get("verb")?,
            member: row.get("member_id")?,
            account: row.get("account_id")?,
            host: row.get("host_id")?,
            label: row.get("subject_label")?,
        })
    }

    /// Every word it is found by.
    pub fn terms(&self) -> BTreeSet<String> {
        let mut terms: BTreeSet<String> = words(&self.label).into_iter().chain(words(&self.who)).collect();
        // A name on the Internet is found as people read it and as machines do.
        if let Ok(name) = self.label.parse::<DomainName>() {
            terms.extend(words(&name.unicode()).into_iter().chain(words(name.as_str())));
        }
        terms.insert(facet('v', &self.verb));
        terms.insert(facet('n', noun(&self.verb)));
        terms.insert(facet('p', &self.via));
        terms.extend(self.member.map(|id| facet(MEMBER, &id.to_string())));
        terms.extend(self.account.map(|id| facet(ACCOUNT, &id.to_string())));
        terms.extend(self.host.map(|id| facet('h', &id.to_string())));
        terms
    }
}

/// One thing asked of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub word: String,
    /// Any word that begins so.
    pub beginning: bool,
}

impl Term {
    /// Whether it stands for one member or one account: few acts have it, out of however many.
    pub fn is_of_one(&self) -> bool {
        [MEMBER, ACCOUNT]
            .iter()
            .any(|kind| self.word.starts_with([FACET, *kind].iter().collect::<String>().as_str()))
    }

    /// Whether one of these words is it.
    pub fn is_in(&self, terms: &BTreeSet<String>) -> bool {
        if !self.beginning {
            return terms.contains(&self.word);
        }
        terms.range(self.word.clone()..).next().is_some_and(|first| first.starts_with(&self.word))
    }
}

/// Everything a filter asks but its dates. `None`: what was typed holds no word, so nothing is like it.
pub(super) fn asked(filter: &Filter) -> Option<Vec<Term>> {
    let mut terms = Vec::new();
    let typed = filter.q.as_deref().unwrap_or_default();
    if !typed.trim().is_empty() {
        let words = words(typed);
        if words.is_empty() {
            return None;
        }
        // A single letter begins too much: it is meant as a word, and next to others (l’été) as nothing.
        let single = |word: &String| word.chars().nth(1).is_none();
        let alone = words.iter().all(single);
        let kept =
            words.into_iter().filter(|word| alone || !single(word) || !word.starts_with(char::is_alphabetic));
        terms.extend(kept.take(MOST_ASKED).map(|word| Term { beginning: !single(&word), word }));
    }
    let mut add = |kind, value: Option<String>| {
        terms.extend(value.map(|value| Term { word: facet(kind, &value), beginning: false }));
    };
    let verb = filter.verb.clone();
    add(if verb.as_deref().is_some_and(|verb| verb.contains('.')) { 'v' } else { 'n' }, verb);
    add('p', filter.via.clone());
    add(MEMBER, filter.member.map(|id| id.to_string()));
    add(ACCOUNT, filter.account.map(|id| id.to_string()));
    add('h', filter.host.map(|id| id.to_string()));
    Some(terms)
}

/// `site` of `site.create`.
fn noun(verb: &str) -> &str {
    verb.split('.').next().unwrap_or(verb)
}

fn facet(kind: char, value: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { FACET };
    [FACET, kind].into_iter().chain(value.chars().map(plain)).collect()
}

/// The words of a text, each once, in order.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in letters::words(text, LONGEST) {
        if !words.contains(&word) && words.len() < MOST_WORDS {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(label: &str) -> Indexed {
        Indexed {
            id: ChangeId::new(1, &[1; 10]),
            who: "Ana@asso.example".into(),
            via: "session".into(),
            verb: "site.create".into(),
            member: None,
            account: Some(AccountId::new(1, &[2; 10])),
            host: None,
            label: label.into(),
        }
    }

    fn found(filter: Filter, label: &str) -> bool {
        let terms = change(label).terms();
        asked(&filter).is_some_and(|asked| asked.iter().all(|term| term.is_in(&terms)))
    }

    fn typed(q: &str) -> Filter {
        Filter { q: Some(q.into()), ..Filter::default() }
    }

    #[test]
    fn words_are_found_by_their_beginning_whatever_their_accents() {
        for q in ["été", "ETE", "amis", "ami d'ete", "asso.example", "ana@", "  ", "l’Été des a", "a"] {
            assert_eq!(found(typed(q), "L’Été des amis"), q != "a", "{q}");
        }
        assert!(found(typed("œuvr"), "Bonnes Œuvres") && found(typed("oeuvres"), "Bonnes Œuvres"));
        assert!(found(typed("été"), "xn--t-9fab.example"), "as people read it");
        assert!(found(typed("xn--t"), "xn--t-9fab.example"));
        for q in ["mis", "!!!", "été hiver", "session", "site", "\u{e000}vsite", "\" OR \"", "' | 'x"] {
            assert!(!found(typed(q), "L’Été des amis"), "{q}");
        }
        assert!(found(typed(&"x".repeat(99)), &"x".repeat(120)));
    }

    #[test]
    fn facets_are_whole() {
        let of = |verb: &str| Filter { verb: Some(verb.into()), ..Filter::default() };
        assert!(found(of("site"), "") && found(of("site.create"), ""));
        for verb in ["sit", "site.", "site.creat", "account"] {
            assert!(!found(of(verb), ""), "{verb}");
        }
        let account = Some(AccountId::new(1, &[2; 10]));
        assert!(found(Filter { account, ..typed("x") }, "x"));
        assert!(!found(Filter { account: Some(AccountId::new(1, &[3; 10])), ..typed("x") }, "x"));
    }

    #[test]
    fn nothing_typed_leaves_the_quotes_of_a_query() {
        for text in ["a\"b'c*d(e)f:g^h{i}j+k-l,m", "x\u{0}y", "AND OR NOT NEAR", "´`‘’\u{2028}"] {
            assert!(words(text).iter().all(|word| word.chars().all(char::is_alphanumeric)), "{text}");
        }
    }
}
