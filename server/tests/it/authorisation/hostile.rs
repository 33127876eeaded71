//! What no honest program sends, on every route: JSON that is none, numbers beyond all bounds, texts of the wrong kind, cursors that
//! nobody was given. It is refused with a code, or taken for what it is; the panel never stumbles over it.

use super::{
    cast::{Cast, Part},
    client,
    things::{Things, body},
};
use crate::{api::Client, bench::Bench};
use axum::{body::Body, http::StatusCode};
use model::StaffRole;
use serde_json::{Value, json};
use server::api::{self, Answer, Route, Verb};

/// Sends these very bytes as JSON.
async fn send(who: &Client, things: &Things, route: &Route, bytes: String) -> (StatusCode, Value) {
    let mut request = who.request(route.verb.method().as_ref(), &things.path(route), Some(&json!({})));
    *request.body_mut() = Body::from(bytes);
    let answered = who.send(request).await;
    (answered.status, answered.body)
}

/// Bodies that are no JSON, or not one of a kind anybody can be sure about; made of one the route would take.
fn broken(good: &Value) -> Vec<(&'static str, String)> {
    let whole = good.to_string();
    let name = good.as_object().unwrap().keys().next().cloned().unwrap_or("x".into());
    let with = |value: &str| format!("{{\"{name}\":{value}}}");
    vec![
        ("nothing", String::new()),
        ("cut off", whole[..whole.len() - 1].into()),
        ("two", format!("{whole}{whole}")),
        ("a key twice", format!("{{\"{name}\":null,\"{name}\":null}}")),
        ("a lone surrogate", with("\"\\ud800\"")),
        ("a lone surrogate as a key", "{\"\\udfff\":1}".into()),
        ("NaN", with("NaN")),
        ("beyond all numbers", with("1e999")),
        ("ten thousand deep", with(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)))),
        ("ten thousand objects deep", format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000))),
    ]
}

pub async fn json_that_is_none_is_refused(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let who = client(&bench, &cast, Part::Staff(StaffRole::Admin)).await;
    let acts = bench.count("SELECT COUNT(*) FROM changes").await;
    let mut asked = 0;
    for route in api::table() {
        let Some(good) = body(route, &bench, "ruche") else { continue };
        for (what, bytes) in broken(&good) {
            let (status, said) = send(&who, &things, route, bytes).await;
            let line = format!("{:?} {}: {what}: {status} {said}", route.verb, route.path);
            assert!(status.is_client_error() && said["code"].is_string(), "{line}");
            asked += 1;
        }
    }
    assert!(asked > 250, "{asked}");
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes").await, acts);
}

/// Each field of each body in turn.
pub async fn values_of_the_wrong_kind_are_refused_or_bounded(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let admin = Part::Staff(StaffRole::Admin);
    let odd = [
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(0.5),
        json!(true),
        json!(null),
        json!({}),
        json!([]),
        json!([[]]),
        json!(""),
        json!("-1"),
        json!("a\u{0}b"),
        json!("\u{202e}\u{feff}\u{fffd}"),
        json!("é".repeat(50_000)),
    ];
    let mut asked = 0;
    for route in api::table() {
        let Some(Value::Object(good)) = body(route, &bench, "ruche") else { continue };
        for name in good.keys() {
            for value in &odd {
                let mut body = good.clone();
                body.insert(name.clone(), value.clone());
                // (Some of them end the session.)
                let who = client(&bench, &cast, admin).await;
                let (status, said) = send(&who, &things, route, Value::from(body).to_string()).await;
                let shown: String = value.to_string().chars().take(40).collect();
                let line = format!("{:?} {} with {name} = {shown}: {status} {said}", route.verb, route.path);
                assert!(!status.is_server_error(), "{line}");
                assert!(status.is_success() || said["code"].is_string(), "{line}");
                asked += 1;
            }
        }
    }
    assert!(asked > 600, "{asked}");
}

pub async fn lists_bear_any_question(bench: Bench) {
    let cast = Cast::new(&bench).await;
    let things = Things::of(&bench, &cast, "ruche").await;
    let who = client(&bench, &cast, Part::Staff(StaffRole::Admin)).await;
    let long = format!("q={}", "a".repeat(20_000));
    // The cursors: no base64, -1, two NULs, a line and NULs, octets that are no UTF-8.
    let questions = [
        "limit=-1",
        "limit=0",
        "limit=99999999999999999999",
        "limit=NaN",
        "limit=1&limit=2",
        "cursor=-1",
        "cursor=LTE",
        "cursor=AAA",
        "cursor=bmFtZQoAAA",
        "cursor=gIA",
        "cursor=%00",
        "q=%00",
        "q=%ED%A0%80",
        "q=%FF",
        "q=%",
        "q[]=a",
        "q=%25%5F%5C%27%22",
        "sort=-1",
        "state=%00",
        "kind=%00",
        "from=-1",
        "from=99999-01-01",
        "to=%00",
        "nothing=1",
        &long,
    ];
    let (mut asked, mut pages) = (0, 0);
    for route in api::table().filter(|route| route.verb == Verb::Get) {
        if matches!(route.answer, Answer::Events) {
            continue;
        }
        for question in questions {
            let path = format!("{}?{question}", things.path(route));
            let got = who.ask("GET", &path, None).await;
            let shown: String = question.chars().take(40).collect();
            let line = format!("{} with {shown}: {} {}", route.path, got.status, got.body);
            assert!(!got.status.is_server_error(), "{line}");
            if matches!(route.answer, Answer::Page(_))
                && ["limit=-1", "limit=NaN", "cursor=-1"].contains(&question)
            {
                assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{line}");
                pages += 1;
            }
            asked += 1;
        }
    }
    assert!(asked > 1000 && pages > 30, "{asked}, {pages}");
}
