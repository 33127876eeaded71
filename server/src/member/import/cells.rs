//! Cells that a spreadsheet could take for a formula: the export puts an apostrophe before them, the import takes it
//! away again. Both undo each other exactly, whatever stands in a cell.

use crate::spreadsheet::is_formula;

/// Whether it would be one without the apostrophes before it, however many.
fn is_quoted(text: &str) -> bool {
    is_formula(text.trim_start_matches('\''))
}

/// A cell as it is written into a file.
pub(in crate::member) fn guarded(text: &str) -> String {
    if is_quoted(text) { format!("'{text}") } else { text.to_owned() }
}

/// A cell as it is read from one.
pub(super) fn cell(text: &str) -> String {
    let read = match text.strip_prefix('\'') {
        Some(rest) if is_quoted(rest) => rest,
        _ => text,
    };
    read.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_as_a_formula_and_everything_comes_back() {
        for text in [
            "=1+1",
            "\u{ff1d}1+1",
            "+33 6 12 34 56 78",
            "-x",
            "@SUM(A1)",
            "'=x",
            "''@",
            "'",
            "l’été",
            "'quoted'",
            "",
            "a=b",
        ] {
            let written = guarded(text);
            assert!(!is_formula(&written), "{written}");
            assert_eq!(cell(&written), text, "{written}");
        }
        assert!(guarded("\t=x").starts_with('\'') && guarded("\r=x").starts_with('\''));
        // A file that was never ours.
        assert_eq!(cell(" +33 6 12 "), "+33 6 12");
    }
}
