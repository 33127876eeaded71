//! Files on their way in, streamed from the browser to the host: the panel keeps no part of them.

use super::{At, folder, list, must};
use crate::{
    http::{Answer, Face, Miss, on_form, see},
    parts::{Typed, unreadable},
};
use axum::extract::{Multipart, Path, Query, State, multipart::MultipartRejection};
use futures_util::TryStreamExt;
use model::{AccountId, FileName, HomePath, Problem, ProblemKind, files::Over, text};
use server::{Server, files::Put};

/// What became of an upload.
#[derive(Default)]
struct Came {
    put: Option<Put>,
    /// Those that stayed as they were.
    kept: Vec<String>,
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
    let Came { put, kept, problem } = take(&server, &face, id, &path, parts).await?;
    let count = put.as_ref().map_or(0, Put::count);
    if let Some(put) = put.filter(|_| count > 0) {
        put.done().await?;
    }
    let problem = problem.or_else(|| (!kept.is_empty()).then(|| there(count, &kept)));
    match problem {
        None if count > 0 => see(folder(id, &path), "files_uploaded"),
        None => see(folder(id, &path), ""),
        Some(problem) => {
            let typed = Typed::new().refused(on_form(problem)?);
            list::again(&server, &face, id, path, typed).await
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
    let (mut came, mut over) = (Came::default(), Over::Refuse);
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
        let name = match FileName::typed(&own) {
            Ok(name) => name,
            Err(problem) => {
                came.problem = Some(problem.on("files"));
                break;
            }
        };
        let put = match came.put.take() {
            Some(put) => Ok(put),
            None => Put::begin(server, me, id, "file.upload").await,
        };
        let mut put = match put {
            Ok(put) => put,
            Err(problem) => {
                came.problem = Some(problem);
                break;
            }
        };
        let shown = name.shown();
        let octets = part.map_err(|_| unreadable());
        let done = put.file(path.join(name), over.clone(), octets).await;
        came.put = Some(put);
        match done {
            Ok(()) => {}
            Err(problem) if problem.code == "file_exists" => came.kept.push(shown),
            Err(problem) => {
                came.problem = Some(Problem { field: None, ..problem });
                break;
            }
        }
    }
    Ok(came)
}

fn part_of_files(name: Option<&str>) -> bool {
    name == Some("files")
}

/// Some were there already.
fn there(count: usize, kept: &[String]) -> Problem {
    let names: Vec<&str> = kept.iter().take(5).map(String::as_str).collect();
    let more = if kept.len() > 5 { ", …" } else { "" };
    let names = format!("{}{more}", names.join(", "));
    let text = text!(
        "{count} envoyés. Ceux-ci y sont déjà et restent comme ils sont\u{a0}: {names}. Cochez «\u{a0}Remplacer\u{a0}» pour les remplacer.",
        "{count} put there. These are there already and stay as they are: {names}. Tick “Replace” to replace them."
    );
    Problem::new(ProblemKind::Conflict, "files_there", text)
}
