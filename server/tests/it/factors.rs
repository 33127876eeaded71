//! Second factors: set up, asked, used once, limited, taken away; the policy that asks for one; the proof before dangerous acts.

use crate::{
    api::Client,
    bench::{Bench, PASSWORD},
    people::{by_cookie, try_begin},
};
use axum::http::{StatusCode, header};
use model::{ProblemKind, Secret};
use serde_json::json;
use server::{
    Actor, account,
    actor::PROOF_NEEDED,
    factor::{self, Policy},
    grant::{self, NewGrant, On},
    host,
    session::{self, Begun, PROOF_MS, Proof, Seen, SignedIn},
    token, user,
};

const EMAIL: &str = "alpha@membre.example";
const STEP_MS: i64 = 30_000;

/// Sets an app up; gives its secret and the recovery codes. Time has gone on to a step whose code is not used.
pub async fn set_up(bench: &Bench, actor: &Actor) -> (String, Vec<Secret>) {
    let pending = factor::begin_totp(&bench.server, actor).await.unwrap();
    let secret = pending.secret.reveal().to_owned();
    let code = code(bench, &secret, 0);
    let codes = factor::confirm_totp(&bench.server, actor, pending.id, &code).await.unwrap();
    bench.world.pass(STEP_MS);
    (secret, codes)
}

/// What the app shows so many steps from now.
pub fn code(bench: &Bench, secret: &str, steps: i64) -> String {
    factor::code_at(secret, bench.server.world.now_ms() + steps * STEP_MS).unwrap()
}

async fn half(bench: &Bench, device: Option<Secret>) -> Secret {
    match try_begin(&bench.server, "192.0.2.9", EMAIL, PASSWORD, device).await.unwrap() {
        Begun::Half(secret) => secret,
        Begun::Whole(_) => panic!("no factor was asked"),
    }
}

async fn finish(
    bench: &Bench,
    half: &Secret,
    code: &str,
    address: &str,
    device: Option<Secret>,
) -> Result<SignedIn, session::Refusal> {
    let seen = Seen { address: Some(address.parse().unwrap()), browser: None, device };
    session::finish(&bench.server, half, code, seen).await
}

pub async fn a_code_is_asked_after_the_password_and_works_once(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    // It is asked only once it is confirmed, and a wrong code confirms nothing.
    let pending = factor::begin_totp(server, &home.owner).await.unwrap();
    let wrong = factor::confirm_totp(server, &home.owner, pending.id, "12 34").await.unwrap_err();
    assert_eq!((wrong.code, wrong.field), ("code_wrong", Some("code")));
    assert!(pending.uri.reveal().starts_with("otpauth://totp/Alv%C3%A9ole%20panel.coop.example:alpha%40"));
    assert!(try_begin(server, "192.0.2.9", EMAIL, PASSWORD, None).await.unwrap().whole().is_some());
    let (secret, codes) = set_up(&bench, &home.owner).await;
    assert_eq!((codes.len(), codes[0].reveal().len()), (10, 19));
    let first = half(&bench, None).await;
    // Half is nothing: no cookie of it is a session's.
    assert!(by_cookie(server, &first).await.is_none());
    for wrong in ["", "000000", "abcdefghijklmnop", &code(&bench, &secret, -3), &code(&bench, &secret, 3)] {
        let refused = finish(&bench, &first, wrong, "192.0.2.9", None).await.unwrap_err();
        assert_eq!(refused.problem.code, "code_wrong", "{wrong}");
    }
    let now = code(&bench, &secret, 0);
    let signed_in = finish(&bench, &first, &format!("{} {}", &now[..3], &now[3..]), "192.0.2.9", None).await;
    assert!(by_cookie(server, &signed_in.unwrap().session).await.is_some());
    // Neither the same half nor the same code again; an older step neither.
    let over = finish(&bench, &first, &code(&bench, &secret, 1), "192.0.2.9", None).await.unwrap_err();
    assert_eq!((over.problem.code, over.problem.kind), ("halfway_over", ProblemKind::SignIn));
    let second = half(&bench, None).await;
    for used in [&now, &code(&bench, &secret, -1)] {
        let refused = finish(&bench, &second, used, "192.0.2.9", None).await.unwrap_err();
        assert_eq!(refused.problem.code, "code_wrong");
    }
    // Of many at once with one good code, one is in.
    let good = code(&bench, &secret, 1);
    let (a, b) = tokio::join!(
        finish(&bench, &second, &good, "192.0.2.9", None),
        finish(&bench, &second, &good, "192.0.2.9", None)
    );
    assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1);
    // A recovery code works once, however it is written.
    let paper = codes[3].reveal().to_uppercase().replace('-', " ");
    finish(&bench, &half(&bench, None).await, &paper, "192.0.2.9", None).await.unwrap();
    let third = half(&bench, None).await;
    finish(&bench, &third, &paper, "192.0.2.9", None).await.unwrap_err();
    assert_eq!(factor::mine(server, &home.owner).await.unwrap().codes_left, 9);
    // Five minutes.
    bench.world.pass(session::HALFWAY_MS);
    let late = finish(&bench, &third, &code(&bench, &secret, 0), "192.0.2.9", None).await.unwrap_err();
    assert_eq!(late.problem.code, "halfway_over");
    // Nothing of it stands in what is kept of the acts.
    let told = bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'factor.create'").await;
    assert_eq!(told, 1);
    let kept = server::change::list_all(server, &bench.admin, &Default::default()).await.unwrap();
    let kept = serde_json::to_string(&kept).unwrap();
    assert!(!kept.contains(&secret) && !kept.contains(codes[0].reveal()));
}

