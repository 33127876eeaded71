//! A small checker of HTML: what is open is closed in order, nothing stands where the browser would move it, ids are single,
//! every field has its label, elements stand where the standard has them (lists, tables, nothing pressed within what is pressed), and
//! nothing is there that the Content-Security-Policy refuses.

use std::collections::BTreeSet;

const VOID: [&str; 9] = ["meta", "link", "input", "wbr", "br", "hr", "img", "path", "col"];
/// What ends an open paragraph.
const BLOCKS: [&str; 14] = [
    "div", "p", "ul", "ol", "dl", "table", "form", "section", "pre", "h1", "h2", "h3", "details", "fieldset",
];

/// An opening tag: its name and attributes.
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// All opening tags in order; panics where the document is not well nested.
pub fn tags(html: &str) -> Vec<Tag> {
    let (mut tags, mut open, mut rest) = (Vec::new(), Vec::<String>::new(), html);
    while let Some(start) = rest.find('<') {
        let said = rest[..start].trim();
        if let Some(parent) = open.last().filter(|parent| ONLY_ELEMENTS.contains(&parent.as_str())) {
            assert!(said.is_empty(), "text {said:?} in <{parent}> in {html}");
        }
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("<!DOCTYPE html>").or_else(|| rest.strip_prefix("<!>")) {
            rest = after;
            continue;
        }
        if rest.starts_with("<!--") {
            rest = &rest[rest.find("-->").unwrap() + 3..];
            continue;
        }
        let end = tag_end(rest);
        let (inside, after) = (&rest[1..end], &rest[end + 1..]);
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed out of order in {html}");
            continue;
        }
        let tag = tag(inside.trim_end_matches('/'));
        if BLOCKS.contains(&tag.name.as_str()) {
            assert!(!open.iter().any(|name| name == "p"), "<{}> inside <p> in {html}", tag.name);
        }
        placed(&tag, &open, html);
        if tag.name == "form" {
            assert!(!open.iter().any(|name| name == "form"), "a form in a form: {html}");
        }
        if !VOID.contains(&tag.name.as_str()) || (tag.name == "path" && rest.starts_with("</path>")) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    assert!(open.is_empty(), "left open: {open:?}");
    tags
}

/// In which no text may stand.
const ONLY_ELEMENTS: [&str; 9] = ["html", "head", "ul", "ol", "dl", "table", "thead", "tbody", "tr"];
/// Which children some elements have, and no others.
const CHILDREN: [(&str, &[&str]); 9] = [
    ("ul", &["li"]),
    ("ol", &["li"]),
    ("dl", &["dt", "dd", "div"]),
    ("table", &["caption", "colgroup", "thead", "tbody"]),
    ("thead", &["tr"]),
    ("tbody", &["tr"]),
    ("tr", &["th", "td"]),
    ("select", &["option", "optgroup"]),
    ("html", &["head", "body"]),
];
/// Which parents some elements have, and no others.
const PARENTS: [(&str, &[&str]); 11] = [
    ("li", &["ul", "ol"]),
    ("dt", &["dl", "div"]),
    ("dd", &["dl", "div"]),
    ("tr", &["thead", "tbody"]),
    ("th", &["tr"]),
    ("td", &["tr"]),
    ("caption", &["table"]),
    ("option", &["select", "optgroup", "datalist"]),
    ("legend", &["fieldset"]),
    ("summary", &["details"]),
    ("title", &["head", "svg"]),
];
/// Which hold words and no blocks.
const PHRASES: [&str; 14] = [
    "span", "h1", "h2", "h3", "button", "label", "summary", "legend", "strong", "em", "code", "small",
    "time", "pre",
];
const PRESSED: [&str; 6] = ["a", "button", "input", "select", "textarea", "summary"];

