//! Acts as lines of CSV, safe to open in a spreadsheet: pure.

use super::export::Line;
use crate::spreadsheet::is_formula;
use jiff::Timestamp;

pub(super) const HEADS: &str = "position,time,who,via,verb,subject_kind,subject_label,subject_id,member_id,account_id,host_id,before,after,undoes,id,hash\r\n";

pub(super) fn csv(line: &Line, out: &mut String) {
    let time = Timestamp::from_millisecond(line.at).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
    out.push_str(&line.position.to_string());
    for text in [
        Some(&time),
        Some(&line.who),
        Some(&line.via),
        Some(&line.verb),
        Some(&line.subject_kind),
        Some(&line.subject_label),
        Some(&line.subject_id),
        line.member_id.as_ref(),
        line.account_id.as_ref(),
        line.host_id.as_ref(),
        line.before_json.as_ref(),
        line.after_json.as_ref(),
        line.undoes.as_ref(),
        Some(&line.id),
        Some(&line.hash),
    ] {
        out.push(',');
        cell(text.map(String::as_str).unwrap_or_default(), out);
    }
    out.push_str("\r\n");
}

/// A cell (RFC 4180). What a spreadsheet could take for a formula gets an apostrophe before it: those show the text and calculate nothing.
fn cell(text: &str, out: &mut String) {
    out.push('"');
    if is_formula(text) {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_calculate_nothing_and_end_where_they_end() {
        let shown = |text: &str| {
            let mut out = String::new();
            cell(text, &mut out);
            out
        };
        for text in ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u{ff1d}1"] {
            assert_eq!(shown(text), format!("\"'{text}\""));
        }
        assert_eq!(shown("a \"b\",\r\nc"), "\"a \"\"b\"\",\r\nc\"");
        assert_eq!(shown(""), "\"\"");
    }
}
