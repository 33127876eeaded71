//! The REST API as programs meet it: formats, refusals, languages, idempotency, versions, events.

use crate::{
    authorisation,
    bench::{Bench, PASSWORD, verified},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use futures_util::StreamExt;
use model::{UserId, event::ChangeEvent};
use serde_json::{Value, json};
use server::{
    api,
    session::{self, Seen},
    site,
    store::sql,
};
use std::collections::BTreeSet;
use tower::ServiceExt;

pub const ORIGIN: &str = "https://panel.coop.example:8443";

pub struct Client {
    pub router: Router,
    /// A cookie line; empty for nobody.
    pub cookie: String,
}

pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Client {
    pub fn nobody(bench: &Bench) -> Client {
        Client { router: api::router(bench.server.clone()), cookie: String::new() }
    }

    pub async fn of(bench: &Bench, user: Option<UserId>) -> Client {
        let begun =
            session::begin(&bench.server, verified(&bench.server, user.unwrap()).await, Seen::default())
                .await
                .unwrap();
        let signed_in = begun.whole().unwrap();
        let cookie = format!("{}={}", session::SESSION_COOKIE, signed_in.session.reveal());
        Client { cookie, ..Client::nobody(bench) }
    }

    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Request<Body> {
        let mut request =
            Request::builder().method(method).uri(format!("/api/v1{path}")).header("origin", ORIGIN);
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.to_string().into())
                .unwrap(),
            None => request.body(Body::empty()).unwrap(),
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answered { status: parts.status, headers: parts.headers, body }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answered {
        self.send(self.request(method, path, body.as_ref())).await
    }
}

impl Answered {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub async fn a_member_adds_names_and_deletes_a_site(bench: Bench) {
    let home = bench.household("alpha").await;
    let client = Client::of(&bench, home.owner.user).await;
    let sites = format!("/accounts/{}/sites", home.account);
    let made = client.ask("POST", &sites, Some(json!({ "name": "asso.example" }))).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""));
    let site = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/api/v1/sites/{site}"));
    assert_eq!(made.header("alveole-change"), made.body["change"].as_str().unwrap());
    assert_eq!(made.header("cache-control"), "no-store");
    assert_eq!(made.body["names"], json!(["asso.example"]));
    let path = format!("/sites/{site}");
    let mut request = client.request("PATCH", &path, Some(&json!({ "names": ["a.example", "b.example"] })));
    request.headers_mut().insert("if-match", "\"1\"".parse().unwrap());
    let named = client.send(request).await;
    assert_eq!((named.status, named.header("etag")), (StatusCode::OK, "\"2\""));
    for tag in ["\"1\"", "W/\"2\"", "rubbish"] {
        let mut request = client.request("DELETE", &path, None);
        request.headers_mut().insert("if-match", tag.parse().unwrap());
        assert_eq!(client.send(request).await.status, StatusCode::PRECONDITION_FAILED, "{tag}");
    }
    let change = named.header("alveole-change").to_owned();
    let undone = client.ask("POST", &format!("/changes/{change}/undo"), None).await;
    assert_eq!((undone.status, undone.body["undoes"].as_str()), (StatusCode::CREATED, Some(change.as_str())));
    assert_eq!(client.ask("GET", &path, None).await.body["names"], json!(["asso.example"]));
    assert_eq!(client.ask("DELETE", &path, None).await.status, StatusCode::NO_CONTENT);
    let listed = client.ask("GET", &format!("/accounts/{}/changes?limit=2", home.account), None).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 2);
    let next = listed.body["next"].as_str().unwrap();
    let rest =
        client.ask("GET", &format!("/accounts/{}/changes?limit=9&cursor={next}", home.account), None).await;
    assert_eq!((rest.body["items"].as_array().unwrap().len(), &rest.body["next"]), (3, &Value::Null));
}

