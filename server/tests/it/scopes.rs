//! Tokens: their scopes, and from where they work. (Which route takes which scope is in `authorisation::tokens`.)

use crate::{api::Client, bench::Bench};
use axum::http::header;
use model::Scope;
use serde_json::json;
use server::{
    api,
    listen::ClientAddress,
    token::{self, NewToken},
};

pub async fn scopes_are_chosen_or_all(bench: Bench) {
    let nobody = Client::nobody(&bench);
    let new = NewToken { name: "x".into(), scopes: Some(vec!["read".into()]), ..Default::default() };
    assert_eq!(token::create(&bench.server, &bench.admin, new).await.unwrap().0.scopes, [Scope::Read]);
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
