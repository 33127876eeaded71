//! What happened last, and how it all went over time.

use crate::{
    change::list::items,
    http::{Face, Miss},
    parts::{Chart, chart, fold, periods, values},
};
use leptos::prelude::*;
use model::{Day, Duty, Lang};
use server::{Server, census::What, change::Filter, paging::Listing};

/// Which lines are whose: what one's duties are about.
const LINES: [(What, &[Duty]); 7] = [
    (What::Members, &[Duty::KeepMembers, Duty::SeeHistory, Duty::SendLinks]),
    (What::Clients, &[Duty::KeepMembers]),
    (What::Accounts, &[Duty::SeeMembers]),
    (What::Sites, &[Duty::KeepHosts, Duty::SeeHistory]),
    (What::Users, &[Duty::SendLinks, Duty::SeeHistory]),
    (What::Changes, &[Duty::KeepHosts, Duty::SeeHistory]),
    (What::SuspendedAccounts, &[Duty::KeepMembers]),
];

/// Days, and of which each `step`th is drawn: over a year a week is a point.
const SHORT: (i64, i64) = (90, 1);
const LONG: (i64, i64) = (364, 7);

pub async fn charts(server: &Server, face: &Face, year: bool) -> Result<AnyView, Miss> {
    let lang = face.lang;
    let census = server::census::read(server, face.me()?).await?;
    let (days, step) = if year { LONG } else { SHORT };
    let theirs = LINES.into_iter().filter(|(_, duties)| duties.iter().any(|duty| face.may(*duty)));
    let drawn: Vec<Chart> =
        theirs.map(|(what, _)| of(lang, what, census.series(what, days, step), year)).collect();
    let table = values(lang, &drawn);
    let drawn = drawn.into_iter().map(|one| chart(lang, one)).collect_view();
    Ok(view! {
        <section class="stack" aria-labelledby="time">
            <h2 id="time">{lang.pick("Au fil du temps", "Over time")}</h2>
            {periods(lang, lang.pick("90 jours", "90 days"), "/#time", year)}
            <div class="charts">{drawn}</div>
            {fold(lang.pick("Les valeurs", "The values"), false, view! { <div class="card card-flat">{table}</div> })}
        </section>
    }
    .into_any())
}

fn of(lang: Lang, what: What, points: Vec<(Day, i64)>, year: bool) -> Chart {
    let newest = points.last().map_or(0, |(_, count)| *count);
    let sum = points.iter().map(|(_, count)| count).sum();
    let (title, href, figure) = match what {
        What::Accounts => (lang.pick("comptes", "accounts"), Some("/accounts"), newest),
        What::Applicants => (lang.pick("candidats", "applicants"), Some("/members?status=applicant"), newest),
        What::Changes if year => (lang.pick("modifications en un an", "changes in a year"), None, sum),
        What::Changes => (lang.pick("modifications en 90 jours", "changes in 90 days"), None, sum),
        What::Clients => (lang.pick("clients", "clients"), Some("/members?status=client"), newest),
        What::Left => (lang.pick("partis", "left"), Some("/members?status=left"), newest),
        What::Members => (lang.pick("membres", "members"), Some("/members?status=member"), newest),
        What::Sites => (lang.pick("sites", "sites"), None, newest),
        What::StruckOff => (lang.pick("radiés", "struck off"), Some("/members?status=struck_off"), newest),
        What::SuspendedAccounts => {
            (lang.pick("comptes suspendus", "suspended accounts"), Some("/accounts?state=suspended"), newest)
        }
        What::UnpaidAccounts => (lang.pick("impayés", "unpaid"), Some("/accounts?state=unpaid"), newest),
        What::Users => (lang.pick("utilisateurs", "users"), None, newest),
    };
    // The large figure is the sum; each point is not.
    let each = match what {
        What::Changes if year => lang.pick("modifications de la semaine", "changes of the week"),
        What::Changes => lang.pick("modifications du jour", "changes of the day"),
        _ => title,
    };
    Chart { code: what.code(), title, each, figure, href, points }
}

/// What anybody did last.
pub async fn history(server: &Server, face: &Face) -> Result<AnyView, Miss> {
    let lang = face.lang;
    let listing = Listing { limit: Some(super::FEW), ..Listing::default() };
    let last = server::change::search(server, face.me()?, &Filter::default(), &listing).await?;
    let all = Some((lang.pick("Tout l’historique", "The whole history"), "/changes/history"));
    let title = lang.pick("Dernières modifications", "Last changes");
    Ok(super::card(lang, "card card-flat", title, all, items(face, last.items)))
}
