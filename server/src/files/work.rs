//! Archives made and unpacked on the host: that takes a while, so whoever asks waits a little, and looks again later. It goes on when they
//! hang up, and ends with their right to it as every session does.

use super::{
    act::{record_in, subject, unsure},
    open, refused, work_store as store,
};
use crate::{
    Actor, Server,
    change::{Act as Change, Done},
    transfer::Session,
};
use model::{
    AccountId, ChangeId, FileWorkId, HomePath, Problem, Text,
    archive::{ArchiveKind, Archived, LeftOut},
    files::{FileAsk, FileRefusal, FileSaid},
};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use utoipa::ToSchema;

/// What is packed in one go, at most, of what somebody chose; folders hold more.
const MOST_CHOSEN: usize = 1_000;
/// Paths that a change tells.
const MOST_TOLD: usize = 20;
/// How often it is written down how far it is.
const WRITE_EVERY: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Things of the home into an archive in it.
    Pack { paths: Vec<HomePath>, to: HomePath, kind: ArchiveKind },
    /// An archive into a folder, which is made or is there.
    Unpack { archive: HomePath, into: HomePath },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    Working,
    Done,
    /// Nothing was changed.
    Refused,
    /// The host did not say how it ended.
    Unknown,
}

/// An archive that is made or unpacked, as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkView {
    #[schema(value_type = String)]
    pub id: FileWorkId,
    /// `pack` or `unpack`.
    pub does: String,
    /// The archive that is unpacked, or the first of what is packed.
    pub path: String,
    /// The folder it goes into, or the archive that is made.
    pub to: String,
    pub who: String,
    pub state: WorkState,
    /// Files and folders so far.
    pub entries: u64,
    pub octets: u64,
    /// Name and why, of the first hundred that were left out.
    #[schema(value_type = Vec<Object>)]
    pub left_out: Vec<LeftOut>,
    /// How many were left out in all.
    pub left: u64,
    /// Why it was not done.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    pub began_at: i64,
    pub ended_at: Option<i64>,
}

impl Work {
    fn ask(&self) -> FileAsk {
        match self.clone() {
            Work::Pack { paths, to, kind } => FileAsk::Pack { paths, to, kind },
            Work::Unpack { archive, into } => FileAsk::Unpack { archive, into },
        }
    }

    fn sides(&self) -> (&'static str, HomePath, HomePath) {
        match self {
            Work::Pack { paths, to, .. } => ("pack", paths.first().cloned().unwrap_or_default(), to.clone()),
            Work::Unpack { archive, into } => ("unpack", archive.clone(), into.clone()),
        }
    }

    /// What history says of it.
    fn change(&self, told: &Archived) -> Change {
        let (mut change, mut after) = match self {
            Work::Pack { paths, to, .. } => {
                let told = &paths[..paths.len().min(MOST_TOLD)];
                (Change::new("file.pack", subject(to)), json!({ "paths": told, "count": paths.len() }))
            }
            Work::Unpack { archive, into } => {
                (Change::new("file.unpack", subject(archive)), json!({ "path": into }))
            }
        };
        after["entries"] = json!(told.entries);
        after["octets"] = json!(told.octets);
        if told.left > 0 {
            after["left_out"] = json!(told.left);
        }
        change.after = Some(after);
        change
    }
}

/// Things that are chosen, at least one and not too many.
pub(super) fn chosen(paths: &[HomePath]) -> Result<(), Problem> {
    match paths.len() {
        0 => Err(Problem::invalid(
            "paths",
            "nothing_chosen",
            Text::new(
                "Choisissez ce qu’il faut mettre dans l’archive.",
                "Choose what goes into the archive.",
            ),
        )),
        1..=MOST_CHOSEN => Ok(()),
        _ => Err(refused(FileRefusal::TooMany)),
    }
}

/// Begins it, and waits for its end for so long. A refusal that comes meanwhile is the answer.
pub async fn work(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    work: Work,
    patience: Duration,
) -> Result<Done<WorkView>, Problem> {
    if let Work::Pack { paths, .. } = &work {
        crate::grant::access(server, actor, account).await?.must(model::Right::Sites)?;
        chosen(paths)?;
    }
    let session = open(server, actor, account).await?;
    let (does, path, to) = work.sides();
    let (id, now): (FileWorkId, i64) = (server.world.id(), server.world.now_ms());
    let begun = WorkView {
        id,
        does: does.to_owned(),
        path: path.to_string(),
        to: to.to_string(),
        who: actor.who.clone(),
        state: WorkState::Working,
        entries: 0,
        octets: 0,
        left_out: Vec::new(),
        left: 0,
        text: None,
        began_at: now,
        ended_at: None,
    };
    let mut tx = server.store.write().await?;
    store::insert(&mut tx, account, &begun).await?;
    tx.commit().await?;
    let (server_, actor) = (server.clone(), actor.clone());
    let going = tokio::spawn(async move { run(&server_, &actor, session, (id, &work)).await });
    let change = match timeout(patience, going).await {
        Ok(Ok(ended)) => Some(ended?),
        Ok(Err(error)) => return Err(crate::store::internal("work on an archive", &error)),
        Err(_) => None,
    };
    Ok(Done { item: store::load(server, account, id).await?, change })
}

async fn run(
    server: &Server,
    actor: &Actor,
    mut session: Session,
    (id, work): (FileWorkId, &Work),
) -> Result<ChangeId, Problem> {
    let told = follow(server, &mut session, id, &work.ask()).await;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let made = match &told {
        Ok(told) => {
            store::done(&mut tx, id, told, now).await?;
            Some(record_in(&mut tx, server, actor, &session.account, work.change(told)).await?)
        }
        // Nobody knows what became of it.
        Err(problem) if session.unanswered() => {
            store::ended(&mut tx, id, ("unknown", &problem.text), now).await?;
            let change = unsure(work.change(&Archived::default()));
            record_in(&mut tx, server, actor, &session.account, change).await?;
            None
        }
        Err(problem) => {
            store::ended(&mut tx, id, ("refused", &problem.text), now).await?;
            None
        }
    };
    tx.commit().await?;
    match (made, told) {
        (Some(change), _) => Ok(change),
        (None, Err(problem)) => Err(problem),
        (None, Ok(_)) => Err(refused(FileRefusal::Failed)),
    }
}

/// Until the host says what became of it.
async fn follow(
    server: &Server,
    session: &mut Session,
    id: FileWorkId,
    ask: &FileAsk,
) -> Result<Archived, Problem> {
    session.say(ask).await?;
    let mut written = Instant::now();
    loop {
        match session.answer().await? {
            FileSaid::Working { entries, octets } => {
                session.still_at_it();
                if written.elapsed() >= WRITE_EVERY {
                    written = Instant::now();
                    // What cannot be written down now is an older figure for a second.
                    if let Err(problem) = store::so_far(server, id, (entries, octets)).await {
                        tracing::warn!(
                            code = problem.code,
                            "how far an archive is could not be written down"
                        );
                    }
                }
            }
            FileSaid::Archived { told } => return Ok(told),
            _ => return Err(refused(FileRefusal::Unreadable)),
        }
    }
}

/// What archives became of late, and how far those are that are worked on.
pub async fn works(server: &Server, actor: &Actor, account: AccountId) -> Result<Vec<WorkView>, Problem> {
    crate::grant::access(server, actor, account).await?.must(model::Right::Sites)?;
    store::list(server, account).await
}
