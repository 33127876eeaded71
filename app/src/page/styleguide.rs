//! Every component on one page, to look at and to test. In development and in the demo only.

use crate::{
    Panel,
    account::cause,
    http::{Answer, Face},
    live::LiveChange,
    parts::{
        Action, Cell, Chart, Check, Facts, Head, Input, Page, Select, Tab, Tone, Typed, ago, badge, chart,
        command, diff, empty, errors, figure, fold, fold_loss, link, link_main, meter, moment, notice, sort,
        sorted_table, table, tabs,
    },
    shell::{self, Place},
    state::{StateBadge, Stepper, meaning},
};
use axum::extract::State;
use leptos::prelude::*;
use model::{AccountId, ChangeId, ChangeState, Day, Lang, MemberId, Problem, Text};
use server::{
    search::{Found, Kind},
    views::Ref,
};

const DIFF: &str = "--- /var/lib/alveole/cells/asso/apache.conf\n+++ /var/lib/alveole/cells/asso/apache.conf\n@@ -1,3 +1,3 @@\n Listen 127.0.0.1:8080\n-Timeout 60\n+Timeout 600\n KeepAlive On";

/// `GET /styleguide`
pub async fn show(State(panel): State<Panel>, face: Face) -> Answer {
    if !panel.styleguide {
        return Err(server::actor::not_found().into());
    }
    let lang = face.lang;
    let page = shell::Page::new(Place::Nowhere, lang.pick("Composants", "Components"))
        .lead(lang.pick("Tout ce dont les pages sont faites.", "All that pages are made of."))
        .act(link_main("#forms", lang.pick("Action principale", "Main act")));
    let body = view! {
        <div class="stack-wide">
            {section(lang.pick("États", "States"), states(lang))}
            {section(lang.pick("Avancement", "Progress"), steps(lang))}
            {section(lang.pick("Messages", "Notices"), notices(lang))}
            {section(lang.pick("Recherche", "Searching"), search(&face))}
            {section(lang.pick("Chiffres et faits", "Figures and facts"), figures(&face))}
            {section(lang.pick("Courbes", "Charts"), charts(&face))}
            {section(lang.pick("Tableau", "Table"), tables(lang))}
            {section(lang.pick("Formulaire", "Form"), form(lang))}
            {section(lang.pick("Actions", "Acts"), acts(lang))}
            {section(lang.pick("Textes pour machines", "Text for machines"), machines(lang))}
            {section(lang.pick("Vide", "Empty"), nothing(lang))}
        </div>
    };
    Ok(shell::page(&face, page, body))
}

fn section(title: &'static str, body: AnyView) -> AnyView {
    view! { <section class="stack"><h2>{title}</h2>{body}</section> }.into_any()
}

fn states(lang: Lang) -> AnyView {
    let rows = ChangeState::ALL
        .into_iter()
        .map(|state| {
            vec![Cell::Main(view! { <StateBadge state lang/> }.into_any()), Cell::text(meaning(state, lang))]
        })
        .collect();
    let heads = [lang.pick("État", "State"), lang.pick("Sens", "Meaning")];
    view! { <div class="card card-flat">{table(lang.pick("États", "States"), &heads, rows)}</div> }.into_any()
}

fn steps(lang: Lang) -> AnyView {
    let all = [
        ChangeState::Wanted,
        ChangeState::Checked,
        ChangeState::Applied,
        ChangeState::Verified,
        ChangeState::Waiting,
        ChangeState::Held,
        ChangeState::Failed,
    ];
    let all =
        all.into_iter().map(|state| view! { <div class="card"><Stepper state lang/></div> }).collect_view();
    let reason = Text::new(
        "Le disque de l’hôte est plein\u{a0}: la coopérative est prévenue.",
        "The host's disk is full: the cooperative has been told.",
    );
    let change = ChangeId::new(1, &[1; 10]);
    view! {
        <div class="grid">{all}</div>
        <div class="card"><LiveChange change account=None state=ChangeState::Failed reason=Some(reason) lang/></div>
    }
    .into_any()
}

