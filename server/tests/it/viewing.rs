//! Staff looking as a member does: what it sees, what it cannot do, and how it ends.

use crate::bench::{Bench, PASSWORD};
use crate::people::by_cookie;
use model::{Role, Secret, StaffRole};
use server::{
    Actor, Server, account, change,
    grant::{self, AddedStaff, NewGrant, NewStaff, On},
    member,
    paging::Listing,
    search,
    session::{self, Seen},
    site, token, user, viewing,
};

/// Somebody of support with a real session, and how to find out who it is now.
pub struct Support {
    secret: Secret,
}

impl Support {
    pub async fn new(bench: &Bench) -> Support {
        let new = NewStaff {
            email: "aide@coop.example".into(),
            role: StaffRole::Support.code().into(),
            days: None,
        };
        let AddedStaff::Held(_, link) = grant::add_staff(&bench.server, &bench.admin, new).await.unwrap()
        else {
            panic!("waits")
        };
        let password = Secret::new(PASSWORD);
        let verified =
            user::set_password_by_link(&bench.server, link.unwrap().reveal(), &password).await.unwrap();
        let begun = session::begin(&bench.server, verified, Seen::default()).await.unwrap();
        Support { secret: begun.whole().unwrap().session }
    }

    pub async fn now(&self, server: &Server) -> Actor {
        by_cookie(server, &self.secret).await.unwrap()
    }
}

pub async fn a_view_shows_what_the_member_sees_and_changes_nothing(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    let support = Support::new(&bench).await;
    let on = On::Account(home.account);
    let me = support.now(server).await;
    // A reason, a fresh proof, and the duty.
    assert_eq!(viewing::start(server, &me, on, " x ").await.unwrap_err().field, Some("reason"));
    let stale = Actor { proved_at: Some(0), ..me.clone() };
    assert_eq!(viewing::start(server, &stale, on, "ticket 12").await.unwrap_err().code, "proof_needed");
    assert_eq!(viewing::start(server, &home.owner, on, "ticket 12").await.unwrap_err().code, "staff_only");
    assert_eq!(viewing::start(server, &other.owner, on, "ticket 12").await.unwrap_err().code, "not_found");
    viewing::start(server, &me, on, "ticket 12").await.unwrap();
    let me = support.now(server).await;
    let seen = account::list(server, &me, &Listing::default(), None).await.unwrap().items;
    assert_eq!(seen.iter().map(|account| account.id).collect::<Vec<_>>(), [home.account]);
    assert_eq!(account::show(server, &me, other.account).await.unwrap_err().code, "not_found");
    // No staff role meanwhile, and nothing changed.
    assert_eq!(user::list(server, &me, &Listing::default()).await.unwrap_err().code, "not_found");
    assert_eq!(
        member::list(server, &me, &Listing::default(), &member::Filter::default()).await.unwrap_err().code,
        "not_found"
    );
    assert_eq!(site::create(server, &me, home.account, "x.example").await.unwrap_err().code, "role_lacks");
    let invite = NewGrant { email: "x@y.example".into(), role: "reader".into(), ..Default::default() };
    assert_eq!(grant::create(server, &me, on, invite).await.unwrap_err().code, "role_lacks");
    // In the account's own history, with the reason.
    let seen = change::list(server, &home.owner, home.account, &Listing::default()).await.unwrap().items;
    assert_eq!(seen[0].verb, "viewing.start");
    assert_eq!(seen[0].after.as_ref().unwrap()["reason"], "ticket 12");
    // By itself, after an hour.
    bench.world.pass(3_600_000);
    let me = support.now(server).await;
    assert!(me.viewing.is_none());
    user::list(server, &me, &Listing::default()).await.unwrap();
}

pub async fn an_owner_lets_staff_act(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let support = Support::new(&bench).await;
    let on = On::Account(home.account);
    let view = viewing::start(server, &support.now(server).await, on, "ticket 12").await.unwrap();
    // Nobody is asked yet, and nobody else can say yes: not who views, not an admin, not a neighbour.
    assert!(viewing::pending(server, &home.owner).await.unwrap().is_empty());
    viewing::ask(server, &support.now(server).await).await.unwrap();
    for refused in [&support.now(server).await, &bench.admin, &other.owner] {
        assert_eq!(viewing::consent(server, refused, view.id).await.unwrap_err().code, "not_found");
    }
    assert!(viewing::pending(server, &other.owner).await.unwrap().is_empty());
    assert_eq!(viewing::pending(server, &home.owner).await.unwrap().len(), 1);
    viewing::consent(server, &home.owner, view.id).await.unwrap();
    let me = support.now(server).await;
    assert_eq!(me.viewing.as_ref().unwrap().role(), Role::Webmaster);
    site::create(server, &me, home.account, "asso.example").await.unwrap();
    let seen = change::list(server, &home.owner, home.account, &Listing::default()).await.unwrap().items;
    let told: Vec<_> =
        seen.iter().map(|act| (act.verb.as_str(), act.who.as_str(), act.via.as_str())).collect();
    assert_eq!(told[0], ("site.create", "aide@coop.example", "viewing"));
    assert_eq!(told[1].0, "viewing.consent");
    // Sites, and nothing of who has which role.
    assert_eq!(grant::hand_over(server, &me, on, "x@y.example").await.unwrap_err().code, "role_lacks");
    viewing::end(server, &me).await.unwrap();
    let me = support.now(server).await;
    assert_eq!(site::create(server, &me, home.account, "x.example").await.unwrap_err().code, "role_lacks");
    assert_eq!(viewing::end(server, &me).await.unwrap_err().code, "not_viewing");
}

