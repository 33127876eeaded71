//! What history keeps of a member: its facts as JSON, and of a change only those that changed. Notes are never among them: history is
//! for ever and members read it, while notes are the cooperative's own and must be forgotten when they are.

use super::MemberView;
use serde_json::{Map, Value, json};

/// All facts but notes and status, which have acts of their own.
pub(super) fn facts(member: &MemberView) -> Map<String, Value> {
    let MemberView { number, name, kind, lang, address, contacts, .. } = member;
    let all = json!({
        "number": number, "name": name, "kind": kind, "lang": lang, "address": address, "contacts": contacts,
    });
    match all {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// What a new member began as.
pub(super) fn whole(member: &MemberView) -> Value {
    let mut facts = facts(member);
    facts.insert("status".into(), json!(member.status));
    facts.insert("since".into(), json!(member.since));
    facts.retain(|_, value| !value.is_null() && *value != json!([]));
    Value::Object(facts)
}

/// The facts that differ, before and after; `None` where none does.
pub(super) fn difference(before: &MemberView, after: &MemberView) -> Option<(Value, Value)> {
    let (mut before, mut after) = (facts(before), facts(after));
    let same: Vec<String> = before
        .iter()
        .filter(|(key, value)| after.get(*key) == Some(value))
        .map(|(key, _)| key.clone())
        .collect();
    for key in same {
        before.remove(&key);
        after.remove(&key);
    }
    (!after.is_empty()).then_some((Value::Object(before), Value::Object(after)))
}
