//! Accounts of which mail is held, on staff's home: nothing, while there is none.

use crate::{
    http::{Face, Miss},
    parts::{Cell, count, moment, table},
};
use leptos::prelude::*;
use server::{Server, outbox::HeldView};

pub async fn card(server: &Server, face: &Face) -> Result<Option<AnyView>, Miss> {
    let held = server::outbox::held(server, face.me()?).await?;
    if held.is_empty() {
        return Ok(None);
    }
    let lang = face.lang;
    let head = [
        lang.pick("Compte", "Account"),
        lang.pick("Membre", "Member"),
        lang.pick("Retenus", "Held"),
        lang.pick("Depuis le", "Since"),
    ];
    let rows = held.into_iter().map(|one| {
        let HeldView { account, member, mails, since, .. } = one;
        vec![
            Cell::link(format!("/accounts/{}/outbox", account.id), account.name),
            Cell::text(member.name),
            Cell::Num(count(lang, i64::from(mails))),
            Cell::view(moment(lang, since)),
        ]
    });
    let title = lang.pick("Courrier retenu", "Held mail");
    let body = table(title, &head, rows.collect());
    Ok(Some(
        view! {
            <section class="card card-flat card-alert">
                <div class="card-head"><h2>{title}</h2></div>
                {body}
            </section>
        }
        .into_any(),
    ))
}
