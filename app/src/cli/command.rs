//! The command line as clap knows it, made from the table of nouns.

use crate::{
    nouns::nouns,
    table::{Answer, Input, Kind, Noun, Verb},
};
use clap::{Arg, ArgAction, Command, value_parser};
use model::Lang;
use std::path::PathBuf;

pub fn command(lang: Lang) -> Command {
    let nouns = nouns().map(|noun| of_noun(noun, lang));
    Command::new("alveole")
        .version(env!("CARGO_PKG_VERSION"))
        .about(lang.pick("Le panneau d’Alvéole, depuis un terminal", "Alvéole's panel, from a terminal"))
        .after_help(lang.pick(
            "Le panneau et le fichier du jeton se lisent dans ~/.config/alveole/config.toml (panel, token_file, ca), ou dans\n\
             ALVEOLE_PANEL, ALVEOLE_TOKEN_FILE et ALVEOLE_CA. Codes de sortie\u{a0}: 0 fait, 1 refusé, 2 mal écrit, 3 pris mais pas appliqué,\n\
             4 panneau injoignable.",
            "The panel and the token's file are read from ~/.config/alveole/config.toml (panel, token_file, ca), or from\n\
             ALVEOLE_PANEL, ALVEOLE_TOKEN_FILE and ALVEOLE_CA. Exit codes: 0 done, 1 refused, 2 wrongly written, 3 taken yet not applied,\n\
             4 panel out of reach.",
        ))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(option("panel", "URL", lang.pick("L’adresse du panneau", "The panel's address")).global(true))
        .arg(
            option("token-file", "FILE", lang.pick("Le fichier qui contient le jeton", "The file that holds the token"))
                .value_parser(value_parser!(PathBuf))
                .global(true),
        )
        .arg(
            option("ca", "FILE", lang.pick("L’autorité du panneau, en PEM", "The panel's authority, in PEM"))
                .value_parser(value_parser!(PathBuf))
                .global(true),
        )
        .arg(flag("json", lang.pick("En JSON, pour les programmes", "In JSON, for programs")).global(true))
        .arg(
            flag(
                "no-wait",
                lang.pick(
                    "Ne pas attendre que la modification soit en service",
                    "Do not wait until the change is in service",
                ),
            )
            .global(true),
        )
        .subcommands(nouns)
        .subcommand(
            Command::new("completions")
                .about(lang.pick("Les complétions d’un shell", "A shell's completions"))
                .arg(Arg::new("shell").required(true).value_parser(value_parser!(clap_complete::Shell))),
        )
        .subcommand(
            Command::new("man")
                .hide(true)
                .about(lang.pick("Les pages de manuel, dans un dossier", "The manual pages, into a folder"))
                .arg(Arg::new("folder").required(true).value_parser(value_parser!(PathBuf))),
        )
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn of_noun(noun: &'static Noun, lang: Lang) -> Command {
    Command::new(noun.name)
        .about(noun.about.pick(lang))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(noun.verbs.iter().map(|verb| of_verb(verb, lang)))
}

fn of_verb(verb: &'static Verb, lang: Lang) -> Command {
    let parts = parts(verb.path).map(|part| {
        let help = match part {
            "site" => lang.pick("Son id, ou COMPTE/NOM", "Its id, or ACCOUNT/NAME"),
            "account" | "member" | "host" | "plan" | "user" => {
                lang.pick("Son nom, ou son id", "Its name, or its id")
            }
            _ => lang.pick("Son id", "Its id"),
        };
        Arg::new(part).required(true).value_name(part.to_ascii_uppercase()).help(help)
    });
    let mut command = Command::new(verb.name).about(verb.about.pick(lang)).args(parts);
    command = command.args(verb.inputs.iter().map(|input| of_input(input, lang)));
    if verb.answer == Answer::Pages {
        let help = lang.pick("Combien au plus (sinon tout)", "How many at most (else all)");
        command = command.arg(option("limit", "NUMBER", help).value_parser(value_parser!(usize)));
    }
    command
}

fn of_input(input: &'static Input, lang: Lang) -> Arg {
    let help = input.about.pick(lang);
    let arg = Arg::new(input.name).help(help).value_name(input.name.to_ascii_uppercase());
    // The body says sites_max, a command line --sites-max.
    let long = |arg: Arg| arg.long(input.name.replace('_', "-"));
    match input.kind {
        Kind::Word => arg.required(true),
        Kind::Words => arg.required(true).num_args(1..),
        Kind::Option | Kind::SomeRef(_) => long(arg),
        Kind::Needed | Kind::Ref(_) => long(arg).required(true),
        Kind::Number => long(arg).required(true).value_parser(value_parser!(u32)),
        Kind::SomeNumber => long(arg).value_parser(value_parser!(u32)),
        Kind::Flag => long(arg).action(ArgAction::SetTrue),
        Kind::Contacts => arg.long("contact").value_name("CONTACT").action(ArgAction::Append),
        Kind::File | Kind::Octets => {
            arg.required(true).value_name("FILE").value_parser(value_parser!(PathBuf))
        }
    }
}

/// The names between braces of a path.
pub fn parts(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_in_both_languages() {
        for lang in Lang::ALL {
            command(lang).debug_assert();
        }
    }
}
