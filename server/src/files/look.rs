//! What is there. Looking leaves no change.

use super::{FileView, TrashView, open};
use crate::{Actor, Server, paging::Page};
use model::{
    AccountId, HomePath, Problem, Text,
    files::{FileAsk, FileSaid, FileSort, TRASH_DAYS},
};
use serde::Deserialize;

/// What a listing is asked: `?path&sort&limit&cursor&q`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// A folder; the home where nothing is said.
    pub path: String,
    /// `name`, `size` or `modified`, each with a `-` before it for the other direction.
    pub sort: String,
    pub limit: Option<u32>,
    pub cursor: Option<String>,
    /// Words of names, looked for at any depth below the folder.
    pub q: Option<String>,
}

impl Asked {
    fn order(&self) -> Result<(FileSort, bool), Problem> {
        let down = self.sort.starts_with('-');
        let sort = match self.sort.trim_start_matches('-') {
            "" | "name" => FileSort::Name,
            "size" => FileSort::Size,
            "modified" => FileSort::Modified,
            _ => {
                let text = Text::new(
                    "Au choix\u{a0}: name, size, modified, ou l’un d’eux avec un tiret devant.",
                    "One of: name, size, modified, or one of them with a hyphen before it.",
                );
                return Err(Problem::invalid("sort", "bad_sort", text));
            }
        };
        Ok((sort, down))
    }

    fn skip(&self) -> Result<u32, Problem> {
        let Some(cursor) = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else { return Ok(0) };
        cursor.parse().map_err(|_| {
            let text = Text::new(
                "Ce curseur n’est pas de cette liste\u{a0}: recommencez au début.",
                "This cursor is not of this list: begin at its start.",
            );
            Problem::invalid("cursor", "bad_cursor", text)
        })
    }
}

/// The entries of a folder, or what a search below it finds.
pub async fn list(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    asked: &Asked,
) -> Result<Page<FileView>, Problem> {
    look(server, actor, account, asked).await.map(|(page, _)| page)
}

/// The same, and whether there is more: of a search no next page shows it.
pub async fn look(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    asked: &Asked,
) -> Result<(Page<FileView>, bool), Problem> {
    // Who may not look learns nothing of what is wrong with the question.
    crate::grant::access(server, actor, account).await?.must(model::Right::Sites)?;
    let path: HomePath = asked.path.parse()?;
    let ((sort, down), skip) = (asked.order()?, asked.skip()?);
    let limit = u16::try_from(asked.limit.unwrap_or(200).clamp(1, 200)).unwrap_or(200);
    let words = asked.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let ask = match words {
        Some(words) => FileAsk::Find { path: path.clone(), words: words.chars().take(200).collect() },
        None => FileAsk::List { path: path.clone(), sort, down, skip, limit },
    };
    let said = open(server, actor, account).await?.ask(&ask).await?;
    match said {
        FileSaid::Listed { entries, total, more } => {
            let seen = skip.saturating_add(u32::from(limit));
            let next = (more && seen < total).then(|| seen.to_string());
            let items = entries.into_iter().take(usize::from(limit)).map(|entry| FileView::of(&path, entry));
            Ok((Page { items: items.collect(), next }, more))
        }
        FileSaid::Found { found, more } => {
            let items = found.into_iter().map(|found| FileView::of(&found.folder, found.entry));
            Ok((Page { items: items.collect(), next: None }, more))
        }
        _ => Err(super::refused(model::files::FileRefusal::Unreadable)),
    }
}

/// One thing of a home.
pub async fn show(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    path: &HomePath,
) -> Result<FileView, Problem> {
    let said = open(server, actor, account).await?.ask(&FileAsk::Look { path: path.clone() }).await?;
    match said {
        FileSaid::Entry { entry } => Ok(FileView { path: path.clone(), ..FileView::at(entry) }),
        _ => Err(super::refused(model::files::FileRefusal::Unreadable)),
    }
}

/// What is in the trash, newest first.
pub async fn trash(server: &Server, actor: &Actor, account: AccountId) -> Result<Vec<TrashView>, Problem> {
    const DAY_MS: i64 = 24 * 3600 * 1000;
    let said = open(server, actor, account).await?.ask(&FileAsk::Trash).await?;
    let FileSaid::Trash { items } = said else {
        return Err(super::refused(model::files::FileRefusal::Unreadable));
    };
    let view = |item: model::files::TrashItem| TrashView {
        erase_at: item.deleted_at + TRASH_DAYS * DAY_MS,
        id: item.id,
        from: item.from,
        kind: item.kind,
        size: item.size,
        deleted_at: item.deleted_at,
    };
    Ok(items.into_iter().map(view).collect())
}
