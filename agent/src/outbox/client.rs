//! `alveole-sendmail`: what programs of an account call as sendmail(1). It understands what PHP and others give it, and hands all to the outbox.

use super::{
    ask::{Ask, Said},
    letter::LARGEST,
};
use model::{Text, WhyNot};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// The outbox waits for the mail server, and that may take a while.
const PATIENCE: Duration = Duration::from_secs(240);

/// As sysexits.h numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    Usage = 64,
    Data = 65,
    Unavailable = 69,
    TempFail = 75,
    NoPerm = 77,
}

/// What the arguments ask for: the recipients and the sender, and whether a line with a dot alone ends the mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Called {
    pub ask: Ask,
    pub dots: bool,
}

/// Reads the arguments as sendmail(1) does. `Err`: what is not done here.
pub fn arguments(given: &[String]) -> Result<Called, String> {
    let mut called = Called { dots: true, ..Called::default() };
    let mut given = given.iter();
    while let Some(one) = given.next() {
        let Some(flags) = one.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
            called.ask.to.push(one.clone());
            continue;
        };
        if flags == "-" {
            called.ask.to.extend(given.by_ref().cloned());
            break;
        }
        let mut signs = flags.chars();
        while let Some(sign) = signs.next() {
            let rest = signs.as_str();
            let mut value = || match rest {
                "" => given.next().cloned().ok_or_else(|| format!("-{sign}")),
                rest => Ok(rest.to_owned()),
            };
            match sign {
                't' => called.ask.extract = true,
                'i' => called.dots = false,
                'f' | 'r' => called.ask.from = Some(value()?),
                'F' => called.ask.name = Some(value()?),
                'o' => called.dots &= value()? != "i",
                'b' => match value()?.as_str() {
                    "m" => {}
                    mode => return Err(format!("-b{mode}")),
                },
                // How bounces, encodings and queues are wished: the host decides.
                'N' | 'R' | 'V' | 'B' | 'X' | 'O' | 'h' | 'L' | 'C' | 'p' | 'q' | 'd' => {
                    if sign != 'q' || !rest.is_empty() {
                        value()?;
                    }
                }
                'v' | 'n' | 'm' | 'U' | 'G' | 's' => continue,
                other => return Err(format!("-{other}")),
            }
            if !matches!(sign, 't' | 'i') {
                break;
            }
        }
    }
    Ok(called)
}

/// The mail, up to its end; one octet more than may be tells that it is too large.
pub fn read(input: &mut impl Read, dots: bool) -> io::Result<Vec<u8>> {
    let mut written = Vec::new();
    input.take(LARGEST as u64 + 1).read_to_end(&mut written)?;
    if dots {
        let mut at = 0;
        for line in written.split_inclusive(|byte| *byte == b'\n') {
            if matches!(line, b".\n" | b".\r\n" | b".") {
                written.truncate(at);
                break;
            }
            at += line.len();
        }
    }
    Ok(written)
}

/// Hands it over, and hears what became of it.
pub fn hand_over(socket: &Path, ask: &Ask, written: &[u8]) -> io::Result<Said> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(ask)?;
    line.push(b'\n');
    // Whoever does not want to hear all of it has said why.
    let _ = stream
        .write_all(&line)
        .and_then(|()| stream.write_all(written))
        .and_then(|()| stream.shutdown(Shutdown::Write));
    let mut said = String::new();
    // Its one line, and not its end: who did not hear all of ours may be gone already.
    BufReader::new(stream.take(256)).read_line(&mut said)?;
    Said::from_code(said.trim_end()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// What is said to whoever called, and with what it ends.
pub fn end(said: &io::Result<Said>) -> (Exit, Option<Text>) {
    match said {
        Ok(Said::Sent | Said::Held) => (Exit::Ok, None),
        Ok(Said::Not(why)) => {
            let exit = match why {
                why if why.passes() => Exit::TempFail,
                WhyNot::Server => Exit::Unavailable,
                _ => Exit::Data,
            };
            (exit, Some(why.text()))
        }
        Ok(Said::Nobody) => (
            Exit::NoPerm,
            Some(Text::new(
                "Seul un compte de cet hôte envoie ainsi du courrier.",
                "Only an account of this host sends mail this way.",
            )),
        ),
        Ok(Said::Trouble) | Err(_) => (
            Exit::TempFail,
            Some(Text::new(
                "L’envoi de courrier de cet hôte ne répond pas\u{a0}: réessayez plus tard.",
                "This host's outbox does not answer: try again later.",
            )),
        ),
    }
}
