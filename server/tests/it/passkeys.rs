//! Passkeys, with a device in software: added, shown after the password, as a proof and alone; and every way to show one wrongly.

use crate::{
    api::Client,
    authenticator::Device,
    bench::{Bench, PASSWORD},
    factors::set_up,
    people::{by_cookie, try_begin},
};
use axum::http::{StatusCode, header};
use model::{Problem, ProblemKind, Secret};
use serde_json::{Value, json};
use server::{
    Actor, Server, factor,
    session::{self, Begun, Proof, Refusal, Seen, SignedIn},
    user,
};

const EMAIL: &str = "alpha@membre.example";

/// Adds a passkey; gives the device and the recovery codes.
async fn add(server: &Server, actor: &Actor, name: &str) -> (Device, Vec<Secret>) {
    let mut device = Device::new();
    let asked = factor::begin_passkey(server, actor).await.unwrap();
    let answer = device.create(&asked.options);
    let codes = factor::confirm_passkey(server, actor, name, &answer).await.unwrap();
    (device, codes)
}

async fn half(server: &Server) -> Secret {
    match try_begin(server, "192.0.2.9", EMAIL, PASSWORD, None).await.unwrap() {
        Begun::Half(secret) => secret,
        Begun::Whole(_) => panic!("no factor was asked"),
    }
}

fn from(address: &str) -> Seen {
    Seen { address: Some(address.parse().unwrap()), ..Seen::default() }
}

async fn finish(server: &Server, half: &Secret, answer: &Value) -> Result<SignedIn, Refusal> {
    session::finish_with_passkey(server, half, answer, from("192.0.2.9")).await
}

/// Half way, and the device's answer there.
async fn answered(server: &Server, device: &mut Device) -> (Secret, Value) {
    let half = half(server).await;
    let options = session::ask_passkey(server, &half).await.unwrap().options;
    let answer = device.get(&options);
    (half, answer)
}

fn code<T>(refused: Result<T, impl Into<Problem>>) -> &'static str {
    match refused {
        Ok(_) => "accepted",
        Err(problem) => problem.into().code,
    }
}

pub async fn a_passkey_is_added_and_shown_after_the_password(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let other = try_begin(server, "192.0.2.9", EMAIL, PASSWORD, None).await.unwrap().whole().unwrap();
    // Wrong at registration: page, challenge, device; each uses the challenge up.
    let me = &home.owner;
    let begin = async || factor::begin_passkey(server, me).await.unwrap().options;
    let confirm = async |answer: &Value| code(factor::confirm_passkey(server, me, "clé", answer).await);
    let options = begin().await;
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["rp"]["id"], "panel.coop.example");
    let mut elsewhere = Device { origin: "https://panel.coop.example:8444".into(), ..Device::new() };
    assert_eq!(confirm(&elsewhere.create(&options)).await, "passkey_origin");
    assert_eq!(confirm(&Device::new().create(&options)).await, "passkey_over");
    let (old, _new) = (begin().await, begin().await);
    assert_eq!(confirm(&Device::new().create(&old)).await, "passkey_refused");
    let mut careless = Device { verifies: false, ..Device::new() };
    assert_eq!(confirm(&careless.create(&begin().await)).await, "passkey_unverified");
    assert_eq!(confirm(&json!("rien")).await, "passkey_over");
    // A name that will not do costs nothing.
    let (mut device, options) = (Device::new(), begin().await);
    let answer = device.create(&options);
    assert_eq!(factor::confirm_passkey(server, me, " ", &answer).await.unwrap_err().field, Some("name"));
    let codes = factor::confirm_passkey(server, me, "Téléphone", &answer).await.unwrap();
    assert_eq!(codes.len(), 10);
    // Sessions of the password alone have ended, and the history says so once.
    assert!(by_cookie(server, &other.session).await.is_none());
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'factor.create'").await, 1);
    // The same again is told, also to another user; another device gives no new codes.
    assert!(begin().await["excludeCredentials"][0]["id"].is_string());
    assert_eq!(confirm(&answer).await, "passkey_refused");
    let (mut key, none) = add(server, me, "Clé USB").await;
    assert!(none.is_empty());
    let held = factor::mine(server, me).await.unwrap();
    let names: Vec<_> = held.factors.iter().map(|held| held.name.as_deref().unwrap()).collect();
    assert_eq!((names, held.codes_left), (vec!["Téléphone", "Clé USB"], 10));
    assert!(held.factors.iter().all(|held| held.used_at.is_none()));

    // Signing in: with either, once per challenge.
    for device in [&mut device, &mut key] {
        let (half, answer) = answered(server, device).await;
        let signed_in = finish(server, &half, &answer).await.unwrap();
        assert!(by_cookie(server, &signed_in.session).await.is_some());
        assert_eq!(code(finish(server, &half, &answer).await), "halfway_over");
    }
    assert!(factor::mine(server, me).await.unwrap().factors.iter().all(|held| held.used_at.is_some()));
    // A recovery code stands in for it.
    let seen = from("192.0.2.9");
    session::finish(server, &half(server).await, codes[0].reveal(), seen).await.unwrap();
}

