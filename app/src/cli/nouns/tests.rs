//! The table of nouns against the API's own description.

#![allow(clippy::unwrap_used)] // clippy knows a test function, not the helper beside it

use super::*;
use crate::table::Answer;
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
