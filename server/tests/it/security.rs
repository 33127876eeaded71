//! Mails about what lets somebody in: one for each act; and mails that are no longer true.

use crate::{
    authenticator::Device,
    bench::{Bench, PASSWORD},
    factors::{self, set_up},
    mails::{failed, keeping, kept, listed, sending},
    smtp::MailServer,
};
use model::{Lang, Secret, StaffRole};
use server::{
    account, factor,
    grant::{self, AddedStaff, Given, NewGrant, NewStaff, On},
    mail::{self, Kind, Security, State},
    user,
};

pub async fn whoever_changes_what_lets_in_is_not_unnoticed(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let mut told = 0;
    let mut one_more = async |kind: Kind, said: &str| {
        let mails = listed(&server, &bench).await;
        told += 1;
        assert_eq!((mails.len(), mails[0].kind), (told, kind));
        mail::send_due(&server).await.unwrap();
        let written = kept(&folder).pop().unwrap();
        assert!(written.contains("To: alpha@membre.example") && written.contains(said), "{written}");
    };
    let pending = factor::begin_totp(&server, me).await.unwrap();
    let code = factors::code(&bench, pending.secret.reveal(), 0);
    factor::confirm_totp(&server, me, pending.id, &code).await.unwrap();
    one_more(Kind::FactorAdded, "Une application de codes").await;
    // Another in its place is one act.
    bench.world.pass(60_000);
    let pending = factor::begin_totp(&server, me).await.unwrap();
    let code = factors::code(&bench, pending.secret.reveal(), 0);
    factor::confirm_totp(&server, me, pending.id, &code).await.unwrap();
    one_more(Kind::FactorAdded, "Une application de codes").await;
    user::set_lang(&server, me, Lang::En).await.unwrap();
    let mut device = Device::new();
    let asked = factor::begin_passkey(&server, me).await.unwrap();
    factor::confirm_passkey(&server, me, "Blue key", &device.create(&asked.options)).await.unwrap();
    one_more(Kind::FactorAdded, "A passkey (“Blue key”)").await;
    factor::new_codes(&server, me).await.unwrap();
    one_more(Kind::FactorAdded, "New recovery codes").await;
    // A name is no matter of security; nor is what was begun and given up.
    let key =
        factor::mine(&server, me).await.unwrap().factors.into_iter().find(|f| f.kind == "passkey").unwrap();
    factor::rename(&server, me, key.id, "Red key").await.unwrap();
    let pending = factor::begin_totp(&server, me).await.unwrap();
    factor::remove(&server, me, pending.id).await.unwrap();
    factor::remove(&server, me, key.id).await.unwrap();
    one_more(Kind::FactorRemoved, "A passkey (“Red key”)").await;
    factor::reset(&server, &bench.admin, me.user.unwrap()).await.unwrap();
    one_more(Kind::FactorsReset, "has just removed the two-step sign-in").await;
    let (old, new) = (Secret::new(PASSWORD), Secret::new("cinq autres mots au hasard"));
    user::change_password(&server, me, &old, &new).await.unwrap();
    one_more(Kind::PasswordChanged, "has just been changed").await;
    // A panel that sends no mail does all the same.
    set_up(&bench, me).await;
    assert_eq!(listed(&server, &bench).await.len(), 7);
}

