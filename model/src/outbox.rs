//! What an account's sites and cron jobs send by mail: how much they may, and what became of it. Never what stands in it.

use crate::{AccountId, AccountState, Day, TenantUid, Text, UnixName};
use serde::{Deserialize, Serialize};

/// How much an account may send, and what its cooperative decided about what was held. A mail to several people counts once for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountMail {
    pub hour: u32,
    pub day: u32,
    /// When somebody last said that what is held shall leave, in milliseconds since 1970; 0: never. Each such moment counts once.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub release: u64,
    /// The same, that it shall be thrown away.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discard: u64,
}

impl AccountMail {
    /// What a plan allows that says nothing else: forms and shops stay far below it, a flood reaches it within a minute.
    pub const HOUR: u32 = 200;
    pub const DAY: u32 = 1000;
    pub const MOST: u32 = 1_000_000;

    pub fn is_usual(&self) -> bool {
        *self == AccountMail::default()
    }
}

impl Default for AccountMail {
    fn default() -> AccountMail {
        AccountMail { hour: AccountMail::HOUR, day: AccountMail::DAY, release: 0, discard: 0 }
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What the outbox of a host reads of an account, by its uid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    pub account: UnixName,
    pub account_id: AccountId,
    pub uid: TenantUid,
    pub state: AccountState,
    pub mail: AccountMail,
}

/// What became of an account's mail on its host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// Sent within the last hour, and within the last 24.
    pub hour: u32,
    pub day: u32,
    /// The last thirty days that had any, oldest first; days are those of UTC.
    pub days: Vec<MailDay>,
    /// Mails that wait for somebody's decision, and since when (milliseconds since 1970).
    pub held: u32,
    pub since: Option<u64>,
    /// The last that were refused, newest first.
    pub refused: Vec<RefusedMail>,
}

impl Outbox {
    pub const DAYS: usize = 30;
    pub const REFUSED: usize = 20;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailDay {
    pub day: Day,
    pub sent: u32,
    pub held: u32,
    pub refused: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedMail {
    pub at: u64,
    pub why: WhyNot,
    /// To how many people it was.
    pub to: u32,
    /// What it seems to have come from: the folder of a site, or a script's name. Whoever sends says this of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Why a mail did not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    Suspended,
    /// The cap is reached, and no more is held.
    Full,
    TooLarge,
    TooMany,
    Nobody,
    /// A recipient's address that is none.
    Address,
    /// Signs that no mail has, as when somebody smuggles lines into one.
    Signs,
    /// The host has no mail server, or it does not answer.
    NoServer,
    /// The mail server does not take it now.
    Later,
    /// The mail server refused it.
    Server,
}

impl WhyNot {
    pub const ALL: [WhyNot; 10] = [
        WhyNot::Suspended,
        WhyNot::Full,
        WhyNot::TooLarge,
        WhyNot::TooMany,
        WhyNot::Nobody,
        WhyNot::Address,
        WhyNot::Signs,
        WhyNot::NoServer,
        WhyNot::Later,
        WhyNot::Server,
    ];

    pub fn code(self) -> &'static str {
        match self {
            WhyNot::Suspended => "suspended",
            WhyNot::Full => "full",
            WhyNot::TooLarge => "too_large",
            WhyNot::TooMany => "too_many",
            WhyNot::Nobody => "nobody",
            WhyNot::Address => "address",
            WhyNot::Signs => "signs",
            WhyNot::NoServer => "no_server",
            WhyNot::Later => "later",
            WhyNot::Server => "server",
        }
    }

    /// Whether the same mail may leave another time.
    pub fn passes(self) -> bool {
        matches!(self, WhyNot::Suspended | WhyNot::Full | WhyNot::NoServer | WhyNot::Later)
    }

    pub fn text(self) -> Text {
        match self {
            WhyNot::Suspended => Text::new(
                "Le compte est suspendu\u{a0}: il n’envoie rien.",
                "The account is suspended: it sends nothing.",
            ),
            WhyNot::Full => Text::new(
                "La limite d’envoi est atteinte, et trop de courrier est déjà retenu.",
                "The cap is reached, and too much mail is held already.",
            ),
            WhyNot::TooLarge => Text::new(
                "Le message est trop grand\u{a0}: 10 Mo au plus, pièces jointes comprises.",
                "The mail is too large: 10 MB at most, attachments included.",
            ),
            WhyNot::TooMany => Text::new(
                "Trop de destinataires pour un message\u{a0}: 50 au plus.",
                "Too many recipients for one mail: 50 at most.",
            ),
            WhyNot::Nobody => Text::new("Le message n’a aucun destinataire.", "The mail has no recipient."),
            WhyNot::Address => Text::new(
                "Une adresse de destinataire n’est pas valable.",
                "A recipient's address is not valid.",
            ),
            WhyNot::Signs => Text::new(
                "Le message contient des signes qu’aucun courrier ne contient\u{a0}: peut-être un formulaire par lequel on glisse des lignes.",
                "The mail holds signs that no mail holds: perhaps a form through which somebody smuggles lines.",
            ),
            WhyNot::NoServer => Text::new(
                "L’hôte n’a pas de serveur de courrier qui réponde.",
                "The host has no mail server that answers.",
            ),
            WhyNot::Later => Text::new(
                "Le serveur de courrier de l’hôte ne prend rien en ce moment.",
                "The host's mail server takes nothing at the moment.",
            ),
            WhyNot::Server => Text::new(
                "Le serveur de courrier de l’hôte a refusé le message.",
                "The host's mail server refused the mail.",
            ),
        }
    }
}

/// An account of which mail is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldMail {
    pub account: AccountId,
    pub mails: u32,
    /// Of the oldest; milliseconds since 1970, by the host's clock.
    pub since: u64,
}
