//! The panel is killed with -9 again and again while many clients write: what it acknowledged is there, once.

use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tests::audit::{applied, history_is_whole, made_once, no_generation_is_skipped};
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, text};
use tests::stage::Extra;
use tests::wait::until;
use tests::watch::while_served;

const CLIENTS: usize = 8;
const SITES_EACH: usize = 20;
const KILLS: usize = 10;

/// A client that lost the answer asks again, with the same key, until it has one.
const STUBBORN: Duration = Duration::from_secs(90);

#[test]
fn every_write_a_killed_panel_acknowledged_exists_once() {
    let own = Own::up("killed", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    let near = own.tenant("untouched").unwrap();
    let neighbour = near.site("untouched.example").unwrap();
    let tenants: Vec<_> = ["north", "south"].map(|name| own.tenant(name).unwrap()).into();
    let name = |client: usize, site: usize| format!("s{site}.c{client}.{}.example", tenants[client % 2].name);
    let acknowledged = Mutex::new(BTreeMap::new());
    let (count, again) = (AtomicUsize::new(0), AtomicUsize::new(0));

    let write = |client: usize| {
        let path = format!("/api/v1/accounts/{}/sites", tenants[client % 2].id);
        for site in 0..SITES_EACH {
            let wanted = name(client, site);
            let panel = own.admin.with_key(&format!("key-of-{wanted}"));
            let mut tries = 0;
            let made = until(&wanted, STUBBORN, || {
                tries += 1;
                panel.json("POST", &path, &json!({"name": wanted}))?.ok("add a site")
            });
            again.fetch_add(usize::from(tries > 1), Ordering::Relaxed);
            acknowledged.lock().unwrap().insert(wanted, text(&made.unwrap(), "id"));
            count.fetch_add(1, Ordering::Relaxed);
        }
    };
    while_served(&own, &neighbour.name, || {
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                scope.spawn(move || write(client));
            }
            for kill in 0..KILLS {
                let wanted = (kill + 1) * CLIENTS * SITES_EACH / (KILLS + 1);
                until("the clients are at it", STUBBORN, || match count.load(Ordering::Relaxed) {
                    enough if enough >= wanted => Ok(()),
                    few => Err(format!("{few} of {wanted}")),
                })
                .unwrap();
                own.kill_panel().unwrap();
                own.start_panel().unwrap();
            }
        });
    });

    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), CLIENTS * SITES_EACH);
    for (index, tenant) in tenants.iter().enumerate() {
        let clients = (0..CLIENTS).filter(|client| client % 2 == index);
        let names: BTreeSet<String> = clients
            .flat_map(|client| (0..SITES_EACH).map(move |site| (client, site)))
            .map(|(c, s)| name(c, s))
            .collect();
        made_once(&own, &tenant.id, &names).unwrap();
    }
    let disk = applied(&own).unwrap();
    for (wanted, id) in &acknowledged {
        let shown =
            own.admin.get(&format!("/api/v1/sites/{id}")).unwrap().ok("an acknowledged site").unwrap();
        assert_eq!(text(&shown, "folder"), *wanted);
        assert_eq!(own.visit(wanted, "/").unwrap().status, 200, "{wanted}");
        assert_eq!(disk.get(id), Some(&1), "{wanted} was put on the disk once");
    }
    let last = until("all is acknowledged", PATIENCE, || no_generation_is_skipped(&own)).unwrap();
    history_is_whole(&own).unwrap();
    println!(
        "{KILLS} kills, {} writes acknowledged, {} asked again, generation {last}",
        acknowledged.len(),
        again.into_inner()
    );
}