pub async fn a_passkey_shown_wrongly_opens_nothing(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let (mut device, _) = add(server, &home.owner, "clé").await;
    // Another page: a phishing one with the same look.
    device.origin = "https://panel.coop.example.phish.example".into();
    let (first, answer) = answered(server, &mut device).await;
    assert_eq!(code(finish(server, &first, &answer).await), "passkey_origin");
    device.origin = Device::new().origin;
    // Replayed: the challenge is used up even by a wrong answer, and an answer fits its own half-way state alone.
    assert_eq!(code(finish(server, &first, &answer).await), "passkey_over");
    let (theirs, answer) = answered(server, &mut device).await;
    let (mine, _) = answered(server, &mut device).await;
    assert_eq!(code(finish(server, &mine, &answer).await), "passkey_refused");
    // Of two with one answer at the same instant one is let in.
    let (one, two) = tokio::join!(finish(server, &theirs, &answer), finish(server, &theirs, &answer));
    assert_ne!(one.is_ok(), two.is_ok());
    // Signed for another name than the panel's, though the page says to be ours.
    let other = half(server).await;
    let mut options = session::ask_passkey(server, &other).await.unwrap().options;
    options["rpId"] = json!("phish.example");
    assert_eq!(code(finish(server, &other, &device.get(&options)).await), "passkey_origin");
    // Not verified, a bent signature, nothing at all.
    device.verifies = false;
    let (half, answer) = answered(server, &mut device).await;
    assert_eq!(code(finish(server, &half, &answer).await), "passkey_unverified");
    device.verifies = true;
    let (half, mut answer) = answered(server, &mut device).await;
    answer["response"]["userHandle"] = Value::Null;
    let (again, _) = answered(server, &mut device).await;
    answer["response"]["signature"] = json!("MAYCAQECAQE");
    assert_eq!(code(finish(server, &again, &answer).await), "passkey_refused");
    assert_eq!(code(finish(server, &half, &Value::Null).await), "passkey_refused");
    // Five minutes.
    bench.world.pass(15 * 60_000);
    let owner = &home.owner;
    let options = session::ask_proof(server, owner).await.unwrap().options;
    let late = Proof { passkey: Some(device.get(&options)), ..Proof::default() };
    bench.world.pass(session::HALFWAY_MS);
    assert_eq!(code(session::prove(server, owner, &late).await), "passkey_over");

    // Another user's passkey, for one's own half-way state.
    let beta = bench.household("beta").await;
    let (mut foreign, _) = add(server, &beta.owner, "clé").await;
    let (half, _) = answered(server, &mut device).await;
    let options = session::ask_passkey(server, &half).await.unwrap().options;
    assert_eq!(code(finish(server, &half, &foreign.get(&options)).await), "passkey_unknown");

    // A copy: the counter goes back. Refused, told; the device itself goes on.
    let (half, answer) = answered(server, &mut device).await;
    let count = device.key.as_ref().unwrap().counter;
    finish(server, &half, &answer).await.unwrap();
    let (half, _) = answered(server, &mut device).await;
    let options = session::ask_passkey(server, &half).await.unwrap().options;
    let copied = device.get_counting(&options, count);
    assert_eq!(code(finish(server, &half, &copied).await), "passkey_counter");
    assert!(factor::mine(server, owner).await.unwrap().factors[0].suspect_at.is_some());
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'factor.suspect'").await, 1);

    // Removed while it is asked for: it opens nothing, and all that is under way is over.
    bench.world.pass(15 * 60_000);
    add(server, owner, "autre").await;
    let (half, answer) = answered(server, &mut device).await;
    let id = factor::mine(server, owner).await.unwrap().factors[0].id;
    factor::remove(server, owner, id).await.unwrap();
    assert_eq!(code(finish(server, &half, &answer).await), "halfway_over");
    let (half, answer) = answered(server, &mut device).await;
    assert_eq!(code(finish(server, &half, &answer).await), "passkey_unknown");
    assert_eq!(factor::mine(server, owner).await.unwrap().factors.len(), 1);
    // With the last one recovery codes go, and the password alone opens again.
    let id = factor::mine(server, owner).await.unwrap().factors[0].id;
    factor::remove(server, owner, id).await.unwrap();
    assert_eq!(factor::mine(server, owner).await.unwrap().codes_left, 0);
    assert_eq!(code(session::ask_passkey(server, &half).await), "halfway_over");
    assert!(try_begin(server, "192.0.2.9", EMAIL, PASSWORD, None).await.unwrap().whole().is_some());
}

