//! `[changes]` in panel.toml.

use model::EmailAddress;
use serde::{Deserialize, Deserializer, de::Error};

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who gets the chain's head by mail each week. Without it: every admin. An empty list: nobody.
    #[serde(default, deserialize_with = "addresses")]
    pub mail_head_to: Option<Vec<EmailAddress>>,
}

fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<EmailAddress>>, D::Error> {
    let typed = Vec::<String>::deserialize(deserializer)?;
    let one = |typed: String| {
        EmailAddress::parse(&typed)
            .map_err(|problem| D::Error::custom(format!("`mail_head_to`: \"{typed}\": {}", problem.text.en)))
    };
    typed.into_iter().map(one).collect::<Result<_, _>>().map(Some)
}