/// Where the standard has this element.
fn placed(tag: &Tag, open: &[String], html: &str) {
    let name = tag.name.as_str();
    let parent = open.last().map_or("", String::as_str);
    if let Some((_, children)) = CHILDREN.iter().find(|(known, _)| *known == parent) {
        assert!(children.contains(&name), "<{name}> in <{parent}> in {html}");
    }
    if let Some((_, parents)) = PARENTS.iter().find(|(known, _)| *known == name) {
        assert!(parents.contains(&parent), "<{name}> in <{parent}> in {html}");
    }
    if BLOCKS.contains(&name) {
        // (A heading may stand in a summary.)
        let phrase = open.iter().rev().find(|open| PHRASES.contains(&open.as_str()));
        let heading = name.starts_with('h') && phrase.is_some_and(|open| open == "summary");
        assert!(phrase.is_none() || heading, "<{name}> in <{}> in {html}", phrase.map_or("", String::as_str));
    }
    let pressed = PRESSED.contains(&name) && tag.get("type") != Some("hidden");
    if pressed {
        let within = open.iter().find(|open| ["a", "button", "summary"].contains(&open.as_str()));
        assert!(within.is_none(), "<{name}> in <{}> in {html}", within.map_or("", String::as_str));
    }
    if name == "button" {
        assert!(tag.get("type").is_some(), "a button without type in {html}");
    }
    if name == "img" {
        assert!(tag.get("alt").is_some(), "an image without alt in {html}");
    }
    for (at, (key, _)) in tag.attributes.iter().enumerate() {
        assert!(!tag.attributes[..at].iter().any(|(known, _)| known == key), "{key} twice in {html}");
    }
}

/// Where a tag ends: a `>` outside quotes.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, c)| {
            if *c == '"' {
                quoted = !quoted;
            }
            *c == '>' && !quoted
        })
        .unwrap()
        .0
}

fn tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        match rest[end..].strip_prefix("=\"") {
            Some(value) => {
                let close = value.find('"').unwrap();
                attributes.push((key, value[..close].to_owned()));
                rest = &value[close + 1..];
            }
            None => {
                attributes.push((key, String::new()));
                rest = &rest[end..];
            }
        }
    }
    Tag { name: name.to_owned(), attributes }
}

/// Everything every page keeps to.
pub fn check(html: &str) -> Vec<Tag> {
    assert!(html.starts_with("<!DOCTYPE html><html lang="), "{}", &html[..html.len().min(80)]);
    let tags = tags(html);
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    assert_eq!(count("h1"), 1, "one h1: {html}");
    assert_eq!(count("main"), 1, "one main: {html}");
    let mut ids = BTreeSet::new();
    for tag in &tags {
        assert!(tag.get("style").is_none() && tag.name != "style", "inline style in {html}");
        assert!(tag.attributes.iter().all(|(name, _)| !name.starts_with("on")), "a handler in {html}");
        if let Some(id) = tag.get("id") {
            assert!(ids.insert(id.to_owned()), "id {id} twice in {html}");
        }
    }
    assert!(!html.contains("<title></title>"), "a page without title");
    for tag in &tags {
        for name in ["aria-describedby", "aria-labelledby", "aria-controls", "for", "list"] {
            for id in tag.get(name).unwrap_or_default().split_whitespace() {
                assert!(ids.contains(id), "{name} names no {id} in {html}");
            }
        }
        let hidden = tag.get("type") == Some("hidden") || tag.get("hidden").is_some();
        if matches!(tag.name.as_str(), "input" | "select" | "textarea") && !hidden {
            let labelled =
                tags.iter().any(|label| label.name == "label" && label.get("for") == tag.get("id"));
            assert!(labelled, "no label for {:?} in {html}", tag.get("name"));
        }
    }
    tags
}

/// What a reader sees or hears: texts, and the attributes that are read out.
pub fn words(html: &str) -> String {
    let body = html.split_once("<body>").map_or(html, |(_, body)| body);
    let mut said = html
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .unwrap_or_default()
        .0
        .to_owned();
    let mut rest = body;
    while let Some(start) = rest.find('<') {
        said.push_str(&rest[..start]);
        said.push(' ');
        let end = start + tag_end(&rest[start..]);
        for key in ["aria-label=\"", "placeholder=\"", "title=\""] {
            if let Some((_, value)) = rest[start..end].split_once(key) {
                said.push_str(value.split('"').next().unwrap_or_default());
                said.push(' ');
            }
        }
        rest = &rest[end + 1..];
    }
    said.push_str(rest);
    said
}

/// The texts of the body as they stand on the page, where most tags make no space.
pub fn run_together(html: &str) -> String {
    let mut rest = html.split_once("<body>").map_or(html, |(_, body)| body);
    let mut said = String::new();
    while let Some(start) = rest.find('<') {
        said.push_str(&rest[..start]);
        rest = &rest[start + tag_end(&rest[start..]) + 1..];
    }
    said.push_str(rest);
    said
}
