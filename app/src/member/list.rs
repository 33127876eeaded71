//! The members: searched, filtered, in order.

use super::words;
use crate::{
    http::{Answer, Face},
    parts::{
        self, Cell, Filters, Select, Typed, empty, href, link, link_main, more_filters, next_page, search,
        table,
    },
    shell::{self, Place},
};
use axum::extract::{Query, State};
use leptos::prelude::*;
use model::{Duty, Lang, MemberKind, MemberStatus};
use serde::Deserialize;
use server::{
    Server,
    member::{Filter, MemberRow, Sort},
};

/// What the list's address says besides search and place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    status: String,
    kind: String,
    sort: String,
}

impl Asked {
    pub fn filter(&self) -> Filter {
        Filter {
            status: MemberStatus::from_code(&self.status),
            kind: MemberKind::from_code(&self.kind),
            sort: Sort::from_code(&self.sort).unwrap_or_default(),
        }
    }

    /// A path that asks for the same; of what is not known nothing stays.
    fn on(&self, path: &str) -> String {
        let Filter { status, kind, sort } = self.filter();
        let sort = if sort == Sort::default() { "" } else { sort.code() };
        let pairs = [
            ("status", status.map_or("", MemberStatus::code)),
            ("kind", kind.map_or("", MemberKind::code)),
            ("sort", sort),
        ];
        href(path, &pairs)
    }
}

/// `GET /members`
pub async fn list(
    State(server): State<Server>,
    face: Face,
    Query(page): Query<parts::Page>,
    Query(asked): Query<Asked>,
) -> Answer {
    let (lang, me) = (face.lang, face.me()?);
    let filter = asked.filter();
    let members = server::member::list(&server, me, &page.listing(), &filter).await?;
    let waiting = server::member::any_waits(&server, me).await?;
    let next = next_page(lang, &asked.on("/members"), &page, members.next.as_deref());
    let about = shell::Page::new(Place::Members, lang.pick("Membres", "Members"))
        .act_if(face.may(Duty::KeepMembers).then(|| new(lang)));
    let label = lang.pick("Numéro, nom ou courriel", "Number, name or e-mail");
    let search = search(lang, "/members", &page, label, Filters::Behind(filters(lang, &asked)));
    let narrowed = page.narrowed() || filter.status.is_some() || filter.kind.is_some();
    let export = href(&asked.on("/members/export.csv"), &[("q", &page.q)]);
    let invite = (waiting && face.may(Duty::KeepMembers)).then(|| {
        link(
            "/members/invitations",
            lang.pick("Inviter les responsables importés", "Invite the imported owners"),
        )
    });
    let body = view! {
        {search}
        <div class="card card-flat">{rows(&face, members.items, narrowed)}</div>
        {next}
        <div class="acts acts-below">
            {face.may(Duty::KeepMembers).then(|| link("/members/import", lang.pick("Importer un fichier", "Import a file")))}
            {link(export, lang.pick("Exporter cette liste", "Export this list"))}
            {invite}
        </div>
    };
    Ok(shell::page(&face, about, body))
}

fn filters(lang: Lang, asked: &Asked) -> AnyView {
    let any = lang.pick("tous", "all");
    let status = MemberStatus::ALL
        .iter()
        .fold(Select::new("status", lang.pick("Statut", "Status")).option("", any), |select, status| {
            select.option(status.code(), words::status(lang, *status))
        });
    let kind = MemberKind::ALL.iter().fold(
        Select::new("kind", lang.pick("Nature", "Kind")).option("", lang.pick("toutes", "all")),
        |select, kind| select.option(kind.code(), words::kind(lang, *kind)),
    );
    let sort = Select::new("sort", lang.pick("Ordre", "Order"))
        .option("name", lang.pick("par nom", "by name"))
        .option("number", lang.pick("par numéro", "by number"))
        .option("newest", lang.pick("derniers inscrits", "newest first"));
    let Filter { status: of, kind: what, sort: order } = asked.filter();
    let typed = Typed::new()
        .with("status", of.map_or("", MemberStatus::code))
        .with("kind", what.map_or("", MemberKind::code))
        .with("sort", order.code());
    let all = view! { {status.view(lang, &typed)}{kind.view(lang, &typed)}{sort.view(lang, &typed)} };
    more_filters(lang, asked.filter() != Filter::default(), all.into_any())
}

fn new(lang: Lang) -> AnyView {
    link_main("/members/new", lang.pick("Créer un membre", "Create a member"))
}

fn rows(face: &Face, members: Vec<MemberRow>, narrowed: bool) -> AnyView {
    let lang = face.lang;
    if members.is_empty() && narrowed {
        let words = lang.pick(
            "La recherche lit le début des mots\u{a0}: essayez-en un autre, ou montrez tout.",
            "The search reads the beginnings of words: try another, or show all.",
        );
        return empty(
            lang.pick("Rien ne correspond", "Nothing matches"),
            words,
            Some(link("/members", lang.pick("Tout montrer", "Show all"))),
        );
    }
    if members.is_empty() {
        let words = lang.pick(
            "Une personne ou une organisation de la coopérative\u{a0}; ses comptes viennent ensuite. Toute une liste entre d’un coup par un fichier.",
            "A person or an organisation of the cooperative; its accounts come next. A whole list comes in at once from a file.",
        );
        let act = face.may(Duty::KeepMembers).then(|| new(lang));
        return empty(lang.pick("Aucun membre", "No member"), words, act);
    }
    let rows = members
        .into_iter()
        .map(|member| {
            vec![
                Cell::link(format!("/members/{}", member.id), member.name),
                Cell::Num(member.number.to_string()),
                Cell::text(words::kind(lang, member.kind)),
                Cell::view(words::standing(lang, member.status)),
                Cell::Plain(words::day(lang, member.since)),
                Cell::Num(member.accounts.to_string()),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Nom", "Name"),
        lang.pick("Numéro", "Number"),
        lang.pick("Nature", "Kind"),
        lang.pick("Statut", "Status"),
        lang.pick("Depuis", "Since"),
        lang.pick("Comptes", "Accounts"),
    ];
    table(lang.pick("Membres", "Members"), &heads, rows)
}
