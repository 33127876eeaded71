//! What admins do with hosts.

use crate::{
    bench::Bench,
    hub::{add, connected, until},
};
use model::wire::ReportState;
use server::{
    change,
    host::{self, HostState, NewHost},
};

pub async fn hosts_are_admins_only_and_their_acts_are_recorded(bench: Bench) {
    let home = bench.household("asso").await;
    let (server, admin) = (&bench.server, &bench.admin);
    let denied = host::list(server, &home.owner, &Default::default()).await.map(drop);
    assert_eq!(denied.unwrap_err().code, "not_found");
    let (id, _) = add(&bench, "web2").await;
    for (name, ipv4, code) in [
        ("web2", "192.0.2.9", "host_name_taken"),
        ("Web 2", "192.0.2.9", "host_name"),
        ("web9", "", "host_address"),
    ] {
        let new = NewHost { name: name.into(), ipv4: ipv4.into(), ..NewHost::default() };
        assert_eq!(host::add(server, admin, new).await.map(drop).unwrap_err().code, code);
    }
    let renamed =
        host::Update { name: Some("ruche2".into()), ipv6: Some("2001:DB8::2".into()), ..Default::default() };
    let view = host::update(server, admin, id, Some(1), renamed.clone()).await.unwrap().item;
    assert_eq!((view.name.as_str(), view.ipv6.as_deref()), ("ruche2", Some("2001:db8::2")));
    assert_eq!(
        host::update(server, admin, id, Some(1), renamed).await.map(drop).unwrap_err().code,
        "changed_meanwhile"
    );
    assert_eq!(host::drain(server, admin, id, None).await.map(drop).unwrap_err().code, "host_state");
    let drained = host::drain(server, admin, bench.host, None).await.unwrap();
    assert_eq!(drained.item.state, HostState::Draining);
    assert_eq!(host::activate(server, admin, bench.host, None).await.unwrap().item.state, HostState::Active);
    assert_eq!(host::retire(server, admin, id, None).await.unwrap().item.state, HostState::Retired);
    assert_eq!(host::new_token(server, admin, id).await.map(drop).unwrap_err().code, "host_retired");
    let names: Vec<String> = host::list(server, admin, &Default::default())
        .await
        .unwrap()
        .items
        .iter()
        .map(|host| host.name.to_string())
        .collect();
    assert_eq!(names, ["web1", "ruche2"]);
    let verbs: Vec<String> = change::list_of_host(server, admin, id, &Default::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|change| change.verb)
        .collect();
    assert_eq!(verbs, ["host.retire", "host.rename", "host.create"]);
}

pub async fn what_is_on_a_host_is_counted_as_of_the_last_write(bench: Bench) {
    let (_port, _home, _identity, mut agent) = connected(&bench).await;
    let (server, admin) = (&bench.server, &bench.admin);
    let figures = async || {
        let hosts = host::list(server, admin, &Default::default()).await.unwrap().items;
        (hosts[0].accounts, hosts[0].resources.pending, hosts[0].resources.applied)
    };
    let (accounts, pending, applied) = figures().await;
    assert_eq!((accounts, applied), (1, 0));
    assert!(pending > 0);
    for resource in agent.take().await {
        agent.report(&resource, ReportState::Applied).await;
    }
    until("the figures follow what the host says", async || figures().await == (1, 0, pending)).await;
    bench.household("autre").await;
    assert_eq!(figures().await, (2, 1, pending));
}
