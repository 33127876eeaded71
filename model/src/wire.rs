//! What panel and agent say to each other: JSON text frames on one WebSocket (RFC 6455) per agent, under mutual TLS 1.3.
//!
//! agent: `hello` → panel: `welcome` (or `refused` and close) → panel: `changes`… → agent: `ack` after each fsync, `report`s as it reconciles.
//! The panel asks with `query`, the agent answers with `answer`. Nothing here says "do": the agent acts on its ledger alone.

use crate::{
    AccountId, AccountUse, ChangeId, ChangeState, CronRun, DatabaseName, Day, Der, DocumentRoot, Fault,
    HeldMail, HostFacts, Kind, LogAsk, LogPage, NameSince, Outbox, PanelId, Problem, ProblemKind, Resource,
    SftpSignIn, SiteName, SpaceDay, Statistics, TenantUid, Text, UnixName, Visit, transfer::SessionKey,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// This version of the protocol; the panel also speaks the one before.
pub const PROTOCOL: u16 = 1;

/// Octets of a frame, at most. A frame of changes is cut well below it.
pub const LONGEST_FRAME: usize = 4 * 1024 * 1024;

/// Resources in one `changes` frame, at most.
pub const MOST_RESOURCES: usize = 500;

/// Where a host stands: which panel wrote it, in which epoch, up to which generation, by which change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    pub panel: PanelId,
    /// Raised when an admin adopts a host that a restored panel froze; generations count on within it.
    pub epoch: u64,
    pub generation: u64,
    /// The change that made `generation`; `None` at generation 0. Tells a lost history from a shorter one.
    pub change: Option<ChangeId>,
}

/// From an agent to the panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromAgent {
    Hello {
        protocol: u16,
        agent_version: String,
        /// `None` on a host that never received anything.
        position: Option<Position>,
        facts: Box<HostFacts>,
        /// The host's clock, milliseconds since 1970 UTC.
        now_ms: u64,
    },
    /// Everything up to `generation` is in the ledger, fsynced.
    Ack {
        generation: u64,
    },
    /// A `changes` frame was not taken; nothing of it was written.
    Refused {
        reason: Refusal,
        position: Option<Position>,
    },
    Report {
        items: Vec<ReportItem>,
    },
    Answer {
        id: u64,
        answer: Answer,
    },
    /// A run of a cron job began or ended. Said only of jobs the panel has asked for, so by no panel that does not know it; and said
    /// again when it may have been lost.
    Run {
        run: CronRun,
    },
}

/// From the panel to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromPanel {
    Welcome {
        protocol: u16,
        panel: PanelId,
    },
    /// All resources changed in (from, to], by ascending generation.
    Changes {
        panel: PanelId,
        epoch: u64,
        from: u64,
        to: u64,
        resources: Vec<Resource>,
        /// In a new epoch the frames from generation 0 on are the host's full state; all of them but the last say
        /// `more`, and the agent acknowledges only the last: what none of them names shall be gone. Else false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    Query {
        id: u64,
        query: Query,
    },
    /// The panel closes for this reason.
    Refused {
        text: Text,
    },
}

/// Why an agent did not take a frame of changes (DESIGN.md, law 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Another panel's identity.
    OtherPanel,
    /// An epoch or a generation the host has left behind.
    Older,
    /// The same generation with other content.
    OtherContent,
    /// Does not start where the ledger ends.
    Gap,
}

/// How one resource stands on the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportItem {
    pub kind: Kind,
    pub key: Uuid,
    pub generation: u64,
    pub state: ReportState,
    /// For `failed` and `held`: the reason in words a member can read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// What was found edited by hand, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// Of a certificate whose key is newer than its chain: the request for that key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<KeyRequest>,
}

/// A request for a certificate, as an authority takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// The number of the key it is for.
    pub key: u32,
    /// PKCS #10 (RFC 2986).
    pub csr: Der,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    Checked,
    Applied,
    /// Set aside alone; the old state serves.
    Failed,
    /// Waits for a person's consent.
    Held,
}

impl From<ReportState> for ChangeState {
    fn from(state: ReportState) -> ChangeState {
        match state {
            ReportState::Checked => ChangeState::Checked,
            ReportState::Applied => ChangeState::Applied,
            ReportState::Failed => ChangeState::Failed,
            ReportState::Held => ChangeState::Held,
        }
    }
}

/// A file of ours that a person edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    pub path: String,
    /// From what we wrote to what is there, unified, at most 8 KiB.
    pub diff: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask", deny_unknown_fields)]
