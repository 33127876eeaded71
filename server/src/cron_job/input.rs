//! What is asked of a cron job, and what it is once that has been read.

use super::times;
use model::{
    Argument, CommandLine, PhpVersion, Problem, RelativePath, Schedule, Task, Text, TimeLimit, ZoneName, text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When mail is sent about a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// When it begins to fail, and when it works again.
    #[default]
    Failure,
    Never,
}

impl Notify {
    pub fn code(self) -> &'static str {
        match self {
            Notify::Failure => "failure",
            Notify::Never => "never",
        }
    }

    pub fn from_code(code: &str) -> Option<Notify> {
        [Notify::Failure, Notify::Never].into_iter().find(|one| one.code() == code)
    }
}

/// What is asked; of a job that is there, what is not said stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCronJob {
    /// Five fields as in crontab(5): `30 2 * * 1-5`; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
    pub schedule: Option<String>,
    /// `Europe/Paris` unless said.
    pub zone: Option<String>,
    /// A PHP script, by its path below the home: `sites/asso.example/public/cron.php`. Either this or `command`.
    pub script: Option<String>,
    /// What the script is given, separated by spaces; what holds spaces stands in quotes.
    pub arguments: Option<String>,
    /// A line for the account's shell.
    pub command: Option<String>,
    /// After so many a run is ended: 60 unless said, 1,440 at most.
    pub minutes: Option<u32>,
    /// `failure` (when it begins to fail, and when it works again) or `never`.
    pub notify: Option<String>,
}

/// What a job is, as history keeps it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Spec {
    #[schema(value_type = String)]
    pub schedule: Schedule,
    #[schema(value_type = String)]
    pub zone: ZoneName,
    #[serde(flatten)]
    pub does: Does,
    #[schema(value_type = u16)]
    pub minutes: TimeLimit,
    pub notify: Notify,
    pub paused: bool,
}

/// What it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Does {
    Php {
        #[schema(value_type = String)]
        script: RelativePath,
        #[schema(value_type = Vec<String>)]
        arguments: Vec<Argument>,
    },
    Command {
        #[schema(value_type = String)]
        command: CommandLine,
    },
}

impl Does {
    /// With the account's PHP.
    pub fn task(&self, php: PhpVersion) -> Task {
        match self.clone() {
            Does::Php { script, arguments } => Task::Php { php, script, arguments },
            Does::Command { command } => Task::Command { line: command },
        }
    }
}

impl Spec {
    pub fn words(&self) -> String {
        self.does.task(PhpVersion::DEBIAN_13).words()
    }
}

impl NewCronJob {
    /// Reads what was asked, over what is there.
    pub(super) fn read(&self, before: Option<&Spec>) -> Result<Spec, Problem> {
        let schedule = match (&self.schedule, before) {
            (None, Some(before)) => before.schedule.clone(),
            (typed, _) => Schedule::parse(typed.as_deref().unwrap_or_default())?,
        };
        let zone = match (&self.zone, before) {
            (Some(typed), _) => times::known(typed)?,
            (None, Some(before)) => before.zone.clone(),
            (None, None) => ZoneName::default(),
        };
        let minutes = match self.minutes {
            Some(minutes) => u16::try_from(minutes).unwrap_or(u16::MAX).try_into()?,
            None => before.map(|before| before.minutes).unwrap_or_default(),
        };
        let notify = match &self.notify {
            Some(code) => Notify::from_code(code.trim()).ok_or_else(|| {
                let text = text!(
                    "Ce choix n’existe pas\u{a0}: failure, never.",
                    "This choice does not exist: failure, never."
                );
                Problem::invalid("notify", "choice_absent", text)
            })?,
            None => before.map(|before| before.notify).unwrap_or_default(),
        };
        let paused = before.is_some_and(|before| before.paused);
        let does = self.does(before.map(|before| &before.does))?;
        Ok(Spec { schedule, zone, does, minutes, notify, paused })
    }

    fn does(&self, before: Option<&Does>) -> Result<Does, Problem> {
        let some = |typed: &Option<String>| {
            typed.as_deref().map(str::trim).filter(|typed| !typed.is_empty()).map(str::to_owned)
        };
        let (script, command) = (some(&self.script), some(&self.command));
        let given = self.script.is_some() || self.command.is_some();
        match (script, command, before) {
            (Some(_), Some(_), _) => Err(Problem::invalid(
                "command",
                "cron_one_thing",
                Text::new(
                    "Une tâche fait une seule chose\u{a0}: un script PHP ou une commande.",
                    "A job does one thing: a PHP script or a command.",
                ),
            )),
            (Some(script), None, _) => {
                let script = RelativePath::parse(&script).map_err(|problem| problem.on("script"))?;
                let arguments = match (&self.arguments, before) {
                    (Some(typed), _) => Argument::split(typed)?,
                    (None, Some(Does::Php { arguments, .. })) => arguments.clone(),
                    (None, _) => vec![],
                };
                Ok(Does::Php { script, arguments })
            }
            (None, Some(command), _) => Ok(Does::Command { command: CommandLine::parse(&command)? }),
            (None, None, Some(Does::Php { script, .. })) if !given && self.arguments.is_some() => {
                let arguments = Argument::split(self.arguments.as_deref().unwrap_or_default())?;
                Ok(Does::Php { script: script.clone(), arguments })
            }
            (None, None, Some(before)) if !given => Ok(before.clone()),
            (None, None, _) => Err(Problem::invalid(
                if self.script.is_some() { "script" } else { "command" },
                "cron_nothing",
                Text::new(
                    "Dites ce que fait la tâche\u{a0}: le chemin d’un script PHP dans le dossier du compte, ou une commande.",
                    "Say what the job does: the path of a PHP script in the account's folder, or a command.",
                ),
            )),
        }
    }
}
