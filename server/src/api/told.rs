//! Reading JSON bodies. No text in one may hold a control character besides line breaks and tabs: nobody types one, PostgreSQL keeps no
//! U+0000, and terminals, mails and files obey the rest. Refused here, in one place, with the name of the field.

use super::{ApiError, problem::Field};
use crate::{Server, store::control_character};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use model::{Problem, ProblemKind, Text};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Refused where a text in it holds what no text may; JSON that cannot be read is left to who reads it.
pub(super) fn clean(bytes: &[u8]) -> Result<(), ApiError> {
    // Below U+0020 there are escapes alone; what is above is rare enough to be looked at whole.
    if !bytes.iter().any(|byte| matches!(byte, b'\\' | 0x7f | 0xc2)) {
        return Ok(());
    }
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return Ok(()) };
    match dirty(&value) {
        Some(path) => {
            let named = Some(path.join(".")).filter(|name| !name.is_empty());
            let field = named.map(|name| Box::new(Field(name)));
            Err(ApiError { field, ..control_character().into() })
        }
        None => Ok(()),
    }
}

/// The way to the first such text.
fn dirty(value: &Value) -> Option<Vec<String>> {
    let below = |name: String, value: &Value| {
        dirty(value).map(|mut path| {
            path.insert(0, name);
            path
        })
    };
    match value {
        Value::String(text) => text.contains(control).then(Vec::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(n, item)| below(n.to_string(), item)),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains(control) { Some(vec![]) } else { below(name.clone(), value) }
        }),
        _ => None,
    }
}

fn control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// The JSON body of somebody who need not be signed in.
pub struct Told<T>(pub T);

/// Why there is none.
pub enum Untold {
    Unreadable,
    Refused(ApiError),
}

impl Untold {
    /// What the route wants; serde's own words could repeat a password.
    pub fn wanted(self, text: Text) -> ApiError {
        match self {
            Untold::Unreadable => Problem::new(ProblemKind::Invalid, "body_unreadable", text).into(),
            Untold::Refused(error) => error,
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Server> for Told<T> {
    type Rejection = Untold;
    async fn from_request(request: Request, server: &Server) -> Result<Told<T>, Untold> {
        if !super::asked::is_json(request.headers()) {
            return Err(Untold::Unreadable);
        }
        let bytes = Bytes::from_request(request, server).await.map_err(|_| Untold::Unreadable)?;
        clean(&bytes).map_err(Untold::Refused)?;
        serde_json::from_slice(&bytes).map(Told).map_err(|_| Untold::Unreadable)
    }
}

impl axum::response::IntoResponse for Untold {
    fn into_response(self) -> axum::response::Response {
        self.wanted(Text::new("Envoyez du JSON.", "Send JSON.")).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_named_wherever_it_is() {
        let field = |json: &str| {
            clean(json.as_bytes()).err().map(|error| error.field.map(|field| field.0).unwrap_or_default())
        };
        assert_eq!(field(r#"{"name":"a\u0000b"}"#).as_deref(), Some("name"));
        assert_eq!(field(r#"{"contacts":[{},{"name":"\u001b[2J"}]}"#).as_deref(), Some("contacts.1.name"));
        assert_eq!(field("{\"name\":\"a\u{7f}\"}").as_deref(), Some("name"));
        assert_eq!(field("{\"name\":\"a\u{85}\"}").as_deref(), Some("name"));
        assert_eq!(field(r#"{"\u0000":1}"#).as_deref(), Some(""));
        assert_eq!(field("{\"notes\":\"Été\u{a0}: un\\ndeux\\ttrois\\\\u0000\"}"), None);
        assert_eq!(field("{\\"), None);
    }
}
