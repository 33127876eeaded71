//! How much an account sent by mail, drawn; its caps; what is held; what was refused, and why.

use crate::{
    http::{Answer, Face},
    parts::{
        Action, Cell, Chart, Facts, Tone, chart, count, fold, fold_loss, meter, moment, notice, table, values,
    },
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, Duty, Lang};
use server::{
    Server,
    account::{AccountView, Standing},
    outbox::{OutboxDay, OutboxView, RefusedView},
};

/// `GET /accounts/{account}/outbox`
pub async fn show(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    let lang = face.lang;
    let account = server::account::show(&server, face.me()?, id).await?;
    let found = server::outbox::read(&server, face.me()?, id).await?;
    let page = shell::Page::new(Place::Accounts, lang.pick("Courrier envoyé", "Mail sent"))
        .from(account.name.to_string(), format!("/accounts/{id}"));
    let decides = face.may(Duty::Administer);
    Ok(shell::page(&face, page, body(lang, &account, found, decides)))
}

fn body(lang: Lang, account: &AccountView, found: OutboxView, decides: bool) -> AnyView {
    if let Some(text) = &found.text {
        let title = lang.pick("Le courrier ne peut pas être lu maintenant", "The mail cannot be read now");
        return notice(Tone::Held, title, view! { <p>{text.pick(lang).to_owned()}</p> });
    }
    let how = lang.pick(
        "Ce que PHP, les tâches planifiées et les applications de ce compte envoient par la fonction mail() ou par sendmail. Un message à plusieurs personnes compte une fois pour chacune. L’hôte compte, sans lire ni garder le texte, sauf celui des messages retenus.",
        "What PHP, cron jobs and applications of this account send through mail() or sendmail. A mail to several people counts once for each. The host counts, and neither reads nor keeps the text, but for that of mails that are held.",
    );
    view! {
        <div class="stack">
            {no_server(lang, &found)}
            {suspended(lang, account)}
            {held(lang, account, &found, decides)}
            <section class="card stack">
                <h2>{lang.pick("Limites", "Caps")}</h2>
                <div class="meters">
                    {meter(lang, lang.pick("En une heure", "Within an hour"), found.hour, found.hour_max)}
                    {meter(lang, lang.pick("En 24 heures", "Within 24 hours"), found.day, found.day_max)}
                </div>
            </section>
            {drawn(lang, &found.days)}
            {refused(lang, found.refused)}
            <p class="hint">{how}</p>
        </div>
    }
    .into_any()
}

fn no_server(lang: Lang, found: &OutboxView) -> Option<AnyView> {
    (found.mail_server == Some(false)).then(|| {
        let title = lang.pick("L’hôte n’a pas de serveur de courrier", "The host has no mail server");
        let words = lang.pick(
            "Rien ne part de ses sites\u{a0}: la coopérative doit y installer Postfix.",
            "Nothing leaves its sites: the cooperative has to install Postfix there.",
        );
        notice(Tone::Held, title, view! { <p>{words}</p> })
    })
}

fn suspended(lang: Lang, account: &AccountView) -> Option<AnyView> {
    (account.state != Standing::Active).then(|| {
        notice(
            Tone::Know,
            lang.pick(
                "Ce compte n’envoie rien\u{a0}: il n’est pas en service",
                "This account sends nothing: it is not in service",
            ),
            (),
        )
    })
}

fn held(lang: Lang, account: &AccountView, found: &OutboxView, decides: bool) -> Option<AnyView> {
    let since = found.held_since.filter(|_| found.held > 0)?;
    let count = found.held;
    let title = lang.pick(format!("Messages retenus\u{a0}: {count}"), format!("Mails held: {count}"));
    let words = lang.pick(
        "La limite d’envoi a été atteinte, et ce qui est venu au-delà attend depuis le ",
        "The cap was reached, and what came beyond it waits since ",
    );
    let path = |act: &str| format!("/accounts/{}/outbox/{act}", account.id);
    let acts = if decides {
        let loses = lang.pick(
            "Les messages retenus seront effacés et personne ne les recevra.",
            "The mails that are held will be erased, and nobody will get them.",
        );
        let release = Action::new(path("release"), lang.pick("Laisser partir", "Let them leave"));
        let discard = Action::new(path("discard"), lang.pick("Jeter", "Throw away")).loss();
        view! {
            {release.view()}
            {fold_loss(lang.pick("Jeter…", "Throw away…"), false, view! { <p>{loses}</p>{discard.view()} })}
        }
        .into_any()
    } else {
        let ask = lang.pick(
            "Votre coopérative décide de les laisser partir ou de les jeter. Si cet envoi n’est pas de vous, mettez vos sites à jour et changez leurs mots de passe.",
            "Your cooperative decides whether they leave or are thrown away. If you did not mean to send them, update your sites and change their passwords.",
        );
        view! { <p>{ask}</p> }.into_any()
    };
    Some(notice(Tone::Held, title, view! { <p>{words}{moment(lang, since)}"."</p>{acts} }))
}

fn drawn(lang: Lang, days: &[OutboxDay]) -> AnyView {
    let sum = |of: fn(&OutboxDay) -> u32| days.iter().map(|day| i64::from(of(day))).sum::<i64>();
    let line = |code, title, each, of: fn(&OutboxDay) -> u32| Chart {
        code,
        title,
        each,
        figure: sum(of),
        href: None,
        points: days.iter().map(|day| (day.day, i64::from(of(day)))).collect(),
    };
    let today = days.last().map_or(0, |day| i64::from(day.sent));
    let facts = Facts::new()
        .line(lang.pick("Envoyés aujourd’hui", "Sent today"), count(lang, today))
        .line(lang.pick("Envoyés en 30 jours", "Sent in 30 days"), count(lang, sum(|day| day.sent)))
        .view();
    let charts = vec![
        line(
            "sent",
            lang.pick("envoyés en 30 jours", "sent in 30 days"),
            lang.pick("envoyés", "sent"),
            |day| day.sent,
        ),
        line(
            "held",
            lang.pick("retenus en 30 jours", "held in 30 days"),
            lang.pick("retenus", "held"),
            |day| day.held,
        ),
    ];
    let all = values(lang, &charts);
    let charts = charts.into_iter().map(|one| chart(lang, one)).collect_view();
    view! {
        <section class="card stack"><h2>{lang.pick("Envoyés", "Sent")}</h2>{facts}</section>
        <div class="charts">{charts}</div>
        {fold(lang.pick("Les valeurs", "The values"), false, view! { <div class="card card-flat">{all}</div> })}
    }
    .into_any()
}

fn refused(lang: Lang, refused: Vec<RefusedView>) -> Option<AnyView> {
    if refused.is_empty() {
        return None;
    }
    let head = [
        lang.pick("Le", "At"),
        lang.pick("Raison", "Reason"),
        lang.pick("Site et script", "Site and script"),
        lang.pick("Destinataires", "Recipients"),
    ];
    let rows = refused.into_iter().map(|one| {
        vec![
            Cell::view(moment(lang, one.at)),
            Cell::text(one.text.pick(lang).to_owned()),
            Cell::text(one.from.unwrap_or_else(|| "—".to_owned())),
            Cell::Num(if one.to == 0 { "—".to_owned() } else { count(lang, i64::from(one.to)) }),
        ]
    });
    let title = lang.pick("Les derniers refusés", "The last refused");
    let body = table(title, &head, rows.collect());
    Some(
        view! {
            <section class="card card-flat">
                <div class="card-head"><h2>{title}</h2></div>
                {body}
            </section>
        }
        .into_any(),
    )
}
