//! The line of filters over the change log: what is asked stands in the URL, so that a page can be kept, sent and exported.

use crate::{
    http::{Face, Miss, on_form},
    parts::{Input, Select, Typed, day_begins, errors, href, link, more_filters, turns},
};
use leptos::prelude::*;
use model::{AccountId, HostId, Lang, MemberId, Problem, Text, UnixName};
use serde::Deserialize;
use server::{
    Server,
    change::{Filter, VIAS, Wanted},
    paging::Listing,
};

/// What the query string says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub verb: String,
    /// A member or an account, by name or id.
    pub member: String,
    pub account: String,
    pub host: String,
    pub via: String,
    /// Days, in Paris.
    pub from: String,
    pub to: String,
    /// Where the page starts.
    pub after: String,
}

/// Whose log is filtered, and so by what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    All,
    Member(MemberId),
    Account(AccountId),
}

impl Of {
    fn path(self) -> String {
        match self {
            Of::All => "/changes/history".into(),
            Of::Member(id) => format!("/members/{id}/changes"),
            Of::Account(id) => format!("/accounts/{id}/changes"),
        }
    }

    /// The same as a file, of the API.
    fn export(self) -> String {
        match self {
            Of::All => "/api/v1/changes/export".into(),
            Of::Member(_) | Of::Account(_) => format!("/api/v1{}/export", self.path()),
        }
    }
}

/// A filter that was read, or what was wrong at which field.
pub struct Read {
    pub filter: Result<Filter, Problem>,
    of: Of,
    asked: Asked,
    hosts: Vec<(HostId, String)>,
}

/// Reads what is asked; names become ids.
pub async fn read(server: &Server, face: &Face, of: Of, asked: Asked) -> Result<Read, Miss> {
    let mut asked = asked;
    let hosts = if of == Of::All {
        let listing = Listing { limit: Some(200), ..Listing::default() };
        let hosts = server::host::list(server, face.me()?, &listing).await?.items;
        hosts.into_iter().map(|host| (host.id, host.name.to_string())).collect()
    } else {
        (asked.host, asked.member, asked.account) = Default::default();
        vec![]
    };
    let filter = match filter(server, face, &mut asked).await {
        Ok(filter) => Ok(filter),
        Err(Miss(problem)) => Err(on_form(problem)?),
    };
    Ok(Read { filter, of, asked, hosts })
}

async fn filter(server: &Server, face: &Face, asked: &mut Asked) -> Result<Filter, Miss> {
    let day = |field: &'static str, typed: &str, end: bool| match typed.trim() {
        "" => Ok(None),
        typed => day_begins(typed, i64::from(end)).map(Some).ok_or_else(|| {
            let text = Text::new("Donnez un jour comme 2026-11-27.", "Give a day like 2026-11-27.");
            Problem::invalid(field, "bad_day", text)
        }),
    };
    let wanted = Wanted {
        q: asked.q.clone(),
        verb: asked.verb.clone(),
        host: asked.host.clone(),
        via: asked.via.clone(),
        ..Wanted::default()
    };
    let (from, to) = (day("from", &asked.from, false)?, day("to", &asked.to, true)?);
    let (member, account) = (member(server, face, asked).await?, account(server, face, asked).await?);
    Ok(Filter { from, to, member, account, ..wanted.filter()? })
}

async fn account(server: &Server, face: &Face, asked: &mut Asked) -> Result<Option<AccountId>, Miss> {
    let typed = asked.account.trim().to_owned();
    if typed.is_empty() {
        return Ok(None);
    }
    let lost = || {
        let text = Text::new(
            "Aucun compte ne porte ce nom\u{a0}: donnez le nom entier.",
            "No account has this name: give the whole name.",
        );
        Miss(Problem::invalid("account", "no_such_account", text))
    };
    if let Ok(id) = typed.parse::<AccountId>() {
        asked.account =
            server::account::show(server, face.me()?, id).await.map_err(|_| lost())?.name.to_string();
        return Ok(Some(id));
    }
    let name: UnixName = typed.parse().map_err(|_| lost())?;
    let listing = Listing { limit: Some(200), q: Some(typed), ..Listing::default() };
    let found = server::account::list(server, face.me()?, &listing, None).await?.items;
    found.into_iter().find(|account| account.name == name).map(|account| Some(account.id)).ok_or_else(lost)
}

