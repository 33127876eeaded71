//! Files on their way in. What went in is kept in history also when whoever sends them hangs up.

use super::{
    act::{record, subject, to_the_end, unsure},
    open, refused,
};
use crate::{Actor, Server, change::Act as Change, transfer::Session};
use axum::body::Bytes;
use futures_util::{Stream, StreamExt};
use model::{
    AccountId, ChangeId, HomePath, Problem,
    files::{CHUNK, FileAsk, FileRefusal, FileSaid, Over},
};
use serde_json::json;
use std::time::Duration;
use tokio::{runtime::Handle, time::timeout};

/// Files whose names a change tells.
const MOST_TOLD: usize = 20;
/// For the host to say what became of a file whose sender is gone.
const LAST_WORD: Duration = Duration::from_secs(30);

/// Files on their way in: one session and one change, however many they are.
pub struct Put {
    server: Server,
    actor: Actor,
    verb: &'static str,
    /// Until it is over.
    session: Option<Session>,
    put: Vec<HomePath>,
    /// The one that is sent whole and not answered yet.
    sent: Option<HomePath>,
}

impl Put {
    pub async fn begin(
        server: &Server,
        actor: &Actor,
        account: AccountId,
        verb: &'static str,
    ) -> Result<Put, Problem> {
        let session = Some(open(server, actor, account).await?);
        let (server, actor) = (server.clone(), actor.clone());
        Ok(Put { server, actor, verb, session, put: Vec::new(), sent: None })
    }

    /// Whole or not at all. After a refusal the next one may still go in.
    pub async fn file(
        &mut self,
        path: HomePath,
        over: Over,
        contents: impl Stream<Item = Result<Bytes, Problem>>,
    ) -> Result<(), Problem> {
        self.bring(FileAsk::Write { path: path.clone(), over }, path, contents).await.map(drop)
    }

    /// What follows an ask; whether the file is in place then.
    pub(super) async fn bring(
        &mut self,
        ask: FileAsk,
        path: HomePath,
        contents: impl Stream<Item = Result<Bytes, Problem>>,
    ) -> Result<bool, Problem> {
        let unreadable = || refused(FileRefusal::Unreadable);
        let session = self.session.as_mut().ok_or_else(unreadable)?;
        session.say(&ask).await?;
        match session.answer().await? {
            FileSaid::Ready => {}
            _ => return Err(unreadable()),
        }
        let mut contents = std::pin::pin!(contents);
        while let Some(octets) = session.wait(contents.next()).await? {
            let mut octets = octets?;
            while !octets.is_empty() {
                let chunk = octets.split_to(octets.len().min(CHUNK));
                session.octets(chunk).await?;
            }
        }
        self.sent = Some(path.clone());
        session.octets(Bytes::new()).await?;
        let said = session.answer().await;
        if !session.unanswered() {
            self.sent = None;
        }
        // More of it follows, on another connection.
        if let FileSaid::SoFar { .. } = said? {
            return Ok(false);
        }
        self.put.push(path);
        Ok(true)
    }

    /// What comes between files, in the same patience as what is in them.
    pub async fn wait<T>(&mut self, next: impl Future<Output = T>) -> Result<T, Problem> {
        match self.session.as_mut() {
            Some(session) => session.wait(next).await,
            None => Ok(next.await),
        }
    }

    /// How many went in.
    pub fn count(&self) -> usize {
        self.put.len()
    }

    /// Keeps in history what went in; at least one did.
    pub async fn done(mut self) -> Result<ChangeId, Problem> {
        let kept = self.over().ok_or_else(|| refused(FileRefusal::Gone))?;
        to_the_end(kept).await
    }

    /// What is left to do once nothing more is sent.
    fn over(&mut self) -> Option<impl Future<Output = Result<ChangeId, Problem>> + Send + use<>> {
        let mut session = self.session.take()?;
        let (mut put, sent) = (std::mem::take(&mut self.put), self.sent.take());
        if put.is_empty() && sent.is_none() {
            return None;
        }
        let (server, actor, verb) = (self.server.clone(), self.actor.clone(), self.verb);
        Some(async move {
            let mut unknown = None;
            if let Some(path) = sent {
                match timeout(LAST_WORD, session.answer()).await {
                    Ok(Ok(FileSaid::SoFar { .. })) => {}
                    Ok(Ok(_)) => put.push(path),
                    _ if session.unanswered() => unknown = Some(change(verb, &[path])),
                    _ => {}
                }
            }
            let account = session.account.clone();
            drop(session);
            let mut made = Err(refused(FileRefusal::Gone));
            if let Some(unknown) = unknown {
                made = record(&server, &actor, &account, unsure(unknown)).await;
            }
            if !put.is_empty() {
                made = record(&server, &actor, &account, change(verb, &put)).await;
            }
            made
        })
    }
}

impl Drop for Put {
    fn drop(&mut self) {
        if let (Some(kept), Ok(runtime)) = (self.over(), Handle::try_current()) {
            runtime.spawn(kept);
        }
    }
}

fn change(verb: &'static str, put: &[HomePath]) -> Change {
    let mut change = Change::new(verb, subject(put.first().unwrap_or(&HomePath::HOME)));
    let told = &put[..put.len().min(MOST_TOLD)];
    change.after = Some(json!({ "paths": told, "count": put.len() }));
    change
}
