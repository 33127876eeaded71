//! What is in trouble on which host, and the hosts.

use crate::{
    host::{list::rows, needs_care},
    http::{Face, Miss},
    parts::{Tone, figure, notice},
};
use leptos::prelude::*;
use server::{Server, host::HostView, paging::Listing};

/// The figures that say whether all is well, the hosts that need somebody, the others.
pub async fn cards(server: &Server, face: &Face) -> Result<AnyView, Miss> {
    let listing = Listing { limit: Some(200), ..Listing::default() };
    let hosts = server::host::list(server, face.me()?, &listing).await?.items;
    Ok(draw(face, hosts))
}

fn draw(face: &Face, hosts: Vec<HostView>) -> AnyView {
    let lang = face.lang;
    let sum = |count: fn(&HostView) -> u32| hosts.iter().map(|host| i64::from(count(host))).sum::<i64>();
    let (failed, held) = (sum(|host| host.resources.failed), sum(|host| host.resources.held));
    let (accounts, applied) = (sum(|host| host.accounts), sum(|host| host.resources.applied));
    let class = |count: i64, class: &'static str| if count > 0 { class } else { "" };
    let figures = view! {
        <div class="figures">
            {figure(lang, failed, lang.pick("en échec", "failed"), "/changes?state=failed", class(failed, "figure-bad"))}
            {figure(lang, held, lang.pick("attendent un accord", "waiting for consent"), "/changes?state=held", class(held, "figure-held"))}
            {figure(lang, accounts, lang.pick("comptes", "accounts"), "/accounts", "")}
            {figure(lang, applied, lang.pick("ressources en place", "resources in place"), "/hosts", "")}
        </div>
    };
    let none = hosts.is_empty();
    let (care, well): (Vec<HostView>, Vec<HostView>) = hosts.into_iter().partition(needs_care);
    let all_well = care.is_empty() && !well.is_empty();
    let care = (!care.is_empty()).then(|| {
        let title = lang.pick("Hôtes à regarder", "Hosts to look at");
        super::card(lang, "card card-flat card-alert", title, None, rows(face, care))
    });
    let all = Some((lang.pick("Tous", "All"), "/hosts"));
    let others = (none || !well.is_empty())
        .then(|| super::card(lang, "card card-flat", lang.pick("Hôtes", "Hosts"), all, rows(face, well)));
    view! {
        <div class="stack">
            {all_well.then(|| notice(Tone::Good, lang.pick("Tout est en service", "Everything is in service"), ()))}
            {figures}
            {care}
            {others}
        </div>
    }
    .into_any()
}
