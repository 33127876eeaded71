//! Letters as they are searched, whoever searches: members, history, everything at once.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case without accents: é is e, œ is oe.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ł' => folded.push('l'),
            // Lower-casing may leave a mark of its own.
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// The words of a text in their order, folded; of long ones so many letters, as they are found by their beginning.
pub(crate) fn words(text: &str, longest: usize) -> impl Iterator<Item = String> {
    let folded = fold(text);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(longest).collect())
        .collect();
    words.into_iter()
}
