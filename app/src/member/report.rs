//! What a dry run says: rows to mend first, else every row and the button that imports them all.

use super::words;
use crate::{
    http::Face,
    parts::{Action, Cell, Facts, Icon, Tone, Typed, errors, href, icon, link, moment, notice, table},
    shell::{self, Place},
};
use axum::response::Response;
use leptos::prelude::*;
use model::Lang;
use server::member::{Import, Made, Outcome, RowProblem, RowReport};

/// Rows of one page.
const PAGE: usize = 100;

pub fn render(face: &Face, import: &Import, after: usize, typed: &Typed) -> Response {
    let lang = face.lang;
    let path = format!("/members/import/{}", import.id);
    let page = shell::Page::new(Place::Members, lang.pick("Essai de l’import", "Dry run of the import"))
        .from(lang.pick("Membres", "Members"), "/members")
        .from(lang.pick("Importer des membres", "Import members"), "/members/import")
        .status(typed.status());
    let wrong = import.wrong > 0;
    let is_shown = |row: &&RowReport| matches!(row.outcome, Outcome::Wrong(_)) == wrong && row.row > after;
    let mut shown = import.rows.iter().filter(is_shown);
    let rows: Vec<&RowReport> = shown.by_ref().take(PAGE).collect();
    let next = shown.next().and(rows.last()).map(|last| href(&path, &[("after", &last.row.to_string())]));
    let (good, bad, owners) = (import.good, import.wrong, import.owners);
    let body = view! {
        <div class="stack">
            {errors(lang, typed)}
            {match import.applied_at {
                Some(at) => imported(lang, at),
                None if wrong => to_mend(lang),
                None => ready(lang, &path, good),
            }}
            <section class="card">{Facts::new()
                .line(lang.pick("Membres à créer", "Members to create"), good.to_string())
                .line(lang.pick("Lignes à corriger", "Rows to mend"), bad.to_string())
                .line(lang.pick("Utilisateurs à créer, sans courriel", "Users to create, without a mail"), owners.to_string())
                .view()}</section>
            <div class="card card-flat">{if wrong { problems(lang, &rows) } else { members(lang, &rows) }}</div>
            {pages(lang, &path, after, next)}
        </div>
    };
    shell::page(face, page, body)
}

fn imported(lang: Lang, at: i64) -> AnyView {
    let more = view! {
        <p>{lang.pick("Ces membres sont entrés le ", "These members came in on ")}{moment(lang, at)}"."</p>
        {link("/members?sort=newest", lang.pick("Voir les membres", "See the members"))}
    };
    notice(Tone::Good, lang.pick("L’import est fait", "The import is done"), more)
}

fn to_mend(lang: Lang) -> AnyView {
    let more = view! {
        <p>{lang.pick(
            "Corrigez ces lignes dans le fichier, puis essayez à nouveau. Rien n’est importé tant qu’une ligne ne va pas.",
            "Mend these rows in the file, then try again. Nothing is imported while one row does not do.",
        )}</p>
        {link("/members/import", lang.pick("Essayer un fichier corrigé", "Try a mended file"))}
    };
    notice(Tone::Bad, lang.pick("Il y a des lignes à corriger", "There are rows to mend"), more)
}

fn ready(lang: Lang, path: &str, good: usize) -> AnyView {
    let words = if good == 1 {
        lang.pick("Importer ce membre".to_owned(), "Import this member".to_owned())
    } else {
        lang.pick(format!("Importer ces {good} membres"), format!("Import these {good} members"))
    };
    let more = view! {
        <p>{lang.pick(
            "Tout entre, ou rien. Personne ne reçoit de courriel\u{a0}: vous inviterez ensuite, à votre rythme.",
            "All of it comes in, or nothing. Nobody gets a mail: you will invite them afterwards, at your pace.",
        )}</p>
        {Action::new(path, words).main().view()}
    };
    notice(Tone::Good, lang.pick("Toutes les lignes vont", "Every row will do"), more)
}

fn problems(lang: Lang, rows: &[&RowReport]) -> AnyView {
    let cells = |row: &RowReport, problem: &RowProblem| {
        vec![
            Cell::Num(row.row.to_string()),
            Cell::text(problem.column.clone()),
            Cell::text(problem.text.pick(lang)),
        ]
    };
    let of = |row: &&RowReport| match &row.outcome {
        Outcome::Wrong(problems) => problems.iter().map(|problem| cells(row, problem)).collect(),
        Outcome::Made(_) => vec![],
    };
    let heads =
        [lang.pick("Ligne", "Row"), lang.pick("Colonne", "Column"), lang.pick("À corriger", "To mend")];
    table(lang.pick("Lignes à corriger", "Rows to mend"), &heads, rows.iter().flat_map(of).collect())
}

fn members(lang: Lang, rows: &[&RowReport]) -> AnyView {
    let of = |row: &&RowReport| match &row.outcome {
        Outcome::Made(made) => Some(member(lang, row.row, made)),
        Outcome::Wrong(_) => None,
    };
    let heads = [
        lang.pick("Ligne", "Row"),
        lang.pick("Nom", "Name"),
        lang.pick("Numéro", "Number"),
        lang.pick("Nature", "Kind"),
        lang.pick("Statut", "Status"),
        lang.pick("Contacts", "Contacts"),
        lang.pick("Responsable", "Owner"),
    ];
    table(lang.pick("Membres à créer", "Members to create"), &heads, rows.iter().filter_map(of).collect())
}

fn member(lang: Lang, row: usize, made: &Made) -> Vec<Cell> {
    let number = made
        .number
        .map_or_else(|| lang.pick("le suivant", "the next").to_owned(), |number| number.to_string());
    let since = made.since.map(|since| view! { " · "{words::day(lang, since)} });
    let owner = made.owner.as_ref().map(|owner| {
        let new =
            if owner.new { lang.pick(" (nouveau)", " (new)") } else { lang.pick(" (connu)", " (known)") };
        format!("{}{new}", owner.email)
    });
    vec![
        Cell::Num(row.to_string()),
        Cell::Main(made.name.clone().into_any()),
        Cell::text(number),
        Cell::text(words::kind(lang, made.kind)),
        Cell::view(view! { <span>{words::status(lang, made.status)}{since}</span> }),
        Cell::Num(made.contacts.to_string()),
        Cell::text(owner.unwrap_or_default()),
    ]
}

fn pages(lang: Lang, path: &str, after: usize, next: Option<String>) -> Option<AnyView> {
    let first = (after > 0).then(|| path.to_owned());
    if first.is_none() && next.is_none() {
        return None;
    }
    Some(
        view! {
            <nav class="pages" aria-label=lang.pick("Pages de la liste", "Pages of the list")>
                <span>{first.map(|href| view! { <a class="button button-small" href=href>{lang.pick("Revenir au début", "Back to the start")}</a> })}</span>
                <span>{next.map(|href| view! { <a class="button button-small" rel="next" href=href>{lang.pick("Page suivante", "Next page")}{icon(Icon::Next)}</a> })}</span>
            </nav>
        }
        .into_any(),
    )
}