pub async fn tries_at_passkeys_are_limited_as_codes_are(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let (mut device, codes) = add(server, &home.owner, "clé").await;
    let stolen = half(server).await;
    for n in 0..10 {
        let seen = from(&format!("198.51.100.{n}"));
        let refused = session::finish_with_passkey(server, &stolen, &Value::Null, seen).await;
        assert_eq!(code(refused), "passkey_over");
    }
    // One counter for codes and passkeys, a new wait gives no new tries; then it passes.
    let (again, answer) = answered(server, &mut device).await;
    let refused = finish(server, &again, &answer).await.unwrap_err();
    assert_eq!((refused.problem.kind, refused.retry_after_s.is_some()), (ProblemKind::TooMany, true));
    let refused = session::finish(server, &again, codes[0].reveal(), from("192.0.2.9")).await.unwrap_err();
    assert_eq!(refused.problem.kind, ProblemKind::TooMany);
    bench.world.pass(15 * 60_000);
    let (half, answer) = answered(server, &mut device).await;
    finish(server, &half, &answer).await.unwrap();
    // So too for proofs and alone.
    let nothing = Proof { passkey: Some(Value::Null), ..Proof::default() };
    for n in 0..11 {
        let refused = code(session::prove(server, &home.owner, &nothing).await);
        assert_eq!(refused, if n < 10 { "passkey_over" } else { "too_many_tries" });
    }
    for n in 0..41 {
        let cookie = Secret::new("x");
        let refused = session::sign_in_alone(server, &cookie, &Value::Null, from("203.0.113.7")).await;
        assert_eq!(code(refused), if n < 40 { "passkey_over" } else { "too_many_tries" });
    }
}

