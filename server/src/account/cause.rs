//! Why an account is suspended: a code with what it asks for, and the text told to the member.

use model::{Problem, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The reason's code. Suspensions of before the codes have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Unpaid,
    /// It endangers the service, or others.
    Threat,
    /// An authority orders it; the order has a reference.
    LegalOrder,
    /// The member asked for it.
    AtRequest,
}

impl Cause {
    pub const ALL: [Cause; 4] = [Cause::Unpaid, Cause::Threat, Cause::LegalOrder, Cause::AtRequest];

    pub fn code(self) -> &'static str {
        match self {
            Cause::Unpaid => "unpaid",
            Cause::Threat => "threat",
            Cause::LegalOrder => "legal_order",
            Cause::AtRequest => "at_request",
        }
    }

    pub fn from_code(code: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

/// A suspension as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// `unpaid`, `threat`, `legal_order` or `at_request`.
    #[serde(default)]
    pub code: String,
    /// Of a legal order: its reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// Told to the member.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The same, parsed; without a code where an old suspension is brought back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Why {
    pub code: Option<Cause>,
    pub reference: Option<String>,
    pub reason: Option<String>,
}

impl Suspension {
    pub(super) fn parse(&self) -> Result<Why, Problem> {
        let code = Cause::from_code(self.code.trim()).ok_or_else(|| {
            let text = Text::new(
                "Dites pourquoi\u{a0}: impayé (unpaid), menace technique (threat), ordre légal (legal_order) ou à la demande du membre (at_request).",
                "Say why: unpaid, technical threat (threat), legal order (legal_order), or at the member's request (at_request).",
            );
            Problem::invalid("code", "bad_code", text)
        })?;
        let reference = line(self.reference.as_deref(), 200);
        match (code, &reference) {
            (Cause::LegalOrder, None) => {
                let text = Text::new(
                    "Un ordre légal a une référence\u{a0}: qui l’a donné, quand, sous quel numéro.",
                    "A legal order has a reference: who gave it, when, under which number.",
                );
                return Err(Problem::invalid("reference", "reference_empty", text));
            }
            (Cause::Unpaid | Cause::Threat | Cause::AtRequest, Some(_)) => {
                let text = Text::new(
                    "Seul un ordre légal a une référence\u{a0}: laissez ce champ vide.",
                    "Only a legal order has a reference: leave this empty.",
                );
                return Err(Problem::invalid("reference", "reference_unneeded", text));
            }
            _ => {}
        }
        let Some(reason) = line(self.reason.as_deref(), 500) else {
            let text = Text::new(
                "Écrivez la raison\u{a0}: le membre la lira, et elle restera dans l’historique.",
                "Write the reason: the member will read it, and it stays in the history.",
            );
            return Err(Problem::invalid("reason", "reason_empty", text));
        };
        Ok(Why { code: Some(code), reference, reason: Some(reason) })
    }
}

/// What was typed, without the spaces around it and not longer than this; nothing when nothing is left.
fn line(typed: Option<&str>, longest: usize) -> Option<String> {
    let text: String = typed.unwrap_or_default().trim().chars().take(longest).collect();
    Some(text).filter(|text| !text.is_empty())
}