pub async fn refusals_are_problems_in_both_languages(bench: Bench) {
    let home = bench.household("alpha").await;
    let client = Client::of(&bench, home.owner.user).await;
    let sites = format!("/accounts/{}/sites", home.account);
    let wrong = client.ask("POST", &sites, Some(json!({ "name": "-a.example" }))).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (wrong.header("content-type"), wrong.header("content-language")),
        ("application/problem+json", "fr")
    );
    assert_eq!(wrong.body["status"], 422);
    assert_eq!(
        (wrong.body["code"].as_str(), wrong.body["field"].as_str()),
        (Some("name_hyphen"), Some("name"))
    );
    assert_eq!(wrong.body["title"], "Valeur refusée");
    let mut request = client.request("POST", &sites, Some(&json!({ "name": "-a.example" })));
    request.headers_mut().insert("accept-language", "en".parse().unwrap());
    let english = client.send(request).await;
    assert_eq!(
        (english.header("content-language"), english.body["title"].as_str()),
        ("en", Some("Value refused"))
    );
    assert_ne!(english.body["detail"], wrong.body["detail"]);
    for (body, status, code) in [
        (json!({ "name": "a.example", "account": "x" }), 422, "body_unreadable"),
        (json!({}), 422, "body_unreadable"),
        (json!({ "name": 7 }), 422, "body_unreadable"),
        (json!({ "name": "a".repeat(70_000) }), 413, "body_too_large"),
    ] {
        let refused = client.ask("POST", &sites, Some(body)).await;
        assert_eq!((refused.status.as_u16(), refused.body["code"].as_str()), (status, Some(code)));
    }
    let mut request = client.request("POST", &sites, Some(&json!({ "name": "a.example" })));
    request.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(client.send(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(client.ask("GET", "/nothing", None).await.body["code"], "not_found");
    let method = client.ask("PUT", &sites, None).await;
    assert_eq!(
        (method.status, method.body["code"].as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, Some("wrong_method"))
    );
    for query in ["limit=many", "cursor=%21", "unknown=1"] {
        let refused = client.ask("GET", &format!("{sites}?{query}"), None).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    let nobody = Client::nobody(&bench).ask("GET", "/me", None).await;
    assert_eq!((nobody.status, nobody.body["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("sign_in")));
    assert!(nobody.header("www-authenticate").starts_with("Bearer"));
}

pub async fn only_the_panels_pages_act_by_cookie(bench: Bench) {
    let home = bench.household("alpha").await;
    let client = Client::of(&bench, home.owner.user).await;
    let sites = format!("/accounts/{}/sites", home.account);
    let body = json!({ "name": "asso.example" });
    let with = |headers: &[(&'static str, &'static str)]| {
        let mut request = client.request("POST", &sites, Some(&body));
        request.headers_mut().remove("origin");
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        request
    };
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "https://panel.coop.example")],
        &[("origin", "null")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        &[("origin", ORIGIN), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site")],
        &[("referer", ORIGIN)],
    ] {
        let refused = client.send(with(headers)).await;
        assert_eq!(
            (refused.status, refused.body["code"].as_str()),
            (StatusCode::FORBIDDEN, Some("foreign_origin")),
            "{headers:?}"
        );
    }
    assert_eq!(bench.count("SELECT COUNT(*) FROM sites").await, 0);
    let good = client.send(with(&[("origin", "null"), ("sec-fetch-site", "same-origin")])).await;
    assert_eq!(good.status, StatusCode::CREATED);
    // A bad bearer token is not made good by a cookie.
    let refused = client.send(with(&[("authorization", "Bearer alv_nothing")])).await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("bad_token"))
    );
    // Nobody is signed in by a foreign page either.
    let credentials = json!({ "email": "alpha@membre.example", "password": PASSWORD });
    let nobody = Client::nobody(&bench);
    let mut request = nobody.request("POST", "/session", Some(&credentials));
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(nobody.send(request).await.status, StatusCode::FORBIDDEN);
    let signed_in = nobody.ask("POST", "/session", Some(credentials)).await;
    assert_eq!(signed_in.status, StatusCode::NO_CONTENT);
    let cookie = signed_in.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    let me = Client { cookie: cookie.split(';').next().unwrap().to_owned(), ..Client::nobody(&bench) };
    assert_eq!(me.ask("GET", "/me", None).await.body["email"], "alpha@membre.example");
    assert_eq!(me.ask("DELETE", "/session", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(me.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    let wrong = json!({ "email": "alpha@membre.example", "password": "hunter2hunter2" });
    let refused = nobody.ask("POST", "/session", Some(wrong)).await;
    assert_eq!(refused.body["code"], "sign_in_wrong");
    assert!(!refused.body.to_string().contains("hunter2"));
}

pub async fn a_creation_sent_twice_happens_once(bench: Bench) {
    let home = bench.household("alpha").await;
    let client = Client::of(&bench, home.owner.user).await;
    let sites = format!("/accounts/{}/sites", home.account);
    let send = |name: &str, key: &str| {
        let mut request = client.request("POST", &sites, Some(&json!({ "name": name })));
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        client.send(request)
    };
    let first = send("asso.example", "k1").await;
    let again = send("asso.example", "k1").await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.body, again.body);
    let other = send("autre.example", "k1").await;
    assert_eq!(
        (other.status, other.body["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("idempotency_key_reused"))
    );
    assert_eq!(send("autre.example", "").await.body["code"], "idempotency_key_bad");
    assert_eq!(bench.count("SELECT COUNT(*) FROM sites").await, 1);
}

pub async fn admins_provision_over_the_api(bench: Bench) {
    let admin = Client::of(&bench, bench.admin.user).await;
    let member = admin.ask("POST", "/members", Some(json!({ "name": "Les Abeilles" }))).await;
    let plan = json!({ "name": "Grande", "sites_max": 9, "names_max": 9, "php_workers": 4, "disk_mb": 1, "memory_mb": 64 });
    let plan = admin.ask("POST", "/plans", Some(plan)).await;
    assert_eq!((member.status, plan.status), (StatusCode::CREATED, StatusCode::CREATED));
    let new = json!({ "member": member.body["id"], "plan": plan.body["id"], "name": "abeilles", "owner": "ana@abeilles.example" });
    let made = admin.ask("POST", "/accounts", Some(new)).await;
    assert_eq!((made.status, made.body["plan"]["name"].as_str()), (StatusCode::CREATED, Some("Grande")));
    let link = made.body["link"].as_str().unwrap();
    assert!(link.starts_with(&format!("{ORIGIN}/link/")), "{link}");
    let account = format!("/accounts/{}", made.body["id"].as_str().unwrap());
    let suspended = admin
        .ask("POST", &format!("{account}/suspend"), Some(json!({ "code": "unpaid", "reason": "Impayé" })))
        .await;
    assert_eq!((suspended.body["state"].as_str(), suspended.header("etag")), (Some("suspended"), "\"2\""));
    assert_eq!(admin.ask("POST", &format!("{account}/resume"), None).await.body["state"], "active");
    assert_eq!(admin.ask("DELETE", &account, None).await.body["state"], "deleted");
    let deleted = admin.ask("GET", "/accounts?state=deleted", None).await;
    assert_eq!(deleted.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(admin.ask("POST", &format!("{account}/restore"), None).await.body["state"], "active");
    let members = admin.ask("GET", "/members?q=ABEILLE", None).await;
    assert_eq!(members.body["items"][0]["accounts"], 1);
    let token = admin.ask("POST", "/tokens", Some(json!({ "name": "script" }))).await;
    let bearer = format!("Bearer {}", token.body["secret"].as_str().unwrap());
    let nobody = Client::nobody(&bench);
    let mut request = nobody.request("GET", "/me", None);
    request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
    assert_eq!(nobody.send(request).await.body["staff"], json!(["admin"]));
}

/// On every route that takes a text, wherever it stands in the body.
pub async fn no_text_holds_a_control_character(bench: Bench) {
    let cast = authorisation::Cast::new(&bench).await;
    let things = authorisation::Things::of(&bench, &cast, "ruche").await;
    let client = Client::of(&bench, bench.admin.user).await;
    let mut asked = 0;
    for route in api::table() {
        let Some(mut body) = authorisation::body(route, &bench, "ruche") else { continue };
        let texts = body.as_object().unwrap().iter().filter(|(_, value)| value.is_string());
        let Some((name, _)) = texts.map(|(name, value)| (name.clone(), value.clone())).next() else {
            continue;
        };
        body[&name] = json!("a\u{0}b");
        let got = client.ask(route.verb.method().as_ref(), &things.path(route), Some(body)).await;
        let said = (got.status, got.body["code"].as_str(), got.body["field"].as_str());
        let wanted = (StatusCode::UNPROCESSABLE_ENTITY, Some("control_character"), Some(name.as_str()));
        assert_eq!(said, wanted, "{:?} {}", route.verb, route.path);
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
    // Nor does a search or a form bring one to the database.
    let got = client.ask("GET", "/accounts?q=a%00b", None).await;
    assert_eq!(
        (got.status, got.body["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("control_character"))
    );
    // Line breaks are typed by people.
    let notes = json!({ "name": "Les Amis", "notes": "un\r\ndeux" });
    let made = client.ask("POST", "/members", Some(notes)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

pub async fn open_pages_hear_what_moves(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let client = Client::of(&bench, home.owner.user).await;
    let made = site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    let request = client.request("GET", &format!("/changes/{}/events", made.change.unwrap()), None);
    let response = client.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let mut next = async || -> Option<ChangeEvent> {
        loop {
            let chunk = String::from_utf8(stream.next().await?.unwrap().to_vec()).unwrap();
            if let Some((_, data)) = chunk.split_once("data: ") {
                assert!(chunk.contains("event: change"));
                return Some(serde_json::from_str(data.lines().next().unwrap()).unwrap());
            }
        }
    };
    assert_eq!(next().await.unwrap().state.code(), "wanted");
    for state in ["checked", "applied", "verified"] {
        let mut tx = server.store.write().await.unwrap();
        for table in [
            "UPDATE change_states SET state = $1 WHERE kind = 'site'",
            "UPDATE resources SET state = $1 WHERE kind = 'site'",
        ] {
            sql(table).bind(state).run(tx.on()).await.unwrap();
        }
        tx.wake_account(home.account);
        tx.commit().await.unwrap();
        let event = next().await.unwrap();
        assert_eq!((event.state.code(), event.resources[0].state.code()), (state, state));
    }
    // Signed out, the stream ends with the next thing that moves.
    client.ask("DELETE", "/session", None).await;
    site::create(server, &home.owner, home.account, "b.example").await.unwrap();
    assert_eq!(next().await, None);
}

#[test]
fn openapi_describes_every_route() {
    let described = api::table().map(|route| (route.path, route.verb.method().to_string()));
    let openapi = api::describe();
    let mut ids = BTreeSet::new();
    let mut routes = 0;
    for (path, method) in described {
        routes += 1;
        let operation = &openapi["paths"][format!("/api/v1{path}")][method.to_ascii_lowercase()];
        assert!(operation["summary"].is_string(), "{method} {path} is not described");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
    }
    let operations =
        openapi["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
    assert_eq!(operations.sum::<usize>(), routes);
    // No reference leads nowhere.
    let text = openapi.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(openapi["components"]["schemas"][name].is_object(), "{name} is not described");
    }
}
