//! Cron jobs on a real host: in their cell, as their uid, ended whole, told of, and none of it in need of agent or panel.

use serde_json::{Value, json};
use std::time::Duration;
use tests::fault::die_all_the_way;
use tests::lab;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// What this file walks, for the check of the table in faults.rs.
pub const WALKED: [&str; 3] = ["cron_job.create", "cron_job.change", "cron_job.remove"];

/// For the next minute to come, with the half of one over which jobs are spread.
const A_MINUTE: Duration = Duration::from_secs(120);
/// Asked for, told to the host, seen by the scheduler, started.
const SOON: Duration = Duration::from_secs(20);

struct Job<'a> {
    own: &'a Own,
    id: String,
}

fn ask(own: &Own, verb: &str, path: &str, body: &Value) -> Value {
    own.admin.json(verb, path, body).unwrap().ok(path).unwrap()
}

fn add<'a>(own: &'a Own, tenant: &Tenant<'_>, wanted: Value) -> Job<'a> {
    let made = ask(own, "POST", &format!("/api/v1/accounts/{}/cron-jobs", tenant.id), &wanted);
    Job { own, id: text(&made, "id") }
}

/// At a time that does not come during the test.
fn yearly(command: &str) -> Value {
    json!({ "schedule": "0 0 29 2 *", "command": command })
}

impl Job<'_> {
    fn act(&self, verb: &str) {
        ask(self.own, "POST", &format!("/api/v1/cron-jobs/{}/{verb}", self.id), &json!({}));
    }

    fn runs(&self) -> Vec<Value> {
        let path = format!("/api/v1/cron-jobs/{}/runs?limit=50", self.id);
        self.own.admin.get(&path).unwrap().ok("runs").unwrap()["items"].as_array().unwrap().clone()
    }

    /// Waits for a run that has come so far; `fits` looks at the newest.
    fn newest(&self, what: &str, limit: Duration, fits: impl Fn(&Value) -> bool) -> Value {
        until(what, limit, || match self.runs().into_iter().next() {
            Some(run) if fits(&run) => Ok(run),
            other => Err(format!("{other:?}")),
        })
        .unwrap_or_else(|why| panic!("{why}\n{}", self.log()))
    }

    /// Runs it now; how that run ended.
    fn run(&self) -> Value {
        let before = self.runs().len();
        self.act("run");
        let ended = until("the run has ended", PATIENCE, || {
            let runs = self.runs();
            match runs.first() {
                Some(run) if runs.len() > before && run["how"] != "running" => Ok(run.clone()),
                other => Err(format!("{other:?}")),
            }
        });
        ended.unwrap_or_else(|why| panic!("{why}\n{}", self.log()))
    }

    fn log(&self) -> String {
        self.own.shell("journalctl -q -n 40 -o cat -u alveole-cron -u alveole-starter -u 'alveole-cron-*' -u alveole-agent").unwrap_or_default()
    }
}

fn output(run: &Value) -> String {
    text(run, "output")
}

#[test]
fn cron_jobs_run_in_their_cell_and_need_nobody() {
    let own = Own::up("cron", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    let tenant = own.tenant("ruche").unwrap();
    let near = own.tenant("voisine").unwrap();
    near.shell("umask 0; echo the-honey > /home/voisine/private/note", "").unwrap();
    as_the_tenant_in_its_cell(&own, &tenant);
    words_stay_words(&own, &tenant);
    a_php_script(&own, &tenant);
    results_and_output(&own, &tenant);
    ended_with_all_its_children(&own, &tenant);
    one_at_a_time(&own, &tenant);
    mail_when_it_begins_to_fail(&own, &tenant);
    a_restarted_scheduler_loses_no_run(&own, &tenant);
    an_agent_killed_at_any_step(&own, &tenant);
    suspended_runs_nothing(&own, &tenant);
    at_its_minute_without_agent_and_panel(&own, &tenant);
}

fn as_the_tenant_in_its_cell(own: &Own, tenant: &Tenant<'_>) {
    let line = "id -u; id -un; pwd; echo $HOME; echo $TZ; ls /home; cat /home/voisine/private/note; ls /var/lib/alveole /run/alveole; cat /var/lib/alveole/cron/jobs/*; ls /sys; ps -e | wc -l; touch /usr/x; echo done";
    let run = add(own, tenant, yearly(line)).run();
    assert_eq!((&run["how"], &run["code"]), (&json!("exit"), &json!(0)), "{run}");
    let said = output(&run);
    let uid = tenant.uid.to_string();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[..6], [&uid, "ruche", "/home/ruche", "/home/ruche", "Europe/Paris", "ruche"], "{said}");
    for nothing in ["the-honey", "schedule", "agent", "names", "sockets"] {
        assert!(
            !lines.iter().any(|line| line.trim() == nothing || line.contains("the-honey")),
            "{nothing}: {said}"
        );
    }
    assert!(said.contains("Read-only file system") || said.contains("Permission denied"), "{said}");
    assert!(said.ends_with("done\n"), "{said}");
    // Nobody on the host but its readers sees what a job does.
    let listed = own
        .shell("stat -c '%a %U %G' /var/lib/alveole/cron/jobs /var/lib/alveole/cron/jobs/*.json | sort -u")
        .unwrap();
    assert_eq!(listed, "640 root alveole-cron\n750 root alveole-cron\n");
    assert!(tenant.shell("cat /var/lib/alveole/cron/jobs/*.json /var/lib/alveole/cron/runs/*", "").is_err());
    // No unit is left.
    until("no unit is left", PATIENCE, || {
        let units = own.shell("systemctl list-units --all --no-legend 'alveole-cron-*'")?;
        if units.trim().is_empty() { Ok(()) } else { Err(units) }
    })
    .unwrap();
}

