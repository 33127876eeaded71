//! Second factors, proofs and sessions as a browser without JavaScript meets them.

use crate::{
    html::check,
    stage::{Got, Person, Stage},
};
use axum::http::{StatusCode, header};

const PASSWORD: &str = "four random words here";

/// The text between two others.
fn between<'a>(html: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = html.split_once(before).unwrap_or_else(|| panic!("no {before} in {html}"));
    rest.split_once(after).unwrap().0
}

/// The code an app shows now, or one step on.
fn code(stage: &Stage, secret: &str, steps: i64) -> String {
    server::factor::code_at(secret, stage.server.world.now_ms() + steps * 30_000).unwrap()
}

/// Sets an app up as `person`; gives its secret and the page of recovery codes.
async fn set_up(stage: &Stage, person: &Person) -> (String, Got) {
    let shown = person.post("/profile/factors/totp", &[]).await;
    check(&shown.html);
    assert!(shown.html.contains("class=\"qr\""), "{}", shown.html);
    let secret = between(&shown.html, "<output>", "</output>").to_owned();
    let path = between(&shown.html, "action=\"/profile/factors/", "\"").to_owned();
    let wrong = person.post(&format!("/profile/factors/{path}"), &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&wrong.html);
    assert!(
        wrong.html.contains("f-code-error") && wrong.html.contains(&secret),
        "shown again: {}",
        wrong.html
    );
    let now = code(stage, &secret, 0);
    let done = person.post(&format!("/profile/factors/{path}"), &[("code", &now)]).await;
    check(&done.html);
    (secret, done)
}

