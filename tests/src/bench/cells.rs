//! What members and their visitors wait for.

use super::{Bar, Row, row, timed};
use crate::http::visit;
use crate::play::{Scene, Tenant};
use crate::run::run;
use crate::wait::until;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until a page answers 200, looking again at once.
fn first_answer(scene: &Scene, name: &str, path: &str) -> Result<(), String> {
    until(name, PATIENCE, || match visit(&scene.host.address, name, path)? {
        reply if reply.status == 200 => Ok(()),
        reply => Err(reply.status.to_string()),
    })
}

fn sleep_now(scene: &Scene, account: &str) -> Result<(), String> {
    let unit = account.replace('-', "\\x2d");
    scene.shell(&format!(r"systemctl stop 'alveole-cell@{unit}' 'alveole-php@{unit}'")).map(drop)
}

/// The API call to the first 200 of a new site, the account's cell awake or asleep; against the figures with one account, if known.
pub fn click_to_live(
    tenant: &Tenant<'_>,
    label: &str,
    n: usize,
    with_one: Option<(f64, f64)>,
) -> Result<[Row; 2], String> {
    let scene = tenant.scene;
    let live = |name: &str| {
        tenant.ask_site(name)?.ok("add a site")?;
        first_answer(scene, name, "/")
    };
    live(&format!("warm-{label}.{}.example", tenant.name))?;
    let awake = timed(n, |i| live(&format!("a{i}-{label}.{}.example", tenant.name)))?;
    let mut asleep = Vec::new();
    for i in 0..n {
        sleep_now(scene, &tenant.name)?;
        asleep.extend(timed(1, |_| live(&format!("s{i}-{label}.{}.example", tenant.name)))?);
    }
    // At 2,000 accounts, 1.5 times the time at one, or the bar itself, whichever is less.
    let bar = |most: f64, one: Option<f64>| match one {
        Some(one) if 1.5 * one < most => Bar::Times(1.5, one),
        _ => Bar::Median(most),
    };
    Ok([
        row(
            format!("click to live, cell awake, {label} accounts"),
            awake,
            "ms",
            bar(150.0, with_one.map(|one| one.0)),
        ),
        row(
            format!("click to live, cell asleep, {label} accounts"),
            asleep,
            "ms",
            bar(350.0, with_one.map(|one| one.1)),
        ),
    ])
}

/// A sleeping cell's first answer.
pub fn cold_start(tenant: &Tenant<'_>, label: &str, n: usize) -> Result<Row, String> {
    let name = format!("warm-{label}.{}.example", tenant.name);
    let mut times = Vec::new();
    for _ in 0..n {
        sleep_now(tenant.scene, &tenant.name)?;
        times.extend(timed(1, |_| first_answer(tenant.scene, &name, "/"))?);
    }
    Ok(row(format!("cold start of a sleeping cell, {label} accounts"), times, "ms", Bar::Median(150.0)))
}

/// A new account with a site, to the first answer made by PHP: the welcome page is there before a member can put a file there, so the
/// folder's own PHP is written by the tenant as soon as the folder is.
pub fn new_account(scene: &Scene, label: &str, n: usize) -> Result<Row, String> {
    let times = timed(n, |i| {
        let account = format!("fresh{i}-{label}");
        let made = scene.make_tenant(&account)?;
        let tenant = Tenant::of(scene, &account, &made)?;
        let name = format!("{account}.example");
        tenant.ask_site(&name)?.ok("add a site")?;
        let folder = format!("/home/{account}/sites/{name}/public");
        // One program on the host for both: waiting for the folder, and writing into it.
        let line = format!("until echo '<?php echo 6*7;' 2>/dev/null > {folder}/x.php; do sleep 0.002; done");
        tenant.shell(&line, "")?;
        first_answer(scene, &name, "/x.php")
    })?;
    Ok(row(format!("new account to first PHP answer, {label} accounts"), times, "ms", Bar::Median(400.0)))
}

