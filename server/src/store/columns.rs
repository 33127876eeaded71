//! What goes into a placeholder and comes out of a column: the types of `model`, as the store keeps them.

use model::Id;
use sqlx::{Any, Arguments, any::AnyArguments};
use std::str::FromStr;

/// What a column can be read as.
pub trait Column: Sized {
    type Raw: for<'r> sqlx::Decode<'r, Any> + sqlx::Type<Any>;
    fn from_raw(raw: Self::Raw) -> Option<Self>;
}

impl<T: Column> Column for Option<T> {
    type Raw = Option<T::Raw>;
    fn from_raw(raw: Self::Raw) -> Option<Self> {
        match raw {
            None => Some(None),
            Some(raw) => T::from_raw(raw).map(Some),
        }
    }
}

impl Column for i64 {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<i64> {
        Some(raw)
    }
}

impl Column for u64 {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<u64> {
        raw.try_into().ok()
    }
}

impl Column for u32 {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<u32> {
        raw.try_into().ok()
    }
}

impl Column for model::TenantUid {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<model::TenantUid> {
        u32::try_from(raw).ok()?.try_into().ok()
    }
}

impl Column for model::MemberNumber {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<model::MemberNumber> {
        u32::try_from(raw).ok()?.try_into().ok()
    }
}

impl Column for model::Day {
    type Raw = i64;
    fn from_raw(raw: i64) -> Option<model::Day> {
        Some(model::Day::from_ms(raw))
    }
}

impl Column for String {
    type Raw = String;
    fn from_raw(raw: String) -> Option<String> {
        Some(raw)
    }
}

/// Octets, where their order is what counts.
impl Column for Vec<u8> {
    type Raw = Vec<u8>;
    fn from_raw(raw: Vec<u8>) -> Option<Vec<u8>> {
        Some(raw)
    }
}

impl<Noun> Column for Id<Noun> {
    type Raw = String;
    fn from_raw(raw: String) -> Option<Self> {
        raw.parse().ok()
    }
}

impl Column for uuid::Uuid {
    type Raw = String;
    fn from_raw(raw: String) -> Option<Self> {
        raw.parse().ok()
    }
}

impl Column for serde_json::Value {
    type Raw = String;
    fn from_raw(raw: String) -> Option<Self> {
        serde_json::from_str(&raw).ok()
    }
}

/// What a placeholder can be given.
pub trait Bind {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError>;
}

macro_rules! bind_as_is {
    ($($type:ty),*) => { $(
        impl Bind for $type {
            fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
                values.add(self)
            }
        }
    )* };
}
bind_as_is!(i64, Option<i64>, Vec<u8>);

/// A text with U+0000 in it, which PostgreSQL keeps nowhere.
#[derive(Debug)]
pub struct Nul;

impl std::fmt::Display for Nul {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text holds U+0000")
    }
}

impl std::error::Error for Nul {}

impl Bind for String {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        if self.contains('\0') {
            return Err(Box::new(Nul));
        }
        values.add(self)
    }
}

impl Bind for Option<String> {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        match self {
            Some(text) if text.contains('\0') => Err(Box::new(Nul)),
            text => values.add(text),
        }
    }
}

impl Bind for &str {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        self.to_owned().add(values)
    }
}

impl Bind for Option<&str> {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        self.map(str::to_owned).add(values)
    }
}

impl Bind for u64 {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(i64::try_from(self)?)
    }
}

impl Bind for u32 {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(i64::from(self))
    }
}

impl Bind for model::MemberNumber {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(i64::from(self.get()))
    }
}

impl Bind for model::Day {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.ms())
    }
}

impl Bind for uuid::Uuid {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.to_string())
    }
}

impl<Noun> Bind for Id<Noun> {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.to_string())
    }
}

impl<Noun> Bind for Option<Id<Noun>> {
    fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
        values.add(self.map(|id| id.to_string()))
    }
}

/// The validated strings of `model` go both ways.
macro_rules! text_columns {
    ($($type:ty),* $(,)?) => { $(
        impl Column for $type {
            type Raw = String;
            fn from_raw(raw: String) -> Option<Self> {
                <$type>::from_str(&raw).ok()
            }
        }
        impl Bind for &$type {
            fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
                values.add(self.to_string())
            }
        }
    )* };
}
text_columns!(
    model::DomainName,
    model::SiteName,
    model::UnixName,
    model::EmailAddress,
    model::HostName,
    model::PlanName,
    model::Label,
    model::PhpVersion,
    model::Phone,
    model::DatabaseName,
    model::DatabaseUserName,
    model::PasswordHash,
    model::Schedule,
    model::ZoneName,
    model::AppVersion,
    model::AppTitle,
    model::AppAdmin,
    model::Culprit,
);

/// Enums stored by their code.
macro_rules! coded_columns {
    ($($type:ty),* $(,)?) => { $(
        impl Column for $type {
            type Raw = String;
            fn from_raw(raw: String) -> Option<Self> {
                <$type>::from_code(&raw)
            }
        }
        impl Bind for $type {
            fn add(self, values: &mut AnyArguments) -> Result<(), sqlx::error::BoxDynError> {
                values.add(self.code().to_owned())
            }
        }
    )* };
}
coded_columns!(
    model::Kind,
    model::ChangeState,
    model::Lang,
    model::Role,
    model::StaffRole,
    model::MemberKind,
    model::MemberStatus,
    model::Purpose,
    model::Engine,
    model::DatabaseRights,
    model::Application,
    crate::account::Standing,
    crate::approval::Kind,
    crate::account::Cause,
    crate::mail::Kind,
    crate::mail::State,
    crate::factor::Policy,
    crate::census::What,
    crate::site::Redirect,
    crate::site::HstsReach,
    crate::cron_job::Notify,
    crate::cron_job::How,
    model::Span,
    model::Scarce,
);
