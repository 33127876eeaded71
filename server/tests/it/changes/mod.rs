//! Changes: undone, summed up, told to open pages.

pub mod search;

use crate::bench::{Bench, as_user};
use model::ChangeState;
use server::{
    account::{self, Standing},
    actor::Staff,
    change::{self, undo},
    member,
    paging::Listing,
    site,
    store::sql,
    wake::Wake,
};

pub async fn undo_brings_back_what_was(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let made = site::create(server, me, home.account, "asso.example").await.unwrap();
    let id = made.item.id;
    let names = ["asso.example".to_owned(), "www.asso.example".to_owned()];
    let named = site::set_names(server, me, id, None, &names).await.unwrap();
    let undone = undo(server, me, named.change.unwrap()).await.unwrap().item;
    assert_eq!((undone.verb.as_str(), undone.undoes), ("site.names", named.change));
    assert_eq!(site::show(server, me, id).await.unwrap().names.len(), 1);
    // Redone by undoing the undo.
    let redone = undo(server, me, undone.id).await.unwrap().item.id;
    assert_eq!(site::show(server, me, id).await.unwrap().names.len(), 2);
    let gone = site::delete(server, me, id, None).await.unwrap();
    undo(server, me, gone.change.unwrap()).await.unwrap();
    let back = site::show(server, me, id).await.unwrap();
    assert_eq!((back.names.len(), back.folder.as_str()), (2, "asso.example"));
    undo(server, me, redone).await.unwrap();
    undo(server, me, made.change.unwrap()).await.unwrap();
    assert!(site::show(server, me, id).await.is_err());

    let suspended =
        account::suspend(server, admin, home.account, None, crate::bench::unpaid("Impayé")).await.unwrap();
    undo(server, admin, suspended.change.unwrap()).await.unwrap();
    let deleted = account::delete(server, admin, home.account, None).await.unwrap();
    undo(server, admin, deleted.change.unwrap()).await.unwrap();
    let account = account::show(server, me, home.account).await.unwrap();
    assert_eq!(account.state, Standing::Active);
    let listed = change::list(server, me, home.account, &Listing::default()).await.unwrap();
    let of_delete = listed.items.iter().find(|c| Some(c.id) == deleted.change).unwrap();
    assert_eq!((of_delete.undone_by, of_delete.undoable), (Some(listed.items[0].id), false));
}

/// A change read by its id opens no more than the lists do.
pub async fn staff_reads_one_by_one_what_its_lists_show(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let site = site::create(server, &home.owner, home.account, "asso.example").await.unwrap().change.unwrap();
    let by_verb = async |verb: &'static str| {
        sql("SELECT id FROM changes WHERE verb = $1 ORDER BY id LIMIT 1")
            .bind(verb)
            .one(server.store.on(), |row| row.get::<model::ChangeId>("id"))
            .await
            .unwrap()
    };
    server::host::drain(server, &bench.admin, bench.host, None).await.unwrap();
    let notes = member::MemberPatch { notes: Some("Paie tard".into()), ..Default::default() };
    member::update(server, &bench.admin, home.member, None, notes).await.unwrap();
    let (of_member, of_host) = (by_verb("member.create").await, by_verb("host.drain").await);
    let (notes, password) = (by_verb("member.notes").await, by_verb("user.password").await);
    use model::StaffRole::{Admin, Board, Operator, Support, Treasurer};
    for role in [Admin, Board, Operator, Support, Treasurer] {
        let actor = as_user(server.world.id(), "x@coop.example", Staff::of(&[role]));
        let mut seen = Vec::new();
        for id in [site, of_member, of_host, notes, password] {
            let shown = change::show(server, &actor, id).await;
            assert!(shown.is_ok() || shown.as_ref().is_err_and(|problem| problem.code == "not_found"));
            assert_eq!(shown.is_ok(), change::event(server, &actor, id).await.is_ok());
            seen.push(shown.is_ok());
        }
        let wanted = match role {
            Admin | Board => [true; 5],
            Operator | Support => [true, true, true, false, false],
            Treasurer => [true, true, false, false, false],
        };
        assert_eq!(seen, wanted, "{role:?}");
    }
    // What one did oneself can be read again.
    let own =
        change::show(server, &as_user(bench.admin.user.unwrap(), "x", Staff::of(&[Treasurer])), password)
            .await;
    own.unwrap();
}