pub async fn a_view_belongs_to_one_session(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let support = Support::new(&bench).await;
    let me = support.now(server).await;
    let (_, bearer) =
        token::create(server, &me, token::NewToken { name: "t".into(), ..Default::default() }).await.unwrap();
    let view = viewing::start(server, &me, On::Member(home.member), "ticket 12").await.unwrap();
    assert_eq!((view.member, view.account), (Some(home.member), None));
    // A token of the same user views nothing, and cannot begin to.
    let client = crate::api::Client::nobody(&bench);
    let mut request = client.request("GET", "/users", None);
    request.headers_mut().insert("authorization", format!("Bearer {}", bearer.reveal()).parse().unwrap());
    assert_eq!(client.send(request).await.status.as_u16(), 200);
    // What is one's own rests meanwhile.
    let cookie = format!("{}={}", session::SESSION_COOKIE, support.secret.reveal());
    let client = crate::api::Client { cookie, ..client };
    assert_eq!(client.ask("GET", "/tokens", None).await.body["code"], "viewing");
    assert_eq!(client.ask("GET", "/members", None).await.status.as_u16(), 404);
    let seen = client.ask("GET", &format!("/members/{}/grants", home.member), None).await;
    assert_eq!(seen.status.as_u16(), 200);
    assert_eq!(client.ask("DELETE", "/viewing", None).await.status.as_u16(), 204);
    assert_eq!(client.ask("GET", "/members", None).await.status.as_u16(), 200);
}

/// What the member's owner finds of the member: its details and, in the search, itself.
pub async fn a_view_of_a_member_shows_the_member(bench: Bench) {
    let server = &bench.server;
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let support = Support::new(&bench).await;
    let shown = async |actor: &Actor| {
        let mine = member::mine(server, actor).await.unwrap();
        let listing = Listing { q: Some("membre".into()), ..Listing::default() };
        let found = search::list(server, actor, &listing, Some(search::Kind::Member)).await.unwrap().items;
        let mine: Vec<_> = mine.into_iter().map(|member| member.id.to_string()).collect();
        (mine, found.into_iter().map(|found| found.id.to_string()).collect::<Vec<_>>())
    };
    crate::members::renamed(server, &bench.admin, home.member, "Membre alpha").await.unwrap();
    crate::members::renamed(server, &bench.admin, other.member, "Membre beta").await.unwrap();
    viewing::start(server, &support.now(server).await, On::Member(home.member), "ticket 12").await.unwrap();
    let me = support.now(server).await;
    let only = vec![home.member.to_string()];
    assert_eq!(shown(&me).await, (only.clone(), only));
    assert_eq!(member::show(server, &me, home.member).await.unwrap().notes, None);
    // It is shown, not asked to be confirmed: that is for owners.
    assert_eq!(member::confirm(server, &me, home.member, None).await.unwrap_err().code, "role_lacks");
    // Over the API as on the page.
    let cookie = format!("{}={}", session::SESSION_COOKIE, support.secret.reveal());
    let client = crate::api::Client { cookie, ..crate::api::Client::nobody(&bench) };
    let found = client.ask("GET", "/search?q=membre", None).await;
    assert_eq!(found.body["items"].as_array().unwrap().len(), 1, "{:?}", found.body);
    // A role on an account says nothing of the member.
    viewing::start(server, &support_again(&support, server).await, On::Account(home.account), "ticket 12")
        .await
        .unwrap();
    assert_eq!(shown(&support.now(server).await).await, (vec![], vec![]));
}

/// Support as itself: the view that runs is ended.
async fn support_again(support: &Support, server: &Server) -> Actor {
    viewing::end(server, &support.now(server).await).await.unwrap();
    support.now(server).await
}
