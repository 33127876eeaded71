//! Tokens: every route of the table takes a token of its scope, and none of the others.

use crate::{api::Client, bench::Bench};
use axum::{
    body::Body,
    http::{Request, header},
};
use model::Scope;
use serde_json::json;
use server::{
    api::{self, Needs},
    listen::ClientAddress,
    token::{self, NewToken},
};

pub async fn each_route_takes_its_scope_and_no_other(bench: Bench) {
    let nobody = Client::nobody(&bench);
    let mut bearers = Vec::new();
    for scope in Scope::ALL {
        let new = NewToken {
            name: scope.code().into(),
            scopes: Some(vec![scope.code().into()]),
            ..Default::default()
        };
        let (view, secret) = token::create(&bench.server, &bench.admin, new).await.unwrap();
        assert_eq!(view.scopes, [scope]);
        bearers.push((scope, format!("Bearer {}", secret.reveal())));
    }
    for route in api::table() {
        let line = format!("{:?} {}", route.verb, route.path);
        // An id of nothing: the rules answer 404 once the gate is passed, and nothing is changed.
        let id = bench.server.world.id::<()>().to_string();
        let path: Vec<&str> = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { id.as_str() } else { part })
            .collect();
        for (scope, bearer) in &bearers {
            let request = Request::builder()
                .method(route.verb.method())
                .uri(format!("/api/v1{}", path.join("/")))
                .header(header::AUTHORIZATION, bearer)
                .body(Body::empty())
                .unwrap();
            let answered = nobody.send(request).await;
            let code = answered.body["code"].as_str().unwrap_or_default().to_owned();
            match route.needs {
                Needs::Nothing => {}
                Needs::Session => assert_eq!(code, "session_needed", "{line}: {scope:?}"),
                Needs::Token(needed) if needed == *scope => {
                    assert!(
                        !["scope_needed", "sign_in", "bad_token"].contains(&code.as_str()),
                        "{line}: {code}"
                    )
                }
                Needs::Token(_) => assert_eq!(code, "scope_needed", "{line}: {scope:?}"),
            }
        }
    }
    for bad in [vec![], vec!["all".to_owned()], vec!["read".to_owned(), "".to_owned()]] {
        let new = NewToken { name: "x".into(), scopes: Some(bad), ..Default::default() };
        assert_eq!(token::create(&bench.server, &bench.admin, new).await.unwrap_err().code, "scopes_bad");
    }
    // Those made before there were scopes, and those that ask for none by name, have them all.
    let (made, secret) =
        token::create(&bench.server, &bench.admin, NewToken { name: "x".into(), ..Default::default() })
            .await
            .unwrap();
    assert_eq!(made.scopes, Scope::ALL);
    let mut tx = bench.server.store.write().await.unwrap();
    server::store::sql("UPDATE tokens SET scopes = NULL WHERE id = $1")
        .bind(made.id)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut request = nobody.request("POST", "/members", Some(&json!({ "name": "Guêpes" })));
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, format!("Bearer {}", secret.reveal()).parse().unwrap());
    assert_eq!(nobody.send(request).await.status.as_u16(), 201);
    // OpenAPI says it.
    let openapi = api::describe();
    let operation = &openapi["paths"]["/api/v1/accounts/{account}/sites"]["post"];
    assert_eq!(operation["security"][0]["token"], json!(["sites"]));
    assert!(operation["description"].as_str().unwrap().contains("`sites`"));
}

pub async fn a_token_works_from_its_range_alone(bench: Bench) {
    let nobody = Client::nobody(&bench);
    let new = NewToken {
        name: "ici".into(),
        networks: vec!["192.0.2.0/24".into(), "2001:db8::/32".into()],
        ..Default::default()
    };
    let (made, secret) = token::create(&bench.server, &bench.admin, new).await.unwrap();
    assert_eq!(made.networks, ["192.0.2.0/24", "2001:db8::/32"]);
    let from = async |address: Option<&str>| {
        let mut request = nobody.request("GET", "/me", None);
        let bearer = format!("Bearer {}", secret.reveal());
        request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
        // A header says nothing: the listener found the address out.
        request.headers_mut().insert("x-forwarded-for", "192.0.2.7".parse().unwrap());
        if let Some(address) = address {
            request.extensions_mut().insert(ClientAddress(address.parse().unwrap()));
        }
        nobody.send(request).await.status.as_u16()
    };
    assert_eq!(from(Some("192.0.2.7")).await, 200);
    assert_eq!(from(Some("2001:db8:1::1")).await, 200);
    for outside in [Some("198.51.100.1"), Some("::1"), None] {
        assert_eq!(from(outside).await, 401, "{outside:?}");
    }
    let new = NewToken { name: "x".into(), networks: vec!["partout".into()], ..Default::default() };
    let problem = token::create(&bench.server, &bench.admin, new).await.unwrap_err();
    assert_eq!((problem.code, problem.field), ("networks_bad", Some("networks")));
}
