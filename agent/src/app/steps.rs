//! How an installation stands, and what to do about it. What it needs and how it ended lie in `/run/alveole/apps`, where only root may look.

use super::unit;
use crate::{
    fs::{self, read_bounded},
    ledger::Ledger,
    paths::Paths,
    reconcile::{Hands, job::Wish, trouble::Trouble},
};
use model::{AccountState, App, Kind, ResourceKey, Text, text};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// How the installation of an application stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    Nothing,
    /// Its unit is loaded.
    Going,
    Installed,
    Failed(Text),
}

/// What an installation wrote last, as far as anybody reads it.
const LAST: u64 = 8 * 1024;

pub fn look(paths: &Paths, app: &App) -> io::Result<Stand> {
    match read_bounded(&paths.app(app.id, "end"), 4096) {
        Ok(end) if end == b"success\n" => return Ok(Stand::Installed),
        Ok(_) => {
            let said = last(&paths.app(app.id, "out")).unwrap_or_default();
            return Ok(Stand::Failed(why(app, &String::from_utf8_lossy(&said))));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let loaded = paths.transient_units().join(unit::name(&app.account, app.id)).exists();
    Ok(if loaded { Stand::Going } else { Stand::Nothing })
}

/// The end of a file that a tenant may have made as long as it likes.
fn last(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LAST)))?;
    let mut said = Vec::new();
    file.take(LAST).read_to_end(&mut said)?;
    Ok(said)
}

/// Starts the installation: what it needs lies in a file of root's, which is its standard input.
pub fn start(hands: &Hands, app: &App) -> Result<(), Trouble> {
    let io = |source: io::Error| Trouble::io("start-app", source);
    let paths = &hands.paths;
    for what in ["end", "out"] {
        fs::remove(&paths.app(app.id, what)).map_err(io)?;
    }
    let wish = serde_json::to_vec(app).map_err(|error| io(io::Error::other(error)))?;
    let file = paths.app(app.id, "json");
    fs::write_for(paths.readers(&file), &file, &wish).map_err(io)?;
    hands.daemons.start_app(app)
}

/// One that failed is told once, and begun again at the next try.
pub fn told(hands: &Hands, app: &App) -> Result<(), Trouble> {
    let io = |source: io::Error| Trouble::io("an installation", source);
    let Stand::Failed(text) = look(&hands.paths, app).map_err(io)? else { return Ok(()) };
    fs::remove(&hands.paths.app(app.id, "end")).map_err(io)?;
    Err(Trouble::Later(text))
}

/// What `alveole-app` or the application itself said last, in words a member can use.
fn why(app: &App, said: &str) -> Text {
    let (name, shown) = (app.application.name(), app.shown());
    let folder = format!("/home/{}/sites/{}/{shown}", app.account, app.folder);
    let last = said.lines().rev().find_map(|line| line.strip_prefix("alveole-app: "));
    let (code, rest) = last.map_or(("", ""), |last| last.split_once(' ').unwrap_or((last, "")));
    match code {
        "not-empty" => text!(
            "Le dossier {folder} n’est pas vide\u{a0}: rien n’y a été écrit. Videz-le, ou supprimez cette application\u{a0}; l’hôte réessaie de lui-même.",
            "The folder {folder} is not empty: nothing was written there. Empty it, or remove this application; the host tries again by itself."
        ),
        "database-not-empty" => text!(
            "La base de données de {name} contient déjà des tables\u{a0}: rien n’y a été changé. Supprimez-les, ou supprimez cette application\u{a0}; l’hôte réessaie de lui-même.",
            "The database of {name} holds tables already: nothing was changed. Delete them, or remove this application; the host tries again by itself."
        ),
        "full" => text!(
            "Il n’y a plus assez de place pour {name}\u{a0}: libérez-en\u{a0}; l’hôte réessaie de lui-même.",
            "There is not enough room for {name}: make some; the host tries again by itself."
        ),
        _ => {
            let line = if rest.is_empty() { said.lines().last().unwrap_or_default() } else { rest };
            let line: String = line.chars().filter(|c| !c.is_control()).take(300).collect();
            text!(
                "L’installation de {name} n’a pas réussi ({line})\u{a0}: le site reste comme il est, et l’hôte réessaie de lui-même.",
                "Installing {name} did not work out ({line}): the site stays as it is, and the host tries again by itself."
            )
        }
    }
}

impl Wish {
    /// An application needs its account awake, its site's folder and its database.
    pub(crate) fn app(&mut self, hands: &Hands, ledger: &Ledger, app: &App) {
        if !self.belongs(ledger, &app.account) || self.record.done.is_some() {
            return;
        }
        if self.account.as_ref().is_some_and(|account| account.state != AccountState::Active) {
            self.refused = Some(Text::new(
                "Ce compte est suspendu\u{a0}: l’application viendra quand il sera remis en service.",
                "This account is suspended: the application comes when it is in service again.",
            ));
            return;
        }
        let at = ResourceKey { kind: Kind::Site, key: app.site.uuid() };
        let database = app.database.as_ref().map(|database| database.name.as_str());
        let databases = database.map_or(&[][..], |name| ledger.claimants(Kind::Database, name));
        let stands = |at: ResourceKey| hands.records.read(at).is_ok_and(|record| record.done.is_some());
        let there = databases.iter().any(|key| stands(ResourceKey { kind: Kind::Database, key: *key }));
        if !stands(at) || (database.is_some() && !there) {
            self.refused = Some(Text::new(
                "Le site ou sa base de données n’est pas encore en place sur l’hôte\u{a0}: la suite viendra dès qu’ils le seront.",
                "The site or its database is not in place on the host yet: the rest follows as soon as they are.",
            ));
        }
    }
}
