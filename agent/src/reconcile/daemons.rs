//! The daemons of a host, as the reconciler needs them: their checkers, and the cells that are awake. Tests have their own.

use super::trouble::Trouble;
use crate::{
    app,
    cell::{
        place::{FPM_CONF, Places, fpm},
        starter::systemd::{self, Verb},
    },
    cron_job,
    database::dump,
    exec::{ExecError, Program},
    limits::slice,
    paths::Paths,
    sftp,
};
use model::{App, Limits, PhpVersion, TenantUid, UnixName, text};
use nix::unistd::User;
use std::{
    path::Path,
    time::{Duration, Instant},
};

pub trait Daemons: Send + Sync {
    /// Apache's own opinion of a configuration, asked with the tenant's group.
    fn check_apache(&self, config: &Path, uid: TenantUid) -> Result<(), Trouble>;
    /// PHP-FPM's own opinion of a pool that lies alone in its folder, asked likewise.
    fn check_php(&self, version: PhpVersion, config: &Path, uid: TenantUid) -> Result<(), Trouble>;
    /// Has a cell read its files again, if it is awake.
    fn reload(&self, account: &UnixName, php: bool) -> Result<(), Trouble>;
    /// Puts a cell to sleep, if it is awake, and ends its cron jobs and its connections over SFTP.
    fn stop(&self, account: &UnixName) -> Result<(), Trouble>;
    /// Holds what runs of an account to its limits, if any of it runs; what starts later is held to them from its start.
    fn set_limits(&self, account: &UnixName, limits: &Limits) -> Result<(), Trouble>;
    /// Starts what puts an application into a site.
    fn start_app(&self, app: &App) -> Result<(), Trouble>;
}

/// The real ones.
pub struct HostDaemons {
    paths: Paths,
}

/// For a unit to start, stop or read its files again.
const UNIT: Duration = Duration::from_secs(45);
/// PHP-FPM's workers have ten seconds to finish (fpm.conf). Nobody else's change waits for them so long: the new pool answers a little later.
const PHP: Duration = Duration::from_secs(3);
/// A checker that needs longer has been led astray.
const CHECK: Duration = Duration::from_secs(15);

impl HostDaemons {
    pub fn new(paths: &Paths) -> HostDaemons {
        HostDaemons { paths: paths.clone() }
    }

    fn awake(&self, account: &UnixName) -> bool {
        self.paths.socket(account).exists()
    }

    /// Waits until Apache may ask every pool: PHP-FPM lets its workers finish before it opens a new one.
    fn php_answers(&self, account: &UnixName) {
        let places = Places::default();
        let pools = places.pools(account).unwrap_or_default();
        let end = Instant::now() + PHP;
        for pool in pools.iter().filter(|pool| crate::exec::installed(fpm(pool.version))) {
            let socket = places.pool_socket(account, pool);
            while !socket.exists() {
                if Instant::now() >= end || !self.awake(account) {
                    return;
                }
                std::thread::park_timeout(Duration::from_millis(5));
            }
        }
    }

