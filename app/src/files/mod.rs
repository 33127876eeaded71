//! The files of an account: folders, one thing, a text to change, what comes in, the trash. All of it is asked of the account's host while
//! somebody looks; a host that does not answer takes no page away.

pub mod archive;
pub mod edit;
pub mod item;
pub mod list;
pub mod trash;
pub mod upload;

use crate::{
    http::{Face, Miss, on_form},
    parts::{Tone, href, notice},
};
use leptos::prelude::*;
use model::{AccountId, HomePath, Lang, Problem, Right, files::FileKind};
use serde::Deserialize;
use server::{Server, account::AccountView, change::ChangeView, files::FileView};

/// Where one is in a home, read from the query string.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct At {
    pub path: String,
}

impl At {
    /// What names nothing in a home is the home.
    fn path(&self) -> HomePath {
        self.path.parse().unwrap_or_default()
    }
}

/// The address of a folder's page.
pub fn folder(account: AccountId, path: &HomePath) -> String {
    href(&format!("/accounts/{account}/files"), &[("path", &path.to_string())])
}

/// An address of something in the home.
fn at(account: AccountId, verb: &str, path: &HomePath) -> String {
    href(&format!("/accounts/{account}/files/{verb}"), &[("path", &path.to_string())])
}

/// Where a browser gets a file from: the API sends it as what is kept, never as what is shown.
fn download(account: AccountId, path: &HomePath) -> String {
    let api = format!("{}/accounts/{account}/files/contents", server::api::PREFIX);
    href(&api, &[("path", &path.to_string())])
}

/// The account, for who may work on its files; who only sees it is told so.
async fn of(server: &Server, face: &Face, id: AccountId) -> Result<(AccountView, bool), Miss> {
    let account = server::account::show(server, face.me()?, id).await?;
    let may = server::grant::access(server, face.me()?, id).await?.has(Right::Sites);
    Ok((account, may))
}

/// The same for pages that only they have.
async fn must(server: &Server, face: &Face, id: AccountId) -> Result<AccountView, Miss> {
    let account = server::account::show(server, face.me()?, id).await?;
    server::grant::access(server, face.me()?, id).await?.must(Right::Sites)?;
    Ok(account)
}

/// What can be said in place of files; the rest is a page of its own.
fn said<T>(found: Result<T, Problem>) -> Result<Result<T, Problem>, Miss> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(problem) => on_form(problem).map(Err),
    }
}

fn trouble(lang: Lang, problem: &Problem) -> AnyView {
    let words = problem.pick(lang).to_owned();
    let title = lang.pick("Les fichiers ne se montrent pas", "The files cannot be shown");
    notice(Tone::Know, title, view! { <p>{words}</p> })
}

fn kind(lang: Lang, kind: FileKind) -> &'static str {
    match kind {
        FileKind::Folder => lang.pick("dossier", "folder"),
        FileKind::File => lang.pick("fichier", "file"),
        FileKind::Link => lang.pick("lien", "link"),
        FileKind::Other => lang.pick("tube, prise ou périphérique", "pipe, socket or device"),
    }
}

/// Octets as people say them.
fn size(lang: Lang, octets: u64) -> String {
    let unit = |n: f64, fr: &str, en: &str| {
        let digits = if n < 10.0 { format!("{n:.1}") } else { format!("{n:.0}") };
        lang.pick(format!("{}\u{a0}{fr}", digits.replace('.', ",")), format!("{digits}\u{a0}{en}"))
    };
    #[allow(clippy::cast_precision_loss)] // Two digits are shown.
    let n = octets as f64;
    match octets {
        0..1_000 => lang.pick(format!("{octets}\u{a0}o"), format!("{octets}\u{a0}B")),
        1_000..1_000_000 => unit(n / 1e3, "ko", "kB"),
        1_000_000..1_000_000_000 => unit(n / 1e6, "Mo", "MB"),
        _ => unit(n / 1e9, "Go", "GB"),
    }
}

