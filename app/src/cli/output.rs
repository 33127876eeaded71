//! Answers for people, as tables and lines, or for programs, as JSON.

use crate::contacts;
use model::Lang;
use serde_json::Value;
use std::io::{IsTerminal, Write};

pub fn list(items: &[Value], columns: &[&str], json: bool, lang: Lang) {
    if json {
        return print_json(&Value::from(items.to_vec()));
    }
    let rows: Vec<Vec<String>> =
        items.iter().map(|item| columns.iter().map(|column| shown(item, column, lang)).collect()).collect();
    print(&table(columns, &rows));
    if std::io::stderr().is_terminal() {
        let some =
            if rows.len() == 1 { lang.pick("élément", "item") } else { lang.pick("éléments", "items") };
        eprintln!("{} {some}", rows.len());
    }
}

/// Things as lines, without a head: of a log that goes on. For programs, a line of JSON each.
pub fn lines(items: &[Value], columns: &[&str], json: bool, lang: Lang) {
    let line = |item: &Value| match json {
        true => format!("{item}\n"),
        false => columns.iter().map(|column| shown(item, column, lang)).collect::<Vec<_>>().join(" ") + "\n",
    };
    print(&items.iter().map(line).collect::<String>());
}

/// One thing that is mostly a list: that as a table, its other fields as lines.
pub fn beside(item: &Value, (field, columns): (&str, &[&str]), rest: &[&str], json: bool, lang: Lang) {
    if json {
        return print_json(item);
    }
    list(item[field].as_array().map_or(&[], Vec::as_slice), columns, false, lang);
    one(item, rest, false, lang);
}

/// Groups as one table of all their things.
pub fn groups(groups: &[Value], field: &str, columns: &[&str], json: bool, lang: Lang) {
    if json {
        return print_json(&Value::from(groups.to_vec()));
    }
    list(&ungrouped(groups, field), columns, false, lang);
}

fn ungrouped(groups: &[Value], field: &str) -> Vec<Value> {
    groups.iter().filter_map(|group| group[field].as_array()).flatten().cloned().collect()
}

/// One thing: a line a field, in the order of the columns.
pub fn one(item: &Value, columns: &[&str], json: bool, lang: Lang) {
    if json {
        return print_json(item);
    }
    let width = columns.iter().map(|column| column.chars().count()).max().unwrap_or(0);
    let lines = columns.iter().map(|column| format!("{column:<width$}  {}\n", shown(item, column, lang)));
    print(&lines.collect::<String>());
}

fn print_json(value: &Value) {
    print(&(serde_json::to_string_pretty(value).unwrap_or_default() + "\n"));
}

/// A reader that went away (`| head`) is no failure.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Columns as wide as their widest cell; the last one as long as it is.
fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let heads: Vec<String> = columns.iter().map(|column| column.to_uppercase()).collect();
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).chain(heads.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    std::iter::once(line(&heads)).chain(rows.iter().map(|row| line(row))).collect()
}

/// A field, perhaps within another (`member.name`), as one line of text. What comes from members holds no control characters here.
fn shown(item: &Value, column: &str, lang: Lang) -> String {
    let value = column.split('.').fold(item, |value, part| &value[part]);
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::Bool(yes) => (if *yes { lang.pick("oui", "yes") } else { lang.pick("non", "no") }).to_owned(),
        Value::Number(number) if column.ends_with("_at") || column == "at" => {
            number.as_i64().map_or_else(|| number.to_string(), when)
        }
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all
            .iter()
            .map(|one| match one.as_str() {
                Some(word) => word.to_owned(),
                None => contacts::line(one)
                    .or_else(|| role(one))
                    .map_or_else(|| one.to_string(), |line| line + ";"),
            })
            .collect::<Vec<_>>()
            .join(" "),
        Value::Object(both) => match both.get(lang.code()).and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        },
    };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Who has which role.
fn role(one: &Value) -> Option<String> {
    Some(format!("{} ({})", one["email"].as_str()?, one["role"].as_str()?))
}

/// UTC, ISO 8601, to the second.
fn when(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| ms.to_string(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_become_one_line_of_text() {
        let item = json!({
            "name": "asso", "member": {"name": "Les\u{1b}[31m amis\n"}, "at": 1_700_000_000_123_i64, "gone": null,
            "names": ["a.example", "b.example"], "contacts": [{"purpose": "legal", "name": "Me Dupont", "email": null, "phone": null}], "users": [{"email": "a@asso.example", "role": "owner"}], "text": {"fr": "disque plein", "en": "disk full"}, "connected": true,
        });
        for (column, fr) in [
            ("name", "asso"),
            ("member.name", "Les [31m amis "),
            ("at", "2023-11-14T22:13:20Z"),
            ("gone", "-"),
            ("member.absent", "-"),
            ("names", "a.example b.example"),
            ("contacts", "legal: Me Dupont;"),
            ("users", "a@asso.example (owner);"),
            ("text", "disque plein"),
            ("connected", "oui"),
        ] {
            assert_eq!(shown(&item, column, Lang::Fr), fr, "{column}");
        }
        assert_eq!(shown(&item, "text", Lang::En), "disk full");
    }

    #[test]
    fn the_things_of_all_groups_are_one_list() {
        let groups =
            [json!({"kind": "site", "items": [1, 2]}), json!({"kind": "user", "items": [3], "next": "x"})];
        assert_eq!(ungrouped(&groups, "items"), [json!(1), json!(2), json!(3)]);
    }

    #[test]
    fn columns_line_up() {
        let rows = [vec!["é".to_owned(), "x".to_owned()], vec!["longer".to_owned(), String::new()]];
        assert_eq!(table(&["a", "b"], &rows), "A       B\né       x\nlonger\n");
    }
}
