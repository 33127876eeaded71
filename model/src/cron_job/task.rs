//! What a cron job does.

use crate::{PhpVersion, Problem, RelativePath, Text, newtype::string_newtype, text};
use serde::{Deserialize, Serialize};

/// Run as the account, in its cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// A script of the home, by the account's PHP.
    Php { php: PhpVersion, script: RelativePath, arguments: Vec<Argument> },
    /// A line for the account's own shell.
    Command { line: CommandLine },
}

impl Task {
    pub const MOST_ARGUMENTS: usize = 32;
    /// Octets of all of them.
    pub const LONGEST_ARGUMENTS: usize = 8 * 1024;

    /// In one line, for people.
    pub fn words(&self) -> String {
        match self {
            Task::Command { line } => line.to_string(),
            Task::Php { script, arguments, .. } => {
                let mut words = format!("php {script}");
                for argument in arguments {
                    words.push(' ');
                    words.push_str(argument.as_str());
                }
                words
            }
        }
    }
}

/// Text without what ends a line or a string.
fn plain(typed: &str, longest: usize) -> bool {
    !typed.is_empty() && typed.len() <= longest && !typed.chars().any(|c| c.is_control() && c != '\t')
}

/// One line for `/bin/sh`, as the tenant: what it says is the tenant's business, and it reaches the shell as one argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommandLine(String);

string_newtype!(CommandLine);

impl CommandLine {
    pub const LONGEST: usize = 4 * 1024;

    pub fn parse(typed: &str) -> Result<CommandLine, Problem> {
        let line = typed.trim_matches([' ', '\t']);
        if plain(line, CommandLine::LONGEST) {
            return Ok(CommandLine(line.to_owned()));
        }
        Err(Problem::invalid(
            "command",
            "cron_command",
            Text::new(
                "Une commande tient sur une ligne, sans caractère invisible, de 1 à 4\u{a0}096 octets\u{a0}: mettez ce qui est plus long dans un script du dossier du compte.",
                "A command is one line without invisible characters, 1 to 4,096 octets: put what is longer into a script in the account's folder.",
            ),
        ))
    }
}

/// One argument of a script: whatever has no control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Argument(String);

string_newtype!(Argument);

impl Argument {
    pub const LONGEST: usize = 1024;

    pub fn parse(typed: &str) -> Result<Argument, Problem> {
        if plain(typed, Argument::LONGEST) {
            return Ok(Argument(typed.to_owned()));
        }
        Err(Problem::invalid(
            "arguments",
            "cron_arguments",
            Text::new(
                "Un paramètre a de 1 à 1\u{a0}024 octets, sans caractère invisible.",
                "An argument has 1 to 1,024 octets, without invisible characters.",
            ),
        ))
    }

    /// As people type several: separated by spaces; what stands in quotes stays together.
    pub fn split(typed: &str) -> Result<Vec<Argument>, Problem> {
        let (mut all, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
        for c in typed.chars() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some(_), c) => word.push(c),
                (None, '"' | '\'') => (quote, begun) = (Some(c), true),
                (None, ' ' | '\t') => {
                    if begun {
                        all.push(Argument::parse(&std::mem::take(&mut word))?);
                    }
                    begun = false;
                }
                (None, c) => {
                    word.push(c);
                    begun = true;
                }
            }
        }
        if quote.is_some() {
            return Err(Problem::invalid(
                "arguments",
                "cron_quote",
                Text::new("Un guillemet n’est pas refermé.", "A quotation mark is not closed."),
            ));
        }
        if begun {
            all.push(Argument::parse(&word)?);
        }
        let most = Task::MOST_ARGUMENTS;
        if all.len() > most {
            return Err(Problem::invalid(
                "arguments",
                "cron_arguments_many",
                text!(
                    "Un script reçoit {most} paramètres au plus.",
                    "A script is given {most} arguments at most."
                ),
            ));
        }
        if all.iter().map(|argument| argument.as_str().len()).sum::<usize>() > Task::LONGEST_ARGUMENTS {
            return Err(Problem::invalid(
                "arguments",
                "cron_arguments_long",
                Text::new(
                    "Les paramètres ont 8\u{a0}Kio en tout au plus\u{a0}: mettez le reste dans un fichier que le script lit.",
                    "The arguments have 8 KiB in all at most: put the rest into a file that the script reads.",
                ),
            ));
        }
        Ok(all)
    }

    /// As they are typed again.
    pub fn join(arguments: &[Argument]) -> String {
        let quoted = |argument: &Argument| {
            let text = argument.as_str();
            match text.contains([' ', '\t', '\'', '"']) {
                false => text.to_owned(),
                true if !text.contains('"') => format!("\"{text}\""),
                // Pieces in either quotes, side by side.
                true => text.split('"').map(|piece| format!("\"{piece}\"")).collect::<Vec<_>>().join("'\"'"),
            }
        };
        arguments.iter().map(quoted).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        let odd = "sh -c 'echo \"$HOME\" %i $(id) {{x}} </VirtualHost> -- é' > /dev/null 2>&1";
        assert_eq!(CommandLine::parse(&format!("  {odd} ")).unwrap().as_str(), odd);
        let long = "x".repeat(CommandLine::LONGEST);
        assert!(CommandLine::parse(&long).is_ok());
        for bad in [
            "",
            "  ",
            "a\nb",
            "a\rb",
            "a\0b",
            "a\u{1b}[0m",
            "a\u{85}b",
            &format!("{long}x"),
            &"x".repeat(1 << 20),
        ] {
            assert_eq!(CommandLine::parse(bad).unwrap_err().code, "cron_command");
        }
    }

    #[test]
    fn arguments_come_back_as_they_were_typed() {
        let typed = "--site=asso  'two words' \"it's\" -v";
        let split = Argument::split(typed).unwrap();
        let words: Vec<&str> = split.iter().map(Argument::as_str).collect();
        assert_eq!(words, ["--site=asso", "two words", "it's", "-v"]);
        for odd in ["a \"b\" c", "'\"'", "a\"b'c d"] {
            let one = vec![Argument::parse(odd).unwrap()];
            assert_eq!(Argument::split(&Argument::join(&one)).unwrap(), one, "{odd}");
        }
        assert_eq!(Argument::split(&Argument::join(&split)).unwrap(), split);
        assert!(Argument::split("").unwrap().is_empty());
        for (bad, code) in [
            ("'open", "cron_quote"),
            ("a \u{1}", "cron_arguments"),
            ("''", "cron_arguments"),
            (&"a ".repeat(33), "cron_arguments_many"),
        ] {
            assert_eq!(Argument::split(bad).unwrap_err().code, code, "{bad:?}");
        }
    }
}
