//! Those who can mend it are told before a certificate ends, once each.

use super::{Certifying, DAY};
use crate::{
    bench::Bench,
    mails::{kept, listed},
};
use model::EmailAddress;
use server::{
    Outside, Server,
    certificate::{self, CertificateState, Issuer},
    mail::{self, Kind, MailView, Sender, Settings, State, Way},
    store::sql,
    verify::Manner,
};

/// The same panel with the same world outside, writing mails into a folder.
async fn writing(host: &Certifying) -> Server {
    let settings = toml::from_str("contact = \"admin@coop.example\"\nagreed = true").unwrap();
    let issuer =
        Issuer { settings, authority: Box::new(host.world.clone()), names: Box::new(host.world.clone()) };
    let bench = &host.stage.bench;
    let mut config = bench.config.clone();
    let address = EmailAddress::parse("panel@coop.example").unwrap();
    let way = Way::Folder(config.state_dir.join("mail"));
    config.mail = Some(Settings { from: Sender { name: None, address }, way });
    let outside = Outside { manner: Manner::default(), issuer: Some(issuer) };
    Server::open_with(config, bench.world.clone(), outside).await.unwrap()
}

async fn contact(host: &Certifying, position: i64, purpose: &'static str, email: &str) {
    let mut tx = host.server().store.write().await.unwrap();
    sql("INSERT INTO member_contacts (member_id, position, purpose, email, email_key) VALUES ($1, $2, $3, $4, $4)")
        .bind(host.stage.home.member)
        .bind(position)
        .bind(purpose)
        .bind(email)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn warnings(server: &Server, host: &Certifying) -> Vec<MailView> {
    let mut all = listed(server, &host.stage.bench).await;
    all.retain(|mail| mail.kind == Kind::CertificateEnds);
    all
}

pub async fn people_are_warned_before_an_end_and_not_of_what_was_renewed(bench: Bench) {
    let mut host = Certifying::new(bench).await;
    let server = writing(&host).await;
    for (position, purpose, email) in [
        (50, "technical", "technique@asso.example"),
        (51, "billing", "tresor@asso.example"),
        // The owner once more.
        (52, "technical", "asso@membre.example"),
    ] {
        contact(&host, position, purpose, email).await;
    }
    let site = host.site("www.asso.example", true).await;
    host.begun().await;
    host.round().await;
    host.takes().await;
    let (one, _) = host.one(&site).await;
    host.pass(one.renew_at.unwrap() - host.server().world.now_ms());
    host.begun().await;
    host.world.leads("www.asso.example", &["203.0.113.9"]);
    certificate::round(&server).await.unwrap();
    assert_eq!(warnings(&server, &host).await, [], "a month is left");
    let left = |days: i64| host.pass_until(one.not_after.unwrap() - days * DAY);
    left(14);
    for _ in 0..2 {
        certificate::round(&server).await.unwrap();
    }
    let told = warnings(&server, &host).await;
    let mut to: Vec<_> = told.iter().map(|mail| mail.to.as_str()).collect();
    to.sort();
    let admin = host.stage.bench.admin.who.as_str();
    let mut wanted = vec![admin, "asso@membre.example", "technique@asso.example"];
    wanted.sort();
    assert_eq!(to, wanted, "once each");
    mail::send_due(&server).await.unwrap();
    let folder = host.stage.bench.config.state_dir.join("mail");
    let written = kept(&folder);
    let page = format!("/sites/{}", site.id);
    let says = |mail: &&String| {
        mail.contains("203.0.113.9") && mail.contains(&page) && mail.contains("www.asso.example")
    };
    assert_eq!(written.iter().filter(says).count(), 3, "{written:#?}");
    // At seven days again; it is renewed before the mails leave.
    left(7);
    certificate::round(&server).await.unwrap();
    assert_eq!(warnings(&server, &host).await.len(), 6);
    host.world.leads("www.asso.example", &["127.0.0.1"]);
    host.try_now(one.id).await;
    assert_eq!(host.round().await, 1);
    host.takes().await;
    assert_eq!(host.one(&site).await.0.state, CertificateState::Valid);
    mail::send_due(&server).await.unwrap();
    let states = warnings(&server, &host).await.into_iter().map(|mail| mail.state);
    assert_eq!(
        states.filter(|state| *state == State::Failed).count(),
        3,
        "what was renewed is told to nobody"
    );
    assert_eq!(kept(&folder).len(), written.len());
    // The next one starts anew.
    host.pass(89 * DAY);
    host.begun().await;
    host.world.leads("www.asso.example", &["203.0.113.9"]);
    certificate::round(&server).await.unwrap();
    assert_eq!(warnings(&server, &host).await.len(), 9);
}