pub async fn tries_at_codes_are_limited_without_locking_the_owner_out(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let known = try_begin(server, "192.0.2.9", EMAIL, PASSWORD, None).await.unwrap().whole().unwrap();
    let (secret, _) = set_up(&bench, &home.owner).await;
    // A stranger who knows the password.
    let stolen = half(&bench, None).await;
    for n in 0..10 {
        let address = format!("198.51.100.{n}");
        let refused = finish(&bench, &stolen, "000000", &address, None).await.unwrap_err();
        assert_eq!(refused.problem.code, "code_wrong");
    }
    // A new wait does not give new tries; the good code has to wait too,
    let again = half(&bench, None).await;
    let good = code(&bench, &secret, 0);
    let refused = finish(&bench, &again, &good, "198.51.100.99", None).await.unwrap_err();
    assert_eq!((refused.problem.kind, refused.retry_after_s.is_some()), (ProblemKind::TooMany, true));
    // but not from the owner's own browser, and not for good.
    let device = Some(known.device);
    finish(&bench, &half(&bench, device.clone()).await, &good, "192.0.2.9", device).await.unwrap();
    bench.world.pass(15 * 60_000);
    let good = code(&bench, &secret, 0);
    finish(&bench, &half(&bench, None).await, &good, "198.51.100.99", None).await.unwrap();
}

