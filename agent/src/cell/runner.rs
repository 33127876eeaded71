//! The runner: one per awake cell. Root only to bind the cell's socket, then the tenant for good. It starts the account's
//! Apache in the cell's own network, says when the cell is ready, carries bytes, and goes to sleep when nobody came for
//! a while, without losing who comes at that very moment.

mod apache;
mod bytes;
mod door;
mod logs;
mod patience;

use crate::cell::{
    log,
    notify::Notify,
    place::{Cell, Places},
};
use apache::Apache;
use door::Door;
use model::UnixName;
use std::{
    future::pending,
    io,
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio::{
    net::UnixListener,
    signal::unix::{SignalKind, signal},
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

/// Connections carried at once; the rest waits in the kernel's queue.
const MOST: usize = 1024;
/// How long visitors who are being served may delay the end; the unit's own limit is longer.
const GRACE: Duration = Duration::from_secs(15);

/// Runs the cell of an account to its end. `Err`: it ended otherwise than by going to sleep or being told to.
pub fn run(account: &UnixName, places: &Places) -> io::Result<()> {
    let cell = places.cell(account)?;
    let door = Door::bind(&places.socket(account))?;
    door::become_tenant(cell.uid)?;
    let listener = door.open()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(live(listener, &cell, places))
}

async fn live(listener: std::os::unix::net::UnixListener, cell: &Cell, places: &Places) -> io::Result<()> {
    let account = &cell.account;
    let notify = Notify::from_env()?;
    let mut end = signal(SignalKind::terminate())?;
    let mut reload = signal(SignalKind::hangup())?;
    logs::keep_small(&PathBuf::from(format!("/home/{account}/logs")));
    let mut apache = Apache::start(&places.cells.join(account.as_str()).join("apache.conf"))?;
    let ready = async {
        apache.answers().await?;
        apache::php_appears(places, account).await
    };
    tokio::select! {
        ready = ready => ready?,
        _ = end.recv() => return Ok(()),
    }
    notify.ready()?;

    let listener = UnixListener::from_std(listener)?;
    let mut visits = JoinSet::new();
    let mut reloading: Option<JoinHandle<()>> = None;
    let usual = patience::usual();
    let (mut quiet_since, mut left) = (Instant::now(), patience::left(usual, Instant::now()));
    let why = loop {
        tokio::select! {
            visit = listener.accept(), if visits.len() < MOST => match visit {
                Ok((visitor, _)) => { visits.spawn(bytes::carry(visitor)); }
                Err(error) => {
                    log::error(format!("{account}: accept: {error}"));
                    sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = visits.join_next(), if !visits.is_empty() => {
                quiet_since = Instant::now();
                left = usual.min(patience::LOOK);
            }
            () = sleep(left), if visits.is_empty() => {
                left = patience::left(usual, quiet_since);
                if left.is_zero() {
                    break "asleep: nobody came for a while";
                }
            }
            ended = apache.ended() => {
                return Err(io::Error::other(format!("{account}: Apache ended: {ended}")));
            }
            _ = end.recv() => break "stopped",
            _ = reload.recv() => {
                notify.reloading()?;
                reloading = Some(tokio::spawn(apache.reload()?));
            }
            () = done(&mut reloading) => {
                reloading = None;
                notify.ready()?;
            }
        }
    };
    // From here on systemd lets a new start wait until this one has ended, and whoever knocks is refused at once
    // and so comes back by the waker; those who knocked before are still let in.
    notify.stopping()?;
    for visitor in door::close(listener)? {
        visits.spawn(bytes::carry(tokio::net::UnixStream::from_std(visitor)?));
    }
    if timeout(GRACE, async { while visits.join_next().await.is_some() {} }).await.is_err() {
        log::info(format!("{account}: {} visits were cut", visits.len()));
    }
    apache.stop().await;
    log::info(format!("{account}: {why}"));
    Ok(())
}

async fn done(task: &mut Option<JoinHandle<()>>) {
    match task {
        Some(task) => drop(task.await),
        None => pending().await,
    }
}