/// Neither systemd's `%` nor its `$` meet a command, nor do we.
fn words_stay_words(own: &Own, tenant: &Tenant<'_>) {
    let odd = "printf '%s\\n' '%i %h $HOME ${PATH} {{x}} $(id) \"' \"$((6*7))\" -- é";
    let run = add(own, tenant, yearly(odd)).run();
    assert_eq!(output(&run), "%i %h $HOME ${PATH} {{x}} $(id) \"\n42\n--\né\n", "{run}");
}

fn a_php_script(own: &Own, tenant: &Tenant<'_>) {
    let site = tenant.site("www.cron.example").unwrap();
    site.put("cron.php", "<?php echo PHP_SAPI, ' ', posix_getuid(), ' ', implode('|', array_slice($argv, 1)), ' ', date_default_timezone_get(); exit(3);").unwrap();
    let wanted = json!({
        "schedule": "@yearly", "script": "sites/www.cron.example/public/cron.php", "arguments": "-v 'two words' %i", "notify": "never",
    });
    let run = add(own, tenant, wanted).run();
    assert_eq!((&run["how"], &run["code"]), (&json!("exit"), &json!(3)), "{run}");
    assert!(output(&run).starts_with(&format!("cli {} -v|two words|%i ", tenant.uid)), "{run}");
}

fn results_and_output(own: &Own, tenant: &Tenant<'_>) {
    let quiet = |command: &str| json!({ "schedule": "@yearly", "command": command, "notify": "never" });
    let run = add(own, tenant, quiet("kill -9 $$")).run();
    assert_eq!((&run["how"], &run["code"]), (&json!("signal"), &json!(9)), "{run}");
    let run = add(own, tenant, quiet("/nowhere/nothing")).run();
    assert_eq!(run["code"], 127, "{run}");
    assert!(output(&run).contains("not found"), "{run}");
    let run = add(own, tenant, quiet("seq 1 200000; echo last >&2; echo more > /dev/stdout")).run();
    assert_eq!((&run["code"], &run["cut"]), (&json!(0), &json!(true)), "{}", text(&run, "output").len());
    assert!(output(&run).ends_with("200000\nlast\nmore\n") && output(&run).len() <= 64 * 1024);
    // The page shows it, to who may see it.
    let job = add(own, tenant, quiet("echo '<b>bonjour</b>'"));
    job.run();
    let browser = own.stage.panel().unwrap();
    let fields = [("email", &*own.stage.member.email), ("password", &own.stage.member.password)];
    assert_eq!(browser.form("/sign-in", &fields).unwrap().status, 303);
    let page = browser.get(&format!("/cron-jobs/{}", job.id)).unwrap();
    assert!(page.status == 200 && page.body.contains("&lt;b&gt;bonjour&lt;/b&gt;"), "{}", page.body);
    let folder = own.shell("du -sk /var/lib/alveole/cron/runs | cut -f1").unwrap();
    assert!(folder.trim().parse::<u32>().unwrap() < 1_000, "{folder}");
}

