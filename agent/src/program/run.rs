//! Keeps the programs of an awake cell running: started when the cell wakes, started again when they end, after a while that grows, told to
//! end when they are wanted no more. Already the tenant.

use super::output::Output;
use crate::{
    cell::{log, place::Places},
    exec,
};
use model::{FirstWord, ProgramFile, SiteId, UnixName};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    collections::BTreeMap, error::Error as _, fs, path::PathBuf, process::ExitStatus, sync::Arc,
    time::Duration,
};
use tokio::{
    io::AsyncRead,
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

/// How long until a program that ended by itself is started again: the first time, and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// One that ran so long is taken for sound: it is started again after the shortest while.
const STEADY: Duration = Duration::from_secs(60);
/// What it has to end by itself; the unit's own limit is longer.
const GRACE: Duration = Duration::from_secs(5);
/// What it wrote at its end may still be on its way.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The programs of one account.
pub struct Programs {
    account: UnixName,
    places: Places,
    running: BTreeMap<SiteId, Running>,
}

struct Running {
    file: ProgramFile,
    /// Dropped or told: it ends.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Programs {
    pub fn new(account: &UnixName, places: &Places) -> Programs {
        Programs { account: account.clone(), places: places.clone(), running: BTreeMap::new() }
    }

    /// Starts what is wanted and does not run, ends what is not wanted, and what is wanted otherwise both.
    pub fn fit(&mut self) {
        let mut wanted: BTreeMap<SiteId, ProgramFile> =
            self.places.programs(&self.account).into_iter().map(|file| (file.site, file)).collect();
        let ids: Vec<SiteId> = self.running.keys().copied().collect();
        for id in ids {
            if self.running.get(&id).is_some_and(|running| wanted.get(&id) == Some(&running.file)) {
                wanted.remove(&id);
                continue;
            }
            let Some(Running { stop, task, .. }) = self.running.remove(&id) else { continue };
            let _ = stop.send(());
            if let Some(file) = wanted.remove(&id) {
                self.start(file, Some(task));
            }
        }
        for file in wanted.into_values() {
            self.start(file, None);
        }
    }

    fn start(&mut self, file: ProgramFile, before: Option<JoinHandle<()>>) {
        let keeper = Keeper::new(&self.account, &self.places, &file);
        let (stop, told) = oneshot::channel();
        let task = tokio::spawn(async move {
            // Two at once would quarrel about the socket.
            if let Some(before) = before {
                let _ = before.await;
            }
            keeper.keep(told).await;
        });
        self.running.insert(file.site, Running { file, stop, task });
    }

    /// Ends all of them.
    pub async fn end(&mut self) {
        let all = std::mem::take(&mut self.running);
        let tasks: Vec<_> = all
            .into_values()
            .map(|Running { stop, task, .. }| {
                let _ = stop.send(());
                task
            })
            .collect();
        for task in tasks {
            let _ = task.await;
        }
    }
}

/// Keeps one program.
struct Keeper {
    about: String,
    program: exec::Program,
    socket: PathBuf,
    /// There while it is known not to run: who waits for it need not.
    down: PathBuf,
    unopened: Vec<String>,
    output: Arc<Output>,
}

enum End {
    Told,
    ByItself(String),
}

impl Keeper {
    fn new(account: &UnixName, places: &Places, file: &ProgramFile) -> Keeper {
        let home = PathBuf::from(format!("/home/{account}"));
        let site = home.join("sites").join(file.folder.as_str());
        let socket = places.program_socket(account, file.site);
        let shown = socket.display().to_string();
        let path = match file.program.command.first() {
            FirstWord::Runtime(runtime) => PathBuf::from(runtime.path()),
            FirstWord::Own(path) => site.join(path.as_str()),
        };
        // The one word that stands for something else: what a server is told its socket with.
        let arguments =
            file.program.command.arguments().iter().map(|word| word.as_str().replace("$SOCKET", &shown));
        let folder =
            file.program.folder.as_ref().map_or_else(|| site.clone(), |below| home.join(below.as_str()));
        let mut program = exec::Program::new(path).args(arguments);
        for (name, value) in &file.variables {
            program = program.env(name.as_str(), value);
        }
        // After the account's own: these are never another.
        let program = program
            .env("HOME", &home)
            .env("USER", account.as_str())
            .env("LOGNAME", account.as_str())
            .env("TMPDIR", "/tmp")
            .env("SOCKET", &socket)
            // What Node's listen() and those who read PORT take for a path.
            .env("PORT", &socket)
            .folder(folder);
        Keeper {
            about: format!("{account}: the program of {}", file.folder),
            program,
            socket,
            down: places.program_down(account, file.site),
            unopened: file.unopened.iter().map(ToString::to_string).collect(),
            output: Arc::new(Output::new(home.join("logs").join(format!("{}_program.log", file.folder)))),
        }
    }

    async fn keep(self, mut told: oneshot::Receiver<()>) {
        let mut wait = AGAIN.0;
        loop {
            let began = Instant::now();
            let why = match self.once(&mut told).await {
                End::Told => break,
                End::ByItself(why) => why,
            };
            if began.elapsed() >= STEADY {
                wait = AGAIN.0;
            }
            let seconds = wait.as_secs();
            self.output.say(&format!("the program ended: {why}; it is started again in {seconds} s"));
            log::error(format!("{}: {why}", self.about));
            tokio::select! {
                () = sleep(wait) => {}
                _ = &mut told => break,
            }
            wait = (wait * 2).min(AGAIN.1);
        }
        self.tidy();
        self.output.say("the program was ended");
    }

    /// One life of the program.
    async fn once(&self, told: &mut oneshot::Receiver<()>) -> End {
        self.tidy();
        self.output.say("the program is started");
        for name in &self.unopened {
            self.output.say(&format!("the variable {name} was given for another host: give its value again"));
        }
        let mut child = match self.program.start_heard() {
            Ok(child) => child,
            Err(error) => {
                let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
                return self.fell(format!("it could not be started: {error}{source}"));
            }
        };
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        let (output, out, err) = (Arc::clone(&self.output), child.stdout.take(), child.stderr.take());
        let mut hearing = tokio::spawn(async move {
            tokio::join!(hear(&output, out), hear(&output, err));
        });
        let tell = |signal| group.map(|group| killpg(group, signal));
        let ended = tokio::select! {
            status = child.wait() => Some(status.as_ref().map_or_else(ToString::to_string, how)),
            _ = &mut *told => {
                tell(Signal::SIGTERM);
                let _ = timeout(GRACE, child.wait()).await;
                None
            }
        };
        // With it goes what it started: the numbers of its group are the tenant's own.
        tell(Signal::SIGKILL);
        let _ = child.wait().await;
        if timeout(LAST_WORDS, &mut hearing).await.is_err() {
            hearing.abort();
        }
        match ended {
            None => End::Told,
            Some(why) => self.fell(why),
        }
    }

    fn fell(&self, why: String) -> End {
        let _ = fs::write(&self.down, "");
        End::ByItself(why)
    }

    fn tidy(&self) {
        let _ = fs::remove_file(&self.socket);
        let _ = fs::remove_file(&self.down);
    }
}

async fn hear(output: &Output, pipe: Option<impl AsyncRead + Unpin>) {
    if let Some(pipe) = pipe {
        output.hear(pipe).await;
    }
}

fn how(status: &ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => match Signal::try_from(signal) {
            Ok(signal) => format!("signal {signal}"),
            Err(_) => format!("signal {signal}"),
        },
        (None, None) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper(dir: &std::path::Path, line: &str) -> Keeper {
        Keeper {
            about: "a test".into(),
            program: exec::Program::new("/bin/sh").args(["-c", line]),
            socket: dir.join("a.sock"),
            down: dir.join("a.down"),
            unopened: vec!["TOKEN".into()],
            output: Arc::new(Output::new(dir.join("a_program.log"))),
        }
    }

    fn log(dir: &std::path::Path) -> String {
        fs::read_to_string(dir.join("a_program.log")).unwrap()
    }

    #[tokio::test]
    async fn how_it_ended_is_said_with_what_it_wrote_last() {
        let dir = tempfile::tempdir().unwrap();
        for (line, why) in [
            ("echo one; echo two >&2; exit 3", "exit code 3"),
            // What it leaves behind keeps nobody waiting.
            ("echo one; echo two >&2; /bin/sleep 1000 & kill -SEGV $$", "signal SIGSEGV"),
        ] {
            let keeper = keeper(dir.path(), line);
            fs::write(&keeper.socket, "of an earlier life").unwrap();
            let (_stop, mut told) = oneshot::channel();
            let End::ByItself(said) = keeper.once(&mut told).await else { panic!("{line}") };
            assert_eq!(said, why);
            assert!(keeper.down.exists() && !keeper.socket.exists());
            let log = log(dir.path());
            assert!(log.contains("the variable TOKEN was given for another host"), "{log}");
            assert!(log.contains("] one\n") && log.contains("] two\n"), "{log}");
        }
        let mut absent = keeper(dir.path(), "");
        absent.program = exec::Program::new(dir.path().join("absent"));
        let (_stop, mut told) = oneshot::channel();
        assert!(matches!(absent.once(&mut told).await, End::ByItself(why) if why.contains("No such file")));
    }

    #[tokio::test]
    async fn told_to_end_it_ends_with_all_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let ready = dir.path().join("a.sock");
        let line =
            format!("trap 'echo goodbye; exit 0' TERM; /bin/sleep 1000 & echo > {}; wait", ready.display());
        let keeper = keeper(dir.path(), &line);
        let (stop, told) = oneshot::channel();
        let kept = tokio::spawn(keeper.keep(told));
        while !ready.exists() {
            tokio::task::yield_now().await;
        }
        stop.send(()).unwrap();
        kept.await.unwrap();
        let log = log(dir.path());
        assert!(log.contains("] goodbye\n") && log.ends_with("the program was ended\n"), "{log}");
        assert!(!ready.exists() && !dir.path().join("a.down").exists());
    }
}
