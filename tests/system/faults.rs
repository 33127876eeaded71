//! The agent is killed with -9 before and after every step of every operation a panel can ask for, on a real host.
//!
//! The table of steps comes from the program itself (`alveole-agent steps`). `account.erase`, `account.change` and `account.remove` are walked in erased.rs
//! and restored_panel.rs, where one account dies all the way; certificates in https.rs, where there is an authority; databases in databases.rs; cron jobs in cron.rs;
//! applications in apps.rs.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::fault::{arm, disarm, has_died, steps, table};
use tests::play::{PATIENCE, Scene, text};
use tests::wait::until;

/// Walks one operation: `act(n)` asks the panel for it anew and gives its change; `holds` looks at the end state. `without`: what of the table
/// this kind of act does not do.
fn walk(
    scene: &Scene,
    operation: &str,
    without: &[&str],
    act: impl Fn(usize) -> Value,
    holds: impl Fn(usize),
) {
    let (mut round, mut deaths) = (0, 0);
    'steps: for number in 0.. {
        for side in ["before", "after"] {
            arm(scene, &format!("{operation}/{number}/{side}")).unwrap();
            let change = text(&act(round), "id");
            let state =
                || text(&scene.admin.get(&format!("/api/v1/changes/{change}")).unwrap().json(), "state");
            let died =
                until("the agent dies or is done", PATIENCE, || match (has_died(scene)?, state().as_str()) {
                    (true, _) => Ok(true),
                    (_, "verified") => Ok(false),
                    (_, other) => Err(other.to_owned()),
                })
                .unwrap_or_else(|reason| panic!("{operation}/{number}/{side}: {reason}"));
            disarm(scene).unwrap();
            until(&format!("{operation}/{number}/{side} is verified after all"), PATIENCE, || {
                match state().as_str() {
                    "verified" => Ok(()),
                    other => Err(other.to_owned()),
                }
            })
            .unwrap();
            holds(round);
            round += 1;
            if !died {
                break 'steps;
            }
            deaths += 1;
        }
    }
    let known = steps(scene, operation).unwrap().into_iter().filter(|step| !without.contains(&step.as_str()));
    let known = known.collect::<BTreeSet<_>>().len();
    assert!(deaths >= 2 * known, "{operation}: {deaths} deaths for {known} kinds of steps");
}

/// The newest change of an account.
fn newest(scene: &Scene, account: &str) -> Value {
    scene.admin.get(&format!("/api/v1/accounts/{account}/changes?limit=1")).unwrap().json()["items"][0]
        .clone()
}

