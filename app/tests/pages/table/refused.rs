//! Every form, given rubbish: what says so is a page as sound as the others.

use super::{
    cast::{Cast, Outcome, Part},
    things::Things,
};
use crate::{html::check, languages::only, stage::Stage};
use app::routes::{TABLE, Verb};
use model::{Role, StaffRole};

/// In either language, as whoever may send the form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_shown_on_a_sound_page() {
    let stage = Stage::new().await;
    let cast = Cast::new(&stage).await;
    // In what one types; choices are the form's own.
    let typed = [
        "name", "email", "days", "reason", "confirm", "hourly", "count", "csv", "password", "new", "networks",
    ];
    let chosen = [("role", "reader"), ("status", "left"), ("lang", "fr"), ("asked_of", "staff")];
    let rubbish: Vec<_> = typed.map(|name| (name, "\u{1}<?>")).into_iter().chain(chosen).collect();
    let (mut made, mut refused) = (0, 0);
    for part in [
        Part::Nobody,
        Part::OfAccount(Role::Owner),
        Part::OfMember(Role::Owner),
        Part::Staff(StaffRole::Admin),
    ] {
        let mut things = None;
        for route in TABLE.iter().filter(|route| route.method == Verb::Post) {
            if part.by_the_table(route) != Outcome::Passes {
                continue;
            }
            for lang in ["fr", "en"] {
                let theirs = match things.take() {
                    Some(theirs) => theirs,
                    None => {
                        made += 1;
                        Things::of(&stage, &cast, &format!("ruche{made}")).await
                    }
                };
                let person = cast.person(&stage, part, theirs.home).await.reading(lang);
                let got = person.post(&theirs.path(route), &rubbish).await;
                if got.status.is_client_error() {
                    refused += 1;
                    check(&got.html);
                    only(&got.html, lang, route.path);
                    // Nothing was used up.
                    things = Some(theirs);
                }
            }
        }
    }
    assert!(refused > 60, "{refused}");
}
