//! The table of nouns against the API's own description.

#![allow(clippy::unwrap_used)] // clippy knows a test function, not the helper beside it

use super::*;
use crate::table::Answer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What waiting listens to, and the description itself. Besides these, what no token can do is not for a command line.
const NOT_HERE: [&str; 3] = ["/openapi.json", "/accounts/{account}/events", "/changes/{change}/events"];

/// The API's own description of each route.
fn described() -> BTreeMap<(String, String), serde_json::Value> {
    let described = server::api::describe();
    let paths = described["paths"].as_object().unwrap().iter();
    let verbs = |(path, verbs): (&String, &serde_json::Value)| {
        let path = path.strip_prefix("/api/v1").unwrap().to_owned();
        let verbs = verbs.as_object().unwrap().clone();
        verbs.into_iter().map(move |(verb, route)| ((verb.to_ascii_uppercase(), path.clone()), route))
    };
    paths.flat_map(verbs).collect()
}

#[test]
fn the_command_line_has_every_route_a_token_opens_and_no_other() {
    let opens = |route: &serde_json::Value| {
        route["security"].as_array().unwrap().iter().any(|way| way.get("token").is_some())
    };
    let api = described()
        .into_iter()
        .filter(|((_, path), route)| opens(route) && !NOT_HERE.contains(&path.as_str()));
    let api: BTreeSet<_> = api.map(|(at, _)| at).collect();
    let verbs = nouns().flat_map(|noun| noun.verbs);
    let here: BTreeSet<_> = verbs.map(|verb| (verb.method.to_owned(), verb.path.to_owned())).collect();
    assert_eq!(here.difference(&api).collect::<Vec<_>>(), Vec::<&_>::new(), "no such route");
    assert_eq!(api.difference(&here).collect::<Vec<_>>(), Vec::<&_>::new(), "a route without a verb");
}

#[test]
fn lists_are_in_pages_where_the_api_s_are() {
    let api = described();
    for verb in nouns().flat_map(|noun| noun.verbs) {
        let route = &api[&(verb.method.to_owned(), verb.path.to_owned())];
        let paged = route["parameters"].as_array().into_iter().flatten().any(|part| part["name"] == "limit");
        assert_eq!(verb.answer == Answer::Pages, paged, "{} {}", verb.method, verb.path);
    }
}

/// A schema behind its name; of one that may be null, what it is else.
fn named(all: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return named(all, all.pointer(name.trim_start_matches('#')).unwrap());
    }
    let either =
        schema["oneOf"].as_array().and_then(|either| either.iter().find(|one| one["type"] != "null"));
    either.map_or_else(|| schema.clone(), |one| named(all, one))
}

/// A list of things in one cell would be JSON, which is for programs.
#[test]
fn no_cell_is_a_list_of_things() {
    let (all, api) = (server::api::describe(), described());
    let (mut looked, mut wrong) = (0, vec![]);
    for verb in nouns().flat_map(|noun| noun.verbs).filter(|verb| !verb.columns.is_empty()) {
        let line = format!("{} {}", verb.method, verb.path);
        let answers = &api[&(verb.method.to_owned(), verb.path.to_owned())]["responses"];
        let answer =
            answers.as_object().unwrap().iter().find(|(status, _)| status.starts_with('2')).unwrap().1;
        let Some(schema) = answer.pointer("/content/application~1json/schema") else { continue };
        let within = |schema: Value, field: &str| named(&all, &named(&all, &schema)["properties"][field]);
        let items = |schema: Value| named(&all, &named(&all, &schema)["items"]);
        let schema = named(&all, schema);
        let thing = match verb.answer {
            Answer::One => schema,
            Answer::List => items(schema),
            Answer::Pages => items(within(schema, "items")),
            Answer::Within(field) | Answer::Beside(field, _) => items(within(schema, field)),
            Answer::Groups(field) => items(within(items(schema), field)),
            Answer::File | Answer::Log => continue,
        };
        for column in verb.columns {
            let cell = column.split('.').fold(thing.clone(), within);
            let one = named(&all, &cell["items"]);
            // (Contacts have a line of their own, and roles.)
            let has = |field: &str| one["properties"].get(field).is_some();
            let lined = has("purpose") || (has("email") && has("role"));
            if one["type"] == "object" && !lined {
                wrong.push(format!("{line}: {column}"));
            }
            looked += usize::from(!cell.is_null());
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "lists of things");
    assert!(looked > 150, "{looked}");
}
