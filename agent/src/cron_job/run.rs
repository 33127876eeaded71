//! One run, from its pipe to its last word.

use super::{
    entry::Read,
    output::Tail,
    place::Places,
    starter::{self, What, Wish},
};
use model::CronJob;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe::{OpenOptions, Receiver},
    sync::{Semaphore, oneshot},
    time::{Instant, timeout},
};

/// What lies in a pipe says so at once.
const REST: Duration = Duration::from_millis(5);
/// A process of the same user may hold the pipe and go on writing: the end of a run is not its to put off.
const LONGEST_REST: Duration = Duration::from_millis(50);

/// How a run is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// From the start.
    New(u64),
    /// It was going when the scheduler itself was started.
    Known,
}

/// Starts a run, unless it is going already, and reads what it writes until `over` says that it has ended.
pub async fn follow(
    places: Arc<Places>,
    starts: Arc<Semaphore>,
    job: CronJob,
    begin: Begin,
    over: oneshot::Receiver<()>,
) -> Read {
    let mut tail = Tail::default();
    let begun = async {
        let Begin::New(started) = begin else { return open(&places, &job) };
        // So many start at once.
        let _pass = starts.acquire().await.map_err(io::Error::other)?;
        let socket = &places.cells.starter;
        starter::ask(socket, &Wish::new(What::Pipe, &job.account, job.id)).await?;
        // Open before the run is: what it writes in its first moment is not lost, however short it is.
        let pipe = open(&places, &job)?;
        starter::ask(socket, &Wish::new(What::Run(started), &job.account, job.id)).await?;
        Ok(pipe)
    };
    match begun.await {
        Ok(mut pipe) => {
            listen(&mut pipe, &mut tail, over).await;
            Read { tail, failed: None }
        }
        Err(error) => Read { tail, failed: Some(error.to_string()) },
    }
}

/// To read alone: the run itself keeps it from ending.
fn open(places: &Places, job: &CronJob) -> io::Result<Receiver> {
    OpenOptions::new().open_receiver(places.pipe(job.id))
}

async fn listen(pipe: &mut Receiver, tail: &mut Tail, mut over: oneshot::Receiver<()>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        tokio::select! {
            biased;
            _ = &mut over => break,
            read = pipe.read(&mut buffer) => match read {
                Ok(0) | Err(_) => {
                    // Nobody holds the pipe any more: what is left to know is how it ended.
                    let _ = over.await;
                    return;
                }
                Ok(n) => tail.push(&buffer[..n]),
            },
        }
    }
    // What is in the pipe still.
    let end = Instant::now() + LONGEST_REST;
    while Instant::now() < end
        && let Ok(Ok(())) = timeout(REST, pipe.readable()).await
    {
        match pipe.try_read(&mut buffer) {
            Ok(n @ 1..) => tail.push(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(_) | Err(_) => return,
        }
    }
}
