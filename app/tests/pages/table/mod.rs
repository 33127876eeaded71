//! The authorisation table of pages: every page and every form, asked by everybody there can be, for what is there and what is not. What
//! somebody gets is what the route table says of them; what one may not see answers exactly as what does not exist; and no page offers a
//! link or a form that leads whoever reads it nowhere. (server/tests/it/authorisation does the same for the API.)

mod cast;
mod needs;
mod refused;
mod things;

use crate::{
    html::{Tag, check},
    links::{file, known, trouble},
    stage::{Got, Person, Stage, is_page},
};
use app::{
    http::Who,
    routes::{Route, TABLE, Verb},
};
use axum::http::{StatusCode, header};
use cast::{Cast, Outcome, Part};
use server::store::sql;
use std::{collections::BTreeSet, sync::Arc};
use things::{Things, fields};

async fn ask(stage: &Stage, who: &Person, route: &Route, things: &Things, name: &str) -> Got {
    let path = things.path(route);
    match route.method {
        Verb::Get => who.get(&path).await,
        Verb::Post => {
            let plan = stage.filled("{plan}");
            let fields = fields(name, &plan);
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            who.post(&path, &fields).await
        }
    }
}

/// All that can be told of an answer: status, headers, body; but for what was asked by id, and the page's nonce.
fn told(got: &Got, things: &Things) -> String {
    let nonce = got.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    let nonce =
        nonce.and_then(|policy| policy.split("'nonce-").nth(1)).and_then(|rest| rest.split('\'').next());
    let mut said = format!("{} {:?}\n{}", got.status, got.headers, got.html);
    if let Some(nonce) = nonce {
        said = said.replace(nonce, "NONCE");
    }
    things.unnamed(&said)
}

fn is_what(got: &Got, outcome: Outcome) -> bool {
    let to = |path: &str| got.status == StatusCode::SEE_OTHER && got.location().starts_with(path);
    match outcome {
        Outcome::SignIn => to("/sign-in"),
        Outcome::SetUp => to("/second-factor"),
        Outcome::NotFound => got.status == StatusCode::NOT_FOUND,
        Outcome::Denied => got.status == StatusCode::FORBIDDEN,
        Outcome::Rests => {
            got.status == StatusCode::FORBIDDEN && got.html.contains("You are looking as a member does")
        }
        Outcome::Passes => {
            // What everybody's rules refuse is no matter of authorisation.
            let refused = got.html.contains("cannot be undone from here");
            let hidden = matches!(
                got.status,
                StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::FORBIDDEN
            );
            (!hidden || refused) && !got.status.is_server_error() && !to("/second-factor")
        }
    }
}

/// Nothing changes here: who may not act is refused, who may read reads, and all of them look at the same things.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_the_table_says_and_is_offered_no_more() {
    let stage = Stage::new().await;
    let cast = Cast::new(&stage).await;
    let theirs = Things::of(&stage, &cast, "ruche").await;
    trouble(&stage).await;
    let absent = theirs.absent(&stage);
    let mut people = Vec::new();
    for part in Part::all() {
        people.push((part, cast.person(&stage, part, theirs.home).await));
    }
    let acts = stage.acts().await;
    let hidden = hidden(&stage).await;
    let all = Arc::new((stage, theirs, absent, hidden));
    let walks: Vec<_> =
        people.into_iter().map(|(part, person)| tokio::spawn(walk(Arc::clone(&all), part, person))).collect();
    let mut wrong = Vec::new();
    for walk in walks {
        wrong.extend(walk.await.unwrap());
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(all.0.acts().await, acts, "somebody changed something");
}

/// What the store keeps of secrets, which no page shows (CVE-2026-62988).
async fn hidden(stage: &Stage) -> Vec<String> {
    let mut hidden = vec!["$argon2".to_owned()];
    for query in [
        "SELECT password FROM users WHERE password IS NOT NULL",
        "SELECT secret_hash FROM tokens",
        "SELECT id FROM sessions",
        "SELECT id FROM links",
    ] {
        let found = sql(query).all(stage.server.store.on(), |row| row.first::<String>()).await.unwrap();
        hidden.extend(found);
    }
    hidden
}

