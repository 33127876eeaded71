//! The cell's Apache: a child of the runner.

use crate::{
    cell::{
        log,
        place::{Places, Pool},
        runner::bytes::APACHE,
    },
    exec::Program,
};
use model::UnixName;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{fs::metadata, io, os::unix::fs::MetadataExt, path::Path, process::ExitStatus, time::Duration};
use tokio::{
    net::TcpStream,
    process::Child,
    time::{sleep, timeout},
};

/// Apache writes it anew when it has read its configuration; in a folder that only this cell has, empty at each start.
const PID_FILE: &str = "/run/cell/apache.pid";
/// How long PHP may take, its last life's last requests included.
const PHP: Duration = Duration::from_secs(18);
/// What more the pools of single sites may take.
const OTHERS: Duration = Duration::from_secs(2);
/// And the programs of single sites: slower to start than PHP, and nobody else's affair either.
const PROGRAMS: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(2);

pub struct Apache(Child);

impl Apache {
    pub fn start(conf: &Path) -> io::Result<Apache> {
        let program = Program::new("/usr/sbin/apache2").arg("-DFOREGROUND").arg("-f").arg(conf);
        program.start_async().map(Apache).map_err(|error| io::Error::other(error.to_string()))
    }

    /// Returns when Apache takes connections; an error when it has ended instead.
    pub async fn answers(&mut self) -> io::Result<()> {
        loop {
            if TcpStream::connect(APACHE).await.is_ok() {
                return Ok(());
            }
            if let Some(status) = self.0.try_wait()? {
                return Err(io::Error::other(format!("Apache did not start: {status}")));
            }
            sleep(STEP).await;
        }
    }

    pub async fn ended(&mut self) -> String {
        match self.0.wait().await {
            Ok(status) => ExitStatus::to_string(&status),
            Err(error) => error.to_string(),
        }
    }

    fn tell(&self, signal: Signal) -> io::Result<()> {
        // Not yet waited for, so the number is still its own.
        match self.0.id().and_then(|id| i32::try_from(id).ok()) {
            Some(id) => kill(Pid::from_raw(id), signal).map_err(io::Error::from),
            None => Ok(()),
        }
    }

    /// Has Apache read its configuration anew; the future ends when that is done. What it is answering it goes on answering.
    pub fn reload(&self) -> io::Result<impl Future<Output = ()> + Send + use<>> {
        let written = || metadata(PID_FILE).ok().map(|file| (file.ino(), file.mtime(), file.mtime_nsec()));
        let before = written();
        self.tell(Signal::SIGUSR1)?;
        Ok(async move {
            // A configuration Apache cannot read ends it, which the runner sees.
            let _ = timeout(Duration::from_secs(5), async {
                while written() == before {
                    sleep(STEP).await;
                }
            })
            .await;
        })
    }

    pub async fn stop(&mut self) {
        let _ = self.tell(Signal::SIGTERM);
        if timeout(Duration::from_secs(3), self.0.wait()).await.is_err() {
            let _ = self.0.kill().await;
        }
    }
}

/// Returns when PHP's sockets are there. Looked at, not connected to: a connection would make PHP-FPM start a worker.
pub async fn php_appears(places: &Places, account: &UnixName) -> io::Result<()> {
    let (own, of_sites): (Vec<Pool>, Vec<Pool>) =
        places.pools(account)?.into_iter().partition(|pool| pool.site.is_none());
    let appear = async |pools: &[Pool]| {
        for pool in pools {
            while metadata(places.pool_socket(account, pool)).is_err() {
                sleep(STEP).await;
            }
        }
    };
    timeout(PHP, appear(&own)).await.map_err(|_| io::Error::other("PHP did not start"))?;
    // A version that does not start is the affair of the sites that chose it; the others are not kept waiting long.
    let (php, programs) =
        tokio::join!(timeout(OTHERS, appear(&of_sites)), timeout(PROGRAMS, programs_appear(places, account)));
    if php.is_err() {
        log::error(format!("{account}: not all of PHP started"));
    }
    if programs.is_err() {
        log::error(format!("{account}: not all programs answer yet"));
    }
    Ok(())
}

/// Returns when each program of the account's sites has made its socket, or is known not to run: its visitors are told so.
async fn programs_appear(places: &Places, account: &UnixName) {
    for program in places.programs(account) {
        let (socket, down) =
            (places.program_socket(account, program.site), places.program_down(account, program.site));
        while metadata(&socket).is_err() && metadata(&down).is_err() {
            sleep(STEP).await;
        }
    }
}
