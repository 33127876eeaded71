//! One mail, from what a program wrote to what leaves: pure.

use super::{address, ask::Ask};
use model::{EmailAddress, Sender, WhyNot};

/// Octets of a mail, as Debian's Postfix takes them.
pub const LARGEST: usize = 10_000_000;
/// Recipients of one mail.
pub const MOST_TO: usize = 50;
/// Octets of a header: what stands in one is looked at by the piece.
const LONGEST_HEADER: usize = 256 * 1024;

/// What leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub to: Vec<EmailAddress>,
    /// With CRLF at the ends of its lines, and no other CR.
    pub text: Vec<u8>,
}

/// What a mail is marked with: passed in, so that tests know it.
#[derive(Clone, Debug)]
pub struct Mark<'a> {
    /// The host's name in mail.
    pub host: &'a str,
    /// Tells this mail from all others.
    pub id: &'a str,
    /// As RFC 5322 writes it.
    pub date: &'a str,
}

/// The sender the bounces go to, whatever the mail says of itself: the account at its host.
pub fn envelope(sender: &Sender, host: &str) -> String {
    format!("{}@{host}", sender.account)
}

/// A field of the header, with the lines that continue it, as written.
struct Field<'a> {
    name: &'a str,
    lines: &'a [u8],
}

impl Field<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn value(&self) -> Result<&str, WhyNot> {
        let value = self.lines.get(self.name.len()..).unwrap_or_default();
        std::str::from_utf8(value)
            .map(|value| value.trim_start_matches([' ', '\t', ':']))
            .map_err(|_| WhyNot::Signs)
    }
}

/// Reads a mail as sendmail(8) does, and makes what leaves.
pub fn read(ask: &Ask, written: &[u8], sender: &Sender, mark: &Mark<'_>) -> Result<Letter, WhyNot> {
    if written.len() > LARGEST {
        return Err(WhyNot::TooLarge);
    }
    if written.contains(&0) {
        return Err(WhyNot::Signs);
    }
    let (fields, body) = split(written)?;
    let mut to = recipients(ask, &fields)?;
    to.sort();
    to.dedup();
    match to.len() {
        0 => return Err(WhyNot::Nobody),
        1..=MOST_TO => {}
        _ => return Err(WhyNot::TooMany),
    }
    let mut text = Vec::with_capacity(written.len() + 1024);
    let account = sender.account_id;
    let line = |text: &mut Vec<u8>, line: String| text.extend([line.as_bytes(), b"\r\n"].concat());
    line(
        &mut text,
        format!("Received: by {} (Alveole outbox, account {account}) id {};", mark.host, mark.id),
    );
    line(&mut text, format!("\t{}", mark.date));
    line(&mut text, format!("X-Alveole-Account: {account}"));
    for field in fields.iter().filter(|field| !TAKEN_OUT.iter().any(|out| field.is(out))) {
        ends(field.lines, &mut text);
    }
    let says = |name| fields.iter().any(|field| field.is(name));
    if !says("From") {
        let address = ask.from.as_deref().and_then(|from| EmailAddress::parse(from).ok());
        let address = address.map_or_else(|| envelope(sender, mark.host), |from| from.to_string());
        line(&mut text, format!("From: {}<{address}>", ask.name.as_deref().map(quoted).unwrap_or_default()));
    }
    if !says("Date") {
        line(&mut text, format!("Date: {}", mark.date));
    }
    if !says("Message-ID") {
        line(&mut text, format!("Message-ID: <{}@{}>", mark.id, mark.host));
    }
    if !says("To") && !says("Cc") {
        line(&mut text, "To: undisclosed-recipients:;".to_owned());
    }
    text.extend(b"\r\n");
    ends(body, &mut text);
    Ok(Letter { to, text })
}

/// What nobody but us says, what no recipient shall read, and what tells of paths on the host.
const TAKEN_OUT: [&str; 6] =
    ["Bcc", "Resent-Bcc", "Return-Path", "X-Alveole-Account", "X-PHP-Originating-Script", "X-PHP-Script"];

/// Where the mail seems to come from: `X-PHP-Originating-Script: 200001:contact.php`.
pub fn script(written: &[u8]) -> Option<String> {
    let (fields, _) = split(written).ok()?;
    let value = fields.iter().find(|field| field.is("X-PHP-Originating-Script"))?.value().ok()?.trim();
    let name = value.split_once(':').map_or(value, |(_, name)| name);
    Some(name.chars().filter(|c| !c.is_control()).take(100).collect())
}

/// The header and the body. What begins without a header is all body; a CR that ends no line is no mail's.
fn split(written: &[u8]) -> Result<(Vec<Field<'_>>, &[u8]), WhyNot> {
    let mut fields: Vec<(usize, usize, &str)> = Vec::new();
    let mut at = 0;
    loop {
        if at > LONGEST_HEADER {
            return Err(WhyNot::TooLarge);
        }
        let rest = &written[at..];
        let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let line = without_end(&rest[..length]);
        if rest.is_empty() || line.is_empty() {
            at += length;
            break;
        }
        if line.contains(&b'\r') {
            return Err(WhyNot::Signs);
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            let Some(last) = fields.last_mut() else { break };
            last.1 = at + length;
        } else if let Some(name) = field_name(line) {
            fields.push((at, at + length, name));
        } else if at == 0 && line.starts_with(b"From ") {
            // How mbox files begin a mail.
        } else {
            break;
        }
        at += length;
    }
    let fields =
        fields.into_iter().map(|(start, end, name)| Field { name, lines: &written[start..end] }).collect();
    Ok((fields, &written[at.min(written.len())..]))
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn field_name(line: &[u8]) -> Option<&str> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = &line[..colon];
    let fits = (1..=70).contains(&name.len()) && name.iter().all(|byte| byte.is_ascii_graphic());
    fits.then(|| std::str::from_utf8(name).ok()).flatten()
}

fn recipients(ask: &Ask, fields: &[Field<'_>]) -> Result<Vec<EmailAddress>, WhyNot> {
    let mut to = Vec::new();
    for given in &ask.to {
        to.extend(address::of_field(given).map_err(|_| WhyNot::Address)?);
    }
    if ask.extract {
        // Of a mail that is sent on, those it is sent on to.
        let again = fields
            .iter()
            .any(|field| ["Resent-To", "Resent-Cc", "Resent-Bcc"].iter().any(|name| field.is(name)));
        let names = if again { ["Resent-To", "Resent-Cc", "Resent-Bcc"] } else { ["To", "Cc", "Bcc"] };
        for field in fields.iter().filter(|field| names.iter().any(|name| field.is(name))) {
            to.extend(address::of_field(field.value()?).map_err(|_| WhyNot::Address)?);
            // Not all of a million is looked at.
            if to.len() >= address::MOST {
                return Err(WhyNot::TooMany);
            }
        }
    }
    Ok(to)
}

/// Lines with CRLF at their ends; a CR elsewhere is an end too, so that no server takes it for another one than we do.
fn ends(written: &[u8], text: &mut Vec<u8>) {
    let mut bytes = written.iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' => text.extend(b"\r\n"),
            b'\r' => {
                if bytes.peek() == Some(&&b'\n') {
                    bytes.next();
                }
                text.extend(b"\r\n");
            }
            byte => text.push(*byte),
        }
    }
    if !text.ends_with(b"\r\n") {
        text.extend(b"\r\n");
    }
}

/// What somebody is called, for the header.
fn quoted(name: &str) -> String {
    let name: String =
        name.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).take(100).collect();
    format!("\"{name}\" ")
}