/// What is wrong for one of them, over the whole table.
async fn walk(all: Arc<(Stage, Things, Things, Vec<String>)>, part: Part, person: Person) -> Vec<String> {
    let (stage, theirs, absent, hidden) = &*all;
    let (mut wrong, mut followed) = (Vec::new(), BTreeSet::new());
    for route in TABLE {
        let outcome = part.by_the_table(route);
        if outcome == Outcome::Passes && route.method == Verb::Post {
            continue;
        }
        let line = format!("{part:?} {:?} {}", route.method, route.path);
        let got = ask(stage, &person, route, theirs, "ruche").await;
        if !is_what(&got, outcome) {
            wrong.push(format!("{line}: {outcome:?} expected, got {} {}", got.status, got.location()));
        }
        let none = ask(stage, &person, route, absent, "ruche").await;
        match outcome {
            Outcome::Passes if route.who == Who::Anyone => {}
            Outcome::Passes | Outcome::Denied => {
                // One who sees, asking for what is not there.
                let hidden = matches!(none.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN);
                if route.path.contains('{') && !hidden {
                    wrong.push(format!("{line}: what is absent answers {}", none.status));
                }
            }
            _ => {
                if told(&got, theirs) != told(&none, absent) {
                    wrong.push(format!("{line}: other's and absent differ"));
                }
            }
        }
        // A page at all times, also where there is none.
        for answered in [&got, &none].into_iter().filter(|got| !got.html.is_empty() && is_page(&route)) {
            check(&answered.html);
            if hidden.iter().any(|secret| answered.html.contains(secret)) {
                wrong.push(format!("{line}: a stored secret is shown"));
            }
        }
        // (The page of our own components is full of examples that lead nowhere.)
        let shown = is_page(&route) && got.status == StatusCode::OK && route.path != "/styleguide";
        if outcome == Outcome::Passes && shown {
            for tag in check(&got.html) {
                if let Err(what) = offered(&tag, part, &person, &mut followed).await {
                    wrong.push(format!("{line}: {what}"));
                }
            }
        }
    }
    wrong
}

/// Whether a link or a form leads on whoever is offered it.
async fn offered(
    tag: &Tag,
    part: Part,
    person: &Person,
    followed: &mut BTreeSet<String>,
) -> Result<(), String> {
    let (method, address) = match tag.name.as_str() {
        "form" if tag.get("method") == Some("post") => (Verb::Post, tag.get("action")),
        "form" => (Verb::Get, tag.get("action")),
        "a" => (Verb::Get, tag.get("href").filter(|href| href.starts_with('/'))),
        _ => return Ok(()),
    };
    let Some(address) = address else { return Ok(()) };
    if let Some(path) = address.strip_prefix(server::api::PREFIX) {
        // Files are the API's alone; that who sees the page may have its file is `links` to say.
        return file(path).map(drop).ok_or_else(|| format!("no route of the API for {address}"));
    }
    let route = known(method, address).ok_or_else(|| format!("no route for {method:?} {address}"))?;
    let outcome = part.by_the_table(route);
    // (What is one's own stands there by other ids than those of the owner's, of whom the table speaks.)
    let own = matches!(route.who, Who::Own | Who::SettingUp) && outcome == Outcome::NotFound;
    // (The door leads home, which leads back to the door.)
    let led = method == Verb::Get && matches!(outcome, Outcome::SignIn | Outcome::SetUp);
    if outcome != Outcome::Passes && !own && !led {
        return Err(format!("offers {method:?} {address}, which is {outcome:?}"));
    }
    if method == Verb::Get && followed.insert(address.to_owned()) {
        let status = person.get(&address.replace("&amp;", "&")).await.status;
        if status.as_u16() >= 400 {
            return Err(format!("offers {address}, which answers {status}"));
        }
    }
    Ok(())
}

/// Each on things of their own, for acts change them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_does_what_the_table_says() {
    let stage = Stage::new().await;
    let cast = Cast::new(&stage).await;
    let (mut things, mut name, mut used, mut made) = (None, String::new(), true, 0);
    let mut wrong = Vec::new();
    for route in TABLE.iter().filter(|route| route.method == Verb::Post) {
        for part in Part::all().into_iter().filter(|part| part.by_the_table(route) == Outcome::Passes) {
            if used || things.is_none() {
                made += 1;
                name = format!("ruche{made}");
                things = Some(Things::of(&stage, &cast, &name).await);
            }
            let Some(theirs) = &things else { continue };
            let person = cast.person(&stage, part, theirs.home).await;
            let got = ask(&stage, &person, route, theirs, &name).await;
            if !got.html.is_empty() {
                check(&got.html);
            }
            used = got.status.as_u16() < 400;
            if !is_what(&got, Outcome::Passes) {
                wrong.push(format!("{part:?} {}: {} {}", route.path, got.status, got.location()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!("{made} households");
}