/// At its limit, with a child that left its session and does not listen to SIGTERM.
fn ended_with_all_its_children(own: &Own, tenant: &Tenant<'_>) {
    let line = "echo begun; setsid sh -c 'trap \"\" TERM HUP; sleep 7654' & sleep 7654";
    let job =
        add(own, tenant, json!({ "schedule": "@yearly", "command": line, "minutes": 1, "notify": "never" }));
    job.act("run");
    let uid = tenant.uid;
    let alive = || own.shell(&format!("pgrep -c -U {uid} sleep || true")).unwrap().trim().to_owned();
    until("both sleep", SOON, || if alive() == "2" { Ok(()) } else { Err(alive()) })
        .unwrap_or_else(|why| panic!("{why}\n{}", job.log()));
    let run = job.newest("its time is over", A_MINUTE, |run| run["how"] == "time_limit");
    assert_eq!(output(&run), "begun\n");
    until("nothing of it is left", SOON, || if alive() == "0" { Ok(()) } else { Err(alive()) }).unwrap();
    // Deleted while it runs: it ends as well.
    job.act("run");
    until("both sleep", SOON, || if alive() == "2" { Ok(()) } else { Err(alive()) }).unwrap();
    let gone = own.admin.ask("DELETE", &format!("/api/v1/cron-jobs/{}", job.id), "", None).unwrap();
    assert_eq!(gone.status, 204, "{}", gone.body);
    until("nothing of it is left", SOON, || if alive() == "0" { Ok(()) } else { Err(alive()) }).unwrap();
}

fn one_at_a_time(own: &Own, tenant: &Tenant<'_>) {
    let job =
        add(own, tenant, yearly("echo begun; until test -e /home/ruche/private/go; do sleep 0.1; done"));
    job.act("run");
    job.newest("it runs", SOON, |run| run["how"] == "running");
    job.act("run");
    own.newest(&tenant.id, "verified").unwrap();
    let units = own.shell("systemctl list-units --no-legend 'alveole-cron-*' | wc -l").unwrap();
    assert_eq!((units.trim(), job.runs().len()), ("1", 1));
    tenant.shell("touch /home/ruche/private/go", "").unwrap();
    // The second wish comes true once the first run has ended.
    until("both have run", PATIENCE, || {
        let runs = job.runs();
        let ended = runs.iter().filter(|run| run["how"] == "exit").count();
        if ended == 2 { Ok(()) } else { Err(format!("{runs:?}")) }
    })
    .unwrap();
    assert!(job.runs().iter().all(|run| run["asked"] == true));
}

fn mail_when_it_begins_to_fail(own: &Own, tenant: &Tenant<'_>) {
    let job = add(own, tenant, yearly("test -e /home/ruche/private/well"));
    let mails = || -> Vec<String> {
        let list = own.admin.get("/api/v1/mails?limit=100").unwrap().ok("mails").unwrap();
        let kinds = list["items"].as_array().unwrap().iter().map(|mail| text(mail, "kind"));
        let mut kinds: Vec<String> = kinds.filter(|kind| kind.starts_with("cron")).collect();
        kinds.sort();
        kinds
    };
    for _ in 0..3 {
        assert_eq!(job.run()["code"], 1);
    }
    until(
        "people are told",
        PATIENCE,
        || if mails().is_empty() { Err("nobody is".to_owned()) } else { Ok(()) },
    )
    .unwrap();
    assert_eq!(mails(), ["cron_fails"], "once, however often it fails");
    tenant.shell("touch /home/ruche/private/well", "").unwrap();
    assert_eq!(job.run()["code"], 0);
    assert_eq!(job.run()["code"], 0);
    assert_eq!(mails(), ["cron_fails", "cron_works"]);
}

fn a_restarted_scheduler_loses_no_run(own: &Own, tenant: &Tenant<'_>) {
    let line = "rm -f /home/ruche/private/on; echo before; until test -e /home/ruche/private/on; do sleep 0.1; done; echo after; exit 4";
    let job = add(own, tenant, json!({ "schedule": "@yearly", "command": line, "notify": "never" }));
    job.act("run");
    job.newest("it runs", SOON, |run| run["how"] == "running");
    own.shell("systemctl kill -s KILL alveole-cron; systemctl restart alveole-cron").unwrap();
    tenant.shell("touch /home/ruche/private/on", "").unwrap();
    let run = job.newest("it has ended", PATIENCE, |run| run["how"] == "exit");
    assert_eq!(run["code"], 4, "{run}");
    assert!(output(&run).ends_with("after\n"), "{run}");
}

