//! The little of D-Bus's wire format (specification 0.43, little endian) that starting a unit needs.

use std::io;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Return { to: u32 },
    Error { to: u32 },
    Signal { member: String },
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub kind: Kind,
    signature: String,
    body: Vec<u8>,
}

impl Message {
    /// The string (or object path) at this offset of the body, when the body begins with one.
    pub fn string(&self, at: usize) -> Option<String> {
        if at == 0 && !self.signature.starts_with(['s', 'o']) {
            return None;
        }
        Reader { bytes: &self.body, at }.string()
    }

    /// JobRemoved(u id, o job, s unit, s result): the job and its result.
    pub fn job_removed(&self) -> Option<(String, String)> {
        if self.signature != "uoss" {
            return None;
        }
        let mut reader = Reader { bytes: &self.body, at: 4 };
        let (job, _unit, result) = (reader.string()?, reader.string()?, reader.string()?);
        Some((job, result))
    }
}

/// A call of a method of systemd's manager whose arguments are strings.
pub fn call(serial: u32, method: &str, arguments: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for argument in arguments {
        put_string(&mut body, argument);
    }
    to_manager(serial, method, &"s".repeat(arguments.len()), &body)
}

fn to_manager(serial: u32, method: &str, signature: &str, body: &[u8]) -> Vec<u8> {
    let mut fields = Vec::new();
    put_field(&mut fields, 1, "o", "/org/freedesktop/systemd1");
    put_field(&mut fields, 2, "s", "org.freedesktop.systemd1.Manager");
    put_field(&mut fields, 3, "s", method);
    put_field(&mut fields, 6, "s", "org.freedesktop.systemd1");
    put_signature_field(&mut fields, signature);
    message(1, serial, &fields, body)
}

/// A property of a unit: a number, which is all that limits are.
pub type Property = (&'static str, u64);

/// SetUnitProperties(s name, b runtime, a(sv) properties): at once, and until the host boots anew.
pub fn set_properties(serial: u32, unit: &str, properties: &[Property]) -> Vec<u8> {
    let mut body = Vec::new();
    put_string(&mut body, unit);
    align(&mut body, 4);
    body.extend(1_u32.to_le_bytes());
    put_properties(&mut body, properties);
    to_manager(serial, "SetUnitProperties", "sba(sv)", &body)
}

fn put_properties(body: &mut Vec<u8>, properties: &[Property]) {
    let mut list = Vec::new();
    for (name, value) in properties {
        align(&mut list, 8);
        put_string(&mut list, name);
        list.extend([1, b't', 0]);
        align(&mut list, 8);
        list.extend(value.to_le_bytes());
    }
    // The length stands before the padding to the first of them and does not count it; from there on both are aligned alike.
    align(body, 4);
    body.extend(length(&list).to_le_bytes());
    align(body, 8);
    body.extend(list);
}

fn message(kind: u8, serial: u32, fields: &[u8], body: &[u8]) -> Vec<u8> {
    let mut message = vec![b'l', kind, 0, 1];
    message.extend(length(body).to_le_bytes());
    message.extend(serial.to_le_bytes());
    message.extend(length(fields).to_le_bytes());
    message.extend(fields);
    align(&mut message, 8);
    message.extend(body);
    message
}

/// What we say is short, so its length always fits.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn align(bytes: &mut Vec<u8>, to: usize) {
    bytes.resize(bytes.len().next_multiple_of(to), 0);
}

