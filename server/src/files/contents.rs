//! Contents: streamed out, streamed in, and short texts to be changed in a page.

use super::{FileView, Put, open, refused};
use crate::{
    Actor, Server,
    transfer::{Heard, Session},
};
use axum::body::Bytes;
use futures_util::{Stream, StreamExt, stream};
use model::{
    AccountId, ChangeId, HomePath, Problem, Text,
    files::{FileAsk, FileEntry, FileRefusal, FileSaid, LONGEST_TEXT, Over},
};
use std::{io, pin::Pin};

/// A file on its way out.
pub struct Download {
    pub file: FileView,
    pub contents: Pin<Box<dyn Stream<Item = Result<Bytes, io::Error>> + Send>>,
}

async fn begin(session: &mut Session, path: &HomePath) -> Result<FileEntry, Problem> {
    session.say(&FileAsk::Read { path: path.clone() }).await?;
    match session.answer().await? {
        FileSaid::File { entry } => Ok(entry),
        _ => Err(refused(FileRefusal::Unreadable)),
    }
}

pub async fn download(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    path: &HomePath,
) -> Result<Download, Problem> {
    let mut session = open(server, actor, account).await?;
    let entry = begin(&mut session, path).await?;
    let contents = stream::unfold(Some((session, entry.size)), |state| async {
        let (mut session, left) = state?;
        match session.hear().await {
            Ok(Heard::Octets(octets)) if octets.is_empty() && left == 0 => None,
            Ok(Heard::Octets(octets)) if !octets.is_empty() && octets.len() as u64 <= left => {
                let left = left - octets.len() as u64;
                Some((Ok(octets), Some((session, left))))
            }
            // Cut off, and seen to be: nobody takes a part for the whole.
            Ok(_) => Some((Err(io::ErrorKind::InvalidData.into()), None)),
            Err(problem) => Some((Err(io::Error::other(problem.code)), None)),
        }
    });
    let file = FileView { path: path.clone(), ..FileView::at(entry) };
    Ok(Download { file, contents: Box::pin(contents) })
}

/// A text as it is now, to be changed in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextView {
    pub file: FileView,
    pub text: String,
}

/// A text of a mebibyte at most; anything else is downloaded.
pub async fn text(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    path: &HomePath,
) -> Result<TextView, Problem> {
    let Download { file, mut contents } = download(server, actor, account, path).await?;
    if file.size > LONGEST_TEXT {
        return Err(no_text());
    }
    let mut octets = Vec::with_capacity(usize::try_from(file.size).unwrap_or(0));
    while let Some(chunk) = contents.next().await {
        octets.extend_from_slice(&chunk.map_err(|_| refused(FileRefusal::Changed))?);
    }
    // NUL is in no text, whatever UTF-8 says.
    let text = String::from_utf8(octets).ok().filter(|text| !text.contains('\0')).ok_or_else(no_text)?;
    Ok(TextView { file, text })
}

fn no_text() -> Problem {
    let text = Text::new(
        "Ce fichier ne se modifie pas ici\u{a0}: seulement du texte en UTF-8, 1\u{a0}Mio au plus. Téléchargez-le.",
        "This file cannot be changed here: only text in UTF-8, 1 MiB at most. Download it.",
    );
    Problem::new(model::ProblemKind::Conflict, "no_text", text)
}

/// Saves a text that is still as it was when it was read.
pub async fn save(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    path: HomePath,
    (stamp, text): (String, String),
) -> Result<ChangeId, Problem> {
    if text.len() as u64 > LONGEST_TEXT {
        return Err(no_text().on("text"));
    }
    let mut put = Put::begin(server, actor, account, "file.edit").await?;
    let contents = stream::iter([Ok::<_, Problem>(Bytes::from(text))]);
    put.file(path.clone(), Over::Same(stamp), contents).await?;
    put.done().await
}

/// One file of the API's.
pub async fn put(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    (path, over): (HomePath, Over),
    contents: impl Stream<Item = Result<Bytes, Problem>>,
) -> Result<ChangeId, Problem> {
    let mut put = Put::begin(server, actor, account, "file.upload").await?;
    put.file(path, over, contents).await?;
    put.done().await
}
