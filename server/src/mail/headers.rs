//! Headers that lettre does not know.

use lettre::message::header::{Header, HeaderName, HeaderValue};
use model::Lang;

/// RFC 3834 §5: no robot shall answer.
#[derive(Clone)]
pub(super) struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<AutoSubmitted, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(AutoSubmitted::name(), "auto-generated".into())
    }
}

#[derive(Clone)]
pub(super) struct ContentLanguage(pub Lang);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }
    fn parse(said: &str) -> Result<ContentLanguage, Box<dyn std::error::Error + Send + Sync>> {
        Ok(ContentLanguage(Lang::from_code(said).unwrap_or_default()))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(ContentLanguage::name(), self.0.code().into())
    }
}