pub async fn undo_is_refused_with_the_reason(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let (home, other) = (bench.household("alpha").await, bench.household("beta").await);
    let me = &home.owner;
    let made = site::create(server, me, home.account, "asso.example").await.unwrap();
    let id = made.item.id;
    let refused = |change: Option<model::ChangeId>| async move {
        undo(server, me, change.unwrap()).await.unwrap_err().code
    };
    let created = change::list(server, me, home.account, &Listing::default()).await.unwrap().items[1].id;
    assert_eq!(refused(Some(created)).await, "not_undoable");
    let first = site::set_names(server, me, id, None, &["a.example".into()]).await.unwrap().change;
    let second = site::set_names(server, me, id, None, &["b.example".into()]).await.unwrap().change;
    assert_eq!(refused(first).await, "changed_since");
    let listed = change::list(server, me, home.account, &Listing::default()).await.unwrap().items;
    let offered: Vec<_> = listed.iter().filter(|change| change.undoable).map(|change| change.id).collect();
    assert_eq!(offered, [second.unwrap()], "what would be refused is not offered");
    undo(server, me, second.unwrap()).await.unwrap();
    assert_eq!(refused(second).await, "already_undone");
    // A site that got another name since is not taken away with its creation; nor is a later suspension lifted with an earlier one.
    assert_eq!(refused(made.change).await, "changed_since");
    let account = home.account;
    for later in ["unpaid", "threat"] {
        let unpaid = account::suspend(server, admin, account, None, crate::bench::unpaid("unpaid"))
            .await
            .unwrap()
            .change;
        account::resume(server, admin, account, None).await.unwrap();
        let threat =
            account::suspend(server, admin, account, None, crate::bench::unpaid(later)).await.unwrap().change;
        assert_eq!(undo(server, admin, unpaid.unwrap()).await.unwrap_err().code, "changed_since", "{later}");
        undo(server, admin, threat.unwrap()).await.unwrap();
    }
    // Its names are another's by now.
    let gone = site::delete(server, me, id, None).await.unwrap().change;
    site::create(server, &other.owner, other.account, "a.example").await.unwrap();
    assert_eq!(refused(gone).await, "name_taken");
    // A stranger's change does not exist; an admin's act is not the member's to undo.
    let problem = undo(server, &other.owner, gone.unwrap()).await.unwrap_err();
    assert_eq!(problem.code, "not_found");
    let suspended = account::suspend(server, admin, home.account, None, crate::bench::unpaid("Impayé"))
        .await
        .unwrap()
        .change;
    assert_eq!(refused(suspended).await, "not_undoable");
}

pub async fn states_sum_up_and_become_events(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let made = site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    let change = made.change.unwrap();
    let report = |state: &'static str, text: Option<&'static str>| async move {
        let mut tx = server.store.write().await.unwrap();
        for table in [
            "UPDATE change_states SET state = $1, text_fr = $2, text_en = $2, at = $3 WHERE kind = 'site'",
            "UPDATE resources SET state = $1, text_fr = $2, text_en = $2, reported_at = $3 WHERE kind = 'site'",
        ] {
            sql(table).bind(state).bind(text).bind(server.world.now_ms()).run(tx.on()).await.unwrap();
        }
        tx.wake_account(home.account);
        tx.commit().await.unwrap();
    };
    let events = change::events(server, &home.owner, home.account).await.unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!((events[1].change, events[1].state), (change, ChangeState::Wanted));
    report("failed", Some("disque plein")).await;
    let event = change::event(server, &home.owner, change).await.unwrap();
    assert_eq!(event.state, ChangeState::Failed);
    assert_eq!(event.text.unwrap().fr, "disque plein");
    assert_eq!(event.resources[0].key, made.item.id.uuid());
    let shown = site::show(server, &home.owner, made.item.id).await.unwrap();
    assert_eq!((shown.state, shown.text.unwrap().fr), (ChangeState::Failed, "disque plein".into()));
    report("verified", None).await;
    assert_eq!(change::show(server, &home.owner, change).await.unwrap().state, ChangeState::Verified);
    // What settled long ago is not told again; what is still wanted is.
    bench.world.pass(600_000);
    let events = change::events(server, &home.owner, home.account).await.unwrap();
    assert_eq!(events.iter().map(|e| e.state).collect::<Vec<_>>(), [ChangeState::Wanted]);
    // The host goes away.
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE hosts SET connected_at = NULL").run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let events = change::events(server, &home.owner, home.account).await.unwrap();
    assert_eq!(events[0].state, ChangeState::Waiting);
}

