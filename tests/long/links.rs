//! A tenant swaps a link through five targets, ten thousand times, while nginx, Apache and root's jobs work where they lie: none is ever led out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::play::{PATIENCE, Scene, Site, Tenant, text};
use tests::wait::until;
use tests::watch::{End, while_served};

const SWAPS: usize = 10_000;
const SECRET: &str = "the-honey-of-the-other";
/// For all swaps to be over.
const LONG: Duration = Duration::from_secs(600);

/// Asks for what the swapped links lead to, until all is over; gives how often.
fn visit(site: &Site<'_>, over: &AtomicBool) -> usize {
    let mut asked = 0;
    while !over.load(Ordering::Relaxed) {
        for path in ["/a.txt", "/a.txt/config.php", "/a.txt/index.html"] {
            let body = site.get(path).unwrap().body;
            assert!(!body.contains(SECRET) && !body.contains("root:") && body != "beta", "{path}: {body}");
            asked += 1;
        }
    }
    asked
}

/// Root's jobs: a site is made where the trap lies, and taken away; everything is looked at anew; logs are rotated.
fn work(scene: &Scene, alpha: &Tenant<'_>) {
    let asked = alpha.ask_site("trap.long-alpha.example").unwrap();
    assert_eq!(asked.status, 201, "{}", asked.body);
    let id = text(&asked.json(), "id");
    until("the change has an end", PATIENCE, || {
        let changes =
            scene.admin.get(&format!("/api/v1/accounts/{}/changes?limit=1", alpha.id))?.ok("changes")?;
        match changes["items"][0]["state"].as_str() {
            // What lies in the way of a folder is told, and waits for a person; nothing of it is followed.
            Some("verified" | "failed") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .unwrap();
    let body = scene.visit("trap.long-alpha.example", "/config.php").unwrap().body;
    assert!(!body.contains(SECRET), "{body}");
    assert_eq!(scene.admin.ask("DELETE", &format!("/api/v1/sites/{id}"), "", None).unwrap().status / 100, 2);
    scene.root(&["systemctl", "restart", "alveole-agent"]).unwrap();
    // As on another day: the last day's file is out of the way.
    scene.shell("rm -f /var/log/alveole/access.log-* && logrotate -f /etc/logrotate.d/alveole-web").unwrap();
}

#[test]
fn ten_thousand_swapped_links_never_lead_out() {
    let scene = Scene::open(0).unwrap();
    let alpha = scene.tenant("long-alpha").unwrap();
    let beta = scene.tenant("long-beta").unwrap();
    let site = alpha.site("long-alpha.example").unwrap();
    let other = beta.site("long-beta.example").unwrap();
    other.put("index.html", "beta").unwrap();
    other.put("config.php", &format!("<?php $password = '{SECRET}';")).unwrap();
    beta.shell(&format!("umask 0; cd /home/long-beta; echo {SECRET} > private/note"), "").unwrap();
    let look = || {
        scene
            .shell("cd /home/long-beta && find . -path ./logs -prune -o -printf '%p %u %m %s %l\\n' | sort")
            .unwrap()
    };
    let before = look();
    // One loop in the document root, which nginx's cell and Apache walk; one among the sites' folders, where root makes the next one's.
    let targets =
        format!("'{0}/config.php' '{0}' /etc/shadow /home/long-beta/private/note own.txt", other.root());
    alpha
        .shell(
            &format!(
                "cd '{root}' && echo own > own.txt && (n=0; while [ $n -lt {SWAPS} ]; do for t in {targets}; do ln -sfn \"$t\" a.txt; done; n=$((n+1)); done; echo $n > swapped) >/dev/null 2>&1 &
                 cd /home/long-alpha/sites && (while [ ! -e '{root}/swapped' ]; do ln -sfn /home/long-beta/sites trap.long-alpha.example; rm -f trap.long-alpha.example; ln -sfn /etc trap.long-alpha.example; rm -f trap.long-alpha.example; done) >/dev/null 2>&1 &
                 echo started",
                root = site.root()
            ),
            "",
        )
        .unwrap();
    let (over, mut rounds) = (AtomicBool::new(false), 0);
    let began = Instant::now();
    let mut asked = 0;
    let neighbour = while_served(&scene, &other.name, || {
        std::thread::scope(|scope| {
            let end = End(&over);
            let visitors: Vec<_> = (0..3).map(|_| scope.spawn(|| visit(&site, &over))).collect();
            while scene.root(&["test", "-e", &format!("{}/swapped", site.root())]).is_err() {
                assert!(began.elapsed() < LONG, "the swaps do not end");
                work(&scene, &alpha);
                rounds += 1;
            }
            drop(end);
            asked = visitors.into_iter().map(|visitor| visitor.join().unwrap()).sum();
        });
    });
    assert_eq!(look(), before, "beta's home was touched");
    let swapped = scene.root(&["cat", &format!("{}/swapped", site.root())]).unwrap();
    println!(
        "{} swaps through five targets each in {:.0} s: {asked} requests of the swapper, {rounds} rounds of root's jobs, {neighbour} of the neighbour, none led out, 0 failures",
        swapped.trim(),
        began.elapsed().as_secs_f64()
    );
}
