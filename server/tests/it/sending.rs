//! Sending: by SMTP, tried again, given up, encrypted or not at all, by several processes at once.

use crate::{
    bench::Bench,
    hub::until,
    mails::{failed, listed, sending},
    smtp::MailServer,
};
use server::{
    account,
    mail::{self, Kind, Security, State, Way},
};
use std::collections::BTreeSet;

const MINUTE_MS: i64 = 60_000;

pub async fn what_is_refused_is_tried_again_and_given_up(bench: Bench) {
    let post = MailServer::start().await;
    let server = sending(&bench, post.settings(Security::None)).await;
    let home = bench.household("alpha").await;
    let suspend = async || {
        account::resume(&bench.server, &bench.admin, home.account, None).await.unwrap();
        account::suspend(&server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
            .await
            .unwrap();
    };
    account::suspend(&server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap();
    // Not now: again after a minute, then two.
    post.answer("451 4.7.1 greylisted, alpha@membre.example");
    post.answer("451 4.7.1 still");
    assert_eq!(mail::send_due(&server).await.unwrap(), 0);
    let mail = listed(&server, &bench).await.remove(0);
    assert_eq!((mail.state, mail.tries), (State::Queued, 1));
    assert!(mail.error.unwrap().en.contains("greylisted"));
    bench.world.pass(MINUTE_MS);
    assert_eq!(mail::send_due(&server).await.unwrap(), 0);
    bench.world.pass(MINUTE_MS);
    assert_eq!(mail::send_due(&server).await.unwrap(), 0);
    assert_eq!(listed(&server, &bench).await[0].tries, 2, "the second wait is longer");
    bench.world.pass(MINUTE_MS);
    assert_eq!(mail::send_due(&server).await.unwrap(), 1);
    let mail = listed(&server, &bench).await.remove(0);
    assert_eq!((mail.state, mail.tries, mail.error), (State::Sent, 3, None));
    let written = post.mails().remove(0);
    assert!(
        written.contains("To: alpha@membre.example")
            && written.contains(&format!("Message-ID: <{}@coop.example>", mail.id)),
        "{written}"
    );
    // No such mailbox: trying again is of no use.
    suspend().await;
    post.answer("550 5.1.1 unknown user");
    assert_eq!(mail::send_due(&server).await.unwrap(), 0);
    let mail = listed(&server, &bench).await.remove(0);
    assert_eq!((mail.state, mail.tries), (State::Failed, 1));
    // An admin who has mended it sends it again; once.
    let again = mail::again(&server, &bench.admin, mail.id).await.unwrap().item;
    assert_eq!((again.state, again.kind), (State::Queued, Kind::Suspended));
    assert_eq!(mail::again(&server, &bench.admin, mail.id).await.unwrap_err().code, "mail_not_failed");
    assert_eq!(mail::again(&server, &home.owner, mail.id).await.unwrap_err().code, "not_found");
    assert_eq!(mail::send_due(&server).await.unwrap(), 1);
    assert_eq!(post.mails().len(), 2);
    // Nothing listens: three days, then it is given up, and its text with it.
    let deaf = MailServer::start().await.settings(Security::Starttls);
    let mut nobody = deaf.clone();
    if let Way::Smtp(smtp) = &mut nobody.way {
        (smtp.port, smtp.security) = (1, Security::None);
    }
    let lost = sending(&bench, nobody).await;
    suspend().await;
    let mut rounds = 0;
    while listed(&lost, &bench).await[0].state == State::Queued {
        assert_eq!(mail::send_due(&lost).await.unwrap(), 0);
        bench.world.pass(3_600_000);
        rounds += 1;
        assert!(rounds < 100);
    }
    assert!((66..=73).contains(&rounds), "given up after {rounds} hours");
    let mail = listed(&lost, &bench).await.remove(0);
    assert!((15..25).contains(&mail.tries), "{} tries", mail.tries);
    assert_eq!(bench.count("SELECT COUNT(*) FROM mails WHERE body_text IS NOT NULL").await, 0);
    // What is no longer so is not told.
    account::resume(&bench.server, &bench.admin, home.account, None).await.unwrap();
    assert_eq!(mail::again(&server, &bench.admin, mail.id).await.unwrap_err().code, "mail_outdated");
    assert_eq!(mail::again(&bench.server, &bench.admin, mail.id).await.unwrap_err().code, "mail_off");
}

pub async fn what_waits_is_tried_at_once_when_asked(bench: Bench) {
    let post = MailServer::start().await;
    let server = sending(&bench, post.settings(Security::None)).await;
    let home = bench.household("alpha").await;
    account::suspend(&server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap();
    let id = listed(&server, &bench).await[0].id;
    let code = async || mail::at_once(&server, &bench.admin, id).await.unwrap_err().code;
    assert_eq!(code().await, "mail_not_waiting", "its turn is now");
    for _ in 0..2 {
        post.answer("451 4.7.1 greylisted");
        assert_eq!(mail::send_due(&server).await.unwrap(), 0);
        assert_eq!(code().await, "mail_not_waiting", "it may still be on its way");
        bench.world.pass(MINUTE_MS);
    }
    assert_eq!(mail::send_due(&server).await.unwrap(), 0, "it waits another minute");
    assert_eq!(mail::at_once(&server, &home.owner, id).await.unwrap_err().code, "not_found");
    let asked = mail::at_once(&server, &bench.admin, id).await.unwrap();
    assert_eq!((asked.item.id, asked.item.state), (id, State::Queued));
    assert_eq!(mail::send_due(&server).await.unwrap(), 1);
    assert_eq!(listed(&server, &bench).await.len(), 1, "the same mail");
    assert_eq!(code().await, "mail_not_waiting");
    assert_eq!(mail::at_once(&server, &bench.admin, server.world.id()).await.unwrap_err().code, "not_found");
}

pub async fn nothing_is_said_to_a_server_without_the_wanted_encryption(bench: Bench) {
    let home = bench.household("alpha").await;
    account::suspend(&bench.server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap();
    for security in [Security::Starttls, Security::Tls] {
        let post = MailServer::start().await;
        let mut settings = post.settings(security);
        let password = bench.config.state_dir.join("smtp.password");
        std::fs::write(&password, "sesame-ouvre-toi\n").unwrap();
        if let Way::Smtp(smtp) = &mut settings.way {
            smtp.login = Some(("panel".into(), password));
        }
        let server = sending(&bench, settings).await;
        account::resume(&server, &bench.admin, home.account, None).await.unwrap();
        assert_eq!(mail::send_due(&server).await.unwrap(), 0);
        let heard = post.heard.lock().unwrap().commands.join("\n");
        assert!(!heard.contains("MAIL") && !heard.contains("AUTH") && !heard.contains("alpha"), "{heard}");
        assert!(listed(&bench.server, &bench).await.iter().all(|mail| mail.state == State::Queued));
        account::suspend(&bench.server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
            .await
            .unwrap();
    }
}

pub async fn an_authority_that_is_none_is_refused_when_the_panel_starts(bench: Bench) {
    let file = bench.config.state_dir.join("mail-ca.pem");
    let mut settings = MailServer::start().await.settings(Security::Tls);
    if let Way::Smtp(smtp) = &mut settings.way {
        smtp.ca_file = Some(file.clone());
    }
    let said = || mail::Carrier::open(&settings, &bench.config.origin).err().unwrap().text.en;
    assert!(said().contains("mail-ca.pem"), "not there: {}", said());
    for wrong in [
        "",
        "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n",
        "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n",
    ] {
        std::fs::write(&file, wrong).unwrap();
        assert!(said().contains("[mail]"), "{wrong}: {}", said());
    }
}

pub async fn two_processes_send_each_mail_once_and_not_too_fast(bench: Bench) {
    let post = MailServer::start().await;
    let (one, two) = (
        sending(&bench, post.settings(Security::None)).await,
        sending(&bench, post.settings(Security::None)).await,
    );
    let home = bench.household("alpha").await;
    for n in 0..45 {
        let (from, to) = (n % 2 == 0, home.account);
        if from {
            account::suspend(&one, &bench.admin, to, None, crate::bench::unpaid("Impayé")).await.unwrap();
        } else {
            account::resume(&one, &bench.admin, to, None).await.unwrap();
        }
        let failed = failed(&one, &home).await;
        mail::again(&one, &bench.admin, failed).await.unwrap();
    }
    let (a, b) = tokio::join!(mail::send_due(&one), mail::send_due(&two));
    let sent = a.unwrap() + b.unwrap();
    // Two that count at the same instant may both find room.
    assert!((60..=61).contains(&sent), "{sent} in a minute");
    bench.world.pass(MINUTE_MS);
    let mut left = 90 - sent;
    // One of two that reach for the same mail goes away empty-handed and looks again in its next round.
    while left > 0 {
        let (a, b) = tokio::join!(mail::send_due(&one), mail::send_due(&two));
        left -= a.unwrap() + b.unwrap();
    }
    let ids: Vec<String> = post
        .mails()
        .iter()
        .flat_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned))
        .collect();
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (90, 90));
}

pub async fn the_job_sends_until_it_is_stopped(bench: Bench) {
    let post = MailServer::start().await;
    let mut settings = post.settings(Security::None);
    let password = bench.config.state_dir.join("smtp.password");
    std::fs::write(&password, "sesame\n").unwrap();
    if let Way::Smtp(smtp) = &mut settings.way {
        smtp.login = Some(("panel".into(), password));
    }
    let server = sending(&bench, settings).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let job = tokio::spawn(mail::run(server.clone(), stopped));
    let home = bench.household("alpha").await;
    account::suspend(&server, &bench.admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap();
    until("the mail is sent", async || listed(&server, &bench).await[0].state == State::Sent).await;
    assert_eq!(post.mails().len(), 1);
    // RFC 4616: NUL panel NUL sesame.
    let commands = post.heard.lock().unwrap().commands.clone();
    assert!(commands.iter().any(|line| line == "AUTH PLAIN AHBhbmVsAHNlc2FtZQ=="), "{commands:?}");
    stop.send_replace(true);
    job.await.unwrap();
}