pub async fn a_passkey_proves_to_be_there(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    // Without one there is nothing to ask for.
    assert_eq!(session::ask_proof(server, &home.owner).await.unwrap_err().code, "no_passkey");
    let (mut device, _) = add(server, &home.owner, "clé").await;
    let (half, answer) = answered(server, &mut device).await;
    let signed_in = finish(server, &half, &answer).await.unwrap();
    let stale = async || {
        bench.world.pass(session::PROOF_MS);
        by_cookie(server, &signed_in.session).await.unwrap()
    };
    let me = stale().await;
    assert_eq!(factor::begin_passkey(server, &me).await.unwrap_err().code, "proof_needed");
    let options = session::ask_proof(server, &me).await.unwrap().options;
    let proof = Proof { passkey: Some(device.get(&options)), ..Proof::default() };
    // Good in the session that asked, there once.
    assert_eq!(code(session::prove(server, &home.owner, &proof).await), "passkey_over");
    session::prove(server, &me, &proof).await.unwrap();
    let again = session::prove(server, &me, &proof).await.unwrap_err();
    assert_eq!((again.code, again.field), ("passkey_over", Some("prove_passkey")));
    let fresh = session::still(server, &me).await.unwrap().unwrap();
    factor::begin_passkey(server, &fresh).await.unwrap();
    // An answer to another question is none: the challenge of half way proves nothing.
    let me = stale().await;
    let (_, answer) = answered(server, &mut device).await;
    let options = session::ask_proof(server, &me).await.unwrap();
    assert!(options.options["allowCredentials"][0]["id"].is_string());
    let proof = Proof { passkey: Some(answer), ..Proof::default() };
    assert_eq!(code(session::prove(server, &me, &proof).await), "passkey_refused");
}

pub async fn a_passkey_signs_in_alone(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let (mut device, _) = add(server, &home.owner, "clé").await;
    let ask = async || session::ask_alone(server, &from("192.0.2.9")).await.unwrap();
    let alone = async |cookie: &Secret, answer: &Value| {
        session::sign_in_alone(server, cookie, answer, from("192.0.2.9")).await
    };
    let (cookie, asked) = ask().await;
    assert_eq!(asked.options["allowCredentials"], json!([]));
    let answer = device.get(&asked.options);
    let signed_in = alone(&cookie, &answer).await.unwrap();
    let me = by_cookie(server, &signed_in.session).await.unwrap();
    assert_eq!(me.user, home.owner.user);
    // It is a fresh proof as well.
    factor::new_codes(server, &me).await.unwrap();
    // Once; for the browser that asked alone; by a verified user alone.
    assert_eq!(code(alone(&cookie, &answer).await), "passkey_over");
    let ((mine, asked), (theirs, _)) = (ask().await, ask().await);
    assert_eq!(code(alone(&theirs, &device.get(&asked.options)).await), "passkey_refused");
    device.verifies = false;
    assert_eq!(code(alone(&mine, &device.get(&asked.options)).await), "passkey_unverified");
    device.verifies = true;
    // A passkey that names nobody, or somebody else, is nobody's.
    let (cookie, asked) = ask().await;
    let mut answer = device.get(&asked.options);
    answer["response"]["userHandle"] = Value::Null;
    assert_eq!(code(alone(&cookie, &answer).await), "passkey_unknown");
    let beta = bench.household("beta").await.owner.user.unwrap().to_string();
    let own = std::mem::replace(&mut device.key.as_mut().unwrap().user, beta);
    let (cookie, asked) = ask().await;
    assert_eq!(code(alone(&cookie, &device.get(&asked.options)).await), "passkey_unknown");
    device.key.as_mut().unwrap().user = own;
    // Suspended: no way in. Back in service: it is.
    let user = home.owner.user.unwrap();
    let (cookie, asked) = ask().await;
    user::suspend(server, &bench.admin, user).await.unwrap();
    assert_eq!(code(alone(&cookie, &device.get(&asked.options)).await), "passkey_unknown");
    user::resume(server, &bench.admin, user).await.unwrap();
    let (cookie, asked) = ask().await;
    alone(&cookie, &device.get(&asked.options)).await.unwrap();
    // All factors reset: it is gone.
    let (cookie, asked) = ask().await;
    factor::reset(server, &bench.admin, user).await.unwrap();
    assert_eq!(code(alone(&cookie, &device.get(&asked.options)).await), "passkey_unknown");
}