pub async fn equal_bytes_are_no_step(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let before = bench.resources().await;
    // A plan of the same weight: the account changes, the host does not.
    let input = server::plan::PlanInput {
        above: false,
        name: "Essaim".into(),
        sites_max: 50,
        names_max: 4,
        databases_max: Some(3),
        php_workers: 4,
        disk_mb: 2048,
        memory_mb: 256,
        mails_hour: None,
        mails_day: None,
    };
    let plan = server::plan::create(server, admin, input).await.unwrap().item.id;
    let moved = account::set_plan(server, admin, home.account, None, plan, false).await.unwrap();
    assert_eq!(bench.resources().await, before);
    let change = change::show(server, &home.owner, moved.change.unwrap()).await.unwrap();
    assert_eq!((change.state, change.states.len()), (ChangeState::Applied, 0));
    undo(server, admin, change.id).await.unwrap();
    assert_eq!(account::show(server, admin, home.account).await.unwrap().plan.id, bench.plan);
}

pub async fn another_process_hears_the_wake(bench: Bench) {
    let another = match bench.server.store.engine() {
        server::store::Engine::Postgres => bench.another().await,
        server::store::Engine::Sqlite => bench.server.clone(),
    };
    let home = bench.household("alpha").await;
    let mut heard = another.store.waker().subscribe();
    site::create(&bench.server, &home.owner, home.account, "asso.example").await.unwrap();
    let mut wanted = vec![Wake::Host(bench.host), Wake::Account(home.account)];
    while !wanted.is_empty() {
        let wake = heard.next().await.unwrap();
        wanted.retain(|wanted| *wanted != wake);
    }
    // A transaction that did not commit wakes nobody. (What earlier acts woke may still be on its way.)
    let (ghost, marker) = (bench.server.world.id(), bench.server.world.id());
    let mut tx = bench.server.store.write().await.unwrap();
    tx.wake_host(ghost);
    drop(tx);
    let mut tx = bench.server.store.write().await.unwrap();
    tx.wake_account(marker);
    tx.commit().await.unwrap();
    loop {
        let wake = heard.next().await.unwrap();
        assert_ne!(wake, Wake::Host(ghost));
        if wake == Wake::Account(marker) {
            break;
        }
    }
}

pub async fn history_shows_when_it_was_touched(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    assert!(change::extend(server).await.unwrap() > 3);
    let site = site::create(server, &home.owner, home.account, "asso.example").await.unwrap();
    let before = change::chain(server, admin).await.unwrap();
    assert_eq!((before.broken, before.waiting), (None, 1));
    assert_eq!(change::extend(server).await.unwrap(), 1);
    assert_eq!(change::extend(server).await.unwrap(), 0);
    let whole = change::chain(server, admin).await.unwrap();
    assert_eq!((whole.length, whole.broken, whole.waiting), (before.length + 1, None, 0));
    assert_ne!(whole.head, before.head);
    assert!(change::goes_through(server, admin, &before.head).await.unwrap(), "a head noted earlier");
    assert!(!change::goes_through(server, admin, &"0".repeat(64)).await.unwrap());
    assert_eq!(change::chain(server, &home.owner).await.unwrap_err().code, "not_found");
    let all = change::list_all(server, admin, &Listing::default()).await.unwrap();
    assert_eq!((all.items.len() as i64, all.items[0].id), (whole.length, site.change.unwrap()));
    assert_eq!(all.items[0].states.len(), 1);
    // Two processes at once chain each act once.
    site::delete(server, &home.owner, site.item.id, None).await.unwrap();
    let (a, b) = tokio::join!(change::extend(server), change::extend(server));
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE changes SET who = 'somebody@else.example' WHERE id = $1")
        .bind(site.change)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(change::chain(server, admin).await.unwrap().broken, site.change);
}

pub async fn an_act_removed_at_the_end_shows(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let home = bench.household("alpha").await;
    let other = server::member::MemberPatch { name: Some("Autre nom".into()), ..Default::default() };
    let renamed = server::member::update(server, admin, home.member, None, other).await.unwrap();
    // An admin's renaming can be undone as well.
    let undone = undo(server, admin, renamed.change.unwrap()).await.unwrap().change;
    assert_eq!(server::member::show(server, admin, home.member).await.unwrap().name, "Association alpha");
    change::extend(server).await.unwrap();
    assert_eq!(change::chain(server, admin).await.unwrap().broken, None);
    let mut connection = server.store.on().acquire().await.unwrap();
    let (open, close) = match server.store.engine() {
        server::store::Engine::Sqlite => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
        server::store::Engine::Postgres => {
            ("ALTER TABLE change_chain DROP CONSTRAINT change_chain_change_id_fkey", "SELECT 1")
        }
    };
    sql(open).run(&mut *connection).await.unwrap();
    sql("DELETE FROM changes WHERE id = $1").bind(undone).run(&mut *connection).await.unwrap();
    sql(close).run(&mut *connection).await.unwrap();
    drop(connection);
    let chain = change::chain(server, admin).await.unwrap();
    assert_eq!((chain.broken, chain.waiting), (undone, 0));
}
