//! Every form, given rubbish: what says so is a page as sound as the others.

use super::{
    cast::{Cast, Outcome, Part},
    things::{Things, fields},
};
use crate::{
    html::check,
    languages::only,
    stage::{ORIGIN, Stage, is_page},
};
use app::routes::{TABLE, Verb};
use axum::{body::Body, http::header};
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

/// What no browser sends: octets that are no text, control characters, numbers beyond all bounds, a field twice. On every form and every
/// page, as an admin: refused or taken for what it is, on a sound page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_can_be_sent_breaks_a_page() {
    let stage = Stage::new().await;
    let cast = Cast::new(&stage).await;
    let theirs = Things::of(&stage, &cast, "ruche").await;
    let part = Part::Staff(StaffRole::Admin);
    let names: Vec<&str> = fields("ruche", "x").into_iter().map(|(name, _)| name).collect();
    let long = "a".repeat(50_000);
    let odd = [
        "%00",
        "a%00b",
        "%ED%A0%80",
        "%FF%FE",
        "%",
        "%E2%80%AE",
        "-1",
        "99999999999999999999",
        "NaN",
        "1e999",
        &long,
    ];
    let (mut sent, mut read) = (0, 0);
    for route in TABLE.iter().filter(|route| route.method == Verb::Post && route.path != "/sign-out") {
        for value in odd {
            // (Some of them end the session.)
            let person = cast.person(&stage, part, theirs.home).await;
            let body: Vec<String> = names.iter().map(|name| format!("{name}={value}")).collect();
            let request = person
                .request("POST", &theirs.path(route))
                .header(header::ORIGIN, ORIGIN)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(format!("{}&{}", body.join("&"), body.join("&"))));
            let got = person.send(request.unwrap()).await;
            let shown: String = value.chars().take(30).collect();
            assert!(
                !got.status.is_server_error(),
                "{} with {shown}: {} {}",
                route.path,
                got.status,
                got.html
            );
            if !got.html.is_empty() {
                check(&got.html);
            }
            sent += 1;
        }
    }
    let person = cast.person(&stage, part, theirs.home).await;
    for route in TABLE.iter().filter(|route| route.method == Verb::Get) {
        for value in odd {
            let asked =
                ["q", "after", "cursor", "limit", "state", "sort", "from", "to", "verb", "time", "done"];
            // (An address has an end.)
            let value = &value[..value.len().min(4000)];
            let query: Vec<String> = asked.iter().map(|name| format!("{name}={value}")).collect();
            let got = person.get(&format!("{}?{}", theirs.path(route), query.join("&"))).await;
            let shown: String = value.chars().take(30).collect();
            assert!(
                !got.status.is_server_error(),
                "{} with {shown}: {} {}",
                route.path,
                got.status,
                got.html
            );
            if is_page(&route) && !got.html.is_empty() {
                check(&got.html);
            }
            read += 1;
        }
    }
    assert!(sent > 500 && read > 400, "{sent} sent, {read} read");
}
