//! The cooperative's staff, and what waits for a second person.

use super::{approvals::approvals, staff_meaning};
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Cell, Input, Select, Tab, Typed, day, errors, link_main, table, tabs},
    shell::{self, Place},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Duty, GrantId, Lang, Problem, StaffRole, Text};
use server::{
    Server,
    grant::{AddedStaff, NewStaff, StaffView},
};
use std::collections::BTreeMap;

/// `GET /staff`
pub async fn list(State(server): State<Server>, face: Face) -> Answer {
    draw(&server, &face, Typed::new()).await
}

/// `POST /staff`
pub async fn add(State(server): State<Server>, face: Face, typed: Typed) -> Answer {
    let days = match typed.some("days").map(str::parse).transpose() {
        Ok(days) => days,
        Err(_) => {
            let text = Text::new(
                "Donnez un nombre de jours, ou laissez vide.",
                "Give a number of days, or leave it empty.",
            );
            return draw(&server, &face, typed.refused(Problem::invalid("days", "days_bounds", text))).await;
        }
    };
    let email = typed.get("email").trim().to_owned();
    let new = NewStaff { email: email.clone(), role: typed.get("role").to_owned(), days };
    match server::grant::add_staff(&server, face.me()?, new).await {
        Ok(AddedStaff::Held(_, Some(link))) => pass_on(&server, &face, &email, &link),
        Ok(AddedStaff::Held(_, None)) => see("/staff", "staff_added"),
        Ok(AddedStaff::Waits(_)) => see("/staff", "approval_asked"),
        Err(problem) => draw(&server, &face, typed.refused(on_form(problem)?)).await,
    }
}

/// `POST /staff/{grant}/remove`
pub async fn remove(State(server): State<Server>, face: Face, Path(id): Path<GrantId>) -> Answer {
    match server::grant::remove_staff(&server, face.me()?, id).await {
        Ok(_) => see("/staff", "staff_removed"),
        Err(problem) => draw(&server, &face, Typed::new().refused(on_form(problem)?)).await,
    }
}

/// The link for a new user on a panel that sends no mail, shown once.
pub(super) fn pass_on(server: &Server, face: &Face, email: &str, link: &model::Secret) -> Answer {
    let lang = face.lang;
    let title = lang.pick("La fonction est confiée", "The role is given");
    let link = server::user::link_url(server, link);
    let body = view! {
        <div class="stack">
            {crate::user::link::to_pass_on(lang, title, email, &link)}
            {link_main("/staff", lang.pick("Toute l’équipe", "All staff"))}
        </div>
    };
    Ok(shell::page(&face.at("/staff"), page(face), body))
}

fn page(face: &Face) -> shell::Page {
    let lang = face.lang;
    shell::Page::new(Place::Users, lang.pick("Équipe", "Staff"))
        .lead(lang.pick(
            "Qui agit au nom de la coopérative. Une fonction peut ne valoir que quelques jours.",
            "Who acts in the cooperative's name. A role may hold for some days only.",
        ))
        .tabs(pages(lang, true))
}

/// Users and staff are two tabs of one place.
pub fn pages(lang: Lang, staff: bool) -> AnyView {
    let links = vec![
        Tab { words: lang.pick("Utilisateurs", "Users"), href: "/users".into(), current: !staff },
        Tab { words: lang.pick("Équipe", "Staff"), href: "/staff".into(), current: staff },
    ];
    tabs(lang.pick("Pages des utilisateurs", "Pages of the users"), links)
}

pub(super) async fn draw(server: &Server, face: &Face, typed: Typed) -> Answer {
    let (me, lang) = (face.me()?, face.lang);
    let staff = server::grant::list_staff(server, me).await?;
    let open = server::approval::list(server, me).await?;
    let may = face.may(Duty::Administer);
    let mut stays = BTreeMap::new();
    for one in &staff {
        if let Some(why) = server::grant::must_stay_staff(server, one).await? {
            stays.insert(one.id, why);
        }
    }
    let body = view! {
        <div class="stack">
            {errors(lang, &typed)}
            {approvals(lang, open, false)}
            <div class="card card-flat">{rows(lang, may, staff, &stays)}</div>
            {may.then(|| form(lang, &typed))}
        </div>
    };
    Ok(shell::page(&face.saying("/staff"), page(face).status(typed.status()), body))
}

/// `stays`: roles that cannot end, and why.
fn rows(lang: Lang, may: bool, staff: Vec<StaffView>, stays: &BTreeMap<GrantId, Problem>) -> AnyView {
    let rows = staff
        .into_iter()
        .map(|one| {
            let role = one.role.word().pick(lang).to_owned();
            let act = may.then(|| match stays.get(&one.id) {
                Some(why) => {
                    view! { <span class="small quiet">{why.pick(lang).to_owned()}</span> }.into_any()
                }
                None => Action::new(
                    format!("/staff/{}/remove", one.id),
                    lang.pick("Retirer la fonction", "Withdraw the role"),
                )
                .about(lang, format!("{}, {role}", one.email))
                .small()
                .view(),
            });
            let until = one.expires_at.map(|at| day(lang, at));
            vec![
                Cell::link(format!("/users/{}", one.user), one.email),
                Cell::text(role),
                Cell::Plain(day(lang, one.created_at)),
                Cell::view(until),
                Cell::view(act),
            ]
        })
        .collect();
    let heads = [
        lang.pick("Personne", "Person"),
        lang.pick("Fonction", "Role"),
        lang.pick("Depuis", "Since"),
        lang.pick("Jusqu’au", "Until"),
        lang.pick("Acte", "Act"),
    ];
    table(lang.pick("Équipe", "Staff"), &heads, rows)
}

fn form(lang: Lang, typed: &Typed) -> AnyView {
    let shown = match typed.has("email") {
        true => typed.clone(),
        false => typed.clone().with("role", StaffRole::Support.code()),
    };
    let roles = StaffRole::ALL.into_iter().fold(
        Select::new("role", lang.pick("Fonction", "Role")),
        |select, role| {
            select.meaning(role.code(), role.word().pick(lang).to_owned(), staff_meaning(role, lang))
        },
    );
    let email =
        Input::email("email", lang.pick("Adresse électronique", "E-mail address")).autocomplete("off");
    let days = Input::number("days", lang.pick("Pendant combien de jours", "For how many days"))
        .optional()
        .hint(lang.pick("Vide\u{a0}: jusqu’à nouvel ordre.", "Empty: until further notice."));
    view! {
        <section class="card" aria-labelledby="add">
            <form class="form" method="post" action="/staff" novalidate=true>
                <h2 id="add">{lang.pick("Confier une fonction", "Give a staff role")}</h2>
                {email.view(lang, &shown)}
                {roles.view(lang, &shown)}
                {days.view(lang, &shown)}
                <button class="button button-main" type="submit">{lang.pick("Confier la fonction", "Give the role")}</button>
            </form>
        </section>
    }
    .into_any()
}
