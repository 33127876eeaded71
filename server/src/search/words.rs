//! Texts taken apart into words, alike for what is stored and what is asked: lower case, accents folded (é is e, œ is oe), split at
//! everything that is neither letter nor digit. What looks like an address or a name of the Internet stays together besides: of
//! www.asso.example the words are www.asso.example, asso.example and example, so that any part and what follows it is a beginning.

use crate::letters::fold;
use std::collections::BTreeSet;

/// Longer words are found by their beginning.
const LONGEST: usize = 64;
/// Words of one name, the first ones.
const MOST_OF_NAME: usize = 12;
/// What one may ask for at once; further words are not looked at.
pub(super) const MOST_ASKED: usize = 5;

/// Every word that a thing with these names is found by.
pub(super) fn words<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().flat_map(|name| of_name(name).into_iter().take(MOST_OF_NAME)).collect()
}

fn of_name(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in pieces(&fold(name)) {
        if is_address(piece) {
            let starts = piece.char_indices().scan(false, |inside, (at, c)| {
                let begins = c.is_alphanumeric() && !*inside;
                *inside = c.is_alphanumeric();
                Some(begins.then_some(at))
            });
            words.extend(starts.flatten().map(|at| cut(&piece[at..])));
        } else {
            words.extend(parts(piece).map(cut));
        }
    }
    words
}

/// The beginnings of words that somebody typed, the longest first, as it is likely to be the rarest.
pub(super) fn asked(typed: &str) -> Vec<String> {
    let folded = fold(typed);
    let mut asked = Vec::new();
    for piece in folded.split_whitespace().flat_map(|typed| pieces(bare(typed))) {
        if is_address(piece) {
            asked.push(cut(piece));
        } else {
            asked.extend(parts(piece).map(cut));
        }
    }
    asked.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    asked.dedup();
    asked.truncate(MOST_ASKED);
    asked
}

/// Of an address pasted from a browser, the name.
fn bare(typed: &str) -> &str {
    let scheme = typed.strip_prefix("https://").or_else(|| typed.strip_prefix("http://"));
    scheme.map_or(typed, |rest| rest.split(['/', ':', '?', '#']).next().unwrap_or_default())
}

/// What stands between spaces and other signs that no address has; it begins and ends with a letter or a digit.
fn pieces(folded: &str) -> impl Iterator<Item = &str> {
    let pieces = folded.split(|c: char| !(c.is_alphanumeric() || ".@-_+".contains(c)));
    pieces.map(|piece| piece.trim_matches(|c: char| !c.is_alphanumeric())).filter(|piece| !piece.is_empty())
}

fn is_address(piece: &str) -> bool {
    piece.contains(['.', '@'])
}

fn parts(piece: &str) -> impl Iterator<Item = &str> {
    piece.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty())
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Vec<String> {
        words([name]).into_iter().collect()
    }

    #[test]
    fn words_have_neither_case_nor_accents() {
        assert_eq!(of("L’Été des Œuvres, nº 42 !"), ["42", "des", "ete", "l", "no", "oeuvres"]);
        // Accents that stand after their letter.
        assert_eq!(of("E\u{301}te\u{301}"), ["ete"]);
        assert_eq!(of("Straße İstanbul Łódź Москва"), ["istanbul", "lodz", "strasse", "москва"]);
        assert_eq!(of("amis-du-vélo_2"), ["2", "amis", "du", "velo"]);
        assert_eq!(of("… — !"), Vec::<String>::new());
        assert_eq!(of(&"x".repeat(90)), ["x".repeat(LONGEST)]);
    }

    #[test]
    fn every_part_of_an_address_begins_a_word() {
        assert_eq!(of("www.Asso.example"), ["asso.example", "example", "www.asso.example"]);
        assert_eq!(
            of("jean-luc@membre.example"),
            ["example", "jean-luc@membre.example", "luc@membre.example", "membre.example"]
        );
        assert_eq!(words(vec!["a.example"; 3]).len(), 2);
        let long: String = (0..40).map(|n| format!("{n}.")).collect();
        assert_eq!(of(&long).len(), MOST_OF_NAME);
    }

    #[test]
    fn what_is_asked_is_taken_apart_alike() {
        assert_eq!(asked(" Vélos  AMIS amis "), ["velos", "amis"]);
        assert_eq!(asked("jean-luc"), ["jean", "luc"]);
        assert_eq!(asked("www.asso.ex www."), ["www.asso.ex", "www"]);
        assert_eq!(asked("https://www.Asso.example:8443/wiki/?a=b"), ["www.asso.example"]);
        assert_eq!(asked("luc@mem"), ["luc@mem"]);
        assert_eq!(asked("%_*\\ ' \" --"), Vec::<String>::new());
        assert_eq!(asked("a b c d e f g").len(), MOST_ASKED);
    }
}