/// Requests a second through a warm cell, and the same page from a plain shared Apache on the same host.
pub fn throughput(tenant: &Tenant<'_>, label: &str) -> Result<Vec<Row>, String> {
    let scene = tenant.scene;
    let name = format!("warm-{label}.{}.example", tenant.name);
    let root = format!("/home/{}/sites/{name}/public", tenant.name);
    tenant.shell(&format!("echo '<?php echo 6*7;' > {root}/x.php"), "")?;
    first_answer(scene, &name, "/x.php")?;
    let through_cell = wrk(&scene.host.address, 80, &name)?;
    scene.shell(PLAIN_APACHE)?;
    until("the plain Apache answers", PATIENCE, || {
        let said = run("curl", ["-sf", &format!("http://{}:8088/x.php", scene.host.address)])?;
        if said.out == "42" { Ok(()) } else { Err(said.err) }
    })?;
    let plain = wrk(&scene.host.address, 8088, "plain.example")?;
    scene.shell("kill $(cat /run/bench-apache.pid) $(cat /run/bench-fpm.pid)")?;
    Ok(vec![
        row("requests a second, PHP through a warm cell", vec![through_cell], "rps", Bar::Shown),
        row("requests a second, the same PHP behind a plain Apache", vec![plain], "rps", Bar::Shown),
    ])
}

const PLAIN_APACHE: &str = r#"
mkdir -p /tmp/bench/www && echo '<?php echo 6*7;' > /tmp/bench/www/x.php && chmod -R a+rX /tmp/bench
cat > /tmp/bench/fpm.conf <<'END'
[global]
pid = /run/bench-fpm.pid
error_log = /dev/null
[www]
user = nobody
group = nogroup
listen = /run/bench-fpm.sock
listen.mode = 0666
pm = static
pm.max_children = 4
END
cat > /tmp/bench/apache.conf <<'END'
ServerRoot /tmp/bench
Listen 8088
PidFile /run/bench-apache.pid
User nobody
Group nogroup
ErrorLog /dev/null
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_fcgi_module /usr/lib/apache2/modules/mod_proxy_fcgi.so
DocumentRoot /tmp/bench/www
ServerName plain.example
<FilesMatch "\.php$">
SetHandler "proxy:unix:/run/bench-fpm.sock|fcgi://localhost"
</FilesMatch>
END
/usr/sbin/php-fpm8.4 -y /tmp/bench/fpm.conf && /usr/sbin/apache2 -f /tmp/bench/apache.conf"#;

fn wrk(address: &str, port: u16, name: &str) -> Result<f64, String> {
    let said = run(
        "wrk",
        ["-t1", "-c8", "-d10s", "-H", &format!("Host: {name}"), &format!("http://{address}:{port}/x.php")],
    )?
    .ok("wrk")?;
    if let Some(line) = said.lines().find(|line| line.contains("Non-2xx")) {
        return Err(format!("{name}: {line}"));
    }
    let figure = said.lines().find_map(|line| line.strip_prefix("Requests/sec:")).map(str::trim);
    figure.and_then(|figure| figure.parse().ok()).ok_or_else(|| format!("wrk: {said}"))
}

/// A neighbour asked again and again while `happening` goes on; that gives what it measured, and how many changes it made.
pub fn neighbour_during<T>(
    scene: &Scene,
    name: &str,
    happening: impl FnOnce() -> Result<(T, usize), String>,
) -> Result<(T, Row), String> {
    let (over, asked, failed) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let (done, changes) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                asked.fetch_add(1, Ordering::Relaxed);
                if !visit(&scene.host.address, name, "/").is_ok_and(|reply| reply.status == 200) {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                std::thread::park_timeout(Duration::from_millis(20));
            }
        });
        let done = happening();
        over.store(true, Ordering::Relaxed);
        done
    })?;
    let asked = asked.load(Ordering::Relaxed);
    let what = format!("a neighbour's failed requests of {asked}, during {changes} changes");
    Ok((done, row(what, vec![failed.load(Ordering::Relaxed) as f64], "", Bar::Median(0.0))))
}
