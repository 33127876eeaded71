//! Why a step did not do what it should, in words a member can read.

use crate::{exec::ExecError, render::RenderError};
use model::{Text, text};
use nix::errno::Errno;
use std::{fmt, io};

#[derive(Debug)]
pub enum Trouble {
    /// The disk or the kernel said no; it may say yes later.
    Io {
        about: String,
        source: io::Error,
    },
    /// A program of the host did not do its work; it may later.
    Program {
        about: String,
        source: ExecError,
    },
    /// A daemon's own checker does not accept what we rendered, or something is in the way.
    Refused(Text),
    /// It did not work out this time, and is tried again.
    Later(Text),
    Render(RenderError),
    /// After all steps the disk is not as wanted.
    NotAsWanted(String),
}

impl Trouble {
    pub fn io(about: impl Into<String>, source: impl Into<io::Error>) -> Trouble {
        Trouble::Io { about: about.into(), source: source.into() }
    }

    /// Whether trying again later, with nothing changed, makes sense.
    pub fn may_pass(&self) -> bool {
        !matches!(self, Trouble::Refused(_) | Trouble::Render(_))
    }

    pub fn text(&self) -> Text {
        match self {
            Trouble::Io { about, source } => match source.raw_os_error().map(Errno::from_raw) {
                Some(Errno::ENOSPC | Errno::EDQUOT) => text!(
                    "Le disque de l’hôte est plein ({about})\u{a0}: rien n’a été changé, l’hôte réessaiera de lui-même dès qu’il y aura de la place.",
                    "The host's disk is full ({about}): nothing was changed, the host will try again by itself once there is room."
                ),
                Some(Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM) => text!(
                    "L’hôte manque de ressources ({about}, {source})\u{a0}: il réessaiera de lui-même.",
                    "The host is short of resources ({about}, {source}): it will try again by itself."
                ),
                _ => text!(
                    "L’hôte n’a pas pu faire cette étape ({about}\u{a0}: {source})\u{a0}: l’état d’avant est gardé, l’hôte réessaiera de lui-même.",
                    "The host could not do this step ({about}: {source}): the old state is kept, the host will try again by itself."
                ),
            },
            Trouble::Program { about, source } => text!(
                "Un programme de l’hôte n’a pas fait son travail ({about}\u{a0}: {source})\u{a0}: l’état d’avant est gardé, l’hôte réessaiera de lui-même.",
                "A program of the host did not do its work ({about}: {source}): the old state is kept, the host will try again by itself."
            ),
            Trouble::Refused(text) | Trouble::Later(text) => text.clone(),
            Trouble::Render(error) => text!(
                "L’agent ne sait pas écrire cette configuration ({error})\u{a0}: mettez-le à jour.",
                "The agent cannot write this configuration ({error}): update it."
            ),
            Trouble::NotAsWanted(what) => text!(
                "Après la modification, l’hôte n’est pas comme voulu ({what})\u{a0}: quelque chose d’autre y écrit peut-être\u{a0}; l’hôte réessaiera de lui-même.",
                "After the change the host is not as wanted ({what}): perhaps something else writes there; the host will try again by itself."
            ),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for Trouble {}

impl From<RenderError> for Trouble {
    fn from(error: RenderError) -> Trouble {
        Trouble::Render(error)
    }
}
