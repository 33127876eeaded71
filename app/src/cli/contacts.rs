//! A member's contacts as a shell writes and reads them: `billing: Jeanne Martin <jeanne@asso.example> +33 1 23 45 67 89`. What is shown can be
//! typed again.

use model::{Lang, text};
use serde_json::{Value, json};

/// What empties the list.
const NONE: &str = "none";

/// A contact as it was typed, for the API; `Ok(None)` says that there is none. Every part but the purpose may be missing; the panel judges
/// each.
pub fn parse(typed: &str, lang: Lang) -> Result<Option<Value>, String> {
    if typed.trim() == NONE {
        return Ok(None);
    }
    let (purpose, rest) = typed.split_once(':').ok_or_else(|| unreadable(typed, lang))?;
    let (name, email, phone) = match rest.split_once('<') {
        None => (rest, "", ""),
        Some((name, rest)) => {
            let (email, phone) = rest.split_once('>').ok_or_else(|| unreadable(typed, lang))?;
            (name, email, phone)
        }
    };
    let [name, email, phone] =
        [name, email, phone].map(|part| Some(part.trim()).filter(|part| !part.is_empty()));
    if name.is_none() && email.is_none() && phone.is_none() {
        return Err(unreadable(typed, lang));
    }
    Ok(Some(json!({ "purpose": purpose.trim(), "name": name, "email": email, "phone": phone })))
}

/// All of them together.
pub fn parse_all<'a>(typed: impl Iterator<Item = &'a String>, lang: Lang) -> Result<Value, String> {
    let mut contacts = Vec::new();
    for typed in typed {
        contacts.extend(parse(typed, lang)?);
    }
    Ok(Value::from(contacts))
}

fn unreadable(typed: &str, lang: Lang) -> String {
    let text = text!(
        "«\u{a0}{typed}\u{a0}» ne se lit pas comme un contact\u{a0}: écrivez «\u{a0}billing\u{a0}: Nom <adresse@exemple.fr> +33 1 23 45 67 89\u{a0}» (ou technical, legal), ou none.",
        "“{typed}” does not read as a contact: write “billing: Name <address@example.org> +44 20 7946 0000” (or technical, legal), or none."
    );
    text.pick(lang).to_owned()
}

/// A contact in one line, if this is one.
pub fn line(contact: &Value) -> Option<String> {
    let part = |name: &str| contact[name].as_str().unwrap_or_default();
    let purpose = contact["purpose"].as_str()?;
    let mut line = format!("{purpose}: {}", part("name"));
    if !(part("email").is_empty() && part("phone").is_empty()) {
        line = format!("{} <{}> {}", line.trim_end(), part("email"), part("phone"));
    }
    Some(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed_again() {
        for (typed, name, email, phone) in [
            (
                "billing: Jeanne Martin <jeanne@asso.example> +33 1 23 45 67 89",
                json!("Jeanne Martin"),
                json!("jeanne@asso.example"),
                json!("+33 1 23 45 67 89"),
            ),
            ("technical: <ops@asso.example>", Value::Null, json!("ops@asso.example"), Value::Null),
            ("legal: Me Dupont", json!("Me Dupont"), Value::Null, Value::Null),
            ("legal: Me Dupont <> 0123", json!("Me Dupont"), Value::Null, json!("0123")),
        ] {
            let contact = parse(typed, Lang::En).unwrap().unwrap();
            assert_eq!(
                [&contact["name"], &contact["email"], &contact["phone"]],
                [&name, &email, &phone],
                "{typed}"
            );
            assert_eq!(line(&contact).as_deref(), Some(typed));
        }
    }

    #[test]
    fn none_empties_and_the_unreadable_is_refused() {
        assert_eq!(parse_all(["none".to_owned()].iter(), Lang::En).unwrap(), json!([]));
        // With the space that French puts before a colon, too.
        let french = parse("billing\u{a0}: Jeanne", Lang::Fr).unwrap().unwrap();
        assert_eq!((&french["purpose"], &french["name"]), (&json!("billing"), &json!("Jeanne")));
        for typed in
            ["", "billing", "billing:", "billing: <", "billing: Jeanne <jeanne@asso.example", "legal: <>"]
        {
            let refused = parse(typed, Lang::Fr).unwrap_err();
            assert!(refused.contains("ne se lit pas comme un contact"), "{typed}: {refused}");
        }
        assert_eq!(line(&json!("www.asso.example")), None);
    }
}
