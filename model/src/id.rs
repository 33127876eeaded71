//! Identifiers: UUID version 7 (RFC 9562 §5.7), one type per noun, so that a site's id cannot stand where an account's is meant.

use crate::{Problem, Text};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, hash, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// The id of a `Noun`.
pub struct Id<Noun>(Uuid, PhantomData<fn() -> Noun>);

impl<Noun> Id<Noun> {
    /// An id made at `now_ms` (milliseconds since 1970, UTC); time and randomness are passed in.
    pub fn new(now_ms: u64, random: &[u8; 10]) -> Self {
        Id(uuid::Builder::from_unix_timestamp_millis(now_ms, random).into_uuid(), PhantomData)
    }

    pub fn uuid(self) -> Uuid {
        self.0
    }

    /// The 32 hexadecimal digits without dashes, for file names.
    pub fn simple(self) -> String {
        self.0.simple().to_string()
    }
}

impl<Noun> Clone for Id<Noun> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Noun> Copy for Id<Noun> {}
impl<Noun> PartialEq for Id<Noun> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<Noun> Eq for Id<Noun> {}
impl<Noun> PartialOrd for Id<Noun> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<Noun> Ord for Id<Noun> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<Noun> hash::Hash for Id<Noun> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<Noun> fmt::Debug for Id<Noun> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<Noun> fmt::Display for Id<Noun> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<Noun> FromStr for Id<Noun> {
    type Err = Problem;
    fn from_str(s: &str) -> Result<Self, Problem> {
        match Uuid::try_parse(s) {
            Ok(uuid) if uuid.get_version_num() == 7 => Ok(Id(uuid, PhantomData)),
            _ => Err(Problem::invalid(
                "id",
                "bad_id",
                Text::new(
                    "Cet identifiant n’est pas valable\u{a0}: recopiez-le en entier.",
                    "This identifier is not valid: copy it whole.",
                ),
            )),
        }
    }
}
impl<Noun> Serialize for Id<Noun> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}
impl<'de, Noun> Deserialize<'de> for Id<Noun> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = std::borrow::Cow::<'de, str>::deserialize(d)?;
        s.parse().map_err(serde::de::Error::custom)
    }
}

/// Nouns that have ids and are more than their id only in the server's store.
macro_rules! nouns {
    ($($(#[$doc:meta])* $noun:ident $id:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $noun {}
        pub type $id = Id<$noun>;
    )* };
}

nouns! {
    /// A human who signs in.
    User UserId,
    /// A person or organisation of the cooperative.
    Member MemberId,
    /// One status of a member, in the history of statuses.
    MemberStep MemberStepId,
    /// A file of members, between its dry run and its import.
    Import ImportId,
    /// A user's role on a member or an account.
    Grant GrantId,
    /// Somebody asked to take a role.
    Invitation InvitationId,
    /// An act that waits for a second admin.
    Approval ApprovalId,
    /// The limits an account gets.
    Plan PlanId,
    /// A hosting account.
    AccountNoun AccountId,
    /// A server with an agent.
    Host HostId,
    /// A web site of an account.
    SiteNoun SiteId,
    /// What makes a name answer over HTTPS.
    CertificateNoun CertificateId,
    /// A database of an account.
    DatabaseNoun DatabaseId,
    /// A user of a database.
    DatabaseUserNoun DatabaseUserId,
    /// Something an account does at set times.
    CronJobNoun CronJobId,
    /// A public key that opens an account's files.
    SshKeyNoun SshKeyId,
    /// A login that reaches one folder of an account.
    SftpLoginNoun SftpLoginId,
    /// An archive that is made or unpacked.
    FileWork FileWorkId,
    /// An application in a site of an account.
    AppNoun AppId,
    /// One act of one user.
    Change ChangeId,
    /// An API token.
    Token TokenId,
    /// A second factor of a user.
    Factor FactorId,
    /// A mail to a person.
    Mail MailId,
    /// Staff looking at the panel as a member sees it.
    Viewing ViewingId,
    /// The panel itself, as its agents know it.
    Panel PanelId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_only_version_7_parses() {
        let a = AccountId::new(1_000, &[9; 10]);
        let b = AccountId::new(2_000, &[0; 10]);
        assert!(a < b);
        assert_eq!(a.to_string().parse::<AccountId>().unwrap(), a);
        assert!("8c5f2b0e-6f3e-4d57-9a43-2f5b6f2d7c11".parse::<AccountId>().is_err());
        assert!("".parse::<AccountId>().is_err());
    }
}
