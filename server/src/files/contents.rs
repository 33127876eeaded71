//! Contents: streamed out, streamed in, and short texts to be changed in a page.

use super::{FileView, Put, open, refused};
use crate::{
    Actor, Server,
    transfer::{Heard, Session},
};
use axum::body::Bytes;
use futures_util::{Stream, StreamExt, stream};
use model::{
    AccountId, ChangeId, FileName, HomePath, Problem, Text,
    archive::ArchiveKind,
    files::{FileAsk, FileEntry, FileRefusal, FileSaid, LONGEST_TEXT, Over},
};
use std::{io, pin::Pin};
use tokio::sync::mpsc;

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

/// How much is yet to come.
#[derive(Clone, Copy)]
enum Left {
    Just(u64),
    /// Not more than this.
    Open(u64),
}

/// Chunks that are on their way to whoever reads.
const AHEAD: usize = 2;

/// Brings a file's contents, and their end as an empty chunk, for as long as somebody takes them: whoever reads nothing any more holds no
/// session.
async fn bring(mut session: Session, of: Left, give: mpsc::Sender<Result<Bytes, io::Error>>) {
    let (mut left, exact) = match of {
        Left::Just(size) => (size, true),
        Left::Open(most) => (most, false),
    };
    loop {
        let heard = tokio::select! {
            heard = session.hear() => heard,
            () = give.closed() => return,
        };
        let (octets, last) = match heard {
            Ok(Heard::Octets(octets)) if octets.is_empty() && (left == 0 || !exact) => (Ok(octets), true),
            Ok(Heard::Octets(octets)) if !octets.is_empty() && octets.len() as u64 <= left => {
                left -= octets.len() as u64;
                (Ok(octets), false)
            }
            // Cut off, and seen to be: nobody takes a part for the whole.
            Ok(_) => (Err(io::ErrorKind::InvalidData.into()), true),
            Err(problem) => (Err(io::Error::other(problem.code)), true),
        };
        let Ok(Ok(place)) = session.wait(give.reserve()).await else { return };
        place.send(octets);
        if last {
            return;
        }
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
    let contents = brought(session, Left::Just(entry.size));
    let file = FileView { path: path.clone(), ..FileView::at(entry) };
    Ok(Download { file, contents })
}

fn brought(session: Session, of: Left) -> Pin<Box<dyn Stream<Item = Result<Bytes, io::Error>> + Send>> {
    let (give, taken) = mpsc::channel(AHEAD);
    tokio::spawn(bring(session, of, give));
    Box::pin(stream::unfold(Some(taken), |taken| async {
        let mut taken = taken?;
        match taken.recv().await {
            Some(Ok(octets)) if octets.is_empty() => None,
            Some(Ok(octets)) => Some((Ok(octets), Some(taken))),
            Some(Err(error)) => Some((Err(error), None)),
            // Nobody read on, or the right to it ended.
            None => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    }))
}

/// An archive on its way out, made as it goes: nobody knows its size before.
pub struct Packed {
    pub name: FileName,
    pub contents: Pin<Box<dyn Stream<Item = Result<Bytes, io::Error>> + Send>>,
}

/// Octets of an archive that is sent, at most: what goes into it has a bound of its own, and may not shrink.
const LARGEST_PACKED: u64 = 16 * 1024 * 1024 * 1024;

pub async fn packed(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    (paths, kind): (Vec<HomePath>, ArchiveKind),
) -> Result<Packed, Problem> {
    crate::grant::access(server, actor, account).await?.must(model::Right::Sites)?;
    super::work::chosen(&paths)?;
    let mut session = open(server, actor, account).await?;
    // One thing gives its name, several give that of their folder.
    let only = match paths.as_slice() {
        [one] => one.name().cloned(),
        [first, ..] => first.folder().and_then(|folder| folder.name().cloned()),
        [] => None,
    };
    let name = only.map_or_else(|| session.account.name.to_string(), |name| name.shown());
    let name = FileName::typed(&kind.named(&name)).or_else(|_| FileName::typed(&kind.named("files")))?;
    match session.ask(&FileAsk::PackOut { paths, kind }).await? {
        FileSaid::Ready => {}
        _ => return Err(refused(FileRefusal::Unreadable)),
    }
    Ok(Packed { name, contents: brought(session, Left::Open(LARGEST_PACKED)) })
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