pub enum Query {
    /// What the ledger holds, a page at a time, in order of kind and key.
    Ledger { after: Option<(Kind, Uuid)>, limit: u16 },
    /// How much these databases hold, 100 at most.
    DatabaseSizes { names: Vec<DatabaseName> },
    /// Who asked for these names. `short`: addresses as networks only.
    AccessLog { names: Vec<NameSince>, short: bool, wanted: LogAsk },
    /// What went wrong on a site: `folder` is its own below the account's `sites`.
    ErrorLog { account: UnixName, uid: TenantUid, folder: SiteName, short: bool, wanted: LogAsk },
    /// What was counted of the requests to these names of an account.
    Statistics { account: UnixName, names: Vec<SiteName>, from: Day, until: Day },
    /// Dial a session for this account's files. Asked only of agents that say they can (`HostFacts::sessions`).
    OpenSession { session: SessionKey, account: AccountId },
    /// Dial a session for a dump of this database of the account's. Asked only of agents that say they can (`HostFacts::dumps`).
    OpenDump { session: SessionKey, account: AccountId, database: DatabaseName },
    /// Whether what a site shows is an empty folder, or none.
    SiteIsEmpty { account: UnixName, folder: SiteName, root: Option<DocumentRoot> },
    /// What an account holds on the disk, as it was last counted, and before.
    Space { account: UnixName, uid: TenantUid },
    /// What accounts took, as far as it was sampled after `since`, in the order of their ids. Asked only of agents that say they can
    /// (`HostFacts::limits`).
    Uses { since: u64, after: Option<AccountId> },
    /// What became of the mail an account's sites sent. This and the next are asked only of agents that have one (`HostFacts::outbox`).
    Outbox { uid: TenantUid },
    /// Of which accounts mail is held.
    HeldMail,
    /// Who came in over SFTP of late. Asked only of agents that say they know (`HostFacts::sftp_logins`).
    SftpSignIns { account: UnixName },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer", deny_unknown_fields)]
pub enum Answer {
    Ledger {
        resources: Vec<Resource>,
        more: bool,
    },
    /// In octets; a database that is not there is left out.
    DatabaseSizes {
        sizes: Vec<(DatabaseName, u64)>,
    },
    AccessLog {
        page: LogPage<Visit>,
    },
    ErrorLog {
        page: LogPage<Fault>,
    },
    Statistics {
        statistics: Statistics,
    },
    /// The session is being dialled.
    Dialling,
    SiteIsEmpty {
        empty: bool,
    },
    Space {
        days: Vec<SpaceDay>,
    },
    Uses {
        uses: Vec<AccountUse>,
        more: bool,
    },
    Outbox {
        outbox: Outbox,
    },
    HeldMail {
        accounts: Vec<HeldMail>,
    },
    /// Newest first.
    SftpSignIns {
        sign_ins: Vec<SftpSignIn>,
    },
    Failed {
        text: Text,
    },
}

/// `POST /enroll` on the agents' port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The whole token, as pasted.
    pub token: String,
    /// A PKCS #10 certificate request (RFC 2986) in PEM; only its public key is used.
    pub csr: String,
}

/// POST /renew on the agents' port, opened with the certificate that is to be renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// As in `EnrolRequest`, for a new key.
    pub csr: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewAnswer {
    pub certificate: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolAnswer {
    pub panel: PanelId,
    pub host: crate::HostId,
    pub certificate: String,
    pub ca: String,
}

/// Reads one frame, bounded.
pub fn decode<Frame: for<'de> Deserialize<'de>>(text: &str) -> Result<Frame, Problem> {
    let bad = |why: String| {
        Problem::new(
            ProblemKind::Invalid,
            "frame_unreadable",
            crate::text!("Message illisible\u{a0}: {why}", "Unreadable message: {why}"),
        )
    };
    if text.len() > LONGEST_FRAME {
        return Err(bad(format!("{} > {LONGEST_FRAME}", text.len())));
    }
    serde_json::from_str(text).map_err(|error| bad(error.to_string()))
}

/// Writes one frame.
pub fn encode<Frame: Serialize>(frame: &Frame) -> Result<String, serde_json::Error> {
    serde_json::to_string(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_they_went() {
        let change = ChangeId::new(7, &[7; 10]);
        let panel = PanelId::new(8, &[8; 10]);
        let resource = Resource {
            kind: Kind::Site,
            key: change.uuid(),
            generation: 4,
            change,
            body: None,
            consent: None,
        };
        let frame =
            FromPanel::Changes { panel, epoch: 1, from: 3, to: 4, resources: vec![resource], more: false };
        assert_eq!(decode::<FromPanel>(&encode(&frame).unwrap()).unwrap(), frame);
        let hello = FromAgent::Hello {
            protocol: PROTOCOL,
            agent_version: "0.1.0".into(),
            position: Some(Position { panel, epoch: 1, generation: 4, change: Some(change) }),
            facts: Box::default(),
            now_ms: 1,
        };
        assert_eq!(decode::<FromAgent>(&encode(&hello).unwrap()).unwrap(), hello);
    }

    #[test]
    fn what_is_cut_or_unknown_is_refused() {
        let whole = encode(&FromAgent::Ack { generation: 9 }).unwrap();
        for end in 0..whole.len() {
            assert!(decode::<FromAgent>(&whole[..end]).is_err());
        }
        assert!(decode::<FromAgent>(r#"{"frame":"ack","generation":9,"run":"/bin/sh"}"#).is_err());
        assert!(decode::<FromAgent>(r#"{"frame":"run"}"#).is_err());
        assert!(decode::<FromAgent>(r#"{"frame":"ack","generation":-1}"#).is_err());
    }
}
