//! Names that look like other names (UTS #39): a label that mixes scripts, or one written wholly in letters that look Latin.

use unicode_script::{Script, UnicodeScript};

/// Cyrillic and Greek letters that look like Latin ones; a label of nothing else passes for Latin (“аррӏе”).
const LOOK_LATIN: &str = "авсԁеһіјкӏмоорԛрѕтԝхуүъьαβγεηικνορτυχω";

/// Whether a label, in Unicode, could be taken for another.
pub fn misleads(label: &str) -> bool {
    if label.is_ascii() {
        return false;
    }
    let mut scripts: Vec<Script> = Vec::new();
    for script in label.chars().map(|letter| letter.script()) {
        if !matches!(script, Script::Common | Script::Inherited | Script::Unknown)
            && !scripts.contains(&script)
        {
            scripts.push(script);
        }
    }
    let among = |allowed: &[Script]| scripts.iter().all(|script| allowed.contains(script));
    // “Highly restrictive” (UTS #39 §5.2): one script, or those that Chinese, Japanese and Korean mix.
    let together = scripts.len() <= 1
        || among(&[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana])
        || among(&[Script::Latin, Script::Han, Script::Bopomofo])
        || among(&[Script::Latin, Script::Han, Script::Hangul]);
    let disguised = matches!(scripts.as_slice(), [Script::Cyrillic | Script::Greek])
        && label.chars().filter(|letter| letter.is_alphabetic()).all(|letter| LOOK_LATIN.contains(letter));
    !together || disguised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_mislead_and_languages_do_not() {
        for label in ["p\u{430}ypal", "аррӏе", "gооgle", "ρaypal", "ѕсоре"] {
            assert!(misleads(label), "{label}");
        }
        for label in [
            "asso",
            "crémerie",
            "žluťoučký",
            "παράδειγμα",
            "пример",
            "例え",
            "한국",
            "日本語テスト",
            "abc日本",
            "l-été-2026",
        ] {
            assert!(!misleads(label), "{label}");
        }
    }
}