fn an_agent_killed_at_any_step(own: &Own, tenant: &Tenant<'_>) {
    let mut made = None;
    die_all_the_way(own, "cron_job.create", || made = Some(add(own, tenant, yearly("echo one")))).unwrap();
    let job = made.unwrap();
    assert_eq!(output(&job.run()), "one\n");
    let path = format!("/api/v1/cron-jobs/{}", job.id);
    die_all_the_way(own, "cron_job.change", || {
        drop(ask(own, "PATCH", &path, &json!({ "command": "echo two" })))
    })
    .unwrap();
    own.newest(&tenant.id, "verified").unwrap();
    assert_eq!(output(&job.run()), "two\n");
    let delete = || assert_eq!(own.admin.ask("DELETE", &path, "", None).unwrap().status, 204);
    die_all_the_way(own, "cron_job.remove", delete).unwrap();
    let id = job.id.replace('-', "");
    until("nothing of it is left", PATIENCE, || {
        let left = own.shell("ls /var/lib/alveole/cron/jobs /var/lib/alveole/cron/runs")?;
        if left.contains(&id) { Err(left) } else { Ok(()) }
    })
    .unwrap();
}

fn suspended_runs_nothing(own: &Own, tenant: &Tenant<'_>) {
    let job = add(own, tenant, json!({ "schedule": "* * * * *", "command": "echo begun; sleep 4321" }));
    job.act("run");
    job.newest("it runs", SOON, |run| run["how"] == "running");
    let why = json!({ "code": "at_request", "reason": "Pause" });
    ask(own, "POST", &format!("/api/v1/accounts/{}/suspend", tenant.id), &why);
    let uid = tenant.uid;
    until("what was running has ended", Duration::from_secs(5), || {
        let left = own.shell(&format!("pgrep -a -U {uid} || true"))?;
        if left.trim().is_empty() { Ok(()) } else { Err(left) }
    })
    .unwrap();
    job.newest("it was stopped", SOON, |run| run["how"] == "stopped");
    // The starter itself does not start it, whoever asks.
    let id = &job.id;
    let asks = format!(
        r#"$s = stream_socket_client("unix:///run/alveole/starter.sock"); fwrite($s, "run ruche {id} 1\n"); echo stream_get_contents($s);"#
    );
    let answer = own.root(&["php8.4", "-r", &asks]).unwrap();
    assert!(answer.starts_with("failed ruche: not active"), "{answer}");
    let refused = own.admin.json("POST", &format!("/api/v1/cron-jobs/{id}/run"), &json!({})).unwrap();
    assert_eq!(refused.status, 409, "{}", refused.body);
    ask(own, "POST", &format!("/api/v1/accounts/{}/resume", tenant.id), &json!({}));
    own.newest(&tenant.id, "verified").unwrap();
    let gone = own.admin.ask("DELETE", &format!("/api/v1/cron-jobs/{id}"), "", None).unwrap();
    assert_eq!(gone.status, 204);
}

fn at_its_minute_without_agent_and_panel(own: &Own, tenant: &Tenant<'_>) {
    let job = add(
        own,
        tenant,
        json!({ "schedule": "* * * * *", "command": "date +%s >> /home/ruche/private/minutes" }),
    );
    own.newest(&tenant.id, "verified").unwrap();
    own.shell("systemctl disable --now alveole-agent").unwrap();
    own.stop_panel().unwrap();
    let minutes = || {
        own.shell("cat /home/ruche/private/minutes 2>/dev/null | wc -l")
            .unwrap()
            .trim()
            .parse::<u32>()
            .unwrap()
    };
    until(
        "it ran at its minute",
        A_MINUTE,
        || if minutes() > 0 { Ok(()) } else { Err("not yet".to_owned()) },
    )
    .unwrap();
    // A run whose end nobody has noted yet would be told as cut off, which it was.
    let id = job.id.replace('-', "");
    until("its end is noted", PATIENCE, || {
        own.shell(&format!("grep -l '\"how\":\"exit\"' /var/lib/alveole/cron/runs/{id}.*")).map(drop)
    })
    .unwrap();
    lab::life("reboot", &own.stage.lab, &own.host.name).unwrap();
    let before = minutes();
    until("it runs after a reboot", A_MINUTE, || {
        if minutes() > before { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .unwrap_or_else(|why| panic!("{why}\n{}", job.log()));
    own.start_panel().unwrap();
    own.shell("systemctl enable --now alveole-agent").unwrap();
    // What happened meanwhile is told.
    until("its runs are told", PATIENCE, || {
        let runs = job.runs();
        if runs.iter().filter(|run| run["how"] == "exit" && run["asked"] == false).count() >= 2 {
            Ok(())
        } else {
            Err(format!("{runs:?}"))
        }
    })
    .unwrap();
}
