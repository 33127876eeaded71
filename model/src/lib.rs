//! Alvéole's words: validated names, resources, and what panel and agent say to each other.
//!
//! No I/O, no clock, no randomness. Every value that reaches a template, an argument, a query or a path is one of these types,
//! parsed where it comes in and parsed again on the host (DESIGN.md, law 4).

// The fuzzer's run time must be linked into every test binary of a package it instruments.
#[cfg(all(test, fuzzing))]
use bolero as _;

mod account;
mod app;
pub mod archive;
mod certificate;
mod change;
mod cron_job;
mod database;
mod day;
mod domain_name;
pub mod dump;
mod email_address;
pub mod event;
mod file_refusal;
pub mod files;
mod home_path;
mod homograph;
mod host;
mod id;
mod lang;
mod limits;
mod log;
mod member;
mod network;
mod newtype;
mod outbox;
mod php_settings;
mod php_version;
mod plan_name;
mod problem;
mod program;
mod redirect;
mod relative_path;
mod resource;
mod role;
mod scope;
mod sealed;
mod secret;
mod sftp_login;
mod site;
mod site_path;
mod site_settings;
mod space;
mod ssh_key;
mod statistics;
pub mod transfer;
mod unix_name;
pub mod upload;
mod variable;
pub mod wire;

pub use account::{Account, AccountState, TenantUid};
pub use app::{App, AppAdmin, AppDatabase, AppPasswordHash, AppTitle, AppVersion, Application, PackagedApp};
pub use certificate::{Certificate, Chain, ChallengeToken, Der, Given, Thumbprint};
pub use change::ChangeState;
pub use cron_job::{Argument, CommandLine, CronJob, CronRun, RunEnd, Schedule, Task, TimeLimit, ZoneName};
pub use database::{
    Database, DatabaseName, DatabaseRights, DatabaseState, DatabaseUser, DatabaseUserName, Engine,
    PasswordHash,
};
pub use day::Day;
pub use domain_name::{DomainName, SiteName};
pub use email_address::EmailAddress;
pub use home_path::{FileName, HomePath};
pub use host::{HostFacts, HostName, LOGS};
pub use id::{
    AccountId, AccountNoun, AppId, AppNoun, Approval, ApprovalId, CertificateId, CertificateNoun, ChangeId,
    CronJobId, CronJobNoun, DatabaseId, DatabaseNoun, DatabaseUserId, DatabaseUserNoun, Factor, FactorId,
    FileWork, FileWorkId, Grant, GrantId, Host, HostId, Id, Import, ImportId, Invitation, InvitationId, Mail,
    MailId, Member, MemberId, MemberStep, MemberStepId, Panel, PanelId, Plan, PlanId, SftpLoginId,
    SftpLoginNoun, SiteId, SiteNoun, SshKeyId, SshKeyNoun, Token, TokenId, User, UserId, Viewing, ViewingId,
};
pub use lang::{Lang, Text};
pub use limits::{AccountUse, Bite, Culprit, HomeDisk, LIMITS, Limits, Scarce, Span, Use};
pub use log::{
    Fault, LogAsk, LogPage, LogPlace, LogSource, LogText, MOST_LINES, MOST_OCTETS, NameSince, Visit,
};
pub use member::{MemberKind, MemberNumber, MemberStatus, Phone, Purpose, several_lines};
pub use network::Network;
pub use outbox::{AccountMail, HeldMail, MailDay, Outbox, RefusedMail, Sender, WhyNot};
pub use php_settings::{PhpKey, PhpRange, PhpSettings, PhpValue, zones};
pub use php_version::PhpVersion;
pub use plan_name::{Label, PlanName};
pub use problem::{Problem, ProblemKind};
pub use program::{FirstWord, FoundRuntime, Program, ProgramFile, Runtime, Serves, StartCommand};
pub use redirect::{MOST_REDIRECTS, Redirect, RedirectCode, check_redirects};
pub use relative_path::RelativePath;
pub use resource::{Body, Consent, Kind, Resource, ResourceKey};
pub use role::{Duty, Right, Role, StaffRole};
pub use scope::Scope;
pub use sealed::{SealKey, Sealed};
pub use secret::Secret;
pub use sftp_login::{LoginSecret, LoginWord, SftpLogin, SftpSignIn};
pub use site::{Hsts, Https, Site, SiteState};
pub use site_path::{SitePath, Target};
pub use site_settings::{
    DocumentRoot, ErrorPage, Maintenance, Networks, SitePhp, SiteSettings, Visitors, Who,
};
pub use space::SpaceDay;
pub use ssh_key::{KeyLabel, SshKey};
pub use statistics::{DayCount, MOST_DAYS, Statistics};
pub use unix_name::UnixName;
pub use variable::{VariableName, Variables, variable_value};
