//! Creating an account: whose, under which plan, with which name, on which host, for whom.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Check, Input, Select, Tone, Typed, errors, link_main, notice},
    shell::{self, Place},
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    Server,
    account::{AccountView, Created, NewAccount},
};

/// What there is to choose from.
pub struct Choices {
    /// Id and label.
    pub members: Vec<(String, String)>,
    pub plans: Vec<(String, String)>,
    pub hosts: Vec<(String, String)>,
}

/// `?member=`: the member whose page one comes from.
#[derive(Default, Deserialize)]
pub struct For {
    member: Option<String>,
}

/// `GET /accounts/new`
pub async fn new(State(server): State<Server>, face: Face, Query(from): Query<For>) -> Answer {
    let typed = Typed::new().with("member", from.member.unwrap_or_default()).with("mail", "yes");
    let choices = choices(&server, &face, &typed).await?;
    Ok(render(&face, server.carrier.is_some(), &choices, &typed))
}

/// `POST /accounts/new`
pub async fn create(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let mails = server.carrier.is_some();
    let owned = |name: &str| typed.some(name).map(str::to_owned);
    let new = NewAccount {
        member: typed.get("member").to_owned(),
        plan: typed.get("plan").to_owned(),
        name: typed.get("name").trim().to_owned(),
        host: owned("host"),
        owner: owned("owner"),
        mail: mails.then(|| typed.get("mail") == "yes"),
    };
    let invited = new.owner.is_some() && new.mail == Some(true);
    match server::account::create(&server, face.me()?, new).await {
        Ok(Created { item, link: Some(link), .. }) => {
            let owner = typed.get("owner").trim().to_owned();
            let title = face.lang.pick("Le compte est créé", "The account is created");
            Ok(pass_on(&face, &item, title, &owner, &server::user::link_url(&server, &link)))
        }
        Ok(Created { item, .. }) => {
            see(format!("/accounts/{}", item.id), if invited { "account_mailed" } else { "account_created" })
        }
        Err(problem) => {
            let problem = on_form(problem)?;
            let choices = choices(&server, &face, &typed).await?;
            Ok(render(&face, mails, &choices, &typed.refused(problem)))
        }
    }
}

pub fn render(face: &Face, mails: bool, choices: &Choices, typed: &Typed) -> Response {
    let lang = face.lang;
    let title = lang.pick("Créer un compte", "Create an account");
    let page = shell::Page::new(Place::Accounts, title)
        .from(lang.pick("Comptes", "Accounts"), "/accounts")
        .status(typed.status());
    if let Some(missing) = missing(lang, choices) {
        return shell::page(face, page, missing);
    }
    let fill = |select: Select, options: &[(String, String)]| {
        options.iter().fold(select, |select, (id, label)| select.option(id, label))
    };
    let member = fill(
        Select::new("member", lang.pick("Membre", "Member")).option("", lang.pick("Choisissez…", "Choose…")),
        &choices.members,
    );
    let plan = fill(Select::new("plan", lang.pick("Offre", "Plan")), &choices.plans);
    let host = Select::new("host", lang.pick("Hôte", "Host"))
        .hint(lang.pick(
            "Sans choix de votre part, le moins chargé qui accepte de nouveaux comptes.",
            "Unless you choose, the least loaded that takes new accounts.",
        ))
        .option("", lang.pick("le moins chargé", "the least loaded"));
    let host = fill(host, &choices.hosts);
    let name = Input::text("name", lang.pick("Nom du compte", "Name of the account")).hint(lang.pick(
        "Court, en minuscules sans accent, par exemple les-amis. Il ne change plus ensuite.",
        "Short, in plain lower-case letters, such as les-amis. It does not change afterwards.",
    ));
    let owner = Input::email(
        "owner",
        lang.pick(
            "Adresse électronique de la personne responsable",
            "E-mail address of the person in charge",
        ),
    )
    .optional()
    .autocomplete("off")
    .hint(if mails {
        lang.pick("Cette personne gérera le compte.", "This person will manage the account.")
    } else {
        lang.pick(
            "Cette personne gérera le compte. Si elle est nouvelle, vous recevrez un lien à lui transmettre.",
            "This person will manage the account. If they are new, you will get a link to pass on.",
        )
    });
    let body = view! {
        <form class="card form" method="post" action="/accounts/new" novalidate=true>
            {errors(lang, typed)}
            {member.view(lang, typed)}
            {plan.view(lang, typed)}
            {name.view(lang, typed)}
            {owner.view(lang, typed)}
            {mails.then(|| by_mail(lang).view(lang, typed))}
            {host.view(lang, typed)}
            <div class="acts">
                <button class="button button-main" type="submit">{title}</button>
                <a href="/accounts">{lang.pick("Annuler", "Cancel")}</a>
            </div>
        </form>
    };
    shell::page(face, page, body)
}