fn notices(lang: Lang) -> AnyView {
    view! {
        <div class="stack">
            {notice(Tone::Good, lang.pick("Le site est ajouté.", "The site is added."), ())}
            {notice(Tone::Know, lang.pick("Bon à savoir", "Good to know"), view! { <p>{lang.pick("Les fichiers restent en place.", "The files stay in place.")}</p> })}
            {notice(Tone::Held, lang.pick("Attend votre accord", "Waits for your consent"), view! { <p>{lang.pick("25 sites seraient supprimés.", "25 sites would be deleted.")}</p> })}
            {notice(Tone::Bad, lang.pick("L’hôte ne répond plus", "The host does not answer"), view! { <p>{lang.pick("Ses sites continuent.", "Its sites go on.")}</p> })}
        </div>
    }
    .into_any()
}

/// What was found; the field itself stands in the head of every page. A message that goes away by itself: /styleguide?done=site_added.
fn search(face: &Face) -> AnyView {
    let lang = face.lang;
    let found = |kind, name: &str, account: Option<&str>| Found {
        kind,
        id: AccountId::new(1, &[1; 10]).uuid(),
        name: name.into(),
        shown: None,
        account: account.map(|name| Ref { id: AccountId::new(1, &[1; 10]), name: name.into() }),
        member: Some(Ref { id: MemberId::new(1, &[1; 10]), name: "Asso Example".into() }),
    };
    let both = vec![
        found(Kind::Account, "amis-velo", None),
        found(Kind::Site, "www.asso.example", Some("amis-velo")),
    ];
    let say = link(
        "/styleguide?done=site_added",
        lang.pick("Montrer un message qui s’en va", "Show a message that goes away"),
    );
    view! { <div class="card card-flat">{crate::search::show::rows(face, both)}</div>{say} }.into_any()
}

fn figures(face: &Face) -> AnyView {
    let lang = face.lang;
    let facts = Facts::new()
        .line(lang.pick("Dossier", "Folder"), view! { <code>"/home/asso/sites/asso.example/public"</code> })
        .line(lang.pick("Vu", "Seen"), ago(lang, face.now_ms, face.now_ms - 95_000))
        .line(lang.pick("Créé le", "Created"), moment(lang, face.now_ms - 90 * 86_400_000));
    view! {
        <div class="figures">
            {figure(lang, 3, lang.pick("échecs", "failures"), "#states", "figure-bad")}
            {figure(lang, 1, lang.pick("en attente d’accord", "waiting for consent"), "#states", "figure-held")}
            {figure(lang, 1962, lang.pick("comptes", "accounts"), "#states", "")}
        </div>
        <div class="card">{facts.view()}</div>
        <div class="card meters">
            {meter(lang, lang.pick("Sites", "Sites"), 3, 10)}
            {meter(lang, lang.pick("Sites", "Sites"), 8, 10)}
            {meter(lang, lang.pick("Sites", "Sites"), 10, 10)}
            {meter(lang, lang.pick("Sites", "Sites"), 12, 10)}
        </div>
    }
    .into_any()
}

/// One with ups and downs, one far from nought, one that begins today.
fn charts(face: &Face) -> AnyView {
    let lang = face.lang;
    let points = |counts: &[i64]| {
        let first = face.now_ms - counts.len() as i64 * 86_400_000;
        let day = |n: usize| Day::from_ms(first + n as i64 * 86_400_000);
        counts.iter().enumerate().map(|(n, count)| (day(n), *count)).collect()
    };
    let draw = |code, title, counts: &[i64]| {
        let figure = counts.last().copied().unwrap_or_default();
        chart(lang, Chart { code, title, each: title, figure, href: None, points: points(counts) })
    };
    view! {
        <div class="charts">
            {draw("a", lang.pick("modifications", "changes"), &[3, 12, 0, 7, 31, 14, 2, 9, 22, 8])}
            {draw("b", lang.pick("comptes", "accounts"), &[1921, 1923, 1923, 1930, 1941, 1940, 1952, 1962])}
            {draw("c", lang.pick("sites", "sites"), &[12])}
        </div>
    }
    .into_any()
}