async fn member(server: &Server, face: &Face, asked: &mut Asked) -> Result<Option<MemberId>, Miss> {
    let typed = asked.member.trim().to_owned();
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = |code, fr, en| Miss(Problem::invalid("member", code, Text::new(fr, en)));
    let lost = || {
        wrong(
            "no_such_member",
            "Aucun membre ne porte ce nom\u{a0}: donnez le nom entier.",
            "No member has this name: give the whole name.",
        )
    };
    if let Ok(id) = typed.parse::<MemberId>() {
        // As the URL has it: several members may share a name.
        server::member::show(server, face.me()?, id).await.map_err(|_| lost())?;
        return Ok(Some(id));
    }
    let listing = Listing { limit: Some(200), q: Some(typed.clone()), ..Listing::default() };
    let found =
        server::member::list(server, face.me()?, &listing, &server::member::Filter::default()).await?.items;
    let mut same = found.iter().filter(|member| member.name.to_lowercase() == typed.to_lowercase());
    match (same.next(), same.next()) {
        (Some(member), None) => Ok(Some(member.id)),
        (None, _) => Err(lost()),
        (Some(_), Some(_)) => Err(wrong(
            "several_members",
            "Plusieurs membres portent ce nom\u{a0}: ouvrez la page du membre, puis ses modifications.",
            "Several members have this name: open the member's page, then its changes.",
        )),
    }
}

impl Read {
    pub fn listing(&self) -> Listing {
        let after = Some(self.asked.after.clone()).filter(|after| !after.is_empty());
        Listing { limit: None, cursor: after, q: None }
    }

    pub fn narrowed(&self) -> bool {
        self.filter.as_ref().is_ok_and(|filter| *filter != Filter::default())
    }

    /// The status of the page: what does not parse is a form that was refused.
    pub fn status(&self) -> u16 {
        self.filter.as_ref().err().map_or(200, |problem| problem.kind.status())
    }