/// A drawing of what it is; the word stands beside it for those who do not see it.
fn sign(lang: Lang, of: FileKind) -> AnyView {
    let path = match of {
        FileKind::Folder => "M3.5 6h6l2 2.500h9v10.500h-17z",
        FileKind::File => "M6 3.500h8l4 4v13H6zM14 3.500v4h4",
        FileKind::Link => {
            "M10 14l4-4M8.500 11L6 13.500a3.200 3.200 0 004.500 4.500L13 15.500M11 8.500L13.500 6a3.200 3.200 0 014.500 4.500L15.500 13"
        }
        FileKind::Other => "M5 12h14M8 8l-3 4 3 4M16 8l3 4-3 4",
    };
    view! {
        <span class="file-sign">
            <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=path></path></svg>
            <span class="unseen">{kind(lang, of)}": "</span>
        </span>
    }
    .into_any()
}

/// The way from the home to a folder, each of its names a link; the last is where one is.
fn way(lang: Lang, account: &AccountView, path: &HomePath) -> AnyView {
    let mut at = HomePath::HOME;
    let mut steps = vec![(account.name.to_string(), at.clone())];
    for name in path.names() {
        at = at.join(name.clone());
        steps.push((name.shown(), at.clone()));
    }
    let last = steps.len() - 1;
    let steps = steps
        .into_iter()
        .enumerate()
        .map(|(place, (words, to))| {
            if place == last {
                view! { <li aria-current="page">{words}</li> }.into_any()
            } else {
                view! { <li><a href=folder(account.id, &to)>{words}</a></li> }.into_any()
            }
        })
        .collect_view();
    view! { <nav class="crumbs file-way" aria-label=lang.pick("Dossier", "Folder")><ol>{steps}</ol></nav> }
        .into_any()
}

/// Whether a file is likely a text that can be changed here.
fn is_text(file: &FileView) -> bool {
    file.kind == FileKind::File && file.size <= model::files::LONGEST_TEXT
}

/// What a change of files did besides what its title says: how many more, where to.
pub fn told(lang: Lang, change: &ChangeView) -> Option<String> {
    let side = change.after.as_ref().or(change.before.as_ref())?;
    let text = |key: &str| side.get(key).and_then(serde_json::Value::as_str);
    if text("outcome") == Some("unknown") {
        let words = lang.pick(
            "On ne sait pas si c’est fait\u{a0}: l’hôte n’a pas pu le dire.",
            "Nobody knows whether it was done: the host could not say.",
        );
        return Some(words.to_owned());
    }
    let number = |key: &str| side.get(key).and_then(serde_json::Value::as_u64);
    if let (Some(entries), Some(octets)) = (number("entries"), number("octets")) {
        let left = number("left_out")
            .map(|left| lang.pick(format!(" · {left} laissés de côté"), format!(" · {left} left out")));
        let to = text("path")
            .and_then(|path| path.parse::<HomePath>().ok())
            .map(|to| lang.pick(format!("Vers {} · ", to.shown()), format!("To {} · ", to.shown())));
        let counted =
            lang.pick(format!("{entries} fichiers et dossiers"), format!("{entries} files and folders"));
        let octets = size(lang, octets);
        return Some(format!("{}{counted}, {octets}{}", to.unwrap_or_default(), left.unwrap_or_default()));
    }
    if let Some(count) = side.get("count").and_then(serde_json::Value::as_u64) {
        let more = count.saturating_sub(1);
        return (more > 0).then(|| lang.pick(format!("et {more} de plus"), format!("and {more} more")));
    }
    if let Some(mode) = text("mode") {
        return Some(lang.pick(format!("Droits\u{a0}: {mode}"), format!("Permissions: {mode}")));
    }
    let to: HomePath = text("path")?.parse().ok()?;
    Some(lang.pick(format!("Vers {}", to.shown()), format!("To {}", to.shown())))
}
