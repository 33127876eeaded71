//! Templates to bytes. Each file format has its own Tera instance whose escape function quotes for that format;
//! escaping is on for every template, whatever its name, so that nothing depends on remembering a filter (law 4).

use std::sync::LazyLock;
use tera::{Context, Tera};

/// Text that stands between double quotes in Apache's configuration.
static APACHE: LazyLock<Result<Tera, tera::Error>> = LazyLock::new(|| {
    instance(
        quote_string,
        &[
            ("apache.conf", include_str!("account/apache.conf.tera")),
            ("vhost.conf", include_str!("site/vhost.conf.tera")),
        ],
    )
});

/// Text that stands between double quotes in PHP-FPM's configuration.
static PHP: LazyLock<Result<Tera, tera::Error>> =
    LazyLock::new(|| instance(quote_string, &[("pool.conf", include_str!("account/pool.conf.tera"))]));

/// Text that stands in the arguments of Apache's rewriting.
static REWRITE: LazyLock<Result<Tera, tera::Error>> =
    LazyLock::new(|| instance(quote_rewrite, &[("rules.conf", include_str!("site/rules.conf.tera"))]));

/// A field of passwd(5) or group(5).
static PASSWD: LazyLock<Result<Tera, tera::Error>> = LazyLock::new(|| {
    instance(
        quote_passwd,
        &[("passwd", include_str!("account/passwd.tera")), ("group", include_str!("account/group.tera"))],
    )
});

/// The formats we write, except JSON, which serde quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Apache,
    Php,
    Passwd,
    Rewrite,
}

fn instance(quote: fn(&str) -> String, templates: &[(&str, &str)]) -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    tera.set_escape_fn(quote);
    // Every name ends with nothing: escaping is on for all.
    tera.autoescape_on(vec![""]);
    tera.add_raw_templates(templates.iter().copied())?;
    Ok(tera)
}

/// Renders a built-in template.
pub fn render(format: Format, template: &str, context: &Context) -> Result<Vec<u8>, RenderError> {
    let tera = match format {
        Format::Apache => &*APACHE,
        Format::Php => &*PHP,
        Format::Passwd => &*PASSWD,
        Format::Rewrite => &*REWRITE,
    };
    let told = |error: &tera::Error| RenderError { template: template.to_owned(), reason: chain(error) };
    let tera = tera.as_ref().map_err(told)?;
    // A template opens with a comment for those who edit it, and its line break is nothing to write.
    let text = tera.render(template, context).map_err(|error| told(&error))?;
    Ok(text.trim_start().as_bytes().to_vec())
}

/// A template of ours that cannot be rendered: our own fault, said with the whole chain of causes.
#[derive(Debug, Clone)]
pub struct RenderError {
    pub template: String,
    pub reason: String,
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rendering {}: {}", self.template, self.reason)
    }
}

impl std::error::Error for RenderError {}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// No value may end a line in any format; what our types already forbid is made harmless here once more.
fn printable(value: &str) -> impl Iterator<Item = char> + '_ {
    value.chars().map(|c| if c.is_control() { '?' } else { c })
}

/// Between double quotes Apache and PHP's INI files alike read `\"` and `\\`. `$` has no escape: in Apache `${…}` names a variable,
/// in PHP a variable or the pool.
fn quote_string(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    for c in printable(value) {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '$' => quoted.push('?'),
            _ => quoted.push(c),
        }
    }
    quoted
}

/// Between double quotes mod_rewrite reads no escape for a quote: it becomes harmless. What it would put something else for (`$1`, `%1`,
/// `%{…}`) it takes literally after a backslash, in what it looks for and in where it leads.
fn quote_rewrite(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    for c in printable(value) {
        match c {
            '\\' | '%' => quoted.extend(['\\', c]),
            '"' | '$' => quoted.push('?'),
            _ => quoted.push(c),
        }
    }
    quoted
}

/// passwd(5) has no escape at all: a colon becomes harmless.
fn quote_passwd(value: &str) -> String {
    printable(value).map(|c| if c == ':' { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_template_is_readable() {
        for tera in [&*APACHE, &*PHP, &*PASSWD, &*REWRITE] {
            assert!(tera.is_ok(), "{tera:?}");
        }
    }

    /// What Apache's own reader makes of a quoted word (server/util.c, ap_getword_conf).
    fn unquote(quoted: &str) -> Option<String> {
        let mut out = String::new();
        let mut chars = quoted.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => return None,
                '\\' if matches!(chars.peek(), Some('"' | '\\')) => out.extend(chars.next()),
                _ => out.push(c),
            }
        }
        Some(out)
    }

    proptest! {
        /// Whatever a value holds, it stays one word of one line.
        #[test]
        fn quoted_values_stay_one_word(value in "(?s).{0,60}") {
            let quoted = quote_string(&value);
            prop_assert!(!quoted.contains(['\n', '\r', '\0', '$']));
            let expected: String = printable(&value).map(|c| if c == '$' { '?' } else { c }).collect();
            prop_assert_eq!(unquote(&quoted), Some(expected));
            let word = quote_rewrite(&value);
            prop_assert!(!word.contains(['\n', '\r', '\0', '$', '"']));
            let field = quote_passwd(&value);
            prop_assert!(!field.contains([':', '\n']));
        }
    }
}