pub async fn the_api_asks_for_a_factor_too(bench: Bench) {
    let home = bench.household("alpha").await;
    let (secret, _) = set_up(&bench, &home.owner).await;
    let nobody = Client::nobody(&bench);
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    let begun = nobody.ask("POST", "/session", Some(credentials)).await;
    assert_eq!(
        (begun.status, begun.body["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("factor_awaited"))
    );
    let cookies: Vec<_> = begun.headers.get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies.len(), 1);
    let cookie = cookies[0].to_str().unwrap().split(';').next().unwrap().to_owned();
    let value = cookie.strip_prefix("__Host-halfway=").unwrap();
    for cookie in [cookie.clone(), format!("__Host-session={value}")] {
        let half = Client { cookie, ..Client::nobody(&bench) };
        assert_eq!(half.ask("GET", "/me", None).await.status, StatusCode::UNAUTHORIZED);
    }
    let half = Client { cookie, ..Client::nobody(&bench) };
    let wrong = half.ask("POST", "/session/code", Some(json!({ "code": "000000" }))).await;
    assert_eq!((wrong.status.as_u16(), wrong.body["code"].as_str()), (422, Some("code_wrong")));
    let done = half.ask("POST", "/session/code", Some(json!({ "code": code(&bench, &secret, 0) }))).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    let cookie = done.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    let me = Client { cookie: cookie.split(';').next().unwrap().to_owned(), ..Client::nobody(&bench) };
    assert_eq!(me.ask("GET", "/me", None).await.body["factors"], 1);
    let held = me.ask("GET", "/me/factors", None).await;
    assert_eq!(held.body["factors"][0]["kind"], "totp");
    assert!(!held.body.to_string().contains(&secret));
    // A one-time link replaces the password, never the factor.
    let link = user::link(&bench.server, &bench.admin, home.owner.user.unwrap()).await.unwrap();
    let user =
        user::set_password_by_link(&bench.server, link.reveal(), &Secret::new(PASSWORD)).await.unwrap();
    assert!(session::begin(&bench.server, user, Seen::default()).await.unwrap().whole().is_none());
}

pub async fn factors_are_replaced_removed_and_reset(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let (old, old_codes) = set_up(&bench, &home.owner).await;
    let (new, codes) = set_up(&bench, &home.owner).await;
    let held = factor::mine(server, &home.owner).await.unwrap();
    assert_eq!((held.factors.len(), held.codes_left), (1, 10));
    for gone in [code(&bench, &old, 0), old_codes[0].reveal().to_owned()] {
        finish(&bench, &half(&bench, None).await, &gone, "192.0.2.9", None).await.unwrap_err();
    }
    let here =
        finish(&bench, &half(&bench, None).await, &code(&bench, &new, 0), "192.0.2.9", None).await.unwrap();
    let renewed = factor::new_codes(server, &home.owner).await.unwrap();
    finish(&bench, &half(&bench, None).await, codes[0].reveal(), "192.0.2.9", None).await.unwrap_err();
    let there =
        finish(&bench, &half(&bench, None).await, renewed[0].reveal(), "192.0.2.9", None).await.unwrap();
    // Removing it ends the other sessions.
    let me = by_cookie(server, &here.session).await.unwrap();
    factor::remove(server, &me, held.factors[0].id).await.unwrap();
    assert!(by_cookie(server, &here.session).await.is_some());
    assert!(by_cookie(server, &there.session).await.is_none());
    assert_eq!(factor::mine(server, &me).await.unwrap().codes_left, 0);
    assert_eq!(factor::remove(server, &me, held.factors[0].id).await.unwrap_err().code, "not_found");
    // An admin resets; nobody else does.
    set_up(&bench, &home.owner).await;
    let user = home.owner.user.unwrap();
    assert_eq!(factor::reset(server, &home.owner, user).await.unwrap_err().code, "not_found");
    factor::reset(server, &bench.admin, user).await.unwrap();
    assert!(by_cookie(server, &here.session).await.is_none());
    assert!(try_begin(server, "192.0.2.9", EMAIL, PASSWORD, None).await.unwrap().whole().is_some());
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE verb = 'factor.reset'").await, 1);
}

pub async fn the_policy_leads_to_setting_up_and_opens_nothing_else(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let (member, admin) =
        (Client::of(&bench, home.owner.user).await, Client::of(&bench, bench.admin.user).await);
    let made = member.ask("POST", "/tokens", Some(json!({ "name": "script" }))).await;
    assert_eq!(factor::set_policy(server, &home.owner, Policy::Staff).await.unwrap_err().code, "not_found");
    factor::set_policy(server, &bench.admin, Policy::Staff).await.unwrap();
    assert_eq!(member.ask("GET", "/accounts", None).await.status, StatusCode::OK);
    let refused = admin.ask("GET", "/accounts", None).await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (StatusCode::FORBIDDEN, Some("factor_needed"))
    );
    factor::set_policy(server, &bench.admin, Policy::Everybody).await.unwrap();
    for (method, path) in
        [("GET", "/accounts"), ("POST", "/tokens"), ("GET", "/me/sessions"), ("GET", "/nothing")]
    {
        let refused = member.ask(method, path, Some(json!({ "name": "x" }))).await;
        assert_ne!(refused.status, StatusCode::OK, "{path}");
    }
    // A token that a signed-in user made is not asked.
    let mut request = Client::nobody(&bench).request("GET", "/accounts", None);
    let bearer = format!("Bearer {}", made.body["secret"].as_str().unwrap());
    request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
    assert_eq!(member.send(request).await.status, StatusCode::OK);
    // Once it is set up everything opens.
    let begun = member.ask("POST", "/me/factors/totp", None).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    let (id, secret) = (begun.body["id"].as_str().unwrap(), begun.body["secret"].as_str().unwrap());
    let now = json!({ "code": code(&bench, secret, 0) });
    let confirmed = member.ask("POST", &format!("/me/factors/{id}/confirm"), Some(now)).await;
    assert_eq!(confirmed.body["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(member.ask("GET", "/accounts", None).await.status, StatusCode::OK);
    // Removing it leads there again.
    let gone = member.ask("DELETE", &format!("/me/factors/{id}"), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(member.ask("GET", "/accounts", None).await.status, StatusCode::FORBIDDEN);
}

pub async fn dangerous_acts_take_a_fresh_proof(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let whole = async |email: &str| {
        let begun = try_begin(server, "192.0.2.9", email, PASSWORD, None).await.unwrap();
        by_cookie(server, &begun.whole().unwrap().session).await.unwrap()
    };
    let (admin, owner) = (whole("admin@coop.example").await, whole(EMAIL).await);
    let user = home.owner.user.unwrap();
    let (host, id) = (bench.host, home.account);
    let granted = grant::list(server, &admin, On::Account(id)).await.unwrap()[0].id;
    let pending = factor::begin_totp(server, &owner).await.unwrap().id;
    bench.world.pass(PROOF_MS);
    let new = NewGrant { email: "x@y.example".into(), role: "owner".into(), ..Default::default() };
    let refused = [
        account::suspend(server, &admin, id, None, crate::bench::unpaid("Impayé")).await.map(drop),
        account::delete(server, &admin, id, None).await.map(drop),
        host::revoke(server, &admin, host, None).await.map(drop),
        host::retire(server, &admin, host, None).await.map(drop),
        grant::create(server, &admin, On::Account(id), new).await.map(drop),
        grant::revoke(server, &admin, On::Account(id), granted).await.map(drop),
        factor::reset(server, &admin, user).await,
        factor::set_policy(server, &admin, Policy::Staff).await.map(drop),
        user::suspend(server, &admin, user).await,
        user::link(server, &admin, user).await.map(drop),
        host::new_token(server, &admin, host).await.map(drop),
        token::create(server, &owner, token::NewToken { name: "t".into(), ..Default::default() })
            .await
            .map(drop),
        factor::begin_totp(server, &owner).await.map(drop),
        factor::confirm_totp(server, &owner, pending, "1").await.map(drop),
        factor::new_codes(server, &owner).await.map(drop),
        factor::remove(server, &owner, pending).await,
    ];
    for (n, refused) in refused.into_iter().enumerate() {
        let problem = refused.unwrap_err();
        assert_eq!((problem.code, problem.kind), (PROOF_NEEDED, ProblemKind::Denied), "{n}");
    }
    // Who may not even see it is told nothing of a proof.
    assert_eq!(
        account::delete(server, &bench.household("beta").await.owner, id, None).await.unwrap_err().code,
        "not_found"
    );
    // A wrong proof is none, too many wait, and the right one is good for ten minutes in this session.
    let password = |typed: &str| Proof { password: Some(Secret::new(typed)), ..Proof::default() };
    for _ in 0..9 {
        let wrong = session::prove(server, &admin, &password("devine")).await.unwrap_err();
        assert_eq!((wrong.code, wrong.field), ("password_wrong", Some("prove_password")));
    }
    assert_eq!(session::prove(server, &admin, &Proof::default()).await.unwrap_err().code, "proof_empty");
    session::prove(server, &admin, &password(PASSWORD)).await.unwrap();
    session::prove(server, &admin, &password("devine")).await.unwrap_err();
    assert_eq!(
        session::prove(server, &admin, &password(PASSWORD)).await.unwrap_err().kind,
        ProblemKind::TooMany
    );
    let proved = session::still(server, &admin).await.unwrap().unwrap();
    account::suspend(server, &proved, id, None, crate::bench::unpaid("Impayé")).await.unwrap();
    bench.world.pass(PROOF_MS);
    let stale = session::still(server, &admin).await.unwrap().unwrap();
    assert_eq!(account::delete(server, &stale, id, None).await.unwrap_err().code, PROOF_NEEDED);
    // A factor proves as well, once.
    let proof = |code: String| Proof { code: Some(Secret::new(code)), ..Proof::default() };
    let (secret, _) = set_up(&bench, &home.owner).await;
    let now = code(&bench, &secret, 0);
    session::prove(server, &owner, &proof(now.clone())).await.unwrap();
    let again = session::prove(server, &owner, &proof(now)).await.unwrap_err();
    assert_eq!((again.code, again.field), ("code_wrong", Some("prove_code")));
}
