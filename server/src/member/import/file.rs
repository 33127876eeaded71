//! From a file's bytes to rows of cells: UTF-8, a separator found by itself, a header that names the columns. What is wrong with the file
//! as a whole is said here; what is wrong in a row, by `judge`.

use super::{
    LARGEST_FILE, MOST_ROWS,
    cells::cell,
    header::{Column, column},
};
use model::{Problem, Text, text};

/// A row, by columns.
pub(super) struct Row {
    /// As a spreadsheet counts.
    pub number: usize,
    pub cells: Vec<Cell>,
    /// There is something beside the header's columns.
    pub too_wide: bool,
}

/// A cell that holds something.
pub(super) struct Cell {
    pub column: Column,
    /// The column as the header calls it.
    pub header: String,
    pub text: String,
}

/// The text of an uploaded file; anything but UTF-8 is refused with the way to get it.
pub fn text_of(bytes: &[u8]) -> Result<String, Problem> {
    if bytes.len() > LARGEST_FILE {
        return Err(too_large());
    }
    // What spreadsheets mean by "Unicode text".
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0) {
        return Err(encoding(Text::new("UTF-16", "UTF-16")));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let line =
                bytes.get(..error.valid_up_to()).unwrap_or_default().iter().filter(|b| **b == b'\n').count()
                    + 1;
            Err(encoding(text!("ligne {line}", "line {line}")))
        }
    }
}

fn encoding(place: Text) -> Problem {
    let Text { fr, en } = place;
    bad(
        "csv_encoding",
        text!(
            "Ce fichier n’est pas en UTF-8 ({fr})\u{a0}: dans le tableur, enregistrez-le comme «\u{a0}CSV UTF-8\u{a0}».",
            "This file is not UTF-8 ({en}): in the spreadsheet, save it as “CSV UTF-8”."
        ),
    )
}

fn bad(code: &'static str, text: Text) -> Problem {
    Problem::invalid("csv", code, text)
}

pub fn too_large() -> Problem {
    let most = LARGEST_FILE >> 20;
    bad(
        "csv_large",
        text!(
            "Ce fichier est trop grand\u{a0}: {most} Mio au plus. Partagez-le en plusieurs.",
            "This file is too large: {most} MiB at most. Split it."
        ),
    )
}

/// The rows of a file, those without anything in them left out.
pub(super) fn rows(csv: &str) -> Result<Vec<Row>, Problem> {
    if csv.len() > LARGEST_FILE {
        return Err(too_large());
    }
    let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator(csv)).flexible(true).from_reader(csv.as_bytes());
    let header = reader.headers().map_err(unreadable)?.clone();
    let columns = columns(&header)?;
    let mut rows = Vec::new();
    for (number, record) in (2..).zip(reader.records()) {
        let record = record.map_err(unreadable)?;
        let filled = record
            .iter()
            .enumerate()
            .map(|(place, text)| (place, cell(text)))
            .filter(|(_, text)| !text.is_empty());
        let mut row = Row { number, cells: Vec::new(), too_wide: false };
        for (place, text) in filled {
            match (columns.get(place), header.get(place)) {
                (Some(column), Some(header)) => {
                    row.cells.push(Cell { column: *column, header: header.trim().to_owned(), text });
                }
                _ => row.too_wide = true,
            }
        }
        if !row.cells.is_empty() || row.too_wide {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Err(bad(
            "csv_empty",
            Text::new(
                "Ce fichier n’a aucun membre\u{a0}: la première ligne nomme les colonnes, chaque ligne suivante est un membre.",
                "This file has no member: the first row names the columns, each further row is a member.",
            ),
        ));
    }
    if rows.len() > MOST_ROWS {
        return Err(bad(
            "csv_long",
            text!(
                "Ce fichier a plus de {MOST_ROWS} membres\u{a0}: partagez-le en plusieurs.",
                "This file has more than {MOST_ROWS} members: split it."
            ),
        ));
    }
    Ok(rows)
}

fn unreadable(error: csv::Error) -> Problem {
    bad(
        "csv_unreadable",
        text!("Ce fichier ne se lit pas comme CSV ({error}).", "This file does not read as CSV ({error})."),
    )
}

/// Of `;`, `,` and the tab of cells that were pasted, the one the header has most of, quoted parts apart.
fn separator(csv: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b';', 0), (b',', 0), (b'\t', 0)];
    for byte in csv.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => {
                counts.iter_mut().filter(|(mark, _)| *mark == byte).for_each(|(_, count)| *count += 1)
            }
            _ => {}
        }
    }
    // The first of those that are equal.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b';', |(mark, _)| mark)
}

