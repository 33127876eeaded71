//! What answers for a site: its files and PHP, its files alone, or a program.

use super::{
    SiteView,
    settings::{Part, set},
};
use crate::{Actor, Server, change::Done, resource};
use model::{
    FirstWord, Problem, ProblemKind, Program, RelativePath, Runtime, Serves, SiteId, StartCommand, Text, text,
};
use serde::Deserialize;
use utoipa::ToSchema;

type At = (SiteId, Option<i64>);

/// What answers for a site; what is not said stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProgram {
    /// `php` (files and PHP), `files` (files alone) or `program`.
    pub serves: Option<String>,
    /// Of a program: `node server.js`, `python3 app.py`, `venv/bin/gunicorn --bind unix:$SOCKET app:app`. No shell reads it; quotes keep
    /// words together; `$SOCKET` stands for the socket it has to answer at, which the environment names too (`SOCKET`, `PORT`).
    pub command: Option<String>,
    /// Of a program: where it begins, below the home; empty: the site's folder.
    pub folder: Option<String>,
}

/// Chooses what answers for a site.
pub async fn set_program(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewProgram,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Program, |settings| {
        let serves = new.serves.as_deref().map_or(settings.serves.code(), str::trim);
        settings.serves = match serves {
            "php" => Serves::Php,
            "files" => Serves::Files,
            "program" => Serves::Program(program(settings.serves.program(), &new)?),
            _ => {
                let text = Text::new(
                    "Ce choix n’existe pas\u{a0}: php, files, program.",
                    "This choice does not exist: php, files, program.",
                );
                return Err(Problem::invalid("serves", "choice_absent", text));
            }
        };
        Ok(())
    })
    .await
}

fn program(before: Option<&Program>, new: &NewProgram) -> Result<Program, Problem> {
    let command = match (&new.command, before) {
        (None, Some(before)) => before.command.clone(),
        (typed, _) => StartCommand::parse(typed.as_deref().unwrap_or_default())?,
    };
    let folder = match new.folder.as_deref().map(|typed| typed.trim_matches([' ', '/'])) {
        None => before.and_then(|before| before.folder.clone()),
        Some("") => None,
        Some(typed) => Some(RelativePath::parse(typed).map_err(|problem| problem.on("folder"))?),
    };
    Ok(Program { command, folder })
}

/// Has a site's program started again.
pub async fn restart(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    expected: Option<i64>,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, (site, expected), Part::Restart, |settings| {
        if settings.serves.program().is_none() {
            return Err(Problem::new(
                ProblemKind::Conflict,
                "program_absent",
                Text::new(
                    "Aucun programme ne sert ce site\u{a0}: il n’y a rien à redémarrer.",
                    "No program serves this site: there is nothing to start again.",
                ),
            ));
        }
        settings.restarts += 1;
        Ok(())
    })
    .await
}

/// Whether the site's host can do that.
pub(super) fn check(before: &SiteView, serves: &Serves) -> Result<(), Problem> {
    if serves.is_usual() {
        return Ok(());
    }
    let Some(found) = &before.runtimes else { return Err(resource::older(&before.host.name)) };
    let has = |runtime: &Runtime| found.iter().any(|found| found.runtime == *runtime);
    match serves.program().map(|program| program.command.first()) {
        Some(FirstWord::Runtime(runtime)) if !has(runtime) => {
            let name = runtime.name();
            Err(Problem::new(
                ProblemKind::Conflict,
                "runtime_absent",
                text!(
                    "{name} n’est pas installé sur l’hôte de ce site\u{a0}: demandez-le à la coopérative.",
                    "{name} is not installed on this site’s host: ask the cooperative for it."
                ),
            )
            .on("command"))
        }
        _ => Ok(()),
    }
}