    fn stop_jobs(&self, account: &UnixName) -> Result<(), Trouble> {
        let folder = self.paths.transient_units();
        let Ok(units) = std::fs::read_dir(&folder) else { return Ok(()) };
        let names = units.flatten().filter_map(|unit| unit.file_name().into_string().ok());
        let stop = |unit: String| match self.systemd(Verb::Stop, unit.clone()) {
            // It ended by itself meanwhile.
            Err(_) if !folder.join(&unit).exists() => Ok(()),
            other => other,
        };
        // All at once: each may take the two seconds it has.
        std::thread::scope(|scope| {
            let asked: Vec<_> = names
                .filter(|name| {
                    cron_job::unit::is_of(name, account)
                        || app::unit::is_of(name, account)
                        || dump::unit::is_of(name, account)
                })
                .map(|unit| scope.spawn(|| stop(unit)))
                .collect();
            // Those that are left are waited for at the end of the scope.
            let mut asked = asked.into_iter();
            asked.try_for_each(|asked| asked.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    /// Over systemd's own socket: `systemctl` itself would cost more than what it asks for.
    fn systemd(&self, verb: Verb, unit: String) -> Result<(), Trouble> {
        systemd::ask(Path::new(systemd::SOCKET), verb, &unit, UNIT)
            .map_err(|source| Trouble::io(format!("systemd {verb:?} {unit}"), source))
    }
}

/// Whom checkers run as: not root, for they read what people wrote; and not the tenant, whose own processes could stop them or look
/// around in their namespace, which is the host's (/proc/PID/root). The tenant's group alone, for Apache looks at the folder of the logs.
const CHECKER: &str = "alveole-check";

fn checked(checker: &'static str, program: &Program, uid: TenantUid, config: &Path) -> Result<(), Trouble> {
    let known = User::from_name(CHECKER).ok().flatten().ok_or_else(|| {
        Trouble::Refused(text!(
            "L’utilisateur {CHECKER} manque sur l’hôte\u{a0}: réinstallez le paquet alveole-web.",
            "The host's user {CHECKER} is missing: install the package alveole-web again."
        ))
    })?;
    let ran = program.clone().user(known.uid.as_raw(), uid.get()).timeout(CHECK).run();
    let source = match ran {
        Ok(_) => return Ok(()),
        Err(source) => source,
    };
    match &source {
        ExecError::Failed { stderr, .. } => {
            // The member knows no staging folder.
            let folder = config.parent().map(|folder| format!("{}/", folder.display())).unwrap_or_default();
            let said = stderr.replace(&folder, "");
            Err(Trouble::Refused(text!(
                "{checker} n’accepte pas cette configuration\u{a0}; l’ancienne reste en service. Il dit\u{a0}: {said}",
                "{checker} does not accept this configuration; the old one goes on serving. It says: {said}"
            )))
        }
        _ => Err(Trouble::Program { about: checker.to_owned(), source }),
    }
}

impl Daemons for HostDaemons {
    fn check_apache(&self, config: &Path, uid: TenantUid) -> Result<(), Trouble> {
        checked("Apache", &Program::new("/usr/sbin/apache2").arg("-t").arg("-f").arg(config), uid, config)
    }

    fn check_php(&self, version: PhpVersion, config: &Path, uid: TenantUid) -> Result<(), Trouble> {
        let path = fpm(version);
        if !crate::exec::installed(&path) {
            return Err(Trouble::Refused(text!(
                "PHP {version} n’est pas installé sur cet hôte\u{a0}: choisissez une autre version, ou demandez à l’administration de l’installer.",
                "PHP {version} is not installed on this host: choose another version, or ask the admins to install it."
            )));
        }
        let folder = config.parent().unwrap_or(config);
        let program = Program::new(path).arg("-t").arg("-p").arg(folder).arg("-y").arg(FPM_CONF);
        checked("PHP-FPM", &program.env("ALVEOLE_PHP", version.to_string()), uid, config)
    }

    fn reload(&self, account: &UnixName, php: bool) -> Result<(), Trouble> {
        if !self.awake(account) {
            return Ok(());
        }
        // One that is just waking may have read the old files, and systemd takes a reload for done with the start it meets: so the start
        // is waited for first. Of a cell that is awake it is nothing.
        match self.systemd(Verb::Start, slice::unit("cell", account)) {
            Err(_) if !self.awake(account) => return Ok(()),
            other => other?,
        }
        if php {
            // No restart: it would cut requests, and the cell is bound to its PHP.
            match self.systemd(Verb::Reload, slice::unit("php", account)) {
                Err(_) if !self.awake(account) => return Ok(()),
                other => other?,
            }
            self.php_answers(account);
        }
        match self.systemd(Verb::Reload, slice::unit("cell", account)) {
            // It fell asleep meanwhile, and will wake with the new files.
            Err(_) if !self.awake(account) => Ok(()),
            other => other,
        }
    }

    fn stop(&self, account: &UnixName) -> Result<(), Trouble> {
        // First, so that a job that does not end leaves nobody in.
        sftp::end(account);
        self.stop_jobs(account)?;
        if !self.awake(account) {
            return Ok(());
        }
        self.systemd(Verb::Stop, slice::unit("cell", account))
    }

    fn set_limits(&self, account: &UnixName, limits: &Limits) -> Result<(), Trouble> {
        match slice::ensure(account, limits) {
            // Nothing of it runs any more.
            Err(_) if !slice::is_in_use(account) => Ok(()),
            other => other.map_err(|source| Trouble::io(slice::name(account), source)),
        }
    }

    fn start_app(&self, app: &App) -> Result<(), Trouble> {
        let program = app::unit::start(app, &self.paths).timeout(UNIT);
        let ran = program.run();
        ran.map_err(|source| Trouble::Program { about: "systemd-run".to_owned(), source })?;
        if let Ok(cell) = Places::default().cell(&app.account) {
            slice::hold(&app.account, cell.limits.as_ref());
        }
        Ok(())
    }
}
