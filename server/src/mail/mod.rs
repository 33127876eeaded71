//! Mails to people: queued in the transaction of the act that causes them, sent by a job, kept without their bodies.

mod api;
mod at_once;
mod carrier;
mod cron;
mod ends;
mod headers;
mod job;
mod limits;
mod member;
mod outbox;
mod over;
mod people;
mod queue;
mod readers;
mod render;
mod rules;
mod security;
mod settings;
mod trouble;

pub(crate) use api::ROUTES;
pub use at_once::at_once;
pub use carrier::Carrier;
pub(crate) use cron::{JobNews, cron_job, failure_waits};
pub(crate) use ends::{Ending, certificates_end};
pub use job::{GIVE_UP_MS, PER_MINUTE, run, send_due};
pub(crate) use limits::limit_near;
pub(crate) use member::member_ended;
pub(crate) use outbox::mail_held;
pub(crate) use people::{asked, invite, invite_to_members, staffed, tell_people, tell_user};
pub(crate) use queue::{Letter, by_mail, off, off_for_members, queue, unqueue};
pub use rules::{again, failed, list, list_in};
pub(crate) use security::{Moved, factor, recovered, recovery_asked, recovery_refused};
pub use settings::{Security, Sender, Settings, Smtp, Way};

use model::{AccountId, CronJobId, Lang, MailId, SiteId, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long it is remembered who was told what.
pub const MEMORY_MS: i64 = 90 * 24 * 3_600_000;

/// What a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody got access to an account, or to a member.
    Invitation,
    /// Somebody forgot the password.
    Reset,
    Suspended,
    Resumed,
    Deleted,
    /// A member, with all its accounts.
    MemberDeleted,
    Restored,
    PasswordChanged,
    FactorAdded,
    FactorRemoved,
    /// By the cooperative, for one who has lost them.
    FactorsReset,
    /// Somebody asks for the user's access to move to another address; to the old one, as are what becomes of it.
    RecoveryAsked,
    RecoveryRefused,
    Recovered,
    /// To the new address, with the link.
    NewAddress,
    /// A member's user asks somebody to take a role.
    Asked,
    /// Somebody got a staff role.
    Staff,
    /// Certificates of a site's names end, and could not be renewed so far.
    CertificateEnds,
    /// A cron job begins to fail, or works again.
    CronFails,
    CronWorks,
    /// An account comes near to a limit of its plan, or reaches it.
    LimitNear,
    /// An account sent more than it may; what comes beyond is held.
    MailHeld,
    /// Where history ends, each week.
    ChainHead,
}

impl Kind {
    pub const ALL: [Kind; 23] = [
        Kind::Invitation,
        Kind::Reset,
        Kind::Suspended,
        Kind::Resumed,
        Kind::Deleted,
        Kind::MemberDeleted,
        Kind::Restored,
        Kind::PasswordChanged,
        Kind::FactorAdded,
        Kind::FactorRemoved,
        Kind::FactorsReset,
        Kind::RecoveryAsked,
        Kind::RecoveryRefused,
        Kind::Recovered,
        Kind::NewAddress,
        Kind::Asked,
        Kind::Staff,
        Kind::CertificateEnds,
        Kind::CronFails,
        Kind::CronWorks,
        Kind::LimitNear,
        Kind::MailHeld,
        Kind::ChainHead,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Invitation => "invitation",
            Kind::Reset => "reset",
            Kind::Suspended => "suspended",
            Kind::Resumed => "resumed",
            Kind::Deleted => "deleted",
            Kind::MemberDeleted => "member_deleted",
            Kind::Restored => "restored",
            Kind::PasswordChanged => "password_changed",
            Kind::FactorAdded => "factor_added",
            Kind::FactorRemoved => "factor_removed",
            Kind::FactorsReset => "factors_reset",
            Kind::RecoveryAsked => "recovery_asked",
            Kind::RecoveryRefused => "recovery_refused",
            Kind::Recovered => "recovered",
            Kind::NewAddress => "new_address",
            Kind::Asked => "asked",
            Kind::Staff => "staff",
            Kind::CertificateEnds => "certificate_ends",
            Kind::CronFails => "cron_fails",
            Kind::CronWorks => "cron_works",
            Kind::LimitNear => "limit_near",
            Kind::MailHeld => "mail_held",
            Kind::ChainHead => "chain_head",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Sent,
    /// Given up.
    Failed,
}

impl State {
    pub const ALL: [State; 3] = [State::Queued, State::Sent, State::Failed];

    pub fn code(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Sent => "sent",
            State::Failed => "failed",
        }
    }

    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A mail as pages and the API show it: never what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailView {
    #[schema(value_type = String)]
    pub id: MailId,
    pub at: i64,
    pub to: String,
    pub kind: Kind,
    #[schema(value_type = String)]
    pub lang: Lang,
    pub subject: String,
    #[schema(value_type = Option<String>)]
    pub account: Option<AccountId>,
    pub state: State,
    pub tries: u32,
    /// When it is tried next, while it is queued.
    pub next_at: Option<i64>,
    pub sent_at: Option<i64>,
    /// Why the last try did not succeed.
    #[schema(value_type = Option<Object>)]
    pub error: Option<Text>,
    /// The mail written in place of this one that failed.
    #[schema(value_type = Option<String>)]
    pub again: Option<MailId>,
}

/// What a mail speaks of; kept with it, so no secret may stand here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Facts {
    /// The account's name.
    pub account: Option<String>,
    /// Those of several, of one member.
    pub accounts: Vec<String>,
    /// The member's name, or those of several, where no one account is meant.
    pub member: Option<String>,
    /// A role's code.
    pub role: Option<String>,
    /// Who asks.
    pub by: Option<String>,
    /// Until when it can be accepted.
    pub answer_until: Option<i64>,
    /// Accepting takes the ownership over.
    pub hands_over: bool,
    /// Why it is suspended, as the member may read it; its code, and a legal order's reference.
    pub reason: Option<String>,
    pub code: Option<String>,
    pub reference: Option<String>,
    /// Until when a deleted account comes back.
    pub until: Option<i64>,
    /// A restored account that comes back suspended.
    pub suspended: bool,
    /// A factor's kind, and the name its user gave it.
    pub factor: Option<String>,
    pub name: Option<String>,
    /// Another address, masked.
    pub email: Option<String>,
    /// A site, and those of its names whose certificates end.
    pub site: Option<SiteId>,
    pub endings: Vec<Ending>,
    /// A cron job, what it does, when its run began, and how that failed.
    pub job: Option<CronJobId>,
    pub words: Option<String>,
    pub run_at: Option<i64>,
    pub how: Option<Text>,
    /// Where the chain of history ends.
    pub head: Option<Head>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub position: i64,
    pub hash: String,
    /// When the last act was done.
    pub at: Option<i64>,
}
