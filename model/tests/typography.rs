//! French typography, in every room: a no-break space (`\u{a0}` in Rust, `&nbsp;` in HTML) stands before `: ; ? ! »` and after `«`,
//! so that no line ever begins with a lone colon. English has none of these spaces.
//!
//! The sources are read, not the programs, since texts of all rooms stand beside each other in the code.

#![allow(clippy::unwrap_used)] // a helper of a test is a test

use std::{fs, path::Path};

const ROOMS: [&str; 6] = ["model/src", "server/src", "app/src", "agent/src", "agent/deb", "app/deb"];
/// What opens a pair of texts: French first, then English.
const PAIRS: [&str; 3] = ["Text::new(", "text!(", "pick("];
/// A colon that is not punctuation, but part of what must be typed.
const TYPED: &str = "Content-Type: ";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tongue {
    French,
    English,
    Unknown,
}

#[test]
fn french_has_its_no_break_spaces_and_english_none() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut wrong, mut read) = (Vec::new(), 0);
    for room in ROOMS {
        files(&root.join(room), &mut |path, text| {
            read += 1;
            let shown = path.strip_prefix(&root).unwrap_or(path).display().to_string();
            for (tongue, said) in texts(path, text) {
                if let Some(place) = fault(&tongue, &said) {
                    wrong.push(format!("{shown}: “{place}” in {tongue:?}: {said}"));
                }
            }
        });
    }
    assert!(read > 200, "only {read} files were found; are the rooms elsewhere?");
    assert!(wrong.is_empty(), "{} texts:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn faults_are_seen() {
    let read = |code: &str| {
        texts(Path::new("x.rs"), code).into_iter().find_map(|(tongue, said)| fault(&tongue, &said))
    };
    for code in [
        r#"Text::new("Refusé : relisez.", "Refused.")"#,
        r#"lang.pick("Refusé: ", "Refused: ")"#,
        r#"text!("Le nom « {name}\u{a0}» est pris.", "Taken.")"#,
        r#"text!("Pourquoi?", "Why?")"#,
        r#"Text::new("Refusé\u{a0}: relisez.", "Refused\u{a0}: read again.")"#,
        r#"("site.create" => "Ajouté : {name}")"#,
        "/// Ce qui a changé ; code 1 s’il y en a / What changed",
        "lang.pick(\n \"Refusé\u{a0}: relisez ; \\\n   puis recommencez.\", \"\")",
    ] {
        assert!(read(code).is_some(), "{code}");
    }
    let mail = |folder: &str, line: &str| {
        let path = Path::new("mail").join(folder).join("x.html.tera");
        texts(&path, line).into_iter().find_map(|(tongue, said)| fault(&tongue, &said))
    };
    assert!(mail("fr", "<p>Trop tard ? <a href=\"{{ link }}\">Ici</a></p>").is_some());
    assert!(mail("en", "Reason : {{ reason }}").is_some());
    assert_eq!(mail("fr", "<strong>Raison&nbsp;:</strong> {{ reason }}"), None);
    assert_eq!(mail("en", "Reason: {{ reason }}"), None);
    for code in [
        r#"Text::new("Refusé\u{a0}: relisez.", "Refused: read again.")"#,
        r#"text!("Voyez https://a.example:8443 ou 2001:db8::10 {name:?}\u{a0}!", "See {name:?}!")"#,
        r#"// A comment : free."#,
        "/// Un fichier, «\u{a0}-\u{a0}» pour l’entrée / A file",
        r#"let colon = ':'; let quote = '"'; let ask = "?page=2";"#,
    ] {
        assert_eq!(read(code), None, "{code}");
    }
}

