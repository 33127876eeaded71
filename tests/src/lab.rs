//! The lab of real Debian hosts (tests/lab), as the tests and the demo use it.

use crate::run::{Said, run, run_with};
use serde::{Deserialize, Serialize};
use std::path::Path;

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lab/lab");

/// One lab: hosts on a bridge of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lab {
    pub name: String,
    pub bridge: String,
    /// This machine's own addresses on the bridge; the hosts know them as `panel.lab.example`.
    pub panel_address: String,
    pub panel_address6: String,
    pub hosts: Vec<LabHost>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LabHost {
    pub name: String,
    pub address: String,
    pub address6: String,
    /// A command prefix that runs a program inside the host.
    pub shell: String,
    /// The host's root, seen from this machine.
    pub root: String,
}

/// How a lab is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// The frozen layer its hosts begin with.
    pub layer: Option<&'a str>,
    /// The process with which it ends.
    pub owner: Option<u32>,
    /// The size of each host's disk: `200M`.
    pub disk: Option<&'a str>,
    /// Virtual machines: slow, with real limits and quotas.
    pub machines: bool,
}

/// Brings a lab up; at once when it is up already.
pub fn up(name: &str, hosts: usize, wish: Wish<'_>) -> Result<Lab, String> {
    let mut args = vec!["up".to_owned(), name.to_owned(), "--hosts".to_owned(), hosts.to_string()];
    if let Some(layer) = wish.layer {
        args.extend(["--layer".to_owned(), layer.to_owned()]);
    }
    if let Some(size) = wish.disk {
        args.extend(["--disk-limit".to_owned(), size.to_owned()]);
    }
    if let Some(pid) = wish.owner {
        args.extend(["--owner".to_owned(), pid.to_string()]);
    }
    if wish.machines {
        args.push("--machines".to_owned());
    }
    let json = run(LAB, args)?.ok("lab up")?;
    serde_json::from_str(&json).map_err(|error| format!("lab up: {error}: {json}"))
}

/// Whether a layer has been frozen.
pub fn has(layer: &str) -> Result<bool, String> {
    Ok(run(LAB, ["has", layer])?.code == 0)
}

/// Keeps a host as it is now as a layer that other hosts start from.
pub fn freeze(name: &str, host: &str, layer: &str) -> Result<(), String> {
    run(LAB, ["freeze", name, host, layer])?.ok("lab freeze").map(drop)
}

pub fn down(name: &str) -> Result<(), String> {
    run(LAB, ["down", name])?.ok("lab down").map(drop)
}

/// `lab reboot|stop|start|cut|wait LAB HOST`.
pub fn life(verb: &str, lab: &str, host: &str) -> Result<(), String> {
    run(LAB, [verb, lab, host])?.ok(verb).map(drop)
}

pub fn copy(lab: &str, host: &str, from: &Path, to: &str) -> Result<(), String> {
    run(LAB, ["copy", lab, host, &from.display().to_string(), to])?.ok("lab copy").map(drop)
}

/// Runs a program inside a host.
pub fn exec(lab: &str, host: &str, command: &[&str], stdin: &str) -> Result<Said, String> {
    let mut args = vec!["exec", lab, host, "--"];
    args.extend(command);
    run_with(LAB, args, stdin)
}
