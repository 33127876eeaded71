//! Members and money: how many of which status, who asks to become one, whose account is suspended because it is unpaid; and for who keeps
//! the records the ways to them.

use super::{
    FEW,
    people::{line, quiet},
};
use crate::{
    http::{Face, Miss},
    member::words,
    parts::{ago, figure, link},
};
use leptos::prelude::*;
use model::{Duty, Lang, MemberStatus};
use server::{
    Server,
    account::AccountView,
    census::{Census, What},
    member::{Filter, MemberRow, Sort},
    paging::Listing,
};

pub async fn cards(server: &Server, face: &Face) -> Result<AnyView, Miss> {
    let (me, lang) = (face.me()?, face.lang);
    let census = server::census::read(server, me).await?;
    let filter = Filter { status: Some(MemberStatus::Applicant), sort: Sort::Newest, ..Filter::default() };
    let listing = Listing { limit: Some(FEW), ..Listing::default() };
    let applicants = server::member::list(server, me, &listing, &filter).await?.items;
    let unpaid = server::account::unpaid(server, me, FEW).await?;
    let keeps = face.may(Duty::KeepMembers);
    // For an admin the search in the head of the page is near enough.
    let search = (keeps && !face.may(Duty::Administer)).then(|| search(lang));
    Ok(view! {
        <section class="stack" aria-labelledby="members">
            <h2 id="members">{lang.pick("Membres", "Members")}</h2>
            {search}
            {figures(face, &census)}
            <div class="grid">
                {asking(lang, applicants)}
                {suspended(face, unpaid)}
            </div>
            {keeps.then(|| acts(face))}
        </section>
    }
    .into_any())
}

fn search(lang: Lang) -> AnyView {
    view! {
        <form class="card" method="get" action="/members" role="search" aria-label=lang.pick("Chercher un membre", "Search a member")>
            <div class="field-line">
                <div class="field">
                    <label for="f-q">{lang.pick("Numéro, nom ou courriel d’un membre", "A member's number, name or e-mail")}</label>
                    <input class="input" type="search" id="f-q" name="q" autocomplete="off" maxlength="200"/>
                </div>
                <button class="button button-main" type="submit">{lang.pick("Chercher", "Search")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn figures(face: &Face, census: &Census) -> AnyView {
    let lang = face.lang;
    let Some(at) = census.at else {
        let words = lang.pick(
            "Pas encore comptés\u{a0}: les premiers chiffres viennent dans quelques minutes.",
            "Not counted yet: the first figures come within minutes.",
        );
        return view! { <p class="quiet">{words}</p> }.into_any();
    };
    let all = MemberStatus::ALL
        .iter()
        .map(|status| {
            let href = format!("/members?status={}", status.code());
            figure(lang, census.of(What::of(*status)), plural(lang, *status), href, "")
        })
        .collect_view();
    let unpaid = census.of(What::UnpaidAccounts);
    let class = if unpaid > 0 { "figure-held" } else { "" };
    let words = lang.pick("comptes impayés", "unpaid accounts");
    view! {
        <div class="figures">
            {all}
            {figure(lang, unpaid, words, "/accounts?state=unpaid", class)}
        </div>
        <p class="small quiet">{lang.pick("Compté ", "Counted ")}{ago(lang, face.now_ms, at)}</p>
    }
    .into_any()
}

fn plural(lang: Lang, status: MemberStatus) -> &'static str {
    match status {
        MemberStatus::Applicant => lang.pick("candidats", "applicants"),
        MemberStatus::Member => lang.pick("membres", "members"),
        MemberStatus::Client => lang.pick("clients", "clients"),
        MemberStatus::Left => lang.pick("partis", "left"),
        MemberStatus::StruckOff => lang.pick("radiés", "struck off"),
    }
}

fn asking(lang: Lang, members: Vec<MemberRow>) -> AnyView {
    let none = members.is_empty();
    let all = (!none).then(|| (lang.pick("Toutes", "All"), "/members?status=applicant"));
    let rows = members
        .into_iter()
        .map(|member| {
            let since = lang.pick("candidature du ", "applied on ");
            let (number, kind) = (words::number(lang, member.number), words::kind(lang, member.kind));
            line(
                format!("/members/{}", member.id),
                member.name,
                view! { {number}" · "{kind}" · "{since}{words::day(lang, member.since)} },
            )
        })
        .collect_view();
    let nobody = lang.pick("Personne n’attend de devenir membre.", "Nobody waits to become a member.");
    let body = view! { <ul class="items">{rows}</ul>{none.then(|| quiet(nobody))} };
    super::card(lang, "card card-flat", lang.pick("Candidatures", "Applicants"), all, body.into_any())
}

fn suspended(face: &Face, accounts: Vec<AccountView>) -> AnyView {
    let lang = face.lang;
    let none = accounts.is_empty();
    let all = (!none).then(|| (lang.pick("Tous", "All"), "/accounts?state=unpaid"));
    let rows = accounts
        .into_iter()
        .map(|account| {
            let reason = account.reason.map(|reason| format!(" · {reason}"));
            line(
                format!("/accounts/{}", account.id),
                account.name.to_string(),
                view! { <a href=format!("/members/{}", account.member.id)>{account.member.name}</a>{reason} },
            )
        })
        .collect_view();
    let nobody = lang.pick("Aucun compte n’est suspendu pour impayé.", "No account is suspended as unpaid.");
    let body = view! { <ul class="items">{rows}</ul>{none.then(|| quiet(nobody))} };
    let title = lang.pick("Suspendus, impayés", "Suspended, unpaid");
    super::card(lang, "card card-flat", title, all, body.into_any())
}

/// For a treasurer, making a member is what the page itself offers.
fn acts(face: &Face) -> AnyView {
    let lang = face.lang;
    view! {
        <div class="acts">
            {face.may(Duty::Administer).then(|| link("/members/new", lang.pick("Créer un membre", "Create a member")))}
            {link("/members/import", lang.pick("Importer un fichier", "Import a file"))}
            {link("/members/export.csv", lang.pick("Exporter les membres", "Export the members"))}
            {link("/members", lang.pick("Tous les membres", "All members"))}
        </div>
    }
    .into_any()
}
