//! A forgotten password: one answer for everybody, one link that works, and everything of before ended.

use crate::{
    bench::{Bench, PASSWORD, verified},
    mails::{keeping, kept, listed},
    smtp::link_in,
};
use axum::http::{HeaderMap, header};
use model::{Lang, ProblemKind, Secret};
use server::{
    Server, mail,
    mail::{Kind, State},
    session::{self, Refusal},
    token,
    user::{self, Forgotten},
};
use std::time::{Duration, Instant};

async fn ask(server: &Server, email: &str, address: &str) -> Result<(), Refusal> {
    let asked = Forgotten { email: email.into(), address: address.parse().unwrap(), lang: Lang::En };
    user::forgotten(server, asked).await
}

async fn signs_in(server: &Server, headers: &HeaderMap) -> bool {
    matches!(session::caller(server, headers, None).await, Ok(Some(_)))
}

pub async fn the_newest_link_works_once_and_ends_all_of_before(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let headers = |name: header::HeaderName, value: String| {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    };
    let new = || token::NewToken { name: "script".into(), days: None, scopes: None, networks: vec![] };
    let (_, secret) = token::create(&server, &home.owner, new()).await.unwrap();
    let (_, theirs) = token::create(&server, &other.owner, new()).await.unwrap();
    let bearer = headers(header::AUTHORIZATION, format!("Bearer {}", secret.reveal()));
    let session =
        session::begin(&server, verified(&server, home.owner.user.unwrap()).await, Default::default())
            .await
            .unwrap();
    let session = session.whole().unwrap().session;
    let cookie = headers(header::COOKIE, format!("{}={}", session::SESSION_COOKIE, session.reveal()));
    assert!(signs_in(&server, &bearer).await && signs_in(&server, &cookie).await);
    // Whatever case it is typed in; to the address as it is known.
    ask(&server, " Alpha@Membre.Example", "192.0.2.1").await.unwrap();
    ask(&server, "alpha@membre.example", "192.0.2.1").await.unwrap();
    mail::send_due(&server).await.unwrap();
    let mails = kept(&folder);
    assert!(mails.iter().all(|mail| mail.contains("To: alpha@membre.example")), "{mails:?}");
    let links: Vec<String> = mails.iter().filter_map(|mail| link_in(mail)).collect();
    // Who never chose a language is written to in that of the page.
    assert!(mails[0].contains("forgot the password"), "{}", mails[0]);
    let dead = user::open_link(&server, &links[0]).await.unwrap_err();
    assert_eq!(dead.code, "link_dead");
    // Asking alone changes nothing.
    assert!(signs_in(&server, &bearer).await && signs_in(&server, &cookie).await);
    let chosen = Secret::new("cinq autres mots au hasard");
    user::set_password_by_link(&server, &links[1], &chosen).await.unwrap();
    assert!(!signs_in(&server, &bearer).await && !signs_in(&server, &cookie).await);
    let bearer = headers(header::AUTHORIZATION, format!("Bearer {}", theirs.reveal()));
    assert!(signs_in(&server, &bearer).await, "other people's tokens are theirs");
    assert_eq!(user::open_link(&server, &links[1]).await.unwrap_err().code, "link_dead");
    // The user is told, at the address that is known.
    mail::send_due(&server).await.unwrap();
    let told = listed(&server, &bench).await.remove(0);
    assert_eq!(
        (told.kind, told.state, told.to.as_str()),
        (Kind::PasswordChanged, State::Sent, "alpha@membre.example")
    );
    // An hour, and a mail that comes later is not sent at all.
    ask(&server, "alpha@membre.example", "192.0.2.1").await.unwrap();
    bench.world.pass(user::LINK_MS);
    assert_eq!(mail::send_due(&server).await.unwrap(), 0);
    let late = listed(&server, &bench).await.remove(0);
    assert_eq!((late.kind, late.state), (Kind::Reset, State::Failed));
    // Sent again it has a fresh link.
    mail::again(&server, &bench.admin, late.id).await.unwrap();
    mail::send_due(&server).await.unwrap();
    let link = link_in(kept(&folder).last().unwrap()).unwrap();
    user::set_password_by_link(&server, &link, &Secret::new(PASSWORD)).await.unwrap();
    // No secret stands in what is kept.
    assert_eq!(
        bench.count("SELECT COUNT(*) FROM mails WHERE facts LIKE '%link%' OR subject LIKE '%link/%'").await,
        0
    );
    assert_eq!(bench.count("SELECT COUNT(*) FROM changes WHERE after_json LIKE '%link/%'").await, 0);
}

pub async fn asking_is_limited_and_tells_nobody_anything(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    bench.household("alpha").await;
    let before = bench.count("SELECT COUNT(*) FROM mails").await;
    for email in ["alpha@membre.example", "personne@membre.example"] {
        for n in 0..5 {
            ask(&server, email, &format!("192.0.2.{n}")).await.unwrap();
        }
        let refusal = ask(&server, email, "192.0.2.99").await.unwrap_err();
        assert_eq!((refusal.problem.kind, refusal.retry_after_s.is_some()), (ProblemKind::TooMany, true));
        assert!(refusal.problem.text.fr.starts_with("Trop de demandes"), "{email}");
    }
    assert_eq!(
        bench.count("SELECT COUNT(*) FROM mails").await - before,
        5,
        "strangers' addresses are not kept"
    );
    // Signing in is not limited by it: nobody is locked out by asking in their name.
    let asked = session::SignIn {
        email: "alpha@membre.example".into(),
        password: Secret::new(PASSWORD),
        seen: session::Seen { address: "192.0.2.1".parse().ok(), ..Default::default() },
    };
    session::sign_in(&server, asked).await.unwrap();
    for n in 0..20 {
        ask(&server, &format!("u{n}@membre.example"), "2001:db8::1").await.unwrap();
    }
    let refusal = ask(&server, "u99@membre.example", "2001:db8::2").await.unwrap_err();
    assert_eq!(refusal.problem.kind, ProblemKind::TooMany);
    bench.world.pass(15 * 60_000);
    ask(&server, "u99@membre.example", "2001:db8::2").await.unwrap();
    let wrong = ask(&server, "a@b@c", "192.0.2.1").await.unwrap_err();
    assert_eq!((wrong.problem.code, wrong.problem.field), ("email_malformed", Some("email")));
    let off = ask(&bench.server, "alpha@membre.example", "192.0.2.1").await.unwrap_err();
    assert_eq!(off.problem.code, "mail_off");
}

pub async fn known_and_unknown_take_the_same_time(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    bench.household("alpha").await;
    let mut taken = [Vec::new(), Vec::new()];
    // In turns, so that what else the machine does slows both alike.
    for n in 0..60 {
        let email = if n % 2 == 0 { "alpha@membre.example" } else { "personne@membre.example" };
        let begun = Instant::now();
        ask(&server, email, "192.0.2.1").await.unwrap();
        taken[n % 2].push(begun.elapsed());
        bench.world.pass(15 * 60_000);
    }
    let [known, unknown] = taken.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    println!("known {known:?}, unknown {unknown:?} at the median");
    assert!(known.abs_diff(unknown) < Duration::from_millis(5), "known {known:?}, unknown {unknown:?}");
}