/// Makes every session's proof old.
async fn stale(stage: &Stage) {
    stage.run("UPDATE sessions SET proved_at = 1 WHERE id <> $1", "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_factor_is_set_up_and_asked_at_sign_in() {
    let stage = Stage::new().await;
    let (secret, done) = set_up(&stage, &stage.member).await;
    let first = between(&done.html, "<li><code>", "</code>").to_owned();
    assert_eq!(done.html.matches("<li><code>").count(), 10, "{}", done.html);
    let profile = stage.member.get("/profile").await.html;
    assert!(profile.contains("Recovery codes left: 10.") && !profile.contains(&secret), "{profile}");
    // The password leads half way, with a cookie that opens nothing.
    let fields = [("email", "owner@asso.example"), ("password", PASSWORD), ("to", "/profile")];
    let half = stage.nobody.post("/sign-in", &fields).await;
    assert_eq!((half.status, half.location()), (StatusCode::SEE_OTHER, "/sign-in/code?to=%2Fprofile"));
    let cookies: Vec<_> = half.headers.get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies.len(), 1);
    let cookie = cookies[0].to_str().unwrap().split(';').next().unwrap();
    assert!(cookie.starts_with("__Host-halfway="));
    let halfway = stage.nobody.with_cookie(cookie);
    assert!(halfway.get("/profile").await.location().starts_with("/sign-in"));
    for lang in ["fr", "en"] {
        let page = halfway.reading(lang).get("/sign-in/code?to=%2Fprofile").await;
        assert_eq!(page.status, StatusCode::OK);
        check(&page.html);
    }
    let wrong = halfway.post("/sign-in/code", &[("code", "000000"), ("to", "/profile")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.html.contains("f-code-error") && wrong.html.contains("value=\"/profile\""),
        "{}",
        wrong.html
    );
    let fields = [("code", first.as_str()), ("to", "/profile")];
    let whole = halfway.post("/sign-in/code", &fields).await;
    assert_eq!((whole.status, whole.location()), (StatusCode::SEE_OTHER, "/profile"));
    assert!(
        whole
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|value| { value.to_str().unwrap().starts_with("__Host-session=") })
    );
    // The wait is over; without one there is nothing to type a code for.
    assert_eq!(
        halfway.post("/sign-in/code", &fields).await.location(),
        "/sign-in?to=%2Fprofile&done=halfway_over"
    );
    assert_eq!(stage.nobody.get("/sign-in/code").await.location(), "/sign-in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_asked_and_the_form_is_not_lost() {
    let stage = Stage::new().await;
    stale(&stage).await;
    let path = stage.filled("/accounts/{account}/suspend");
    let reason = "Spam \"from\" a <form>";
    for lang in ["fr", "en"] {
        let asked = stage.admin.reading(lang).post(&path, &[("code", "threat"), ("reason", reason)]).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN);
        check(&asked.html);
        assert!(asked.html.contains(&format!("action=\"{path}\"")), "{}", asked.html);
        assert!(asked.html.contains("Spam &quot;from&quot; a &lt;form&gt;"), "{}", asked.html);
    }
    let wrong = stage
        .admin
        .post(&path, &[("code", "threat"), ("reason", reason), ("prove_password", "devine")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&wrong.html);
    assert!(wrong.html.contains("f-prove_password-error") && wrong.html.contains("Spam"), "{}", wrong.html);
    assert!(!wrong.html.contains("devine"));
    let done = stage
        .admin
        .post(&path, &[("code", "threat"), ("reason", reason), ("prove_password", PASSWORD)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    let shown = stage.admin.get(&stage.filled("/accounts/{account}/manage")).await.html;
    assert!(shown.contains("Spam &quot;from&quot;") || shown.contains("Spam \"from\""), "{shown}");
    // Good for what follows,
    assert_eq!(
        stage.admin.post(&stage.filled("/accounts/{account}/resume"), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    let made = stage.admin.post("/tokens", &[("name", "backup"), ("scopes", "read")]).await;
    assert!(made.html.contains("<output>alv_"), "{}", made.html);
    // not in another session; several values of one name come along; strangers are told nothing.
    let asked =
        stage.member.post("/tokens", &[("name", "mine"), ("scopes", "read"), ("scopes", "sites")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(
        asked.html.contains("value=\"read\"") && asked.html.contains("value=\"sites\""),
        "{}",
        asked.html
    );
    assert_eq!(stage.stranger.post(&path, &[("reason", "x")]).await.status, StatusCode::NOT_FOUND);
    // What was typed as a secret is written into no page.
    let fields = [("name", "mine"), ("scopes", "read"), ("password", "hunter2"), ("new", "hunter3")];
    assert!(!stage.member.post("/tokens", &fields).await.html.contains("hunter"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_proves_as_well() {
    let stage = Stage::new().await;
    let (secret, _) = set_up(&stage, &stage.member).await;
    stale(&stage).await;
    let asked = stage.member.post("/profile/codes", &[]).await;
    assert!(asked.html.contains("name=\"prove_code\""), "{}", asked.html);
    let next = code(&stage, &secret, 1);
    let done = stage.member.post("/profile/codes", &[("prove_password", ""), ("prove_code", &next)]).await;
    assert_eq!(done.html.matches("<li><code>").count(), 10, "{}", done.html);
    stale(&stage).await;
    let again = stage.member.post("/profile/codes", &[("prove_code", &next)]).await;
    assert!(again.html.contains("f-prove_code-error"), "used twice: {}", again.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_must_have_a_factor_is_led_to_it() {
    let stage = Stage::new().await;
    assert!(stage.admin.get("/users").await.html.contains("Two-step sign-in asked of: nobody"));
    let saved = stage.admin.post("/users/second-factor", &[("asked_of", "everybody")]).await;
    assert_eq!(saved.location(), "/users?done=policy_saved");
    for person in [&stage.admin, &stage.member] {
        for path in ["/", "/profile", "/tokens", "/accounts"] {
            let got = person.get(path).await;
            assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/second-factor"), "{path}");
        }
        let acted =
            person.post(&stage.filled("/accounts/{account}/sites"), &[("name", "neuf.example")]).await;
        assert_eq!(acted.location(), "/second-factor");
    }
    let page = stage.member.get("/second-factor").await;
    check(&page.html);
    assert!(
        page.html.contains("asks you for two-step sign-in") && page.html.contains("/sign-out"),
        "{}",
        page.html
    );
    set_up(&stage, &stage.member).await;
    assert_eq!(stage.member.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_suspend_users_and_take_lost_factors_away() {
    let stage = Stage::new().await;
    set_up(&stage, &stage.stranger).await;
    let user = stage.user("stranger@asso.example").await;
    let page = stage.admin.get(&format!("/users/{user}")).await;
    assert!(page.html.contains("two-step sign-in"), "{}", page.html);
    let got = stage.admin.post(&format!("/users/{user}/factors/remove"), &[]).await;
    assert_eq!(got.location(), format!("/users/{user}?done=factors_reset"));
    assert!(stage.stranger.get("/profile").await.location().starts_with("/sign-in"));
    let got = stage.admin.post(&format!("/users/{user}/suspend"), &[]).await;
    assert_eq!(got.location(), format!("/users/{user}?done=user_suspended"));
    assert!(stage.admin.get("/users").await.html.contains("suspended"));
    let fields = [("email", "stranger@asso.example"), ("password", PASSWORD)];
    assert_eq!(stage.nobody.post("/sign-in", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    stage.admin.post(&format!("/users/{user}/resume"), &[]).await;
    assert_eq!(stage.nobody.post("/sign-in", &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_sessions_are_shown_and_ended() {
    let stage = Stage::new().await;
    let request = stage
        .nobody
        .request("POST", "/sign-in")
        .header("origin", crate::stage::ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    let fields = [("email", "owner@asso.example"), ("password", PASSWORD)];
    let got = stage.nobody.send(request.body(crate::stage::form(&fields).into()).unwrap()).await;
    let cookie = got.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    let phone = stage.nobody.with_cookie(cookie.split(';').next().unwrap());
    let profile = stage.member.get("/profile").await.html;
    assert!(profile.contains("Firefox, Linux") && profile.contains("this one"), "{profile}");
    let path = between(&profile, "action=\"/profile/sessions/", "/end\"").to_owned();
    let ended = stage.member.post(&format!("/profile/sessions/{path}/end"), &[]).await;
    assert_eq!(ended.location(), "/profile?done=session_ended");
    assert!(phone.get("/profile").await.location().starts_with("/sign-in"));
    assert_eq!(
        stage.member.post("/profile/sessions/end", &[]).await.location(),
        "/profile?done=sessions_ended"
    );
    assert_eq!(stage.member.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passkeys_are_offered_beside_another_way() {
    let stage = Stage::new().await;
    // Adding one: the page brings the challenge, and brings another when the answer was none; the name typed is kept.
    let shown = stage.member.post("/profile/factors/passkey", &[]).await;
    check(&shown.html);
    let challenge = between(&shown.html, "challenge&quot;:&quot;", "&quot;").to_owned();
    let fields = [("name", "Clé <1>"), ("passkey", "{}")];
    for lang in ["fr", "en"] {
        let wrong = stage.member.reading(lang).post("/profile/factors/passkey/confirm", &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        check(&wrong.html);
        assert!(
            wrong.html.contains("f-passkey-error") && wrong.html.contains("Clé &lt;1&gt;"),
            "{}",
            wrong.html
        );
        assert!(wrong.html.contains("data-new") && !wrong.html.contains(&challenge), "{}", wrong.html);
    }
    for lang in ["fr", "en"] {
        let why = stage.member.reading(lang).get("/second-factor").await;
        check(&why.html);
        assert!(why.html.contains("action=\"/profile/factors/passkey\""), "{}", why.html);
    }
    // One of the member's, as far as pages look at it; counted backwards once.
    let insert = "INSERT INTO factors (id, user_id, kind, secret, created_at, confirmed_at, name, credential_id, counter, suspect_at)
         SELECT $1, id, 'passkey', '{}', 1, 1, 'Clé USB', 'x', 1, 2 FROM users WHERE email = 'owner@asso.example'";
    stage.run(insert, &stage.server.world.id::<()>().to_string()).await;
    for (lang, said) in [("fr", "A compté à rebours"), ("en", "Counted backwards")] {
        let profile = stage.member.reading(lang).get("/profile").await;
        check(&profile.html);
        assert!(profile.html.contains("Clé USB") && profile.html.contains(said), "{}", profile.html);
    }
    // Renamed on a page of its own, which keeps what was typed.
    let profile = stage.member.get("/profile").await;
    let id = between(&profile.html, "href=\"/profile/factors/", "/name\"").to_owned();
    let path = format!("/profile/factors/{id}/name");
    for lang in ["fr", "en"] {
        let page = stage.member.reading(lang).get(&path).await;
        check(&page.html);
        assert!(page.html.contains("value=\"Clé USB\""), "{}", page.html);
    }
    let long = "é".repeat(121);
    let wrong = stage.member.post(&path, &[("name", &long)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&wrong.html);
    assert!(wrong.html.contains("f-name-error") && wrong.html.contains(&long), "{}", wrong.html);
    assert_eq!(
        stage.member.post(&path, &[("name", "Clé du sac")]).await.location(),
        "/profile?done=factor_renamed"
    );
    assert!(stage.member.get("/profile").await.html.contains("Clé du sac"));
    assert_eq!(stage.stranger.get(&path).await.status, StatusCode::NOT_FOUND);
    // Half way it stands beside the code, and what was wrong with it is said at it.
    let fields = [("email", "owner@asso.example"), ("password", PASSWORD)];
    let half = stage.nobody.post("/sign-in", &fields).await;
    let cookie = half.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let halfway = stage.nobody.with_cookie(&cookie);
    for lang in ["fr", "en"] {
        let page = halfway.reading(lang).get("/sign-in/code").await;
        check(&page.html);
        assert!(page.html.contains("data-ask=\"/api/v1/session/code/passkey\""), "{}", page.html);
        assert!(page.html.contains("id=\"f-code\"") && page.html.contains("without-script"), "{}", page.html);
    }
    let wrong = halfway.post("/sign-in/code", &[("code", ""), ("passkey", "{}")]).await;
    check(&wrong.html);
    assert!(wrong.html.contains("f-passkey-error"), "{}", wrong.html);
    // Before a dangerous act, with the form kept and an earlier answer left out.
    stale(&stage).await;
    let asked = stage.member.post("/tokens", &[("name", "mine"), ("scopes", "read")]).await;
    check(&asked.html);
    assert!(asked.html.contains("data-passkey=\"prove_passkey\""), "{}", asked.html);
    let fields =
        [("name", "mine"), ("scopes", "read"), ("prove_password", ""), ("prove_passkey", "{\"id\":1}")];
    let wrong = stage.member.post("/tokens", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&wrong.html);
    assert!(
        wrong.html.contains("f-prove_passkey-error") && !wrong.html.contains("{&quot;id"),
        "{}",
        wrong.html
    );
    // Alone.
    for lang in ["fr", "en"] {
        let wrong = stage.nobody.reading(lang).post("/sign-in/passkey", &[("to", "/profile")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        check(&wrong.html);
        assert_eq!(wrong.html.matches("value=\"/profile\"").count(), 2, "{}", wrong.html);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_name_no_passkeys_and_the_reason() {
    let stage = Stage::nameless().await;
    for (lang, why) in [("fr", "son origine est une adresse IP"), ("en", "its origin is an IP address")] {
        let offer = stage.member.reading(lang).get("/second-factor").await;
        check(&offer.html);
        assert!(offer.html.contains(why) && offer.html.contains("/profile/factors/totp"), "{}", offer.html);
        assert!(!offer.html.contains("/profile/factors/passkey"), "{}", offer.html);
        let door = stage.nobody.reading(lang).get("/sign-in").await;
        check(&door.html);
        assert!(!door.html.contains("data-passkey") && !door.html.contains("JavaScript"), "{}", door.html);
    }
}
