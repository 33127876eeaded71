//! What a spreadsheet would take for a formula in a CSV file (OWASP, CSV injection).

/// Whether a cell begins as a formula does, behind white space too; in full width as well, which some spreadsheets read alike.
pub(crate) fn is_formula(text: &str) -> bool {
    const SIGNS: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(SIGNS)
}
