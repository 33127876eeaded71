//! Public keys by which people reach their account's files over SFTP, as `authorized_keys` has them (sshd(8)) without options: what opens
//! the door is the key alone, and what it opens is one constant configuration's to say.

use crate::{Problem, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// `ALGORITHM BASE64`, and nothing else: read to its last octet (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4; OpenSSH's PROTOCOL.u2f).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SshKey(String);

crate::newtype::string_newtype!(SshKey);

/// A line of somebody's `id_….pub`, at most.
const LONGEST: usize = 8 * 1024;
/// Bits of an RSA key, least and most.
const RSA: (usize, usize) = (2048, 16384);

impl SshKey {
    /// Keys of one account, at most.
    pub const MOST: u32 = 20;

    pub fn parse(line: &str) -> Result<SshKey, Problem> {
        SshKey::with_comment(line).map(|(key, _)| key)
    }

    /// A line as `ssh-keygen` writes it: the key, and what it says of itself.
    pub fn with_comment(line: &str) -> Result<(SshKey, Option<String>), Problem> {
        let line = line.trim();
        if line.len() > LONGEST || line.contains(['\n', '\r', '\0']) {
            return Err(bad(
                "ssh_key_lines",
                Text::new(
                    "Collez une seule clé, sur une seule ligne\u{a0}: le contenu du fichier qui finit par .pub.",
                    "Paste one key, on one line: the contents of the file that ends in .pub.",
                ),
            ));
        }
        if line.starts_with("-----BEGIN") {
            return Err(bad(
                "ssh_key_private",
                Text::new(
                    "Ceci est une clé privée\u{a0}: ne la donnez à personne. Collez la clé publique, dans le fichier qui finit par .pub\u{a0}; et si vous avez pu montrer celle-ci, faites-en une autre.",
                    "This is a private key: give it to nobody. Paste the public key, from the file that ends in .pub; and if you may have shown this one, make another.",
                ),
            ));
        }
        let mut words = line.split_ascii_whitespace();
        let (Some(algorithm), Some(base64)) = (words.next(), words.next()) else { return Err(none()) };
        let octets = decode(base64).ok_or_else(none)?;
        check(algorithm, &octets)?;
        let comment: Vec<&str> = words.collect();
        let comment = Some(comment.join(" ")).filter(|comment| !comment.is_empty());
        Ok((SshKey(format!("{algorithm} {base64}")), comment))
    }

    pub fn algorithm(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }

    /// What is hashed for the fingerprint that `ssh-keygen -l` shows.
    pub fn octets(&self) -> Vec<u8> {
        self.0.split(' ').nth(1).and_then(decode).unwrap_or_default()
    }
}

fn bad(code: &'static str, text: Text) -> Problem {
    Problem::invalid("key", code, text)
}

fn none() -> Problem {
    bad(
        "ssh_key",
        Text::new(
            "Ce n’est pas une clé publique SSH, ou il y manque quelque chose\u{a0}: elle commence par ssh-ed25519, ecdsa-sha2-… ou ssh-rsa, sans options devant.",
            "This is no public SSH key, or a part of it is missing: it begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa, without options before it.",
        ),
    )
}

/// The fields of a key, one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

fn check(algorithm: &str, octets: &[u8]) -> Result<(), Problem> {
    let mut fields = Fields(octets);
    if fields.next() != Some(algorithm.as_bytes()) {
        return Err(none());
    }
    let mut point = |curve: &str, length: usize| {
        fields.next() == Some(curve.as_bytes())
            && fields.next().is_some_and(|point| point.len() == length && point.first() == Some(&4))
    };
    let whole = match algorithm {
        "ecdsa-sha2-nistp256" => point("nistp256", 65),
        "ecdsa-sha2-nistp384" => point("nistp384", 97),
        "ecdsa-sha2-nistp521" => point("nistp521", 133),
        "sk-ecdsa-sha2-nistp256@openssh.com" => point("nistp256", 65) && application(&mut fields),
        "ssh-ed25519" => fields.next().is_some_and(|key| key.len() == 32),
        "sk-ssh-ed25519@openssh.com" => {
            fields.next().is_some_and(|key| key.len() == 32) && application(&mut fields)
        }
        "ssh-rsa" => {
            let (Some(_), Some(modulus)) = (fields.next(), fields.next()) else { return Err(none()) };
            let bits = bits(modulus);
            if bits < RSA.0 {
                return Err(bad(
                    "ssh_key_weak",
                    Text::new(
                        "Cette clé RSA est trop courte (moins de 2\u{a0}048 bits)\u{a0}: faites-en une avec ssh-keygen -t ed25519.",
                        "This RSA key is too short (less than 2,048 bits): make one with ssh-keygen -t ed25519.",
                    ),
                ));
            }
            bits <= RSA.1
        }
        "ssh-dss" => {
            return Err(bad(
                "ssh_key_weak",
                Text::new(
                    "Les clés DSA ne protègent plus\u{a0}: faites-en une avec ssh-keygen -t ed25519.",
                    "DSA keys protect no more: make one with ssh-keygen -t ed25519.",
                ),
            ));
        }
        _ => return Err(none()),
    };
    if whole && fields.0.is_empty() { Ok(()) } else { Err(none()) }
}

/// What a key on a token was made for: `ssh:`, and perhaps more.
fn application(fields: &mut Fields<'_>) -> bool {
    fields.next().is_some_and(|application| application.starts_with(b"ssh:") && application.len() <= 255)
}

fn bits(modulus: &[u8]) -> usize {
    let start = modulus.iter().position(|octet| *octet != 0).unwrap_or(modulus.len());
    let significant = &modulus[start..];
    significant.first().map_or(0, |first| significant.len() * 8 - first.leading_zeros() as usize)
}

/// Base64 (RFC 4648 §4), padded, with no bit that says nothing.
fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || !bytes.len().is_multiple_of(4) {
        return None;
    }
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let (mut octets, mut held, mut count) = (Vec::with_capacity(bytes.len() / 4 * 3), 0u32, 0);
    for byte in &bytes[..bytes.len() - padding] {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push(u8::try_from((held >> count) & 0xff).ok()?);
            held &= (1 << count) - 1;
        }
    }
    (held == 0).then_some(octets)
}

