//! Home. What asks for an answer first. For staff then: what is in trouble, the hosts, figures. For members: their accounts.

use crate::{
    account, grant,
    host::{list::rows, needs_care},
    http::{Answer, Face, Miss},
    member::about,
    parts::{self, Tone, figure, link, link_main, notice},
    shell::{self, Place},
    viewing,
};
use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use leptos::prelude::*;
use model::{Duty, Lang};
use server::{Server, host::HostView, paging::Listing};

/// `GET /`
pub async fn home(State(server): State<Server>, face: Face) -> Answer {
    let me = face.me()?;
    let asked = asks(&server, &face).await?;
    if !face.is_staff() {
        return member(&server, &face, asked).await;
    }
    let approvals = match face.may(Duty::SeeUsers) {
        true => server::approval::list(&server, me).await?,
        false => vec![],
    };
    let approvals = grant::approvals::approvals(face.lang, approvals);
    let hosts = match face.may(Duty::SeeHosts) {
        true => {
            let listing = Listing { limit: Some(200), ..Listing::default() };
            Some(server::host::list(&server, me, &listing).await?.items)
        }
        false => None,
    };
    Ok(staff(&face, view! { {asked}{approvals} }.into_any(), hosts))
}

/// What asks for an answer of whoever looks: invitations, staff that asks to be let act, the yearly question. Not of staff while it views.
async fn asks(server: &Server, face: &Face) -> Result<Option<AnyView>, Miss> {
    let me = face.me()?;
    if face.viewing().is_some() {
        return Ok(None);
    }
    let invitations = grant::mine::card(face.lang, server::grant::my_invitations(server, me).await?);
    let viewings = viewing::card(face.lang, server::viewing::pending(server, me).await?);
    let due = about::asked(face.lang, &server::member::due(server, me).await?);
    let none = invitations.is_none() && viewings.is_none() && due.is_none();
    Ok((!none).then(|| view! { {invitations}{viewings}{due} }.into_any()))
}

/// One's own accounts, below what asks for an answer; straight to the only one when nothing does.
async fn member(server: &Server, face: &Face, asked: Option<AnyView>) -> Answer {
    let accounts = server::account::list(server, face.me()?, &parts::Page::default().listing(), None).await?;
    if let ([only], None) = (accounts.items.as_slice(), &asked) {
        return Ok(Redirect::to(&format!("/accounts/{}", only.id)).into_response());
    }
    Ok(account::list::mine(face, asked, &parts::Page::default(), accounts))
}

/// What asks for an answer, then what is in trouble, then the hosts.
fn staff(face: &Face, asked: AnyView, hosts: Option<Vec<HostView>>) -> axum::response::Response {
    let lang = face.lang;
    let page = shell::Page::new(Place::Home, lang.pick("Accueil", "Home")).act_if(
        face.may(Duty::Administer)
            .then(|| link_main("/accounts/new", lang.pick("Créer un compte", "Create an account"))),
    );
    let body = match hosts {
        Some(hosts) => view! { {asked}{on_hosts(face, hosts)} }.into_any(),
        None => {
            let all = link("/members", lang.pick("Tous les membres", "All members"));
            let words = lang.pick("Vous tenez le registre des membres.", "You keep the members' records.");
            view! { {asked}<section class="card stack"><p>{words}</p>{all}</section> }.into_any()
        }
    };
    shell::page(face, page, view! { <div class="stack">{body}</div> })
}

fn on_hosts(face: &Face, hosts: Vec<HostView>) -> AnyView {
    let lang = face.lang;
    let sum = |count: fn(&HostView) -> u32| hosts.iter().map(|host| i64::from(count(host))).sum::<i64>();
    let (failed, held) = (sum(|host| host.resources.failed), sum(|host| host.resources.held));
    let (accounts, applied) = (sum(|host| host.accounts), sum(|host| host.resources.applied));
    let class = |count: i64, class: &'static str| if count > 0 { class } else { "" };
    let figures = view! {
        <div class="figures">
            {figure(failed, lang.pick("en échec", "failed"), "/changes?state=failed", class(failed, "figure-bad"))}
            {figure(held, lang.pick("en attente d’accord", "waiting for consent"), "/changes?state=held", class(held, "figure-held"))}
            {figure(accounts, lang.pick("comptes", "accounts"), "/accounts", "")}
            {figure(applied, lang.pick("éléments en place", "items in place"), "/hosts", "")}
        </div>
    };
    let none = hosts.is_empty();
    let (care, well): (Vec<HostView>, Vec<HostView>) = hosts.into_iter().partition(needs_care);
    let all_well = care.is_empty() && !well.is_empty();
    let care = (!care.is_empty()).then(|| {
        view! {
            <section class="card card-flat card-alert">
                <div class="card-head"><h2>{lang.pick("Hôtes à regarder", "Hosts to look at")}</h2></div>
                {rows(face, care)}
            </section>
        }
    });
    view! {
        {all_well.then(|| notice(Tone::Good, lang.pick("Tout est en service", "Everything is in service"), ()))}
        {figures}
        {care}
        {(none || !well.is_empty()).then(|| hosts_card(face, well))}
    }
    .into_any()
}

fn hosts_card(face: &Face, hosts: Vec<HostView>) -> AnyView {
    let lang: Lang = face.lang;
    view! {
        <section class="card card-flat">
            <div class="card-head"><h2>{lang.pick("Hôtes", "Hosts")}</h2>{link("/hosts", lang.pick("Tous les hôtes", "All hosts"))}</div>
            {rows(face, hosts)}
        </section>
    }
    .into_any()
}
