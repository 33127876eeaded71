//! Imported owners are invited afterwards, as many at a time as the cooperative wants.

use crate::{
    bench::{Bench, staff},
    mails::{keeping, kept},
    smtp::link_in,
};
use model::MemberStatus;
use server::{
    account::{self, NewAccount},
    approval,
    grant::{self, NewGrant, On},
    mail,
    member::{self, Filter},
    paging::Listing,
};

pub async fn imported_owners_are_invited_at_the_cooperatives_pace(bench: Bench) {
    let (server, folder) = keeping(&bench).await;
    let admin = &bench.admin;
    let csv = "nom;langue;responsable\nUn;fr;un@x.example\nDeux;en;deux@x.example\nDeux bis;en;deux@x.example\nTrois;fr;trois@x.example\nQuatre;fr;quatre@x.example\n";
    let said = member::check(&server, admin, csv, true).await.unwrap();
    member::apply(&server, admin, said.id).await.unwrap();
    let now = member::invitations(&server, admin).await.unwrap();
    assert_eq!((now.waiting, now.invited, now.hourly, now.mails), (4, 0, None, true));
    assert_eq!(bench.count("SELECT COUNT(*) FROM mails").await, 0);
    // So many now.
    let done = member::invite_next(&server, admin, 2).await.unwrap();
    assert_eq!((done.item.waiting, done.item.invited), (2, 2));
    mail::send_due(&server).await.unwrap();
    let written = kept(&folder);
    assert_eq!(written.len(), 2);
    let of = |who: &str| written.iter().find(|mail| mail.contains(&format!("To: {who}"))).unwrap().as_str();
    assert!(
        of("un@x.example").contains("panneau pour Un")
            && of("deux@x.example").contains("panel for Deux, Deux bis"),
        "{written:?}"
    );
    let secret = link_in(of("deux@x.example")).unwrap();
    let user =
        server::user::set_password_by_link(&server, &secret, &model::Secret::new(crate::bench::PASSWORD))
            .await
            .unwrap()
            .user;
    let owner = crate::bench::as_user(user, "deux@x.example", server::actor::Staff::NONE);
    assert_eq!(member::mine(&server, &owner).await.unwrap().len(), 2, "and there they are");
    // So many an hour, once an hour however often the job runs; none while nobody said so.
    member::invite_hourly(&server).await.unwrap();
    assert_eq!(member::invitations(&server, admin).await.unwrap().waiting, 2);
    member::set_invitations_hourly(&server, admin, Some(1)).await.unwrap();
    for _ in 0..3 {
        member::invite_hourly(&server).await.unwrap();
    }
    assert_eq!(member::invitations(&server, admin).await.unwrap().waiting, 1);
    // Whose role is over is not invited any more.
    let mut tx = server.store.write().await.unwrap();
    server::store::sql("UPDATE grants SET revoked_at = 1 WHERE user_id = (SELECT id FROM users WHERE email_key = 'quatre@x.example')")
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(member::invitations(&server, admin).await.unwrap().waiting, 0);
    mail::send_due(&server).await.unwrap();
    bench.world.pass(3_600_000);
    member::invite_hourly(&server).await.unwrap();
    mail::send_due(&server).await.unwrap();
    assert_eq!(kept(&folder).len(), 3);
    for (count, code) in [(0, "count_bounds"), (member::MOST_AT_ONCE + 1, "count_bounds")] {
        assert_eq!(member::invite_next(&server, admin, count).await.unwrap_err().code, code);
    }
    assert_eq!(member::invite_next(&bench.server, admin, 1).await.unwrap_err().code, "mail_off");
    let status = MemberStatus::Member;
    assert_eq!(
        member::list(
            &server,
            admin,
            &Listing::default(),
            &Filter { status: Some(status), ..Filter::default() }
        )
        .await
        .unwrap()
        .items
        .len(),
        5
    );
}

pub async fn nobody_is_asked_in_to_a_member_that_is_being_deleted(bench: Bench) {
    let (server, _) = keeping(&bench).await;
    let admin = &bench.admin;
    let second = staff(&server, "deux@coop.example").await;
    let csv = "nom;responsable\nUn;un@x.example\nDeux;un@x.example\nTrois;trois@x.example\n";
    let said = member::check(&server, admin, csv, true).await.unwrap();
    member::apply(&server, admin, said.id).await.unwrap();
    let members = member::list(&server, admin, &Listing::default(), &Filter::default()).await.unwrap().items;
    let end = async |name: &str, account: &str| {
        let member = members.iter().find(|member| member.name == name).unwrap().id;
        let new = NewAccount {
            member: member.to_string(),
            plan: bench.plan.to_string(),
            name: account.into(),
            ..Default::default()
        };
        account::create(&server, admin, new).await.unwrap();
        let asked = member::ask_deletion(&server, admin, member).await.unwrap();
        approval::approve(&server, &second, asked.id).await.unwrap();
        member
    };
    let ended = [end("Deux", "deux").await, end("Trois", "trois").await];
    assert_eq!(member::invitations(&server, admin).await.unwrap().waiting, 1);
    // Of two members, to the one that stays.
    member::invite_next(&server, admin, 9).await.unwrap();
    let facts: String = server::store::sql("SELECT facts FROM mails WHERE kind = 'invitation'")
        .one(server.store.on(), |row| row.first())
        .await
        .unwrap();
    assert!(facts.contains("\"Un\"") && !facts.contains("Deux"), "{facts}");
    let refused = member::invite_next(&server, admin, 9).await.unwrap_err();
    assert_eq!((refused.code, refused.field), ("member_ending", Some("count")));
    // Nor by hand.
    let role = || NewGrant { email: "n@x.example".into(), role: "reader".into(), ..Default::default() };
    let refused = grant::create(&server, admin, On::Member(ended[0]), role()).await.unwrap_err();
    assert_eq!(refused.code, "member_ending");
    // Once it is kept, they wait again.
    for member in ended {
        member::keep(&server, admin, member).await.unwrap();
    }
    assert_eq!(member::invitations(&server, admin).await.unwrap().waiting, 2);
    grant::create(&server, admin, On::Member(ended[0]), role()).await.unwrap();
    assert_eq!(member::invite_next(&server, admin, 9).await.unwrap().item.waiting, 0);
}
