//! What an account sends by mail.

use super::ACCOUNT;
use crate::table::{Answer, Input, Kind, Verb, act, input, lists, text};

/// Of a plan.
pub const HOUR: Input = input(
    "mails_hour",
    Kind::SomeNumber,
    "Courriels en une heure au plus (200)",
    "Mails within an hour at most (200)",
);
pub const DAY: Input = input(
    "mails_day",
    Kind::SomeNumber,
    "Courriels en 24 heures au plus (1000)",
    "Mails within 24 hours at most (1000)",
);

pub const SENT: Verb = Verb {
    name: "outbox",
    about: text("Le courrier envoyé par ses sites en trente jours", "The mail its sites sent in thirty days"),
    method: "GET",
    path: "/accounts/{account}/outbox",
    inputs: &[],
    columns: &["day", "sent", "held", "refused"],
    answer: Answer::Beside(
        "days",
        &["hour", "hour_max", "day", "day_max", "held", "held_since", "mail_server", "text"],
    ),
};
pub const RELEASE: Verb = act(
    "mail-release",
    "POST",
    "/accounts/{account}/outbox/release",
    text("Laisser partir le courrier retenu", "Let the mail leave that is held"),
    &[],
    ACCOUNT,
);
pub const DISCARD: Verb = act(
    "mail-discard",
    "POST",
    "/accounts/{account}/outbox/discard",
    text("Jeter le courrier retenu", "Throw away the mail that is held"),
    &[],
    ACCOUNT,
);
pub const HELD: Verb = lists(
    "mail-held",
    "/held-mail",
    text("Les comptes dont du courrier est retenu", "Accounts of which mail is held"),
    &[],
    &["account.name", "member.name", "host.name", "mails", "since"],
)
.whole();