/// What each column of the header is. Every one must be known: a column that was left out in silence would be data lost in silence.
fn columns(header: &csv::StringRecord) -> Result<Vec<Column>, Problem> {
    let mut columns = Vec::new();
    for name in header.iter().map(str::trim) {
        let Some(column) = column(name) else {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            return Err(bad(
                "csv_column",
                text!(
                    "La colonne «\u{a0}{shown}\u{a0}» n’est pas connue\u{a0}: renommez-la ou retirez-la. La première ligne doit nommer les colonnes.",
                    "The column “{shown}” is not known: rename it or take it out. The first row must name the columns."
                ),
            ));
        };
        if columns.contains(&column) {
            return Err(bad(
                "csv_column_twice",
                text!(
                    "La colonne «\u{a0}{name}\u{a0}» dit la même chose qu’une autre\u{a0}: gardez-en une.",
                    "The column “{name}” says the same as another: keep one of them."
                ),
            ));
        }
        columns.push(column);
    }
    if !columns.contains(&Column::Name) {
        return Err(bad(
            "csv_no_name",
            Text::new(
                "Il manque la colonne «\u{a0}nom\u{a0}»\u{a0}: la première ligne doit nommer les colonnes.",
                "The column “name” is missing: the first row must name the columns.",
            ),
        ));
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(csv: &str) -> Vec<(Column, String)> {
        let rows = rows(csv).unwrap();
        rows[0].cells.iter().map(|cell| (cell.column, cell.text.clone())).collect()
    }

    #[test]
    fn separators_are_found() {
        let wanted = [(Column::Number, "7".to_owned()), (Column::Name, "Ana, Bo; & co".to_owned())];
        for csv in [
            "numero;nom\n7;\"Ana, Bo; & co\"\n",
            "number,name\r\n7,\"Ana, Bo; & co\"\r\n",
            "\u{feff}Numéro;Nom\n7;\"Ana, Bo; & co\"",
            "number\tname\n7\tAna, Bo; & co",
            "\"number\",\"name\"\n\"7\",\"Ana, Bo; & co\"",
        ] {
            assert_eq!(first(csv), wanted, "{csv}");
        }
        assert_eq!(first("nom\nAna"), [(Column::Name, "Ana".to_owned())]);
    }

    #[test]
    fn a_file_that_is_none_is_refused_with_the_way_out() {
        let refused = |csv: &str| rows(csv).err().map(|problem| (problem.code, problem.field));
        for (csv, code) in [
            ("", "csv_no_name"),
            ("nom;âge\nAna;7", "csv_column"),
            ("nom;name\nAna;Bo", "csv_column_twice"),
            ("numero\n7", "csv_no_name"),
            ("nom\n\n;;\n", "csv_empty"),
            ("Ana;Bo\n1;2", "csv_column"),
        ] {
            assert_eq!(refused(csv), Some((code, Some("csv"))), "{csv:?}");
        }
        let long = format!("nom\n{}", "Ana\n".repeat(MOST_ROWS + 1));
        assert_eq!(refused(&long), Some(("csv_long", Some("csv"))));
        assert_eq!(refused(&"x".repeat(LARGEST_FILE + 1)), Some(("csv_large", Some("csv"))));
    }

    #[test]
    fn only_utf_8_is_read() {
        assert_eq!(text_of("nom\nÉté".as_bytes()).unwrap(), "nom\nÉté");
        let latin = text_of(b"nom\nAna\n\xc9t\xe9").unwrap_err();
        assert!(latin.code == "csv_encoding" && latin.text.en.contains("line 3"), "{latin:?}");
        let utf_16: Vec<u8> = "\u{feff}nom".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text_of(&utf_16).unwrap_err().code, "csv_encoding");
        assert_eq!(text_of(&utf_16[2..]).unwrap_err().code, "csv_encoding");
        assert_eq!(text_of(&vec![b'a'; LARGEST_FILE + 1]).unwrap_err().code, "csv_large");
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_does() {
        let rows = rows("nom;notes\nAna;\"deux\nlignes\"\n;;\nBo;x;y\n").unwrap();
        let seen: Vec<_> = rows.iter().map(|row| (row.number, row.cells.len(), row.too_wide)).collect();
        assert_eq!(seen, [(2, 2, false), (4, 2, true)]);
    }
}