#[test]
fn sites_survive_an_agent_killed_at_any_step() {
    let scene = Scene::open(1).unwrap();
    let tenant = scene.tenant("steps").unwrap();
    let near = scene.tenant("steps-near").unwrap();
    let neighbour = near.site("steps-near.example").unwrap();
    let serves =
        || assert_eq!(scene.visit(&neighbour.name, "/").unwrap().status, 200, "the neighbour serves");

    let name = |round: usize| format!("r{round}.steps.example");
    let site = |round: usize| {
        let sites =
            scene.admin.get(&format!("/api/v1/accounts/{}/sites?limit=100", tenant.id)).unwrap().json();
        let found = sites["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|site| site["folder"] == name(round).as_str());
        format!("/api/v1/sites/{}", text(found.unwrap(), "id"))
    };
    let create = |round| {
        assert_eq!(tenant.ask_site(&name(round)).unwrap().status, 201);
        newest(&scene, &tenant.id)
    };
    walk(&scene, "site.create", &["check-php"], create, |round| {
        scene.answers(&name(round), "/", 200).unwrap();
        serves();
    });
    // A name goes and another comes.
    let change = |round: usize| {
        let names = json!({"names": [format!("v{round}.steps.example"), "steps.example"]});
        assert_eq!(scene.admin.json("PATCH", &site(0), &names).unwrap().status, 200);
        newest(&scene, &tenant.id)
    };
    walk(&scene, "site.change", &["check-php", "remove", "retire"], change, |round| {
        scene.answers(&format!("v{round}.steps.example"), "/", 200).unwrap();
        if round > 0 {
            scene.answers(&format!("v{}.steps.example", round - 1), "/", 404).unwrap();
        }
        serves();
    });
    // Its PHP is set another way, each time.
    let php = |round: usize| {
        let path = format!("{}/php", site(0));
        let memory = json!({ "memory_limit": format!("{}M", 64 + round) });
        assert_eq!(scene.admin.json("PATCH", &path, &memory).unwrap().status, 200);
        newest(&scene, &tenant.id)
    };
    php(100);
    scene.newest(&tenant.id, "verified").unwrap();
    let others = ["check-apache", "unlink", "remove", "retire", "link"];
    walk(&scene, "site.change", &others, php, |_| {
        scene.answers("steps.example", "/", 200).unwrap();
        serves();
    });
    let remove = |round: usize| {
        assert_eq!(scene.admin.ask("DELETE", &site(round + 1), "", None).unwrap().status / 100, 2);
        newest(&scene, &tenant.id)
    };
    walk(&scene, "site.remove", &["retire"], remove, |round| {
        scene.answers(&name(round + 1), "/", 404).unwrap();
        serves();
    });
}

#[test]
fn accounts_survive_an_agent_killed_at_any_step() {
    let scene = Scene::open(1).unwrap();
    let create = |round: usize| {
        let id = scene.ask_tenant(&format!("step{round}")).unwrap();
        newest(&scene, &id)
    };
    walk(&scene, "account.create", &[], create, |round| {
        let home = format!("/home/step{round}");
        let owners = scene
            .shell(&format!("stat -c %U {home} {home}/sites {home}/tmp {home}/logs {home}/private"))
            .unwrap();
        assert_eq!(
            owners.split_whitespace().collect::<Vec<_>>(),
            ["root", &home[6..], &home[6..], &home[6..], &home[6..]]
        );
    });
    let tenant = scene.tenant("step-paused").unwrap();
    let site = tenant.site("step-paused.example").unwrap();
    let act = |verb: &str| {
        let why = if verb == "suspend" { json!({ "code": "unpaid", "reason": "x" }) } else { json!({}) };
        let path = format!("/api/v1/accounts/{}/{verb}", tenant.id);
        let done = scene.admin.json("POST", &path, &why).unwrap();
        assert_eq!(done.status / 100, 2, "{verb}: {}", done.body);
        newest(&scene, &tenant.id)
    };
    let suspend = |round: usize| {
        if round > 0 {
            act("resume");
            scene.newest(&tenant.id, "verified").unwrap();
        }
        act("suspend")
    };
    walk(&scene, "account.suspend", &[], suspend, |_| {
        scene.answers(&site.name, "/", 503).unwrap();
    });
}

/// Every operation the program can plan is walked: by the tests here, and those with a panel of their own.
#[test]
fn no_operation_of_the_table_is_left_out() {
    let scene = Scene::open(1).unwrap();
    let walked = ["site.create", "site.change", "site.remove", "account.create", "account.suspend"];
    let elsewhere = super::erased::WALKED
        .into_iter()
        .chain(super::restored_panel::WALKED)
        .chain(super::https::WALKED)
        .chain(super::databases::WALKED)
        .chain(super::cron::WALKED)
        .chain(super::apps::WALKED);
    let walked: BTreeSet<&str> = walked.into_iter().chain(elsewhere).collect();
    let table = table(&scene).unwrap();
    assert!(table.iter().all(|(_, steps)| steps.len() > 1), "an operation without steps: {table:?}");
    assert_eq!(table.iter().map(|(operation, _)| operation.as_str()).collect::<BTreeSet<_>>(), walked);
}
