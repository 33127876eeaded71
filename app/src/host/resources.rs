//! The resources of a host: how each stands, why, and what an admin decides about those that are held.

use crate::{
    http::{Answer, Face},
    parts::{self, Action, Select, Typed, badge, diff, empty, next_page},
    shell::{self, Place},
    state::{StandingBadge, StateBadge, word},
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{ChangeState, Duty, HostId, Lang};
use server::{
    Server,
    host::{ResourceView, Wanted},
};

/// `GET /hosts/{host}/resources`
pub async fn list(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<HostId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    let lang = face.lang;
    let host = server::host::show(&server, face.me()?, id).await?;
    let state = page.state().and_then(ChangeState::from_code);
    let found = server::host::resources(&server, face.me()?, id, state, &page.listing()).await?;
    let path = format!("/hosts/{id}/resources");
    let next = next_page(lang, &path, &page, found.next.as_deref());
    let about = shell::Page::new(Place::Hosts, lang.pick("Ressources", "Resources"))
        .from(lang.pick("Hôtes", "Hosts"), "/hosts")
        .from(host.name.to_string(), format!("/hosts/{id}"));
    let states = ChangeState::ALL.into_iter().fold(
        Select::new("state", lang.pick("État", "State")).option("", lang.pick("tous", "all")),
        |select, state| select.option(state.code(), word(state, lang)),
    );
    let typed = Typed::new().with("state", page.state.clone());
    let body = view! {
        <form class="filters" method="get" action=path>
            {states.view(lang, &typed)}
            <button class="button" type="submit">{lang.pick("Filtrer", "Filter")}</button>
        </form>
        <div class="card card-flat">{items(&face, id, found.items)}</div>
        {next}
    };
    Ok(shell::page(&face, about, body))
}

/// Resources one below the other, each with its reason, its difference, and what can be decided.
pub fn items(face: &Face, host: HostId, resources: Vec<ResourceView>) -> AnyView {
    let lang = face.lang;
    if resources.is_empty() {
        let words = lang.pick("Rien ici dans cet état.", "Nothing here in this state.");
        return empty(lang.pick("Aucune ressource", "No resource"), words, None);
    }
    let items = resources
        .into_iter()
        .map(|resource| item(lang, host, face.may(Duty::KeepHosts), resource))
        .collect_view();
    view! { <ul class="items">{items}</ul> }.into_any()
}

/// How it stands; what is suspended or gone is not in service when that is done.
fn standing(lang: Lang, resource: &ResourceView) -> AnyView {
    let state = resource.state;
    let done = matches!(state, ChangeState::Verified | ChangeState::Applied);
    let (class, is, will) = match resource.wanted {
        Wanted::Suspended => (
            "state state-waiting",
            lang.pick("suspendu", "suspended"),
            lang.pick("à suspendre", "to be suspended"),
        ),
        Wanted::Erased => {
            ("state state-past", lang.pick("effacé", "erased"), lang.pick("à effacer", "to be erased"))
        }
        Wanted::Gone => {
            ("state state-past", lang.pick("supprimé", "deleted"), lang.pick("à supprimer", "to be deleted"))
        }
        Wanted::There => return view! { <StandingBadge state lang/> }.into_any(),
    };
    if done {
        badge(class, is)
    } else {
        view! { <span class="small quiet">{will}</span><StateBadge state lang/> }.into_any()
    }
}

/// `may`: whoever looks may decide.
fn item(lang: Lang, host: HostId, may: bool, resource: ResourceView) -> AnyView {
    let kind = crate::change::words::kind(lang, resource.kind);
    let label = crate::change::words::shown(&resource.label);
    let said = resource.text.as_ref().map(|text| text.pick(lang).to_owned());
    let path = format!("/hosts/{host}/resources/{}/{}/consent", resource.kind.code(), resource.key);
    let act = |code: &'static str, words: &'static str| {
        Action::new(path.clone(), words).hidden("consent", code).about(lang, label.clone())
    };
    let back = lang.pick("Rétablir la version d’Alvéole", "Put Alvéole’s version back");
    let held = resource.state == ChangeState::Held;
    let drift = resource.drift.as_ref().map(|found| {
        let edited = found.path.clone();
        let put_back = may.then(|| act("put_back", back).main().view());
        let keep =
            (may && held).then(|| act("keep", lang.pick("Garder la modification", "Keep the edit")).view());
        view! {
            <div class="item-wide stack-tight">
                <p>{lang.pick("Modifié à la main\u{a0}: ", "Edited by hand: ")}<code>{edited}</code></p>
                {diff(&found.diff)}
                <div class="acts">{put_back}{keep}</div>
            </div>
        }
    });
    // Kept as edited: ours can come back at any time.
    let kept = (resource.pinned && resource.drift.is_none()).then(|| {
        let put_back = may.then(|| act("put_back", back).small().view());
        view! { <span class="small quiet">{lang.pick("gardé tel que modifié à la main", "kept as edited by hand")}</span>{put_back} }
    });
    let delete = (may && held && resource.wanted == Wanted::Gone)
        .then(|| act("delete", lang.pick("Supprimer vraiment", "Really delete")).loss_small().view());
    let name = match resource.account {
        Some(account) => {
            view! { <a class="item-name" href=format!("/accounts/{account}")>{label.clone()}</a> }.into_any()
        }
        None => view! { <span class="item-name">{label.clone()}</span> }.into_any(),
    };
    view! {
        <li>
            <div class="item">
                {name}
                <p class="item-more">{kind}{said.map(|said| format!(" · {said}"))}</p>
            </div>
            <div class="row">
                {standing(lang, &resource)}
                <a class="small" href=format!("/changes/{}", resource.change)>{lang.pick("sa modification", "its change")}<span class="unseen">{label.clone()}</span></a>
                {kept}
                {delete}
            </div>
            {drift}
        </li>
    }
    .into_any()
}