fn tables(lang: Lang) -> AnyView {
    let row = |name: &str, sites: u32, state: AnyView| {
        vec![
            Cell::link("#", name),
            Cell::text("Asso Example"),
            Cell::Num(sites.to_string()),
            Cell::Plain(state),
        ]
    };
    let rows = vec![
        row("amis-velo", 3, view! { <StateBadge state=ChangeState::Verified lang/> }.into_any()),
        row("cremerie", 12, view! { <StateBadge state=ChangeState::Failed lang/> }.into_any()),
        row("chorale", 1, badge("state state-held", lang.pick("suspendu", "suspended"))),
    ];
    // In the order of its first column; the third would put it in another.
    let page = Page::default();
    let heads = vec![
        sort("/styleguide", &page, lang.pick("Compte", "Account"), "name", "name"),
        Head::from(lang.pick("Membre", "Member")),
        sort("/styleguide", &page, lang.pick("Sites", "Sites"), "sites", "name"),
        Head::from(lang.pick("État", "State")),
    ];
    let part = |words, current| Tab { words, href: "#".into(), current };
    let parts =
        vec![part(lang.pick("Sites", "Sites"), true), part(lang.pick("Modifications", "Changes"), false)];
    view! {
        {tabs(lang.pick("Onglets", "Tabs"), parts)}
        <div class="card card-flat">{sorted_table(lang.pick("Comptes", "Accounts"), heads, rows)}</div>
    }
    .into_any()
}

fn form(lang: Lang) -> AnyView {
    let text = Text::new(
        "Il y a deux points de suite\u{a0}: enlevez-en un.",
        "There are two dots in a row: remove one.",
    );
    let typed = Typed::new().with("name", "asso..example").with("plan", "b").refused(Problem::invalid(
        "name",
        "name_empty_label",
        text,
    ));
    let plan = Select::new("plan", lang.pick("Offre", "Plan"))
        .option("a", lang.pick("Essentiel", "Essential"))
        .option("b", lang.pick("Grand", "Large"));
    view! {
        <form class="card form" id="forms" method="get" action="/styleguide" novalidate=true>
            {errors(lang, &typed)}
            {Input::domain("name", lang.pick("Nom du site", "Name of the site")).hint(lang.pick("Par exemple www.asso.example", "Such as www.asso.example")).view(lang, &typed)}
            {Input::password("password", lang.pick("Mot de passe", "Password"), "current-password").view(lang, &typed)}
            {plan.view(lang, &typed)}
            {Input::number("count", lang.pick("Nombre", "Number")).optional().view(lang, &typed)}
            {cause::choices(lang).view(lang, &typed.clone().with("code", "unpaid"))}
            {Input::day("from", lang.pick("Du", "From")).view(lang, &typed)}
            {Check::new("yes", lang.pick("J’ai compris", "I have understood")).view(lang, &typed)}
            <button class="button button-main" type="submit">{lang.pick("Enregistrer", "Save")}</button>
        </form>
    }
    .into_any()
}

fn acts(lang: Lang) -> AnyView {
    let words = lang.pick(
        "Ces noms ne répondront plus\u{a0}: asso.example.",
        "These names will no longer answer: asso.example.",
    );
    view! {
        <div class="acts">
            {link_main("#", lang.pick("Ajouter", "Add"))}
            {link("#", lang.pick("Ouvrir", "Open"))}
            {Action::new("/lang", lang.pick("Petit", "Small")).small().view()}
            {Action::new("/lang", lang.pick("Supprimer", "Delete")).loss().view()}
        </div>
        <div class="folds">
            {fold(lang.pick("Changer le nom…", "Change the name…"), false, words)}
            {fold_loss(lang.pick("Supprimer ce site…", "Delete this site…"), true, view! { <p>{words}</p>{Action::new("/lang", lang.pick("Supprimer", "Delete")).loss().view()} })}
        </div>
    }
    .into_any()
}

fn machines(lang: Lang) -> AnyView {
    view! { <div class="stack">{command(lang, "alveole-agent enroll --panel https://panel.example:7443 --token 0190…")}{diff(DIFF)}</div> }.into_any()
}

fn nothing(lang: Lang) -> AnyView {
    let words = lang.pick(
        "Donnez-lui un nom\u{a0}: il répond dans la seconde.",
        "Give it a name: it answers within a second.",
    );
    let none = empty(
        lang.pick("Votre premier site", "Your first site"),
        words,
        Some(link_main("#", lang.pick("Ajouter un site", "Add a site"))),
    );
    view! { <div class="card card-flat">{none}</div> }.into_any()
}