/// What people call a key by: one line, a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLabel(String);

impl KeyLabel {
    pub fn parse(typed: &str) -> Result<KeyLabel, Problem> {
        let label = typed.trim();
        let fits = (1..=60).contains(&label.chars().count()) && !label.chars().any(char::is_control);
        if fits {
            return Ok(KeyLabel(label.to_owned()));
        }
        Err(Problem::invalid(
            "label",
            "ssh_key_label",
            Text::new(
                "Donnez-lui un nom de 60 caractères au plus, par exemple «\u{a0}portable d’Ana\u{a0}».",
                "Give it a name of 60 characters at most, such as “Ana’s laptop”.",
            ),
        ))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBNrV8tuzV4k7NV7Ot+kFsQC25lNqvzg1cplZGAx/P0V4LaAi+iOprOgRCdp5UT+yt+vKRUPRc0U9rVO5JTtGM4=";
    const RSA_3072: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCdPj6ldAvP8sKAHYanWGLuRcJmF6XwjLVZ9f2wnDShShI56+Y3YtSmsaK+ioYIecZ0hJy2HT9g3sFBFpf3SC/8l19wI1jcS+Mm2Sqdm8cFcJtQz6LQeZD7TNMEoPbp6DJg7rEHo8fninfrjBlZSVzvwBR3UtzcgvKezjaq10G75dCl/ldip4p4y5GBoUQHWDizF2mS68rlwD7cVuzzlmDl5QMXBli/Gs6+rOkHdARKiNdRE5qIWOQ2eDz3w6icdEUoOhvLv1tystJY9EAhCBQQCWUdJgImeAKDsV3g6lqfShxin2wTRs8OMFzHh2TiUBkCRXXzdevlOnq0hj5w6825uVPjmUWTbYzHR+hsd0aLhu69dfjbQiHdh/ofX4Vl7yP3DM3GCPbccDadjfYCXN9IRXp0zCHy/TF6h4HUdcckEj/mfkbLYWSiBDy9bjaPR6wD9NVl1dTbAUvRDr9hNN6eyLeRChGNgjKysh93YsXcyUVWhPn516/82cyPGYMeGYE=";

    fn refused(line: &str) -> &'static str {
        SshKey::parse(line).unwrap_err().code
    }

    #[test]
    fn a_key_is_read_to_its_last_octet() {
        let (key, comment) = SshKey::with_comment(&format!("  {ED25519} ana@portable de bureau\n")).unwrap();
        assert_eq!((key.as_str(), comment.as_deref()), (ED25519, Some("ana@portable de bureau")));
        assert_eq!((key.algorithm(), key.octets().len()), ("ssh-ed25519", 51));
        assert_eq!(SshKey::parse(ECDSA).unwrap().algorithm(), "ecdsa-sha2-nistp256");
        assert_eq!(SshKey::parse(RSA_3072).unwrap().as_str(), RSA_3072);
        // A letter less, a letter more, another algorithm before it, a bit that says nothing.
        let base64 = ED25519.split(' ').nth(1).unwrap();
        for line in [
            &ED25519[..ED25519.len() - 4],
            &format!("{ED25519}AAAA"),
            &format!("ssh-rsa {base64}"),
            &format!("ecdsa-sha2-nistp256 {base64}"),
            &ED25519.replace('e', "*"),
            "ssh-ed25519",
            "",
            base64,
        ] {
            assert_eq!(refused(line), "ssh_key", "{line}");
        }
    }

    #[test]
    fn no_option_no_second_line_and_no_private_key_comes_in() {
        for line in [
            &format!("command=\"/bin/sh\" {ED25519}"),
            &format!("no-pty,permitopen=\"*\" {ED25519}"),
            &format!("cert-authority {ED25519}"),
            "ssh-ed25519-cert-v01@openssh.com AAAA",
        ] {
            assert_eq!(refused(line), "ssh_key", "{line}");
        }
        assert_eq!(refused(&format!("{ED25519}\n{ED25519}")), "ssh_key_lines");
        assert_eq!(refused(&"x".repeat(9000)), "ssh_key_lines");
        assert_eq!(refused("-----BEGIN OPENSSH PRIVATE KEY-----"), "ssh_key_private");
        assert_eq!(refused("ssh-dss AAAAB3NzaC1kc3M="), "ssh_key_weak");
        // RSA of a few bits.
        assert_eq!(refused("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAABQH////v"), "ssh_key_weak");
    }
}
