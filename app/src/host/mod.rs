//! Hosts: list, adding and enrolling, the page of one and what admins decide there.

pub mod act;
pub mod form;
mod frozen;
pub mod list;
pub mod resources;
mod settings;
pub mod show;

use crate::parts::badge;
use leptos::prelude::*;
use model::Lang;
use server::host::{HostState, HostView};

/// How a host is, worst news first: what an admin should look at.
pub fn health(lang: Lang, host: &HostView) -> AnyView {
    let (class, word) = match host.state {
        HostState::Retired => ("state state-past", lang.pick("retiré", "retired")),
        HostState::Revoked => ("state state-past", lang.pick("accès révoqué", "access revoked")),
        HostState::Waiting => ("state state-waiting", lang.pick("attend son agent", "waiting for its agent")),
        _ if host.frozen.is_some() => ("state state-bad", lang.pick("gelé", "frozen")),
        _ if !host.connected => ("state state-bad", lang.pick("absent", "away")),
        HostState::Draining => ("state state-going", lang.pick("fermé aux nouveaux", "closed to new")),
        HostState::Active => ("state state-good", lang.pick("en service", "in service")),
    };
    badge(class, word)
}

/// Whether an admin has something to do about it.
pub fn needs_care(host: &HostView) -> bool {
    let serves = matches!(host.state, HostState::Active | HostState::Draining);
    serves
        && (host.frozen.is_some() || !host.connected || host.resources.failed > 0 || host.resources.held > 0)
}
