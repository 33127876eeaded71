//! The logs of a site: who visited it, what went wrong. They stay on its host; the panel asks when somebody looks.

mod api;
mod export;
mod read;
mod settings;

pub(crate) use api::ROUTES;
pub use export::{MOST_EXPORTED, export};
pub(crate) use read::{older_agent, strange};
pub use read::{read, tail};
pub use settings::{Addresses, Settings};

use model::{Fault, LogAsk, LogPlace, LogText, Problem, SiteName, Text, Visit};
use serde::Serialize;
use utoipa::ToSchema;

/// Which of a site's logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    Access,
    Errors,
}

impl Log {
    pub fn from_code(code: &str) -> Result<Log, Problem> {
        match code {
            "access" | "" => Ok(Log::Access),
            "errors" => Ok(Log::Errors),
            _ => Err(Problem::invalid("log", "bad_log", Text::new("access ou errors.", "access or errors."))),
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Log::Access => "access",
            Log::Errors => "errors",
        }
    }
}

/// What somebody asks for, as typed; empty: all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub q: String,
    /// The first digit of the status: 4.
    pub status: String,
    /// Milliseconds since 1970, and before which.
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub before: String,
    pub after: String,
}

/// Lines of a page, unless somebody asks for another number.
pub const LINES: u16 = 100;

impl Filter {
    /// As the host is asked.
    pub fn ask(&self, limit: u16) -> Result<LogAsk, Problem> {
        let some = |typed: &'_ str| Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty());
        let status = some(&self.status).map(|typed| match typed.trim_end_matches('x').parse::<u8>() {
            Ok(class @ 1..=5) => Ok(class),
            _ => Err(Problem::invalid(
                "status",
                "log_status",
                Text::new("Un chiffre de 1 à 5\u{a0}: 4 pour 404.", "A digit from 1 to 5: 4 for 404."),
            )),
        });
        let place = |typed: &str| some(typed).map(|typed| typed.parse::<LogPlace>()).transpose();
        let ms = |at: Option<i64>, other: u64| at.map_or(other, |at| u64::try_from(at).unwrap_or(0));
        Ok(LogAsk {
            text: some(&self.q).map(|typed| LogText::parse(&typed)).transpose()?,
            status: status.transpose()?,
            from: ms(self.from, 0),
            until: ms(self.until, u64::MAX),
            before: place(&self.before)?,
            after: place(&self.after)?,
            limit,
        })
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Visit)]
pub struct VisitView {
    pub at: i64,
    #[schema(value_type = String)]
    pub name: SiteName,
    /// An IP address, or its network (192.0.2.0/24) where the cooperative wishes so.
    pub address: String,
    pub method: String,
    pub path: String,
    pub status: u16,
    /// Of the answer's body.
    pub octets: u64,
    /// How long it took, in milliseconds.
    pub took: u64,
    pub referrer: String,
    pub agent: String,
}

impl From<Visit> for VisitView {
    fn from(visit: Visit) -> VisitView {
        let Visit { at, name, address, method, path, status, octets, took, referrer, agent } = visit;
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        VisitView { at, name, address, method, path, status, octets, took, referrer, agent }
    }
}

/// One error, with the lines that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SiteError)]
pub struct FaultView {
    pub at: Option<i64>,
    /// `Apache`, `PHP` or `Program`.
    pub source: String,
    pub text: String,
}

impl From<Fault> for FaultView {
    fn from(fault: Fault) -> FaultView {
        FaultView {
            at: fault.at.and_then(|at| i64::try_from(at).ok()),
            source: fault.source.name().into(),
            text: fault.text,
        }
    }
}

/// Lines of one of a site's logs, newest first; those of the other are not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Log)]
pub struct LogView {
    pub log: Log,
    pub visits: Vec<VisitView>,
    pub errors: Vec<FaultView>,
    /// Asks for older lines (`?before=`).
    #[schema(value_type = Option<String>)]
    pub older: Option<LogPlace>,
    /// Asks for what comes next (`?after=`).
    #[schema(value_type = Option<String>)]
    pub newest: Option<LogPlace>,
    /// The host looked for as long as it may and has not found enough; `older` leads on.
    pub cut: bool,
    /// Whether addresses are shown whole, or as networks.
    pub addresses: Addresses,
    /// Why there is nothing, in words, if the host could not be asked.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
}