pub async fn the_api_takes_passkeys(bench: Bench) {
    let home = bench.household("alpha").await;
    let me = Client::of(&bench, home.owner.user).await;
    let begun = me.ask("POST", "/me/factors/passkey", None).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    let mut device = Device::new();
    let body = json!({ "name": "clé", "passkey": device.create(&begun.body["options"]) });
    let done = me.ask("POST", "/me/factors/passkey/confirm", Some(body)).await;
    assert_eq!(done.body["recovery_codes"].as_array().unwrap().len(), 10, "{}", done.body);
    let held = me.ask("GET", "/me/factors", None).await.body;
    assert_eq!(
        (&held["factors"][0]["kind"], &held["factors"][0]["name"]),
        (&json!("passkey"), &json!("clé"))
    );
    // After the password.
    let cookie_of = |headers: &axum::http::HeaderMap| {
        headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
    };
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    let begun = me.ask("POST", "/session", Some(credentials)).await;
    let half = Client { cookie: cookie_of(&begun.headers), ..Client::nobody(&bench) };
    let asked = half.ask("POST", "/session/code/passkey", None).await;
    let body = json!({ "passkey": device.get(&asked.body["options"]) });
    let done = half.ask("POST", "/session/code", Some(body)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    let me = Client { cookie: cookie_of(&done.headers), ..Client::nobody(&bench) };
    // As a proof.
    let asked = me.ask("POST", "/session/proof/passkey", None).await;
    let body = json!({ "passkey": device.get(&asked.body["options"]) });
    assert_eq!(me.ask("POST", "/session/proof", Some(body)).await.status, StatusCode::NO_CONTENT);
    // Alone, by the cookie that came with the challenge.
    let asked = Client::nobody(&bench).ask("POST", "/session/passkey/begin", None).await;
    let body = json!({ "passkey": device.get(&asked.body["options"]) });
    let bare = Client::nobody(&bench).ask("POST", "/session/passkey", Some(body.clone())).await;
    assert_eq!((bare.status.as_u16(), bare.body["code"].as_str()), (422, Some("passkey_over")));
    let asker = Client { cookie: cookie_of(&asked.headers), ..Client::nobody(&bench) };
    let done = asker.ask("POST", "/session/passkey", Some(body)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
}

pub async fn passkeys_stand_beside_an_app(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let (_, codes) = set_up(&bench, &home.owner).await;
    let (mut device, none) = add(server, &home.owner, "clé").await;
    assert!(none.is_empty(), "the app's codes go on");
    let seen = from("192.0.2.9");
    session::finish(server, &half(server).await, codes[0].reveal(), seen).await.unwrap();
    // A new app replaces the app alone.
    set_up(&bench, &home.owner).await;
    let kinds: Vec<_> =
        factor::mine(server, &home.owner).await.unwrap().factors.into_iter().map(|held| held.kind).collect();
    assert_eq!(kinds, ["passkey", "totp"]);
    let (half, answer) = answered(server, &mut device).await;
    finish(server, &half, &answer).await.unwrap();
}

pub async fn a_factor_is_renamed_by_its_user(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let (mut device, _) = add(server, me, "clé").await;
    let id = factor::mine(server, me).await.unwrap().factors[0].id;
    let renamed = factor::rename(server, me, id, " Clé du bureau ").await.unwrap();
    assert_eq!((renamed.name.as_deref(), renamed.kind.as_str()), (Some("Clé du bureau"), "passkey"));
    // The same again is no act.
    factor::rename(server, me, id, "Clé du bureau").await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'factor.rename'").await, 1);
    assert_eq!(factor::rename(server, me, id, " ").await.unwrap_err().field, Some("name"));
    let other = bench.household("beta").await.owner;
    assert_eq!(code(factor::rename(server, &other, id, "à moi").await), "not_found");
    // The name stays when the passkey is used, and the passkey works as before.
    let (half, answer) = answered(server, &mut device).await;
    finish(server, &half, &answer).await.unwrap();
    let held = factor::mine(server, me).await.unwrap().factors;
    assert_eq!((held.len(), held[0].name.as_deref()), (1, Some("Clé du bureau")));
}
