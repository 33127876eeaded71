//! A stage of one test's own, for what a shared one would not survive: a full disk, a cut wire, a killed or restored panel. Gone when dropped.

use crate::lab::{self, Lab};
use crate::panel::{Ports, Process};
use crate::play::Scene;
use crate::stage::{Extra, Stage, Wish};
use std::ops::Deref;
use std::path::PathBuf;

pub struct Own {
    scene: Scene,
    wish: Wish,
    lab: Lab,
    /// Outlives the panel whose files it holds.
    _folder: tempfile::TempDir,
}

/// What is seen and done on it is as on the shared stage.
impl Deref for Own {
    type Target = Scene;
    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl Own {
    /// Of the same packages and pages as the stage of the run.
    pub fn up(name: &str, hosts: usize, ports: Ports, extra: Extra) -> Result<Own, String> {
        let current = Stage::current()?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let wish = Wish {
            name: format!("{name}-{}", std::process::id()),
            folder: folder.path().to_owned(),
            hosts,
            ports,
            owner: Some(std::process::id()),
            debs: current.debs.clone(),
            assets: assets(&current)?,
            extra,
        };
        let stage = Stage::up(&wish).inspect_err(|_| {
            let _ = Stage::down(&wish.name, &wish.folder);
        })?;
        // It is up: this only says what it is.
        let lab = lab::up(&wish.name, hosts, lab::Wish { owner: wish.owner, ..lab::Wish::default() })?;
        Ok(Own { scene: Scene::of(stage, 0)?, wish, lab, _folder: folder })
    }

    /// The same stage, seen from its host number `host`.
    pub fn host(&self, host: usize) -> Result<Scene, String> {
        Scene::of(self.scene.stage.clone(), host)
    }

    pub fn start_panel(&self) -> Result<(), String> {
        Process::start(&self.wish.folder, &self.wish, &self.lab).map(drop)
    }

    pub fn stop_panel(&self) -> Result<(), String> {
        Process::stop(&self.wish.folder)
    }

    /// The panel sends mails as `lines` of `[mail]` say, from now on.
    pub fn mail_by(&mut self, lines: &str) -> Result<(), String> {
        self.stop_panel()?;
        self.wish.extra.mail = Some(lines.to_owned());
        self.start_panel()
    }

    /// The panel has these further lines of panel.toml, from now on.
    pub fn panel_toml(&mut self, lines: &str) -> Result<(), String> {
        self.stop_panel()?;
        self.wish.extra.panel_toml = lines.to_owned();
        self.start_panel()
    }

    pub fn kill_panel(&self) -> Result<(), String> {
        Process::kill(&self.wish.folder)
    }

    /// `alveole-panel COMMAND` with this panel's configuration.
    pub fn panel_command(&self, command: &[&str]) -> Result<String, String> {
        Process::tell(&self.wish.folder, command)
    }

    /// Puts the panel back to a backup, as docs/operating.md says.
    pub fn restore_panel(&self, backup: &str) -> Result<(), String> {
        self.stop_panel()?;
        let state = self.panel_folder().join("state");
        let aside = tempfile::tempdir_in(self.panel_folder()).map_err(|error| error.to_string())?.keep();
        std::fs::rename(&state, aside.join("state")).map_err(|error| error.to_string())?;
        std::fs::create_dir(&state).map_err(|error| error.to_string())?;
        self.panel_command(&["restore", backup])?;
        self.start_panel()
    }

    /// The folder of the panel's own files: `panel.toml`, `state/`.
    pub fn panel_folder(&self) -> PathBuf {
        self.wish.folder.join("panel")
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Err(reason) = Stage::down(&self.wish.name, &self.wish.folder) {
            eprintln!("taking {} down: {reason}", self.wish.name);
        }
    }
}

/// Where the shared stage's panel has its pages' style and program from.
fn assets(stage: &Stage) -> Result<PathBuf, String> {
    let path = stage.folder.join("panel/panel.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let value = text.lines().find_map(|line| line.strip_prefix("assets_dir = "));
    Ok(value.ok_or("the stage's panel.toml names no assets_dir")?.trim_matches('"').into())
}
