//! Addresses as they stand in the header of a mail (RFC 5322 §3.4): only who gets it is wanted, not what people are called.

use model::EmailAddress;

/// What stands where an address should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAddress;

/// More than any mail may have.
pub const MOST: usize = 1000;

/// The addresses of one field: of groups, of names with commas between quotes, of what stands between angle brackets.
/// No more than `MOST` are looked for. `Err`: one of them is none.
pub fn of_field(value: &str) -> Result<Vec<EmailAddress>, NoAddress> {
    let mut found = Vec::new();
    let mut one = One::default();
    let mut signs = value.chars();
    let (mut quoted, mut comments) = (false, 0u32);
    while let Some(sign) = signs.next() {
        if found.len() >= MOST {
            return Ok(found);
        }
        match sign {
            '\\' if quoted || comments > 0 => {
                // What it makes literal is part of a name or a comment.
                let next = signs.next();
                if quoted {
                    one.text.extend(next);
                }
            }
            '"' if comments == 0 => {
                quoted = !quoted;
                one.text.push('"');
            }
            _ if quoted => one.text.push(sign),
            '(' => comments += 1,
            ')' if comments > 0 => comments -= 1,
            _ if comments > 0 => {}
            '<' => {
                one.text.clear();
                one.angle = true;
            }
            '>' if one.angle => one.closed = true,
            ',' | ';' => found.extend(std::mem::take(&mut one).end()?),
            // The name of a group.
            ':' if !one.angle => one.text.clear(),
            _ if one.closed => {}
            _ => one.text.push(sign),
        }
    }
    found.extend(one.end()?);
    Ok(found)
}

/// As it is being read.
#[derive(Default)]
struct One {
    text: String,
    angle: bool,
    closed: bool,
}

impl One {
    fn end(self) -> Result<Option<EmailAddress>, NoAddress> {
        let text = self.text.trim();
        if text.is_empty() && !self.angle {
            return Ok(None);
        }
        EmailAddress::parse(text).map(Some).map_err(|_| NoAddress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gets_it_whatever_they_are_called() {
        let all = |value: &str| {
            of_field(value).map(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let two = Ok(vec!["a@x.example".to_owned(), "b@y.example".to_owned()]);
        for same in [
            "a@x.example, b@y.example",
            "Ana <a@x.example>,\r\n \"B, the (second)\" <b@y.example>",
            "friends: a@x.example, B (the <c@z.example>, second) <b@y.example>;",
            ",, a@x.example,\t<b@y.example> ,",
            "\"say \\\"<x@x.example>\\\"\" <a@x.example>; b@y.example",
        ] {
            assert_eq!(all(same), two, "{same}");
        }
        assert_eq!(all(" "), Ok(vec![]));
        assert_eq!(all("undisclosed-recipients:;"), Ok(vec![]));
        for bad in
            ["root", "Ana <>", "a@x.example b@y.example", "<a@x.example\0>", "a@[127.0.0.1]", "|/bin/sh"]
        {
            assert_eq!(all(bad), Err(NoAddress), "{bad}");
        }
    }
}
