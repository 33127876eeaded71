//! The wire between host and panel is cut in the middle of frames, at many places, and stalls: each change arrives, once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tests::audit::{applied, history_is_whole, made_once, no_generation_is_skipped};
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Scene, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::while_served;
use tests::wire::{Way, Wire};

/// After what silence an agent gives a connection up, and a ping more (agent/src/wire/session.rs).
const SILENCE: Duration = Duration::from_secs(60);

/// Of each kind.
const MOST_CUTS: usize = 16;

/// Where the host's connections come from.
fn dials_from(scene: &Scene, wire: &Wire) -> String {
    let addresses = [&scene.host.address, &scene.host.address6];
    let dialled = addresses.into_iter().find(|address| wire.carries(address).unwrap());
    dialled.unwrap().clone()
}

/// Asks for sites, one per cut, the cut a little later in the stream each time, until one comes through whole, or enough were. Gives how often it was cut.
fn cut_while_living(
    wire: &Wire,
    at: &str,
    tenant: &Tenant<'_>,
    way: Way,
    step: usize,
    names: &mut BTreeSet<String>,
) -> usize {
    let before = wire.cuts(at).unwrap();
    for octets in (1..).step_by(step).take(MOST_CUTS) {
        until("the host is connected", PATIENCE, || {
            if wire.carries(at)? { Ok(()) } else { Err("away".to_owned()) }
        })
        .unwrap();
        wire.cut_after(at, way, octets).unwrap();
        let name = format!("{way:?}{octets}.{}.example", tenant.name).to_lowercase();
        assert_eq!(tenant.ask_site(&name).unwrap().status, 201);
        tenant.scene.newest(&tenant.id, "verified").unwrap();
        names.insert(name);
        if wire.spare(at).unwrap() {
            break;
        }
    }
    wire.cuts(at).unwrap() - before
}

/// Cuts connections while they begin: in the handshakes, the greeting, and what was asked for meanwhile.
fn cut_at_the_start(
    wire: &Wire,
    at: &str,
    tenant: &Tenant<'_>,
    way: Way,
    step: usize,
    names: &mut BTreeSet<String>,
) -> usize {
    let before = wire.cuts(at).unwrap();
    for octets in (1..).step_by(step).take(MOST_CUTS) {
        wire.cut_after(at, way, octets).unwrap();
        wire.cut(at).unwrap();
        let name = format!("start{way:?}{octets}.{}.example", tenant.name).to_lowercase();
        assert_eq!(tenant.ask_site(&name).unwrap().status, 201);
        tenant.scene.newest(&tenant.id, "verified").unwrap();
        names.insert(name);
        if wire.spare(at).unwrap() {
            break;
        }
    }
    wire.cuts(at).unwrap() - before
}

#[test]
fn a_wire_cut_in_mid_frame_or_stalled_loses_and_doubles_nothing() {
    let ports = Ports::free().unwrap();
    let wire = Wire::to(ports.agents).unwrap();
    let extra = Extra { agents_port: Some(wire.port()), ..Extra::default() };
    let own = Own::up("cut", 2, ports, extra).unwrap();
    let near = own.tenant("near").unwrap();
    let neighbour = near.site("near.example").unwrap();
    let far_scene = own.host(1).unwrap();
    let far = far_scene.tenant("far").unwrap();
    let (here, there) = (dials_from(&own, &wire), dials_from(&far_scene, &wire));
    let mut names = BTreeSet::from([neighbour.name.clone()]);
    while_served(&own, &neighbour.name, || {
        // The other host's connection dies without a word, with a change on its way; it is found out while the rest goes on.
        wire.stall(&there).unwrap();
        let stalled = Instant::now();
        assert_eq!(far.ask_site("far.example").unwrap().status, 201);

        for (way, living, starting) in [(Way::ToHost, 61, 131), (Way::ToPanel, 41, 131)] {
            let cuts = cut_while_living(&wire, &here, &near, way, living, &mut names);
            assert!(cuts >= 8, "{way:?}: only {cuts} cuts in living connections");
            let more = cut_at_the_start(&wire, &here, &near, way, starting, &mut names);
            assert!(more >= 8, "{way:?}: only {more} cuts in beginning ones");
            println!(
                "{way:?}: {cuts} cuts in living connections, {more} in beginning ones, {:?}",
                stalled.elapsed()
            );
        }
        until("the stalled host has dialled again", SILENCE, || {
            if wire.carries(&there)? { Ok(()) } else { Err("still stalled".to_owned()) }
        })
        .unwrap();
        far_scene.newest(&far.id, "verified").unwrap();
        far_scene.answers("far.example", "/", 200).unwrap();
        println!("the stalled change was verified after {:?}", stalled.elapsed());
    });

    made_once(&own, &near.id, &names).unwrap();
    made_once(&far_scene, &far.id, &BTreeSet::from(["far.example".to_owned()])).unwrap();
    for (scene, account) in [(&*own, &near.id), (&far_scene, &far.id)] {
        let disk = applied(scene).unwrap();
        for site in tests::audit::all(&scene.admin, &format!("/api/v1/accounts/{account}/sites")).unwrap() {
            assert_eq!(disk.get(&text(&site, "id")), Some(&1), "{site} was put on the disk once");
        }
        until("all is acknowledged", PATIENCE, || no_generation_is_skipped(scene)).unwrap();
    }
    history_is_whole(&own).unwrap();
}
