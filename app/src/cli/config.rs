//! Which panel, and as whom: options first, then the environment, then ~/.config/alveole/config.toml. The token itself stands in a file
//! of its own, never in an argument or a variable, which other users of the machine may read.

use crate::{Exit, Failure};
use clap::ArgMatches;
use model::{Lang, Secret, text};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

pub struct Config {
    /// Without a slash at its end.
    pub panel: String,
    pub token: Secret,
    /// PEM; without it, the authorities that this machine trusts.
    pub ca: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    panel: Option<String>,
    token_file: Option<PathBuf>,
    ca: Option<PathBuf>,
}

impl Config {
    pub fn read(matches: &ArgMatches, lang: Lang) -> Result<Config, Failure> {
        let written = written(lang)?;
        let said = |option: &str, variable: &str| {
            matches.get_one::<String>(option).cloned().or_else(|| std::env::var(variable).ok())
        };
        let file = |option: &str, variable: &str, written: Option<PathBuf>| {
            let typed = matches.get_one::<PathBuf>(option).cloned();
            typed.or_else(|| std::env::var_os(variable).map(PathBuf::from)).or(written)
        };
        let panel = said("panel", "ALVEOLE_PANEL").or(written.panel).ok_or_else(|| {
            usage(lang, "panel, ALVEOLE_PANEL", "https://panneau.asso.example", "https://panel.asso.example")
        })?;
        if !panel.starts_with("https://") {
            let text = text!(
                "L’adresse du panneau ({panel}) doit commencer par https://.",
                "The panel's address ({panel}) must begin with https://."
            );
            return Err(Failure::new(Exit::Usage, text.pick(lang)));
        }
        let token_file = file("token-file", "ALVEOLE_TOKEN_FILE", written.token_file).ok_or_else(|| {
            usage(
                lang,
                "token_file, ALVEOLE_TOKEN_FILE",
                "un fichier qui contient un jeton (page «\u{a0}Jetons\u{a0}» du panneau)",
                "a file that holds a token (the panel's page “API tokens”)",
            )
        })?;
        let token = Secret::new(read(&token_file, lang)?.trim());
        let ca = file("ca", "ALVEOLE_CA", written.ca).map(|path| read(&path, lang)).transpose()?;
        Ok(Config { panel: panel.trim_end_matches('/').to_owned(), token, ca })
    }
}

fn written(lang: Lang) -> Result<Written, Failure> {
    let folder = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME")?;
        Some(Path::new(&home).join(".config"))
    });
    let Some(path) = folder.map(|folder| folder.join("alveole/config.toml")).filter(|path| path.exists())
    else {
        return Ok(Written::default());
    };
    toml::from_str(&read(&path, lang)?)
        .map_err(|error| Failure::new(Exit::Usage, format!("{}{}{error}", path.display(), lang.colon())))
}

fn read(path: &Path, lang: Lang) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::Usage, format!("{}{}{error}", path.display(), lang.colon())))
}

fn usage(lang: Lang, key: &str, fr: &str, en: &str) -> Failure {
    let text = text!(
        "Il manque {key}\u{a0}: donnez {fr}, en option, dans l’environnement ou dans ~/.config/alveole/config.toml.",
        "{key} is missing: give {en}, as an option, in the environment or in ~/.config/alveole/config.toml."
    );
    Failure::new(Exit::Usage, text.pick(lang))
}