/// Whether the invitation goes by mail.
pub fn by_mail(lang: model::Lang) -> Check {
    let words = lang.pick(
        "Envoyer l’invitation par courriel\u{a0}; sinon, un lien s’affiche, à transmettre",
        "Send the invitation by mail; else a link is shown, to pass on",
    );
    Check::new("mail", words)
}

/// Without a member, a plan or a host there is nothing to choose from yet.
fn missing(lang: model::Lang, choices: &Choices) -> Option<AnyView> {
    let (what, href, act) = if choices.hosts.is_empty() {
        (
            lang.pick("Il faut d’abord un hôte web.", "A web host is needed first."),
            "/hosts/new",
            lang.pick("Ajouter un hôte", "Add a host"),
        )
    } else if choices.plans.is_empty() {
        (
            lang.pick("Il faut d’abord une offre.", "A plan is needed first."),
            "/plans/new",
            lang.pick("Créer une offre", "Create a plan"),
        )
    } else if choices.members.is_empty() {
        (
            lang.pick("Il faut d’abord un membre.", "A member is needed first."),
            "/members/new",
            lang.pick("Créer un membre", "Create a member"),
        )
    } else {
        return None;
    };
    Some(notice(Tone::Know, what, link_main(href, act)))
}

/// After access was given to a new user: the link to pass on, shown once.
pub fn pass_on(face: &Face, account: &AccountView, title: &'static str, owner: &str, link: &str) -> Response {
    let lang = face.lang;
    let page = shell::Page::new(Place::Accounts, account.name.as_str())
        .from(lang.pick("Comptes", "Accounts"), "/accounts");
    let path = format!("/accounts/{}", account.id);
    let body = view! {
        <div class="stack">
            {crate::user::link::to_pass_on(lang, title, owner, link)}
            {link_main(path.clone(), lang.pick("Ouvrir le compte", "Open the account"))}
        </div>
    };
    shell::page(&face.at(path), page, body)
}

/// Members are found by search when there are many: the first two hundred stand in the list, the one asked for always.
async fn choices(server: &Server, face: &Face, typed: &Typed) -> Result<Choices, crate::http::Miss> {
    let me = face.me()?;
    let listing = server::paging::Listing { limit: Some(200), ..Default::default() };
    let mut members: Vec<(String, String)> =
        server::member::list(server, me, &listing, &server::member::Filter::default())
            .await?
            .items
            .into_iter()
            .map(|member| (member.id.to_string(), member.name.to_string()))
            .collect();
    let asked = typed.get("member");
    if let Ok(id) = asked.parse::<model::MemberId>()
        && !members.iter().any(|(known, _)| known == asked)
        && let Ok(member) = server::member::show(server, me, id).await
    {
        members.insert(0, (member.id.to_string(), member.name.to_string()));
    }
    let plans = server::plan::list(server, me, &listing).await?.items;
    let plans = plans.into_iter().map(|plan| (plan.id.to_string(), plan.name.to_string())).collect();
    let hosts = server::host::list(server, me, &listing).await?.items;
    let hosts = hosts
        .into_iter()
        .filter(|host| host.state == server::host::HostState::Active)
        .map(|host| (host.id.to_string(), host.name.to_string()))
        .collect();
    Ok(Choices { members, plans, hosts })
}
