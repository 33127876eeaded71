//! The page of one host: how it is, what is in trouble there, what it is, what can be done with it.

use super::{health, resources::items, settings};
use crate::{
    http::{Answer, Face},
    limits,
    parts::{Facts, Tone, Typed, ago, errors, figure, moment, notice},
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{ChangeState, Duty, HostFacts, HostId, Lang};
use server::{
    Server,
    host::{Difference, HostView, ResourceView, Wanted},
};

/// `GET /hosts/{host}`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<HostId>) -> Answer {
    draw(&server, &face, id, Typed::new()).await
}

/// Loads and draws the page, with what was refused if anything was.
pub(super) async fn draw(server: &Server, face: &Face, id: HostId, typed: Typed) -> Answer {
    let me = face.me()?;
    let host = server::host::show(server, me, id).await?;
    let mut troubles = Vec::new();
    let listing = server::paging::Listing { limit: Some(20), ..Default::default() };
    for (state, count) in
        [(ChangeState::Held, host.resources.held), (ChangeState::Failed, host.resources.failed)]
    {
        if count > 0 {
            troubles.extend(server::host::resources(server, me, id, Some(state), &listing).await?.items);
        }
    }
    let difference = server::host::difference(server, me, id).await?;
    Ok(render(face, &host, troubles, &difference, &typed))
}

pub fn render(
    face: &Face,
    host: &HostView,
    troubles: Vec<ResourceView>,
    difference: &[Difference],
    typed: &Typed,
) -> axum::response::Response {
    let lang = face.lang;
    let seen = host
        .last_seen_at
        .map(|at| view! { <span>{lang.pick("vu ", "seen ")}{ago(lang, face.now_ms, at)}</span> });
    let page = shell::Page::new(Place::Hosts, host.name.as_str())
        .from(lang.pick("Hôtes", "Hosts"), "/hosts")
        .lead(view! { <span class="row">{health(lang, host)}{seen}</span> })
        .status(typed.status());
    let waiting = host.connected.then_some(()).is_none() && host.agent_version.is_none();
    let waiting = waiting.then(|| {
        let words = lang.pick(
            "Exécutez la commande d’enrôlement sur le serveur\u{a0}; il se présentera ici. Perdue\u{a0}? Demandez-en une autre ci-dessous.",
            "Run the enrolment command on the server; it will turn up here. Lost it? Ask for another below.",
        );
        notice(Tone::Know, lang.pick("Son agent ne s’est pas encore présenté", "Its agent has not turned up yet"), view! { <p>{words}</p> })
    });
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            {waiting}
            {super::frozen::section(lang, host, difference, face.may(Duty::KeepHosts))}
            {face.may(Duty::KeepHosts).then(|| limits::quotas(lang, host.facts.as_ref()?.home.as_ref())).flatten()}
            {figures(lang, host)}
            {face.may(Duty::KeepHosts).then(|| deletions(lang, host, &troubles)).flatten()}
            {trouble(face, host.id, troubles)}
            {facts(face, host)}
            <p><a href=format!("/hosts/{}/changes", host.id)>{lang.pick("Son historique\u{a0}: qui y a fait quoi", "Its history: who did what there")}</a></p>
            {face.may(Duty::KeepHosts).then(|| settings::section(lang, host, typed))}
        </div>
    };
    shell::page(face, page, body)
}

fn figures(lang: Lang, host: &HostView) -> AnyView {
    let to = |state: &str| format!("/hosts/{}/resources?state={state}", host.id);
    let counts = host.resources;
    let class = |count: u32, class: &'static str| if count > 0 { class } else { "" };
    view! {
        <div class="figures">
            {figure(lang, counts.failed.into(), lang.pick("en échec", "failed"), to("failed"), class(counts.failed, "figure-bad"))}
            {figure(lang, counts.held.into(), lang.pick("en attente d’accord", "waiting for consent"), to("held"), class(counts.held, "figure-held"))}
            {figure(lang, counts.pending.into(), lang.pick("en route", "on their way"), to("wanted"), "")}
            {figure(lang, counts.applied.into(), lang.pick("en place", "in place"), format!("/hosts/{}/resources", host.id), "")}
        </div>
    }
    .into_any()
}

