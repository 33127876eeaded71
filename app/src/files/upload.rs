//! Files on their way in, streamed from the browser to the host: the panel keeps no part of them.

use super::{At, folder, list, must};
use crate::{
    http::{Answer, Face, Miss, on_form, see},
    parts::{Typed, unreadable},
};
use axum::body::Bytes;
use axum::extract::{Multipart, Path, Query, State, multipart::MultipartRejection};
use futures_util::{Stream, StreamExt, TryStreamExt};
use model::{AccountId, FileName, HomePath, Problem, ProblemKind, Text, files::Over, text};
use server::{Actor, Server, files::Put};
use std::{pin::pin, time::Duration};
use tokio::time::{Instant, timeout_at};

/// Octets that are heard, and nothing done with, after something went wrong.
const MOST_DRAINED: usize = 8 * 1024 * 1024;
/// For them to come.
const LISTEN: Duration = Duration::from_secs(30);

/// What became of an upload.
#[derive(Default)]
struct Came {
    put: Option<Put>,
    /// Those that stayed as they were.
    kept: Vec<String>,
    /// Folders of the name of a file; no file replaces them.
    folders: Vec<String>,
    /// What ended it.
    problem: Option<Problem>,
}

/// `POST /accounts/{account}/files/upload`
pub async fn upload(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(at): Query<At>,
    parts: Result<Multipart, MultipartRejection>,
) -> Answer {
    must(&server, &face, id).await?;
    let path = at.path();
    let parts = parts.map_err(|_| Miss(unreadable()))?;
    let Came { put, kept, folders, problem } = take(&server, &face, id, &path, parts).await?;
    let count = put.as_ref().map_or(0, Put::count);
    if let Some(put) = put.filter(|_| count > 0) {
        put.done().await?;
    }
    let problem = problem
        .or_else(|| (!kept.is_empty()).then(|| there(count, &kept)))
        .or_else(|| (!folders.is_empty()).then(|| folders_there(count, &folders)));
    match problem {
        None if count > 0 => see(folder(id, &path), "files_uploaded"),
        None => see(folder(id, &path), ""),
        Some(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            list::again(&server, &face, id, path, typed).await
        }
    }
}

impl Came {
    /// Puts one file there; what is there already stays, and the next one may still go in.
    async fn file(
        &mut self,
        server: &Server,
        (me, id): (&Actor, AccountId),
        (path, over): (HomePath, Over),
        mut octets: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
    ) -> Result<(), Problem> {
        let mut put = match self.put.take() {
            Some(put) => put,
            None => Put::begin(server, me, id, "file.upload").await?,
        };
        let shown = path.name().map(FileName::shown).unwrap_or_default();
        let done = put.file(path, over, &mut octets).await;
        let put = self.put.insert(put);
        match done {
            Err(problem) if problem.code == "file_exists" => self.kept.push(shown),
            Err(problem) if problem.code == "folder_there" => self.folders.push(shown),
            done => return done.map_err(|problem| Problem { field: None, ..problem }),
        }
        while let Some(rest) = put.wait(octets.next()).await? {
            rest?;
        }
        Ok(())
    }
}

/// Hears a bounded rest of what is sent: whoever is answered before they sent it all may never read the answer.
async fn drain(
    mut octets: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
    (left, until): (&mut usize, Instant),
) {
    while *left > 0 {
        match timeout_at(until, octets.next()).await {
            Ok(Some(Ok(octets))) => *left = left.saturating_sub(octets.len()),
            Ok(None) => return,
            _ => *left = 0,
        }
    }
}

async fn take(
    server: &Server,
    face: &Face,
    id: AccountId,
    path: &HomePath,
    mut parts: Multipart,
) -> Result<Came, Miss> {
    let (mut came, mut over, mut left) = (Came::default(), Over::Refuse, 0);
    let mut until = Instant::now();
    let me = face.me()?;
    loop {
        let next = parts.next_field();
        let next = match came.put.as_mut() {
            Some(put) => put.wait(next).await,
            None => Ok(next.await),
        };
        // What went in before stays, and is told.
        let part = match next.and_then(|part| part.map_err(|_| unreadable())) {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(problem) => {
                came.problem = Some(problem);
                break;
            }
        };
        if part.name() == Some("over") {
            over = Over::Replace;
            continue;
        }
        let Some(said) = part.file_name().filter(|name| part_of_files(part.name()) && !name.is_empty())
        else {
            continue;
        };
        // Some browsers send the way to it on their own disk.
        let own = said.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let mut octets = pin!(part.map_err(|_| unreadable()));
        let sent = match FileName::typed(&own).map_err(|problem| problem.on("files")) {
            Ok(name) => came.file(server, (me, id), (path.join(name), over.clone()), octets.as_mut()).await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = sent {
            came.problem = Some(problem);
            (left, until) = (MOST_DRAINED, Instant::now() + LISTEN);
            drain(octets, (&mut left, until)).await;
            break;
        }
    }
    while left > 0
        && let Ok(Ok(Some(part))) = timeout_at(until, parts.next_field()).await
    {
        drain(pin!(part.map_err(|_| unreadable())), (&mut left, until)).await;
    }
    Ok(came)
}

fn part_of_files(name: Option<&str>) -> bool {
    name == Some("files")
}

fn told(names: &[String]) -> String {
    let more = if names.len() > 5 { ", …" } else { "" };
    format!("{}{more}", names[..names.len().min(5)].join(", "))
}

/// How many files went in.
fn put_there(count: usize) -> Text {
    match count {
        0 => Text::new("Aucun fichier n’est arrivé.", "No file was put there."),
        1 => Text::new("Un fichier est arrivé.", "One file was put there."),
        _ => text!("{count} fichiers sont arrivés.", "{count} files were put there."),
    }
}

/// Some were there already.
fn there(count: usize, kept: &[String]) -> Problem {
    let (Text { fr, en }, names) = (put_there(count), told(kept));
    let text = text!(
        "{fr} Déjà là, et laissé en l’état\u{a0}: {names}. Cochez «\u{a0}Remplacer\u{a0}» pour remplacer.",
        "{en} There already, and left as it was: {names}. Tick “Replace” to replace."
    );
    Problem::new(ProblemKind::Conflict, "files_there", text)
}

fn folders_there(count: usize, folders: &[String]) -> Problem {
    let (Text { fr, en }, names) = (put_there(count), told(folders));
    let text = text!(
        "{fr} Un dossier porte déjà ce nom, et un fichier ne le remplace pas\u{a0}: {names}. Renommez l’un des deux.",
        "{en} A folder has that name already, and no file replaces it: {names}. Rename one of the two."
    );
    Problem::new(ProblemKind::Conflict, "folder_there", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_arrived_is_said_as_people_count() {
        for (count, fr) in [
            (0, "Aucun fichier n’est arrivé."),
            (1, "Un fichier est arrivé."),
            (2, "2 fichiers sont arrivés."),
        ] {
            assert!(there(count, &["a".into()]).text.fr.starts_with(fr));
        }
    }
}
