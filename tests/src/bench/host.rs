//! What a host bears: systemd with thousands of sleeping accounts, the agent's own appetite.

use super::{Bar, Row, row, timed};
use crate::lab;
use crate::play::Scene;
use crate::wait::until;
use std::time::{Duration, Instant};

/// `systemctl daemon-reload`, which every apt run does; against the figure with one account, if known.
pub fn daemon_reload(scene: &Scene, label: &str, with_one: Option<f64>) -> Result<Row, String> {
    let times = timed(50, |_| scene.root(&["systemctl", "daemon-reload"]).map(drop))?;
    let bar = with_one.map_or(Bar::Shown, |one| Bar::Times(1.2, one));
    Ok(row(format!("systemctl daemon-reload, {label} accounts asleep"), times, "ms", bar))
}

/// From the order to reboot to a site's first answer; against the figure with one account, if known.
pub fn reboot(scene: &Scene, name: &str, label: &str, with_one: Option<f64>) -> Result<Row, String> {
    let times = timed(5, |_| {
        lab::life("reboot", &scene.stage.lab, &scene.host.name)?;
        until("a site answers", Duration::from_secs(120), || match scene.visit(name, "/")?.status {
            200 => Ok(()),
            other => Err(other.to_string()),
        })
    })?;
    let bar = with_one.map_or(Bar::Shown, |one| Bar::Times(1.2, one));
    Ok(row(format!("reboot to the first answer, {label} accounts"), times, "ms", bar))
}

/// Memory and processor time of the agent while nothing happens.
pub fn agent(scene: &Scene, label: &str) -> Result<Vec<Row>, String> {
    let show = |what: &str| scene.shell(&format!("systemctl show -P {what} alveole-agent"));
    let pid = show("MainPID")?.trim().to_owned();
    let memory = scene.shell(&format!("awk '/^VmRSS/ {{print $2}}' /proc/{pid}/status"))?;
    let ticks = || -> Result<f64, String> {
        let stat = scene.shell(&format!("cut -d' ' -f14,15 /proc/{pid}/stat"))?;
        Ok(stat.split_whitespace().filter_map(|part| part.parse::<f64>().ok()).sum())
    };
    let before = ticks()?;
    let start = Instant::now();
    scene.root(&["timeout", "10", "tail", "-f", "/dev/null"]).unwrap_or_default();
    let share = (ticks()? - before) / start.elapsed().as_secs_f64();
    let diff = timed(5, |_| scene.root(&["alveole-agent", "check"]).map(drop))?;
    Ok(vec![
        row(
            format!("agent: memory, {label} accounts"),
            vec![memory.trim().parse::<f64>().unwrap_or(f64::NAN) / 1024.0],
            "MiB",
            Bar::Median(30.0),
        ),
        row(format!("agent: idle processor, {label} accounts"), vec![share], "%", Bar::Median(0.5)),
        row(format!("agent: look at every resource, {label} accounts"), diff, "ms", Bar::Median(1000.0)),
    ])
}
