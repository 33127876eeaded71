//! `alveole-agent run`: the connection, the worker and the eyes, put together.

use crate::{
    certificate::keys,
    config::Config,
    cron_job::runs::Runs,
    database,
    drift::Eyes,
    fault, ground,
    identity::{Identity, renew, seal},
    ledger::Ledger,
    limits::{quota::HostQuotas, uses::Uses},
    paths::Paths,
    reconcile::{Hands, daemons::HostDaemons},
    record::Records,
    report::Reports,
    sftp,
    space::Space,
    statistics::Counter,
    status::Status,
    transfer::{self, Sessions},
    wire::{session, session::Shared, tls},
    worker::{Errand, Worker},
};
use model::{Kind, ResourceKey, Text, text};
use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg},
};
use std::{
    fs::File,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::signal::unix::{SignalKind, signal};

/// Between two tries to reach the panel.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// How long a resource that is gone stays in the ledger.
const FORGET: Duration = Duration::from_secs(7 * 24 * 3600);

/// Two agents at work on one host would take each other's steps for edits.
fn alone(paths: &Paths) -> Result<Flock<File>, Text> {
    let opened = File::create(paths.state().join("lock")).map_err(|error| cannot_start(&error))?;
    Flock::lock(opened, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| match errno {
        Errno::EWOULDBLOCK => Text::new(
            "Un autre agent tourne déjà sur cet hôte\u{a0}: voyez systemctl status alveole-agent.",
            "Another agent is running on this host already: see systemctl status alveole-agent.",
        ),
        errno => cannot_start(&errno),
    })
}

fn cannot_start(error: &dyn std::fmt::Display) -> Text {
    text!(
        "L’agent ne peut pas démarrer ({error})\u{a0}: lancez-le en root, vérifiez le disque et /etc/alveole/agent.toml.",
        "The agent cannot start ({error}): run it as root, check the disk and /etc/alveole/agent.toml."
    )
}

pub fn not_enrolled() -> Text {
    Text::new(
        "Cet hôte n’est pas enrôlé\u{a0}: collez la commande donnée par la page de l’hôte dans le panneau (alveole-agent enroll …).",
        "This host is not enrolled: paste the command that the host's page in the panel gives (alveole-agent enroll …).",
    )
}

/// The hands of a real host.
pub fn hands(paths: &Paths) -> std::io::Result<Hands> {
    Ok(Hands {
        paths: paths.clone(),
        records: Records::open(paths)?,
        daemons: Arc::new(HostDaemons::new(paths)),
        faults: fault::faults().into(),
        keys: Arc::new(keys::Fresh),
        mariadb: Arc::new(database::Socket),
        quotas: Arc::new(HostQuotas::default()),
    })
}

/// Runs until SIGTERM or SIGINT. The host serves with or without us.
pub async fn run(paths: &Paths) -> Result<(), Text> {
    let broken = |error: std::io::Error| cannot_start(&error);
    let config = Config::read(paths).map_err(broken)?.ok_or_else(not_enrolled)?;
    let identity = Identity::read(paths).map_err(broken)?.ok_or_else(not_enrolled)?;
    if !identity.is_of(config.host) {
        return Err(Text::new(
            "Cet hôte a été enrôlé à moitié\u{a0}: enrôlez-le à nouveau depuis sa page dans le panneau (alveole-agent enroll --again).",
            "This host was enrolled by half: enrol it again from its page in the panel (alveole-agent enroll --again).",
        ));
    }
    let tls = tls::of_agent(&identity).map_err(|error| cannot_start(&error))?;
    let _alone = alone(paths)?;
    ground::lay(paths).map_err(broken)?;
    let hands = hands(paths).map_err(broken)?;
    let mut ledger = Ledger::open(&paths.ledger()).map_err(broken)?;
    ledger.follow(config.panel);
    let left = hands.records.keys().map_err(broken)?;
    ledger.forget(FORGET, |at| left.contains(&at)).map_err(broken)?;
    let known = |key| ledger.get(ResourceKey { kind: Kind::Certificate, key }).is_some();
    keys::sweep(paths, known).map_err(broken)?;
    let status = Arc::new(Status::new(config.panel_url.to_string(), ledger.position()));
    let ledger = Arc::new(Mutex::new(ledger));
    let reports = Arc::new(Reports::default());
    let (errands, to_do) = mpsc::channel();
    let mariadb = hands.mariadb.clone();
    let quotas = hands.quotas.clone();
    let worker = Worker::new(hands, ledger.clone(), reports.clone(), status.clone());
    let working = std::thread::Builder::new()
        .name("worker".into())
        .spawn(move || worker.run(&to_do))
        .map_err(broken)?;
    match Eyes::open(paths, ledger.clone(), errands.clone()) {
        Ok(eyes) => {
            std::thread::Builder::new().name("eyes".into()).spawn(move || eyes.run()).map_err(broken)?;
        }
        Err(errno) => tracing::warn!(%errno, "no inotify; everything is looked at every ten minutes"),
    }
    tokio::spawn(status.clone().keep(paths.clone(), reports.clone()));
    let config = Arc::new(config);
    let runs = Arc::new(Runs::of(paths));
    let watched = runs.clone();
    tokio::spawn(async move { watched.watch().await });
    // Without it the host serves as ever; only a key that a person gives cannot come.
    let seal = seal::public(paths);
    let seal = seal.inspect_err(|error| tracing::error!(%error, "no key for sealing")).ok();
    let counter = Arc::new(Counter::of(paths));
    tokio::spawn(counter.clone().keep());
    let sessions = Sessions::of_host();
    tokio::spawn(transfer::keep_empty(sessions.clone(), ledger.clone()));
    tokio::spawn(transfer::lock_visitors(sessions.clone(), mariadb.clone()));
    tokio::spawn(sftp::keep(paths.clone()));
    let space = Arc::new(Space::of(paths, quotas.clone()));
    tokio::spawn(space.clone().keep(ledger.clone()));
    let uses = Arc::new(Uses::new(paths, quotas, space.clone()));
    tokio::spawn(uses.clone().keep(ledger.clone()));
    let mut shared = Shared {
        config,
        paths: paths.clone(),
        tls,
        ledger,
        reports,
        runs,
        worker: errands.clone(),
        status,
        mariadb,
        seal,
        counter,
        sessions,
        space,
        uses,
    };
    let (mut term, mut int) =
        (signal(SignalKind::terminate()).map_err(broken)?, signal(SignalKind::interrupt()).map_err(broken)?);
    tokio::select! {
        () = stay_connected(&mut shared, paths) => {}
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    // Every step may be killed; those under way are let finish all the same.
    let _ = errands.send(Errand::Stop);
    let finished = tokio::task::spawn_blocking(move || working.join());
    let _ = tokio::time::timeout(Duration::from_secs(10), finished).await;
    Ok(())
}

async fn stay_connected(shared: &mut Shared, paths: &Paths) {
    let mut pause = PAUSE.0;
    let renewal = renew::when_due(paths.clone(), shared.config.clone());
    tokio::pin!(renewal);
    // Whether the identity before the last renewal is being tried.
    let mut before = false;
    loop {
        let mut welcomed = false;
        let mut on_welcome = || {
            welcomed = true;
            tracing::info!(panel = %shared.config.panel_url, "connected");
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            shared.status.connected(u64::try_from(now.as_millis()).unwrap_or(0));
            if std::mem::take(&mut before)
                && let Err(error) = Identity::swap(paths)
            {
                tracing::error!(%error, "the identity that the panel knows could not be put in place");
            }
        };
        let ended = tokio::select! {
            ended = session::run(shared, &mut on_welcome) => ended,
            tls = &mut renewal => {
                // The panel gives up the old certificate once it has seen the new one.
                shared.tls = tls;
                renewal.set(renew::when_due(paths.clone(), shared.config.clone()));
                continue;
            }
        };
        let why = ended.text(&shared.config);
        tracing::warn!(reason = %why.en, "not connected");
        shared.status.disconnected(why);
        // A panel that was restored may know the other identity. Whatever becomes of that, the own one is tried next.
        if before || ended.is_unwelcome() {
            let other = !std::mem::take(&mut before);
            let read = if other { Identity::before(paths) } else { Identity::read(paths) };
            if let Ok(Some(identity)) = read
                && let Ok(tls) = tls::of_agent(&identity)
            {
                shared.tls = tls;
                before = other;
            }
            if before {
                tracing::info!("trying the certificate of before the last renewal");
                continue;
            }
        }
        if welcomed {
            pause = PAUSE.0;
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// Between half and one and a half, so that a hundred agents do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let mut byte = [128u8];
    let _ = getrandom::fill(&mut byte);
    pause.mul_f64(0.5 + f64::from(byte[0]) / 255.0)
}
