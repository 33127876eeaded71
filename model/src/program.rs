//! What answers for a site: its files and PHP, its files alone, or a program of the account's own, which runs in the cell.

use crate::{Argument, Problem, RelativePath, SiteId, SiteName, Text, VariableName, text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What answers for a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Serves {
    #[default]
    Php,
    /// No PHP: what its files are called makes no program of them.
    Files,
    Program(Program),
}

impl Serves {
    pub fn is_usual(&self) -> bool {
        *self == Serves::Php
    }

    pub fn code(&self) -> &'static str {
        match self {
            Serves::Php => "php",
            Serves::Files => "files",
            Serves::Program(_) => "program",
        }
    }

    pub fn program(&self) -> Option<&Program> {
        match self {
            Serves::Program(program) => Some(program),
            Serves::Php | Serves::Files => None,
        }
    }
}

/// A program that answers over the socket it is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    pub command: StartCommand,
    /// Where it begins, below the home; without: the site's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<RelativePath>,
}

/// What starts it: a program the host has, or one of the site's own, and its arguments. No shell reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Argument>", into = "Vec<Argument>")]
pub struct StartCommand {
    first: FirstWord,
    arguments: Vec<Argument>,
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstWord {
    Runtime(Runtime),
    /// A file below the site's folder.
    Own(RelativePath),
}

/// A language whose interpreter a host may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    Node,
    Python3,
}

impl Runtime {
    pub const ALL: [Runtime; 2] = [Runtime::Node, Runtime::Python3];

    /// The word a command begins with.
    pub fn word(self) -> &'static str {
        match self {
            Runtime::Node => "node",
            Runtime::Python3 => "python3",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Runtime::Node => "Node.js",
            Runtime::Python3 => "Python",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Runtime::Node => "/usr/bin/node",
            Runtime::Python3 => "/usr/bin/python3",
        }
    }
}

/// A runtime as a host has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRuntime {
    pub runtime: Runtime,
    /// As it says itself: `20.19.2`.
    pub version: String,
}

impl StartCommand {
    /// Octets, at most.
    pub const LONGEST: usize = 4096;

    /// As people type it: words with spaces between them; what stands in quotes stays together.
    pub fn parse(typed: &str) -> Result<StartCommand, Problem> {
        if typed.len() > StartCommand::LONGEST {
            return Err(long());
        }
        let words = Argument::split(typed).map_err(|problem| problem.on("command"))?;
        StartCommand::try_from(words)
    }

    pub fn first(&self) -> &FirstWord {
        &self.first
    }

    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    fn words(&self) -> Vec<Argument> {
        let first = match &self.first {
            FirstWord::Runtime(runtime) => Argument::parse(runtime.word()),
            FirstWord::Own(path) => Argument::parse(&format!("./{path}")),
        };
        first.into_iter().chain(self.arguments.iter().cloned()).collect()
    }
}

impl TryFrom<Vec<Argument>> for StartCommand {
    type Error = Problem;
    fn try_from(words: Vec<Argument>) -> Result<StartCommand, Problem> {
        if words.iter().map(|word| word.as_str().len() + 1).sum::<usize>() > StartCommand::LONGEST {
            return Err(long());
        }
        let mut words = words.into_iter();
        let first = words.next();
        let first = first.as_ref().map_or("", Argument::as_str);
        let runtime = Runtime::ALL.into_iter().find(|runtime| runtime.word() == first);
        let own = || {
            first.contains('/').then(|| RelativePath::parse(first.strip_prefix("./").unwrap_or(first)).ok())
        };
        let first = match runtime {
            Some(runtime) => FirstWord::Runtime(runtime),
            // Two octets less than an argument may have, which its way back needs.
            None => match own().flatten().filter(|path| path.as_str().len() + 2 <= Argument::LONGEST) {
                Some(path) => FirstWord::Own(path),
                None => return Err(other_word()),
            },
        };
        Ok(StartCommand { first, arguments: words.collect() })
    }
}

impl From<StartCommand> for Vec<Argument> {
    fn from(command: StartCommand) -> Vec<Argument> {
        command.words()
    }
}

/// As it may be typed again.
impl std::fmt::Display for StartCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Argument::join(&self.words()))
    }
}

fn other_word() -> Problem {
    Problem::invalid(
        "command",
        "program_first_word",
        Text::new(
            "Une commande commence par node, par python3 ou par le chemin d’un programme dans le dossier du site, avec une barre\u{a0}: ./serveur, venv/bin/gunicorn.",
            "A command begins with node, python3 or the path of a program in the site's folder, with a slash: ./server, venv/bin/gunicorn.",
        ),
    )
}

fn long() -> Problem {
    let most = StartCommand::LONGEST;
    Problem::invalid(
        "command",
        "program_command_long",
        text!("Une commande a {most} octets au plus.", "A command has {most} octets at most."),
    )
}

/// What a cell reads of a site's program. It holds secrets: for that account's processes alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramFile {
    pub site: SiteId,
    pub folder: SiteName,
    pub program: Program,
    /// How often somebody asked for it to be started again: another number, another start.
    pub restart: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<VariableName, String>,
    /// Those that were sealed to another host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unopened: Vec<VariableName>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_begins_with_what_may_be_run_and_comes_back_as_it_went() {
        for (typed, shown) in [
            ("node server.js", "node server.js"),
            (" python3  -m 'my app' \"a'b\" ", "python3 -m \"my app\" \"a'b\""),
            ("./server", "./server"),
            (
                "venv/bin/gunicorn --bind unix:$SOCKET app:app",
                "./venv/bin/gunicorn --bind unix:$SOCKET app:app",
            ),
        ] {
            let command = StartCommand::parse(typed).unwrap();
            assert_eq!(command.to_string(), shown);
            assert_eq!(StartCommand::parse(shown).unwrap(), command);
            let json = serde_json::to_string(&command).unwrap();
            assert_eq!(serde_json::from_str::<StartCommand>(&json).unwrap(), command);
        }
        for bad in [
            "",
            "  ",
            "npm start",
            "bash -c x",
            "/bin/sh",
            "../x",
            "./../x",
            "a//b",
            "./",
            "node 'x",
            "node a\nb",
            "-x/y\0",
            &format!("node {}", "a ".repeat(3000)),
        ] {
            let problem = StartCommand::parse(bad).unwrap_err();
            assert_eq!(problem.field, Some("command"), "{bad:.40?}");
        }
    }

    #[test]
    fn what_serves_is_one_of_three() {
        let program = serde_json::json!({ "program": { "command": ["node", "a.js"], "folder": "sites/a.example/app" } });
        for (json, code) in [(serde_json::json!("files"), "files"), (program, "program")] {
            let serves: Serves = serde_json::from_value(json.clone()).unwrap();
            assert_eq!((serves.code(), serde_json::to_value(&serves).unwrap()), (code, json));
        }
        assert!(serde_json::from_str::<Serves>(r#"{"program":{"command":["sh"]}}"#).is_err());
        assert!(serde_json::from_str::<Serves>(r#"{"program":{"command":["node"],"user":"root"}}"#).is_err());
    }
}