/// Queued while nobody took it, and over before somebody did.
pub async fn what_is_over_is_not_told(bench: Bench) {
    let post = MailServer::start().await;
    let server = sending(&bench, post.settings(Security::None)).await;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let role = |email: &str| NewGrant {
        email: email.into(),
        role: "reader".into(),
        mail: Some(true),
        ..Default::default()
    };
    let (on, member) = (On::Account(home.account), On::Member(home.member));
    // A member's user asks, and takes it back; another stays asked.
    let mut asked = Vec::new();
    for email in ["un@y.example", "deux@y.example"] {
        match grant::create(&server, &home.owner, on, role(email)).await.unwrap() {
            Given::Asked(one) => asked.push(one.id),
            Given::Held(..) => panic!("nobody was asked"),
        }
    }
    grant::withdraw(&server, &home.owner, on, asked[0]).await.unwrap();
    // The cooperative gives, and takes back: on the account, on the member, in the staff.
    for on in [on, member] {
        let Given::Held(given, _) =
            grant::create(&server, &bench.admin, on, role("trois@y.example")).await.unwrap()
        else {
            panic!("the cooperative asks nobody")
        };
        grant::revoke(&server, &bench.admin, on, given.id).await.unwrap();
    }
    let new = NewStaff { email: "quatre@y.example".into(), role: "board".into(), days: None };
    let AddedStaff::Held(held, _) = grant::add_staff(&server, &bench.admin, new).await.unwrap() else {
        panic!("waits")
    };
    grant::remove_staff(&server, &bench.admin, held.id).await.unwrap();
    // A recovery that was refused.
    let support = crate::recovery::colleague(&bench, "une", StaffRole::Support).await;
    let recovery = user::NewRecovery { email: "n@y.example".into(), reason: "Appel, dossier 12".into() };
    let user = other.owner.user.unwrap();
    let wanted = user::ask_recovery(&server, &support, user, recovery).await.unwrap();
    server::approval::refuse(&server, &bench.admin, wanted.id).await.unwrap();
    // (That it was asked for is not told any more, that it was refused is.)
    assert_eq!(mail::send_due(&server).await.unwrap(), 2);
    let sent: Vec<_> =
        listed(&server, &bench).await.into_iter().map(|mail| (mail.to, mail.kind, mail.state)).collect();
    let state_of = |to: &str| {
        let states: Vec<_> =
            sent.iter().filter(|(known, ..)| known == to).map(|(.., state)| *state).collect();
        states
    };
    assert_eq!(state_of("un@y.example"), [State::Failed]);
    assert_eq!(state_of("deux@y.example"), [State::Sent]);
    assert_eq!(state_of("trois@y.example"), [State::Failed; 2]);
    assert_eq!(state_of("quatre@y.example"), [State::Failed]);
    assert_eq!(state_of("beta@membre.example"), [State::Sent, State::Failed]);
    assert_eq!(post.mails().len(), 2);
    assert_eq!(bench.count("SELECT COUNT(*) FROM mails WHERE body_text IS NOT NULL").await, 0);
    // Nor sent again by hand.
    for mail in listed(&server, &bench).await.into_iter().filter(|mail| mail.state == State::Failed) {
        assert!(mail.error.unwrap().en.contains("no longer true"), "{:?}", mail.kind);
        let again = mail::again(&server, &bench.admin, mail.id).await.unwrap_err();
        assert_eq!(again.code, "mail_outdated", "{:?}", mail.kind);
    }
    // Nothing went wrong: nobody has to look into them.
    assert_eq!(mail::failed(&server, &bench.admin, 10).await.unwrap(), []);
    // A link goes to no address that was the user's before.
    let lost = failed(&server, &home).await;
    assert_eq!(mail::failed(&server, &bench.admin, 10).await.unwrap().len(), 1);
    let recovery = user::NewRecovery { email: "neuve@y.example".into(), reason: "Appel, dossier 13".into() };
    let user = home.owner.user.unwrap();
    let wanted = user::ask_recovery(&server, &support, user, recovery).await.unwrap();
    server::approval::approve(&server, &bench.admin, wanted.id).await.unwrap();
    // (That it is done, and the link; what was asked is over.)
    assert_eq!(mail::send_due(&server).await.unwrap(), 2);
    assert_eq!(mail::again(&server, &bench.admin, lost).await.unwrap_err().code, "mail_outdated");
    // What became of an account is told even so.
    account::suspend(&server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap();
    assert_eq!(mail::send_due(&server).await.unwrap(), 1);
}
