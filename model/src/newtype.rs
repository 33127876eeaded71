//! The one way a validated string type is made: parsed on every road in (code, form, JSON), shown on every road out.

/// Gives a tuple struct around `String` its roads: `FromStr` by its own `parse`, serde through the same parse, `Display`, `AsRef<str>`.
macro_rules! string_newtype {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::Problem;
            fn from_str(s: &str) -> Result<Self, $crate::Problem> {
                $name::parse(s)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::Problem;
            fn try_from(s: String) -> Result<Self, $crate::Problem> {
                $name::parse(&s)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) use string_newtype;
