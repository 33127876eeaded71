//! Waits until a change is in service, and says how it goes.

use crate::{Exit, Failure, client::Client};
use model::{ChangeState, Lang, event::ChangeEvent, text};
use std::io::{BufRead, BufReader};

/// Listens to the change's events until it is verified, or until it will not be.
pub fn wait(client: &Client, change: &str, lang: Lang) -> Result<Exit, Failure> {
    let shown = client.get(&format!("/changes/{change}"))?.body;
    if shown["states"].as_array().is_none_or(Vec::is_empty) {
        // No host is concerned: what the panel has written is in service.
        return Ok(Exit::Done);
    }
    let mut last = None;
    let stream = client.listen(&format!("/changes/{change}/events"))?;
    for line in BufReader::new(stream).lines() {
        // The stream may be cut; the change goes on, and so does its page.
        let Ok(line) = line else { break };
        let Some(event) = line.strip_prefix("data:").and_then(|data| serde_json::from_str(data).ok()) else {
            continue;
        };
        let ChangeEvent { state, text, .. } = event;
        // In place, with a reason: the panel has asked from outside for a while and says what it saw instead.
        let stuck = state == ChangeState::Applied && text.is_some();
        let said = Some((state, text));
        if last == said {
            continue;
        }
        let why = said.iter().filter_map(|(_, text)| text.as_ref()).map(|text| text.pick(lang));
        let why = why.map(|why| format!("{}{why}", lang.colon())).collect::<String>();
        eprintln!("… {}{why}", word(state, lang));
        last = said;
        match ended(state) {
            Some(exit) => return Ok(exit),
            None if stuck => return Ok(Exit::NotApplied),
            None => {}
        }
    }
    let text = text!(
        "La suite n’est pas connue d’ici\u{a0}: voyez change show {change}.",
        "What follows is not known from here: see change show {change}."
    );
    Err(Failure::new(Exit::Unreachable, text.pick(lang)))
}

/// What waits for a host that is away, or for a person, is not waited for here.
fn ended(state: ChangeState) -> Option<Exit> {
    match state {
        ChangeState::Verified => Some(Exit::Done),
        ChangeState::Wanted | ChangeState::Checked | ChangeState::Applied => None,
        ChangeState::Waiting
        | ChangeState::Held
        | ChangeState::Failed
        | ChangeState::Refused
        | ChangeState::Superseded => Some(Exit::NotApplied),
    }
}

fn word(state: ChangeState, lang: Lang) -> &'static str {
    match state {
        ChangeState::Wanted => lang.pick("demandé", "requested"),
        ChangeState::Checked => lang.pick("contrôlé", "checked"),
        ChangeState::Applied => lang.pick("en place", "in place"),
        ChangeState::Verified => lang.pick("vérifié", "verified"),
        ChangeState::Waiting => lang.pick("en attente de l’hôte", "waiting for the host"),
        ChangeState::Held => lang.pick("retenu, quelqu’un doit trancher", "held, somebody must decide"),
        ChangeState::Failed => lang.pick("échoué, l’ancien état sert", "failed, the old state serves"),
        ChangeState::Refused => lang.pick("refusé", "refused"),
        ChangeState::Superseded => {
            lang.pick("remplacé par une modification plus récente", "superseded by a later change")
        }
    }
}