    fn pairs(&self) -> [(&'static str, &str); 8] {
        let Asked { q, verb, member, account, host, via, from, to, .. } = &self.asked;
        [
            ("q", q),
            ("verb", verb),
            ("member", member),
            ("account", account),
            ("host", host),
            ("via", via),
            ("from", from),
            ("to", to),
        ]
    }

    /// The filters as a form.
    pub fn bar(&self, lang: Lang) -> AnyView {
        let mut typed =
            self.pairs().iter().fold(Typed::new(), |typed, (name, value)| typed.with(name, *value));
        if let Err(problem) = &self.filter {
            typed = typed.refused(problem.clone());
        }
        let (path, whole) = (self.of.path(), self.of.path());
        let nouns = if self.of == Of::All { NOUNS } else { OF_ACCOUNTS };
        let words = Input::search(
            "q",
            lang.pick("Mots du sujet ou de l’auteur", "Words of the subject or the author"),
        );
        let wide = (self.of == Of::All).then(|| {
            let host = Select::new("host", lang.pick("Hôte", "Host")).option("", lang.pick("tous", "all"));
            let host =
                self.hosts.iter().fold(host, |host, (id, name)| host.option(id.to_string(), name.clone()));
            view! {
                {Input::text("member", lang.pick("Membre", "Member")).filter().view(lang, &typed)}
                {Input::text("account", lang.pick("Compte", "Account")).filter().view(lang, &typed)}
                {host.view(lang, &typed)}
            }
        });
        let filters = view! {
            {verbs(lang, nouns).view(lang, &typed)}
            {wide}
            {vias(lang).view(lang, &typed)}
            {Input::day("from", lang.pick("Du", "From")).view(lang, &typed)}
            {Input::day("to", lang.pick("Au", "To")).view(lang, &typed)}
        };
        let beyond_words = self.pairs().iter().any(|(name, value)| *name != "q" && !value.is_empty());
        let refused = errors(lang, &typed);
        let narrowed = self.narrowed() || self.filter.is_err();
        view! {
            {refused}
            <form class="filters" method="get" action=path role="search" novalidate=true>
                {words.view(lang, &typed)}
                <button class="button" type="submit">{lang.pick("Chercher", "Search")}</button>
                {narrowed.then(|| view! { <a class="button button-link" href=whole>{lang.pick("Tout montrer", "Show all")}</a> })}
                {more_filters(lang, beyond_words, filters.into_any())}
            </form>
        }
        .into_any()
    }

    /// The way to the next page, and back to the first.
    pub fn turns(&self, lang: Lang, next: Option<&str>) -> Option<AnyView> {
        let path = self.of.path();
        let first = (!self.asked.after.is_empty()).then(|| href(&path, &self.pairs()));
        let next = next.map(|next| {
            let mut pairs = self.pairs().to_vec();
            pairs.push(("after", next));
            href(&path, &pairs)
        });
        turns(lang, first, next)
    }

    /// The same changes as files.
    pub fn exports(&self, lang: Lang) -> Option<AnyView> {
        let filter = self.filter.as_ref().ok()?;
        let text = |id: Option<String>| id.unwrap_or_default();
        let (member, account) =
            (text(filter.member.map(|id| id.to_string())), text(filter.account.map(|id| id.to_string())));
        let (from, to) =
            (text(filter.from.map(|ms| ms.to_string())), text(filter.to.map(|ms| ms.to_string())));
        let address = |format: &str| {
            let Asked { q, verb, host, via, .. } = &self.asked;
            let pairs = [
                ("format", format),
                ("q", q),
                ("verb", verb),
                ("member", &member),
                ("account", &account),
                ("host", host),
                ("via", via),
                ("from", &from),
                ("to", &to),
            ];
            href(&self.of.export(), &pairs)
        };
        let (csv, lines) = (address("csv"), address("jsonl"));
        Some(
            view! {
                {link(csv, lang.pick("Exporter en CSV", "Export as CSV"))}
                {link(lines, lang.pick("Exporter en lignes JSON", "Export as JSON lines"))}
            }
            .into_any(),
        )
    }
}

/// The nouns of acts: all of them, and those that an account's or a member's log can have.
const NOUNS: &[&str] = &[
    "account",
    "site",
    "member",
    "grant",
    "invitation",
    "viewing",
    "user",
    "factor",
    "token",
    "staff",
    "approval",
    "plan",
    "host",
    "resource",
    "mail",
    "panel",
];
const OF_ACCOUNTS: &[&str] =
    &["account", "site", "member", "grant", "invitation", "viewing", "resource", "mail"];

fn noun(lang: Lang, noun: &str) -> &'static str {
    match noun {
        "account" => lang.pick("Comptes", "Accounts"),
        "site" => lang.pick("Sites", "Sites"),
        "member" => lang.pick("Membres", "Members"),
        "grant" => lang.pick("Accès", "Access"),
        "invitation" => lang.pick("Invitations", "Invitations"),
        "viewing" => lang.pick("Vues par l’équipe", "Views by staff"),
        "staff" => lang.pick("Fonctions", "Staff roles"),
        "approval" => lang.pick("Accords", "Approvals"),
        "user" => lang.pick("Utilisateurs", "Users"),
        "factor" => lang.pick("Double authentification", "Two-step sign-in"),
        "token" => lang.pick("Jetons", "Tokens"),
        "plan" => lang.pick("Offres", "Plans"),
        "host" => lang.pick("Hôtes", "Hosts"),
        "resource" => lang.pick("Modifications faites à la main", "Edits made by hand"),
        "mail" => lang.pick("Courriels", "Mails"),
        _ => lang.pick("Réglages", "Settings"),
    }
}

/// Each noun, and its verbs below it.
fn verbs(lang: Lang, nouns: &[&'static str]) -> Select {
    let first = Select::new("verb", lang.pick("Quoi", "What")).option("", lang.pick("tout", "everything"));
    nouns.iter().fold(first, |select, of| {
        let select = select.option(*of, noun(lang, of));
        let its = server::change::verbs().filter(|verb| verb.split('.').next() == Some(of));
        its.fold(select, |select, verb| {
            select.option(verb, format!("· {}", server::change::verb(verb).pick(lang)))
        })
    })
}

fn vias(lang: Lang) -> Select {
    let first =
        Select::new("via", lang.pick("Par quel moyen", "By what means")).option("", lang.pick("tous", "any"));
    VIAS.iter().fold(first, |select, via| {
        let words = match *via {
            "session" => lang.pick("le navigateur", "the browser"),
            "token" => lang.pick("un jeton d’API", "an API token"),
            "viewing" => lang.pick("une vue par l’équipe", "a view by staff"),
            _ => lang.pick("le panneau lui-même", "the panel itself"),
        };
        select.option(*via, words)
    })
}
