//! What of a site is said in mod_rewrite's words.

use crate::render::{Format, RenderError, render};
use model::{Network, Redirect, Site, Who};
use serde::Serialize;
use tera::Context;

/// One redirect, as the template takes it.
#[derive(Serialize)]
struct Rule {
    pattern: String,
    here: bool,
    to: String,
    keep: bool,
    flags: String,
}

/// The lines for a site; empty when nothing of it is wanted.
pub fn lines(site: &Site) -> Result<Vec<u8>, RenderError> {
    let settings = &site.settings;
    let refuse = match settings.visitors.who {
        Who::Everybody => vec![],
        Who::Listed => none_of(settings.visitors.networks.iter()),
        Who::Others => any_of(settings.visitors.networks.iter()),
    };
    // One name alone is the main one.
    let main = site.names.first().filter(|_| settings.main_only && site.names.len() > 1);
    if refuse.is_empty() && !settings.maintenance.on && settings.redirects.is_empty() && main.is_none() {
        return Ok(vec![]);
    }
    let mut context = Context::new();
    context.insert("refuse", &refuse);
    context.insert("maintains", &settings.maintenance.on);
    context.insert("maintain", &none_of(settings.maintenance.allow.iter()));
    context.insert("redirects", &settings.redirects.iter().map(rule).collect::<Vec<_>>());
    context.insert("main", &main);
    context.insert("preview", &settings.preview);
    render(Format::Rewrite, "rules.conf", &context)
}

/// Conditions that all hold for an address in none of the networks.
fn none_of<'a>(networks: impl Iterator<Item = &'a Network>) -> Vec<(String, &'static str)> {
    networks.map(|network| (format!("! -R '{network}'"), "")).collect()
}

/// Conditions of which one holds for an address in one of the networks.
fn any_of<'a>(networks: impl Iterator<Item = &'a Network>) -> Vec<(String, &'static str)> {
    let mut conditions: Vec<_> = networks.map(|network| (format!("-R '{network}'"), " [OR]")).collect();
    if let Some(last) = conditions.last_mut() {
        last.1 = "";
    }
    conditions
}

fn rule(redirect: &Redirect) -> Rule {
    let pattern = match (redirect.below, redirect.from.stem()) {
        (false, _) => literal(redirect.from.as_str()),
        // Every path begins with a slash.
        (true, "") => "/(.*)".to_owned(),
        (true, stem) => format!("{}(?:/(.*))?", literal(stem)),
    };
    let to = redirect.to.as_str();
    // The rest of the path comes after one slash; a query could not come after a fragment.
    let to = if redirect.keep { to.trim_end_matches('/') } else { to };
    let discard = if redirect.to.has_fragment() && !redirect.to.has_query() { ",QSD" } else { "" };
    Rule {
        pattern,
        here: redirect.to.host().is_none(),
        to: to.to_owned(),
        keep: redirect.keep,
        flags: format!("R={},L,NE{discard}", u16::from(redirect.code)),
    }
}

/// What a regular expression takes literally. In brackets, since mod_rewrite has its own mind about backslashes.
fn literal(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !"/-_~,;:@&=!' ".contains(c) {
            pattern.extend(['[', c, ']']);
        } else {
            pattern.push(c);
        }
    }
    pattern
}
