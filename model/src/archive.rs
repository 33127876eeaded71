//! Archives of files: made of what lies in a home, and unpacked there. What is in an archive is nobody's word to trust: bounded, and what
//! is no plain file or folder of the place it is unpacked to is left out and told.

use crate::{FileName, Problem, Text};
use serde::{Deserialize, Serialize};

/// Things in one archive, at most.
pub const MOST_PACKED: u64 = 100_000;
/// Things left out whose names are told; of the rest, their number.
pub const MOST_LEFT_TOLD: usize = 100;

/// What archive is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveKind {
    Zip,
    TarGz,
}

impl ArchiveKind {
    /// `zip` or `tar.gz`, as people say it.
    pub fn parse(text: &str) -> Result<ArchiveKind, Problem> {
        match text.trim() {
            "zip" | "" => Ok(ArchiveKind::Zip),
            "tar.gz" | "tar_gz" | "tgz" => Ok(ArchiveKind::TarGz),
            _ => {
                let text = Text::new("Au choix\u{a0}: zip ou tar.gz.", "One of: zip, tar.gz.");
                Err(Problem::invalid("kind", "archive_kind", text))
            }
        }
    }

    pub fn ending(self) -> &'static str {
        match self {
            ArchiveKind::Zip => ".zip",
            ArchiveKind::TarGz => ".tar.gz",
        }
    }

    /// A name with this ending, once.
    pub fn named(self, name: &str) -> String {
        match (self, name.ends_with(self.ending()) || (self == ArchiveKind::TarGz && name.ends_with(".tgz")))
        {
            (_, true) => name.to_owned(),
            (kind, false) => format!("{name}{}", kind.ending()),
        }
    }
}

/// The name without its ending, of what can be unpacked by its name; whether it is an archive its contents say.
pub fn unpacks(name: &FileName) -> Option<String> {
    let name = name.shown();
    let lower = name.to_ascii_lowercase();
    let endings = [".tar.gz", ".tgz", ".tar", ".zip"];
    let end = endings.iter().find(|end| lower.len() > end.len() && lower.ends_with(**end))?;
    name.get(..name.len() - end.len()).map(str::to_owned)
}

/// Why something is not where it was to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftWhy {
    /// A link, hard or symbolic.
    Link,
    /// A pipe, a socket, a device, a file with holes.
    Special,
    /// Absolute, or leads out by `..`.
    Outside,
    /// Empty, too long, with NUL or what no name may have; or, in a zip, a name that is no text.
    Name,
    /// Folders too deep within one another.
    Deep,
    /// Of this name there was one already in the archive.
    Twice,
    /// There is something of this name in the folder.
    Exists,
    /// Encrypted.
    Locked,
    /// Packed in a way that is not known here.
    Method,
    /// The account itself may not read it.
    Denied,
    /// Only its setuid, setgid or sticky bit was: the file itself is there.
    SetId,
}

impl LeftWhy {
    pub fn text(self) -> Text {
        match self {
            LeftWhy::Link => Text::new("lien", "link"),
            LeftWhy::Special => Text::new("ni fichier ni dossier", "neither file nor folder"),
            LeftWhy::Outside => Text::new("mènerait hors du dossier", "would lead out of the folder"),
            LeftWhy::Name => Text::new("nom qui n’est pas admis", "name that is not accepted"),
            LeftWhy::Deep => {
                Text::new("trop de dossiers les uns dans les autres", "too many folders within one another")
            }
            LeftWhy::Twice => {
                Text::new("deux fois le même nom dans l’archive", "the same name twice in the archive")
            }
            LeftWhy::Exists => {
                Text::new("il y a déjà quelque chose de ce nom", "something of this name is there already")
            }
            LeftWhy::Locked => Text::new("protégé par un mot de passe", "protected by a password"),
            LeftWhy::Method => Text::new("compression inconnue ici", "compression not known here"),
            LeftWhy::Denied => Text::new("illisible pour le compte", "not readable to the account"),
            LeftWhy::SetId => Text::new(
                "fichier mis en place, sans ses droits setuid, setgid ou sticky",
                "file put in place, without its setuid, setgid or sticky permission",
            ),
        }
    }
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// For people: what cannot be shown is not in it, nor is all of a long one.
    pub name: String,
    pub why: LeftWhy,
}

/// What became of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archived {
    /// Files and folders.
    pub entries: u64,
    /// What the files hold.
    pub octets: u64,
    pub left_out: Vec<LeftOut>,
    /// How many were left out in all.
    pub left: u64,
}

impl Archived {
    /// A name of up to 200 letters, whatever octets it had.
    pub fn leave(&mut self, name: &[u8], why: LeftWhy) {
        self.left += 1;
        if self.left_out.len() < MOST_LEFT_TOLD {
            let name = &name[..name.len().min(1024)];
            let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
            let name = String::from_utf8_lossy(name).chars().map(plain).take(200).collect();
            self.left_out.push(LeftOut { name, why });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_known_by_their_ending() {
        let of = |name: &str| unpacks(&FileName::typed(name).unwrap());
        assert_eq!(of("site.tar.gz").as_deref(), Some("site"));
        assert_eq!(of("Été.ZIP").as_deref(), Some("Été"));
        assert_eq!(of("a.b.tgz").as_deref(), Some("a.b"));
        for none in [".zip", "zip", "a.gz", "a.zip.txt"] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(ArchiveKind::TarGz.named("a.tgz"), "a.tgz");
        assert_eq!(ArchiveKind::Zip.named("a"), "a.zip");
        assert!(ArchiveKind::parse("rar").is_err());
    }

    #[test]
    fn what_is_left_out_is_told_bounded() {
        let mut told = Archived::default();
        for _ in 0..=MOST_LEFT_TOLD {
            told.leave(&[b"a\n\xff".as_slice(), &[b'x'; 5_000]].concat(), LeftWhy::Link);
        }
        assert_eq!((told.left_out.len(), told.left), (MOST_LEFT_TOLD, 101));
        assert!(told.left_out[0].name.starts_with("a\u{fffd}\u{fffd}x") && told.left_out[0].name.len() < 300);
    }
}
