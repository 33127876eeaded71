//! The variables of a site's program, on the page of what answers: their names, one more, one less. No value is ever shown.

use super::{Seen, at, enter, program};
use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Input, Typed},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Lang, Problem, Secret, SiteId, VariableName};
use server::{
    Server,
    change::Done,
    site::{NewVariable, SiteView, WhichVariable},
};

/// `POST /sites/{site}/variables`
pub async fn set(State(server): State<Server>, face: Face, Path(id): Path<SiteId>, typed: Typed) -> Answer {
    let new = NewVariable { name: typed.get("name").to_owned(), value: Secret::new(typed.get("value")) };
    let done = server::site::set_variable(&server, face.me()?, at(id, &typed), new).await;
    after(&server, &face, id, typed, done).await
}

/// `POST /sites/{site}/variables/remove`
pub async fn remove(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<SiteId>,
    typed: Typed,
) -> Answer {
    let which = WhichVariable { name: typed.get("name").to_owned() };
    let done = server::site::remove_variable(&server, face.me()?, at(id, &typed), which).await;
    after(&server, &face, id, typed, done).await
}

async fn after(
    server: &Server,
    face: &Face,
    id: SiteId,
    typed: Typed,
    done: Result<Done<SiteView>, Problem>,
) -> Answer {
    let page = &program::PAGE;
    match done {
        Ok(_) => see(page.at(id), "site_told"),
        Err(problem) => {
            let problem = on_form(problem)?;
            let seen = enter(server, face, id).await?;
            // The other form of the page as it stands, this one as it was typed, but for the secret.
            let typed = program::fill(&seen.site).with("name", typed.get("name")).refused(problem);
            Ok(page.draw(&face.at(page.at(id)), &seen, &typed))
        }
    }
}

/// On the page of what answers.
pub(super) fn card(lang: Lang, seen: &Seen, typed: &Typed) -> AnyView {
    let id = seen.site.id;
    let rows = seen.site.settings.variables.names().map(|name| row(lang, id, name)).collect_view();
    let name = Input::text("name", lang.pick("Nom", "Name"))
        .hint(lang.pick("Par exemple DATABASE_URL.", "Such as DATABASE_URL."));
    let value = Input::password("value", lang.pick("Valeur", "Value"), "off").optional().hint(lang.pick(
        "Elle est scellée pour l’hôte\u{a0}: personne ne la revoit, l’historique non plus. Le même nom avec une autre valeur la remplace.",
        "It is sealed for the host: nobody sees it again, nor does history. The same name with another value replaces it.",
    ));
    view! {
        <section class="card card-flat" aria-labelledby="variables">
            <div class="card-head"><h2 id="variables">{lang.pick("Variables du programme", "The program’s variables")}</h2></div>
            <ul class="items">{rows}</ul>
            <form class="card-foot form" method="post" action=format!("/sites/{id}/variables") novalidate=true>
                {name.view(lang, typed)}
                {value.view(lang, typed)}
                <div class="acts"><button class="button" type="submit">{lang.pick("Enregistrer la variable", "Save the variable")}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn row(lang: Lang, site: SiteId, name: &VariableName) -> AnyView {
    let remove = Action::new(format!("/sites/{site}/variables/remove"), lang.pick("Retirer", "Remove"))
        .hidden("name", name.as_str())
        .about(lang, name)
        .small();
    view! {
        <li>
            <div class="item"><span class="item-name mono">{name.to_string()}</span></div>
            <div class="row">{remove.view()}</div>
        </li>
    }
    .into_any()
}