fn put_string(bytes: &mut Vec<u8>, text: &str) {
    align(bytes, 4);
    bytes.extend(length(text.as_bytes()).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.push(0);
}

fn put_field(fields: &mut Vec<u8>, code: u8, kind: &str, value: &str) {
    align(fields, 8);
    fields.extend([code, 1]);
    fields.extend(kind.as_bytes());
    fields.push(0);
    put_string(fields, value);
}

fn put_signature_field(fields: &mut Vec<u8>, signature: &str) {
    align(fields, 8);
    fields.extend([8, 1, b'g', 0]);
    fields.push(u8::try_from(signature.len()).unwrap_or(u8::MAX));
    fields.extend(signature.as_bytes());
    fields.push(0);
}

/// The first message of what was read and how long it is; `None` when it is not all there yet.
pub fn parse(bytes: &[u8], longest: usize) -> io::Result<Option<(Message, usize)>> {
    let odd = || io::Error::new(io::ErrorKind::InvalidData, "not a D-Bus message");
    let Some(head) = bytes.get(..16) else { return Ok(None) };
    if head[0] != b'l' || head[3] != 1 {
        return Err(odd());
    }
    let number = |at: usize| Reader { bytes: head, at }.number().map(|n| n as usize).ok_or_else(odd);
    let (body, fields) = (number(4)?, number(12)?);
    if body > longest || fields > longest {
        return Err(odd());
    }
    let start = (16 + fields).next_multiple_of(8);
    let Some(whole) = bytes.get(..start + body) else { return Ok(None) };
    let fields = Fields::read(&whole[..16 + fields]).ok_or_else(odd)?;
    let kind = match (head[1], fields.reply_to, fields.member) {
        (2, Some(to), _) => Kind::Return { to },
        (3, Some(to), _) => Kind::Error { to },
        (4, _, Some(member)) => Kind::Signal { member },
        _ => Kind::Other,
    };
    Ok(Some((Message { kind, signature: fields.signature, body: whole[start..].to_vec() }, whole.len())))
}

#[derive(Default)]
struct Fields {
    reply_to: Option<u32>,
    member: Option<String>,
    signature: String,
}

impl Fields {
    fn read(head: &[u8]) -> Option<Fields> {
        let mut fields = Fields::default();
        let mut reader = Reader { bytes: head, at: 16 };
        while reader.at < head.len() {
            reader.align(8);
            let code = reader.byte()?;
            match (reader.signature()?.as_str(), code) {
                ("u", 5) => fields.reply_to = Some(reader.number()?),
                ("u", _) => drop(reader.number()?),
                ("g", 8) => fields.signature = reader.signature()?,
                ("g", _) => drop(reader.signature()?),
                ("s", 3) => fields.member = Some(reader.string()?),
                ("s" | "o", _) => drop(reader.string()?),
                _ => return None,
            }
        }
        Some(fields)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn align(&mut self, to: usize) {
        self.at = self.at.next_multiple_of(to);
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<u32> {
        self.align(4);
        let number =
            self.bytes.get(self.at..self.at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)?;
        self.at += 4;
        Some(number)
    }

    fn text(&mut self, length: usize) -> Option<String> {
        let end = self.at.checked_add(length)?;
        let text = std::str::from_utf8(self.bytes.get(self.at..end)?).ok()?.to_owned();
        self.at = end;
        (self.byte()? == 0).then_some(text)
    }

    fn string(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        self.text(length)
    }

    fn signature(&mut self) -> Option<String> {
        let length = usize::from(self.byte()?);
        self.text(length)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A return (2) or an error (3) with one string.
    pub fn answer(kind: u8, to: u32, signature: &str, text: &str) -> Vec<u8> {
        let (mut fields, mut body) = (vec![5, 1, b'u', 0], Vec::new());
        fields.extend(to.to_le_bytes());
        put_signature_field(&mut fields, signature);
        put_string(&mut body, text);
        message(kind, 99, &fields, &body)
    }

    pub fn signal(member: &str, id: u32, job: &str, unit: &str, result: &str) -> Vec<u8> {
        let (mut fields, mut body) = (Vec::new(), id.to_le_bytes().to_vec());
        put_field(&mut fields, 1, "o", "/org/freedesktop/systemd1");
        put_field(&mut fields, 3, "s", member);
        put_signature_field(&mut fields, "uoss");
        for text in [job, unit, result] {
            put_string(&mut body, text);
        }
        message(4, 98, &fields, &body)
    }

    #[test]
    fn what_we_say_can_be_read_again() {
        let said = call(1, "StartUnit", &["alveole-cell@les-amis.service", "replace"]);
        assert_eq!(said.len() % 8, {
            let body = 4 + 29 + 1 + 2 + 4 + 7 + 1;
            body % 8
        });
        let (message, length) = parse(&said, 4096).unwrap().unwrap();
        assert_eq!((message.kind.clone(), length), (Kind::Other, said.len()));
        assert_eq!(message.string(0).unwrap(), "alveole-cell@les-amis.service");
        for cut in 0..said.len() {
            assert_eq!(parse(&said[..cut], 4096).unwrap(), None, "{cut}");
        }
    }

    /// As `busctl call … SetUnitProperties` lays it out: each array begins where its elements may.
    #[test]
    fn properties_are_laid_out_as_systemd_reads_them() {
        let properties = [("MemoryMax", 0x0102_0304_0506_0708), ("TasksMax", 9)];
        let said = set_properties(7, "a.slice", &properties);
        let (message, length) = parse(&said, 4096).unwrap().unwrap();
        assert_eq!((message.signature.as_str(), length), ("sba(sv)", said.len()));
        let mut reader = Reader { bytes: &message.body, at: 0 };
        assert_eq!((reader.string().unwrap(), reader.number().unwrap()), ("a.slice".into(), 1));
        let octets = reader.number().unwrap() as usize;
        reader.align(8);
        let begins = reader.at;
        for (name, value) in properties {
            reader.align(8);
            assert_eq!((reader.string().unwrap(), reader.signature().unwrap()), (name.into(), "t".into()));
            reader.align(8);
            assert_eq!(message.body[reader.at..][..8], value.to_le_bytes());
            reader.at += 8;
        }
        assert_eq!((reader.at - begins, reader.at), (octets, message.body.len()));
    }

    #[test]
    fn signals_and_answers() {
        let (message, _) =
            parse(&signal("JobRemoved", 7, "/j/7", "a.service", "done"), 4096).unwrap().unwrap();
        assert_eq!(message.kind, Kind::Signal { member: "JobRemoved".into() });
        assert_eq!(message.job_removed().unwrap(), ("/j/7".to_owned(), "done".to_owned()));
        let (message, _) = parse(&answer(3, 1, "s", "no"), 4096).unwrap().unwrap();
        let refused = Kind::Error { to: 1 };
        assert_eq!((message.kind.clone(), message.string(0)), (refused, Some("no".to_owned())));
        assert_eq!(message.job_removed(), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..64, byte: u8) {
            let _ = parse(&bytes, 4096);
            let mut said = signal("JobRemoved", 7, "/j/7", "a.service", "done");
            said[at] = byte;
            if let Ok(Some((message, _))) = parse(&said, 4096) {
                let _ = (message.string(0), message.job_removed());
            }
        }
    }
}
