//! Every route of the table, asked by nobody, a stranger, the owner and an admin, for what is there and what is not:
//! what one may not see answers exactly as what does not exist.

use crate::{
    api::Client,
    bench::{Bench, Household, PASSWORD, host, verified},
    mails,
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use server::{
    account,
    api::{self, Answer, Route, Verb, Who},
    factor, member, session, site,
    store::sql,
    token,
};

/// Something to ask each route for.
struct Things {
    ids: Vec<(&'static str, String)>,
}

impl Things {
    async fn of(bench: &Bench, home: &Household, name: &str) -> Things {
        let server = &bench.server;
        let made = site::create(server, &home.owner, home.account, &format!("{name}.example")).await.unwrap();
        let of = account::show(server, &bench.admin, home.account).await.unwrap();
        let new = token::NewToken { name: "t".into(), ..Default::default() };
        let (token, _) = token::create(server, &home.owner, new).await.unwrap();
        let factor = factor::begin_totp(server, &home.owner).await.unwrap().id.to_string();
        session::begin(server, verified(server, home.owner.user.unwrap()).await, Default::default())
            .await
            .unwrap();
        let session = session::list(server, &home.owner).await.unwrap()[0].id.clone();
        let grant = sql("SELECT id FROM grants WHERE account_id = $1")
            .bind(home.account)
            .one(server.store.on(), |row| row.get::<String>("id"))
            .await
            .unwrap();
        Things {
            ids: vec![
                ("{account}", home.account.to_string()),
                ("{member}", home.member.to_string()),
                ("{site}", made.item.id.to_string()),
                ("{change}", made.change.unwrap().to_string()),
                ("{token}", token.id.to_string()),
                ("{grant}", grant),
                ("{factor}", factor),
                ("{session}", session),
                ("{plan}", bench.plan.to_string()),
                ("{user}", home.owner.user.unwrap().to_string()),
                ("{host}", of.host.id.to_string()),
                ("{kind}", "account".to_owned()),
                ("{key}", home.account.to_string()),
                ("{mail}", mails::failed(server, home).await.to_string()),
                (
                    "{import}",
                    member::check(server, &bench.admin, "nom\nAna", false).await.unwrap().id.to_string(),
                ),
            ],
        }
    }

    fn absent(bench: &Bench) -> Things {
        let id = |name| (name, bench.server.world.id::<()>().to_string());
        let names = [
            "{account}",
            "{member}",
            "{site}",
            "{change}",
            "{token}",
            "{grant}",
            "{factor}",
            "{session}",
            "{plan}",
            "{user}",
            "{host}",
            "{key}",
            "{mail}",
            "{import}",
        ];
        let mut ids: Vec<_> = names.into_iter().map(id).collect();
        ids.push(("{kind}", "account".to_owned()));
        Things { ids }
    }

    fn path(&self, route: &Route) -> String {
        let path = self.ids.iter().fold(route.path.to_owned(), |path, (name, id)| path.replace(name, id));
        assert!(!path.contains('{'), "{path}: tell this test what stands there");
        path
    }
}

/// A body each route would take.
fn body(route: &Route, bench: &Bench, name: &str) -> Option<Value> {
    route.body?;
    Some(match (route.verb, route.path) {
        (Verb::Post, "/session") => json!({ "email": "x@y.example", "password": "z" }),
        (_, "/session/code" | "/me/factors/{factor}/confirm") => json!({ "code": "123456" }),
        (_, "/session/proof") => json!({ "password": PASSWORD }),
        (_, "/settings/second-factor") => json!({ "asked_of": "nobody" }),
        (_, "/forgotten") => json!({ "email": "x@y.example" }),
        (Verb::Patch, "/me") => json!({ "lang": "en" }),
        (Verb::Put, "/me/password") => json!({ "current": "x", "new": "y" }),
        (_, "/tokens") => json!({ "name": "t" }),
        (_, "/members") => json!({ "name": name }),
        (_, "/members/{member}") => json!({ "lang": "en" }),
        (_, "/members/imports") => json!({ "csv": format!("nom\n{name}") }),
        (Verb::Post, "/members/invitations") => json!({ "count": 1 }),
        (Verb::Put, "/members/invitations") => json!({ "hourly": null }),
        (_, "/plans" | "/plans/{plan}") => {
            json!({ "name": name, "sites_max": 5, "names_max": 4, "php_workers": 4, "disk_mb": 9, "memory_mb": 64 })
        }
        (Verb::Post, "/accounts") => json!({ "member": "x", "plan": bench.plan, "name": name }),
        (Verb::Patch, "/accounts/{account}") => json!({ "plan": bench.plan }),
        (_, "/accounts/{account}/suspend") => json!({}),
        (_, "/accounts/{account}/grants") => json!({ "email": "x@y.example" }),
        (_, "/accounts/{account}/sites") => json!({ "name": format!("neuf.{name}.example") }),
        (Verb::Patch, "/sites/{site}") => json!({ "names": [format!("neuf.{name}.example")] }),
        (Verb::Post, "/hosts") => json!({ "name": name }),
        (Verb::Patch, "/hosts/{host}") => json!({}),
        (Verb::Post, "/hosts/{host}/resources/{kind}/{key}/consent") => json!({ "consent": "put_back" }),
        (verb, path) => panic!("{verb:?} {path}: tell this test what it takes"),
    })
}

pub async fn what_one_may_not_see_does_not_exist(bench: Bench) {
    let stranger = bench.household("etranger").await;
    let nobody = Client::nobody(&bench);
    for (n, route) in api::table().enumerate() {
        if matches!(route.answer, Answer::OpenApi) {
            continue;
        }
        let name = format!("ruche{n}");
        // What an admin did to the host on the way here.
        bench.open_host().await;
        // Some routes take hosts out of service: there is always a fresh one.
        host(&bench.server, &name).await;
        let home = bench.household(&name).await;
        let (theirs, absent) = (Things::of(&bench, &home, &name).await, Things::absent(&bench));
        let (method, line) = (route.verb.method().to_string(), format!("{:?} {}", route.verb, route.path));
        let ask = async |who: &Client, things: &Things| {
            if matches!(route.answer, Answer::Events) {
                // A stream that is granted does not end: its head says enough.
                let request = who.request(&method, &things.path(route), None);
                let response = tower::ServiceExt::oneshot(who.router.clone(), request).await.unwrap();
                if response.status().is_success() {
                    return (response.status(), Value::Null);
                }
            }
            let answered = who.ask(&method, &things.path(route), body(route, &bench, &name)).await;
            (answered.status, answered.body)
        };
        let (outsider, owner, admin) = (
            Client::of(&bench, stranger.owner.user).await,
            Client::of(&bench, home.owner.user).await,
            Client::of(&bench, bench.admin.user).await,
        );
        if route.who == Who::Anyone {
            // (A second factor without a password before is a 401 of its own.)
            assert_ne!(ask(&nobody, &theirs).await.1["code"], "sign_in", "{line}");
            continue;
        }
        let (a, b) = (ask(&nobody, &theirs).await, ask(&nobody, &absent).await);
        assert_eq!((a.0, &a), (StatusCode::UNAUTHORIZED, &b), "{line}: nobody");
        if route.path.contains('{') {
            let (a, b) = (ask(&outsider, &theirs).await, ask(&outsider, &absent).await);
            assert_eq!((a.0, &a), (StatusCode::NOT_FOUND, &b), "{line}: a stranger");
        }
        match route.who {
            Who::Admin => {
                let (a, b) = (ask(&owner, &theirs).await, ask(&owner, &absent).await);
                assert_eq!((a.0, &a), (StatusCode::NOT_FOUND, &b), "{line}: no admin");
            }
            Who::AdminOfAccount => {
                let a = ask(&owner, &theirs).await;
                assert_eq!(
                    (a.0, a.1["code"].as_str()),
                    (StatusCode::FORBIDDEN, Some("admins_only")),
                    "{line}"
                );
                assert_eq!(ask(&owner, &absent).await.0, StatusCode::NOT_FOUND, "{line}");
            }
            _ => {
                let a = ask(&owner, &theirs).await;
                assert!(!hidden(a.0), "{line}: the owner got {a:?}");
            }
        }
        if matches!(route.who, Who::Admin | Who::AdminOfAccount | Who::Account) && route.verb != Verb::Delete
        {
            let a = ask(&admin, &theirs).await;
            assert!(!hidden(a.0), "{line}: an admin got {a:?}");
        }
        // A session that ended is nobody.
        let actor = server::Actor {
            via: server::Via::Session(server::secrets::hashed(owner.cookie.split_once('=').unwrap().1)),
            ..home.owner.clone()
        };
        session::sign_out(&bench.server, &actor).await.unwrap();
        assert_eq!(ask(&owner, &theirs).await.0, StatusCode::UNAUTHORIZED, "{line}: signed out");
    }
}

fn hidden(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
        || status.is_server_error()
}