/// The offending piece of a text, if there is one.
fn fault(tongue: &Tongue, said: &str) -> Option<String> {
    let said: Vec<char> = placeholders_out(&said.replace(TYPED, "")).chars().collect();
    said.iter().enumerate().find_map(|(at, c)| {
        let before = at.checked_sub(1).map(|at| said[at]);
        let after = said.get(at + 1);
        let ends = after.is_none_or(|c| c.is_whitespace() || matches!(c, '<' | ')' | '»' | ',' | '.'));
        let bad = match (c, tongue) {
            ('«', Tongue::English) => true,
            ('«', _) => after != Some(&'\u{a0}'),
            (':' | ';' | '?' | '!' | '»', _) if !ends => false,
            (':' | ';' | '?' | '!' | '»', Tongue::French) => before != Some('\u{a0}'),
            (':' | ';' | '?' | '!' | '»', Tongue::English) => before.is_some_and(char::is_whitespace),
            (':' | ';' | '?' | '!' | '»', Tongue::Unknown) => before == Some(' '),
            _ => false,
        };
        bad.then(|| said[at.saturating_sub(8)..(at + 2).min(said.len())].iter().collect())
    })
}

/// What stands in `{…}` is a value and its format, no punctuation; an ellipsis takes its place.
fn placeholders_out(said: &str) -> String {
    let (mut out, mut inside) = (String::new(), false);
    for c in said.chars() {
        match c {
            '{' => inside = true,
            '}' if inside => {
                inside = false;
                out.push('…');
            }
            _ if inside => {}
            _ => out.push(c),
        }
    }
    out
}

fn texts(path: &Path, text: &str) -> Vec<(Tongue, String)> {
    match path.extension().and_then(|end| end.to_str()) {
        Some("rs") => literals(text),
        // Mails stand in a folder for each language.
        Some("tera") => {
            let tongue = match path.parent().and_then(|folder| folder.file_name()?.to_str()) {
                Some("fr") => Tongue::French,
                Some("en") => Tongue::English,
                _ => return Vec::new(),
            };
            text.lines().map(|line| (tongue, outside_tags(&line.replace("&nbsp;", "\u{a0}")))).collect()
        }
        // Of a page, line by line, what stands outside its style sheet.
        Some("html") => {
            let body = text.split_once("<body").map_or(text, |(_, body)| body);
            body.lines().map(|line| (Tongue::Unknown, line.replace("&nbsp;", "\u{a0}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// A line of HTML without its tags; plain text has none.
fn outside_tags(line: &str) -> String {
    let (mut out, mut inside) = (String::new(), false);
    for c in line.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            _ => out.push(c),
        }
    }
    out
}

/// The string literals of a Rust source, its unit tests excepted, and the tongue that their place gives them.
fn literals(source: &str) -> Vec<(Tongue, String)> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let (mut found, mut rest, mut code) = (Vec::new(), source, String::new());
    let mut french_ended = false;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            let (comment, after) = rest.split_once('\n').unwrap_or((rest, ""));
            // What a program says to --help stands in these.
            found.extend(comment.strip_prefix("///").map(|doc| (Tongue::Unknown, doc.to_owned())));
            rest = after;
        } else if let Some(after) = ["'\"'", "'\\''", "'\\\"'"].iter().find_map(|c| rest.strip_prefix(c)) {
            rest = after;
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            rest = raw.split_once("\"#").map_or("", |(_, rest)| rest);
        } else if c == '"' {
            let end = end(&rest[1..]) + 1;
            let before = code.trim_end();
            let tongue =
                if PAIRS.iter().any(|pair| before.ends_with(pair)) || before.ends_with("pick(format!(") {
                    Tongue::French
                } else if french_ended && before == "," {
                    Tongue::English
                } else {
                    Tongue::Unknown
                };
            french_ended = tongue == Tongue::French;
            found.push((tongue, said(&rest[1..end])));
            code.clear();
            rest = &rest[end + 1..];
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// Where a literal's closing quote is.
fn end(literal: &str) -> usize {
    let mut escaped = false;
    for (at, c) in literal.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    panic!("a string without an end: {literal}")
}

/// What a literal says: its escapes resolved as far as they matter here.
fn said(literal: &str) -> String {
    let mut lines = literal.split("\\\n");
    let mut said = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        said.push_str(line.trim_start());
    }
    said.replace("\\u{a0}", "\u{a0}").replace("\\n", "\n")
}

fn files(folder: &Path, read: &mut impl FnMut(&Path, &str)) {
    let mut inside: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inside.sort();
    for path in inside {
        if path.is_dir() {
            files(&path, read);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html" || end == "tera") {
            read(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