/// Many deletions at once wait for one consent.
fn deletions(lang: Lang, host: &HostView, troubles: &[ResourceView]) -> Option<AnyView> {
    let held: Vec<&ResourceView> = troubles
        .iter()
        .filter(|found| found.wanted == Wanted::Gone && found.state == ChangeState::Held)
        .collect();
    if held.len() < 2 {
        return None;
    }
    let names: Vec<String> = held.iter().map(|found| crate::change::words::shown(&found.label)).collect();
    let mut names = names.join(", ");
    if host.resources.held as usize > held.len() {
        names.push('…');
    }
    let words = lang.pick(
        format!("Beaucoup de suppressions à la fois\u{a0}: l’hôte les retient jusqu’à votre accord. Seraient supprimés\u{a0}: {names}"),
        format!("Many deletions at once: the host holds them back until you consent. Would be deleted: {names}"),
    );
    let act = crate::parts::Action::new(
        format!("/hosts/{}/deletions", host.id),
        lang.pick("Tout supprimer vraiment", "Really delete all of them"),
    )
    .loss();
    Some(notice(
        Tone::Held,
        lang.pick("Suppressions en attente de votre accord", "Deletions waiting for your consent"),
        view! { <p>{words}</p>{act.view()} },
    ))
}

fn trouble(face: &Face, host: HostId, troubles: Vec<ResourceView>) -> Option<AnyView> {
    if troubles.is_empty() {
        return None;
    }
    let lang = face.lang;
    Some(
        view! {
            <section class="card card-flat card-alert">
                <div class="card-head"><h2>{lang.pick("À regarder", "To look at")}</h2></div>
                {items(face, host, troubles)}
            </section>
        }
        .into_any(),
    )
}

fn disk(lang: Lang, facts: &HostFacts) -> Option<String> {
    let home = facts.home.as_ref()?;
    let holds = match home.quotas {
        true => lang.pick("avec quotas", "with quotas"),
        false => lang.pick("sans quotas", "without quotas"),
    };
    Some(format!("{} ({}), {holds}", home.mount, home.kind))
}

fn facts(face: &Face, host: &HostView) -> AnyView {
    let lang = face.lang;
    let facts = host.facts.as_ref();
    let clock = host.clock_offset_ms.filter(|offset| offset.abs() > 2_000).map(|offset| {
        let seconds = offset.abs() / 1000;
        lang.pick(format!("{seconds} s d’écart avec le panneau"), format!("{seconds} s off the panel's"))
    });
    let versions =
        facts.map(|facts| facts.php.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let mail = facts.filter(|facts| facts.outbox).map(|facts| match facts.mail_server {
        true => lang.pick("remis à Postfix", "handed to Postfix"),
        false => lang.pick("aucun\u{a0}: installez Postfix", "none: install Postfix"),
    });
    let list = Facts::new()
        .line(lang.pick("Rôles", "Roles"), host.roles.join(", "))
        .line_if("IPv4", host.ipv4.clone())
        .line_if("IPv6", host.ipv6.clone())
        .line(lang.pick("Comptes", "Accounts"), host.accounts.to_string())
        .line_if(lang.pick("Version de l’agent", "Agent version"), host.agent_version.clone())
        .line_if(
            lang.pick("Vu pour la dernière fois", "Last seen"),
            host.last_seen_at.map(|at| moment(lang, at)),
        )
        .line_if("Debian", facts.map(|facts| facts.debian.clone()))
        .line_if(lang.pick("Noyau", "Kernel"), facts.map(|facts| facts.kernel.clone()))
        .line_if("PHP", versions.filter(|versions| !versions.is_empty()))
        .line_if(
            lang.pick("Dossiers des comptes", "Accounts’ folders"),
            facts.and_then(|facts| disk(lang, facts)),
        )
        .line_if(lang.pick("Courrier des sites", "Mail of sites"), mail)
        .line_if(lang.pick("Horloge", "Clock"), clock)
        .line_if(
            lang.pick("Certificat valable jusqu’au", "Certificate valid until"),
            host.certificate_until.map(|at| moment(lang, at)),
        )
        .line(
            lang.pick("Génération", "Generation"),
            lang.pick(
                format!("{}, reçue {} (époque {})", host.generation, host.acked_generation, host.epoch),
                format!("{}, received {} (epoch {})", host.generation, host.acked_generation, host.epoch),
            ),
        )
        .line(lang.pick("Ajouté le", "Added"), moment(lang, host.created_at))
        .view();
    view! { <section class="card stack"><h2>{lang.pick("Ce qu’il est", "What it is")}</h2>{list}</section> }
        .into_any()
}
