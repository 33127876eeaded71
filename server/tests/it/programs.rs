//! What answers for a site: files and PHP, files alone, a program.

use crate::{
    agent::{seal, seal_key},
    bench::Bench,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{HostFacts, ProblemKind, Secret};
use serde_json::{Value, json};
use server::{
    account,
    change::{self, undo},
    sftp_login::{self, NewSftpLogin},
    site::{self, NewPhp, NewProgram, NewVariable, SiteView, WhichVariable},
    store::sql,
};

async fn told(bench: &Bench) -> Value {
    bench.resources().await.pop().unwrap().3.unwrap()["settings"].clone()
}

/// A host that says this of what it has for programs.
async fn host_has(bench: &Bench, runtimes: Value) {
    let mut facts = serde_json::to_value(HostFacts::default()).unwrap();
    facts["runtimes"] = runtimes;
    facts["sftp_logins"] = true.into();
    let mut tx = bench.server.store.write().await.unwrap();
    sql("UPDATE hosts SET facts = $1").bind(facts.to_string()).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

fn new(serves: &str, command: &str, folder: &str) -> NewProgram {
    NewProgram { serves: Some(serves.into()), command: Some(command.into()), folder: Some(folder.into()) }
}

pub async fn a_program_is_told_to_a_host_that_can_run_it(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let made = site::create(server, me, home.account, "asso.example").await.unwrap().item;
    let at = |site: &SiteView| (site.id, Some(site.version));
    // An agent that knows nothing of it would not read what comes after it either.
    host_has(&bench, Value::Null).await;
    for serves in ["files", "program"] {
        let problem = site::set_program(server, me, at(&made), new(serves, "./a", "")).await.unwrap_err();
        assert_eq!((problem.kind, problem.code), (ProblemKind::Conflict, "agent_older"));
    }
    host_has(&bench, json!([{ "runtime": "node", "version": "20.19.2" }])).await;
    let absent =
        site::set_program(server, me, at(&made), new("program", "python3 a.py", "")).await.unwrap_err();
    assert_eq!((absent.code, absent.field), ("runtime_absent", Some("command")));
    let nothing = site::restart(server, me, made.id, None).await.unwrap_err();
    assert_eq!(nothing.code, "program_absent");
    let wanted = new("program", "node server.js --name 'two words'", "/sites/asso.example/app/");
    let set = site::set_program(server, me, at(&made), wanted).await.unwrap();
    let program = json!({ "command": ["node", "server.js", "--name", "two words"], "folder": "sites/asso.example/app" });
    assert_eq!(told(&bench).await, json!({ "serves": { "program": program } }));
    // What is not said stays.
    let same = NewProgram { folder: Some("sites/asso.example/app".into()), ..NewProgram::default() };
    assert_eq!(site::set_program(server, me, at(&set.item), same).await.unwrap().change, None);
    // Each wish to start it again is another number, and cannot be undone.
    for turn in 1..=2 {
        let again = site::restart(server, me, made.id, None).await.unwrap();
        assert_eq!(told(&bench).await["restarts"], turn);
        let change = change::show(server, me, again.change.unwrap()).await.unwrap();
        assert_eq!((change.verb.as_str(), change.undoable), ("site.restart", false));
    }
    // The setting can, whatever was started again meanwhile.
    undo(server, me, set.change.unwrap()).await.unwrap();
    assert_eq!(told(&bench).await, json!({ "restarts": 2 }));
    let files = NewProgram { serves: Some("files".into()), ..NewProgram::default() };
    site::set_program(server, me, (made.id, None), files).await.unwrap();
    assert_eq!(told(&bench).await["serves"], "files");
}

pub async fn no_text_of_a_program_gets_further_than_its_field(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    host_has(&bench, json!([{ "runtime": "node", "version": "20.19.2" }])).await;
    let made = site::create(server, &home.owner, home.account, "asso.example").await.unwrap().item;
    let long = "x".repeat(1 << 20);
    for sign in ["\n", "\r", "\0", "\u{1b}", long.as_str()] {
        for (field, new) in [
            ("command", new("program", &format!("node a{sign}b"), "")),
            ("folder", new("program", "node a", &format!("sites/a{sign}b"))),
            ("serves", new(&format!("program{sign}x"), "node a", "")),
        ] {
            let problem = site::set_program(server, &home.owner, (made.id, None), new).await.unwrap_err();
            assert_eq!(problem.field, Some(field), "{sign:.20?}: {problem}");
        }
    }
    for command in ["", "sh -c id", "/usr/bin/node x", "../../bin/x", "bash", "node 'open", "./../x"] {
        let problem = site::set_program(server, &home.owner, (made.id, None), new("program", command, ""))
            .await
            .unwrap_err();
        assert_eq!(problem.field, Some("command"), "{command}");
    }
    // What means something elsewhere is one word here.
    let odd = "</VirtualHost> %{x} {{x}} $(id) -- \\";
    let set =
        site::set_program(server, &home.owner, (made.id, None), new("program", &format!("node {odd}"), ""));
    let words = set.await.unwrap().item.settings.serves.program().unwrap().command.to_string();
    assert_eq!(words, format!("node {odd}"));
}

pub async fn a_variable_s_value_is_sealed_and_never_told(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let made = site::create(server, me, home.account, "asso.example").await.unwrap().item;
    let secret = |name: &str, value: &str| NewVariable { name: name.into(), value: Secret::new(value) };
    host_has(&bench, json!([])).await;
    let early =
        site::set_variable(server, me, (made.id, None), secret("TOKEN", "hunter2")).await.unwrap_err();
    assert_eq!(early.code, "no_seal");
    let mut facts = serde_json::to_value(HostFacts::default()).unwrap();
    facts["seal"] = seal_key().as_str().into();
    let older = facts.clone();
    facts["runtimes"] = json!([]);
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE hosts SET facts = $1").bind(older.to_string()).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let refused = site::set_variable(server, me, (made.id, None), secret("TOKEN", "hunter2")).await;
    assert_eq!(refused.unwrap_err().code, "agent_older", "an agent that would refuse the frame gets none");
    let mut tx = server.store.write().await.unwrap();
    sql("UPDATE hosts SET facts = $1").bind(facts.to_string()).run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let set = site::set_variable(server, me, (made.id, None), secret("TOKEN", "hunter2\n")).await.unwrap();
    // The host alone can open it.
    let sealed = told(&bench).await["variables"]["TOKEN"].as_str().unwrap().to_owned();
    let opened = seal().unseal(&STANDARD.decode(&sealed).unwrap()).unwrap();
    assert_eq!(opened, b"hunter2");
    // Answers and history have its name.
    let shown = serde_json::to_value(&set.item).unwrap();
    assert_eq!(shown["settings"]["variables"], json!(["TOKEN"]));
    let change = change::show(server, me, set.change.unwrap()).await.unwrap();
    assert_eq!((change.verb.as_str(), change.undoable), ("site.variables", false));
    assert_eq!((change.before, change.after), (Some(json!({})), Some(json!({ "variables": ["TOKEN"] }))));
    // A site that comes back has no values, and says nothing of them.
    let gone = site::delete(server, me, made.id, None).await.unwrap();
    let lost = change::show(server, me, gone.change.unwrap()).await.unwrap();
    assert!(!lost.before.clone().unwrap().to_string().contains(&sealed), "{lost:?}");
    undo(server, me, gone.change.unwrap()).await.unwrap();
    assert!(site::show(server, me, made.id).await.unwrap().settings.variables.is_empty());
    let which = WhichVariable { name: "TOKEN".into() };
    let absent = site::remove_variable(server, me, (made.id, None), which.clone()).await.unwrap_err();
    assert_eq!((absent.code, absent.field), ("variable_absent", Some("name")));
    site::set_variable(server, me, (made.id, None), secret("TOKEN", "again")).await.unwrap();
    site::remove_variable(server, me, (made.id, None), which).await.unwrap();
    assert_eq!(told(&bench).await, Value::Null);
    for (new, field) in
        [(secret("PORT", "x"), "name"), (secret("A=B", "x"), "name"), (secret("A", "x\0"), "value")]
    {
        let problem = site::set_variable(server, me, (made.id, None), new).await.unwrap_err();
        assert_eq!(problem.field, Some(field));
    }
}

pub async fn pools_of_php_share_the_plan_s_processes(bench: Bench) {
    let server = &bench.server;
    let home = bench.household("alpha").await;
    host_has(&bench, json!([])).await;
    let me = &home.owner;
    let most = account::show(server, me, home.account).await.unwrap().plan.php_workers;
    let workers = async || {
        let all = bench.resources().await;
        let of_account = |body: &&Value| body.get("php_workers").is_some();
        all.iter().filter_map(|resource| resource.3.as_ref()).find(of_account).unwrap()["php_workers"]
            .as_u64()
            .unwrap()
    };
    let mut sites = vec![];
    for name in ["un.example", "deux.example", "trois.example"] {
        sites.push(site::create(server, me, home.account, name).await.unwrap().item.id);
    }
    assert_eq!(workers().await, u64::from(most));
    let own = |limit: &str| NewPhp { memory_limit: Some(limit.into()), ..NewPhp::default() };
    let mut set = vec![];
    for (nth, id) in sites.iter().enumerate() {
        set.push(site::set_php(server, me, (*id, None), own("64M")).await.unwrap().change.unwrap());
        // When all have their own, nobody is left in the account's.
        let pools = if nth == 2 { 3 } else { nth as u32 + 2 };
        assert_eq!(workers().await, u64::from((most / pools).max(1)), "{nth}");
    }
    // A key that comes meanwhile changes nothing of that, nor does a site of files alone have a pool.
    let files = NewProgram { serves: Some("files".into()), ..NewProgram::default() };
    site::set_program(server, me, (sites[2], None), files).await.unwrap();
    assert_eq!(workers().await, u64::from((most / 2).max(1)));
    let gone = site::delete(server, me, sites[1], None).await.unwrap();
    assert_eq!(workers().await, u64::from(most));
    undo(server, me, gone.change.unwrap()).await.unwrap();
    assert_eq!(workers().await, u64::from((most / 2).max(1)));
    undo(server, me, set[0]).await.unwrap();
    assert_eq!(workers().await, u64::from((most / 2).max(1)), "one of its own, one in the account's");
    // What else an account's resource says changes nothing of that.
    let login =
        NewSftpLogin { name: "photos".into(), folder: "private/photos".into(), ..NewSftpLogin::default() };
    sftp_login::create(server, me, home.account, login).await.unwrap();
    assert_eq!(workers().await, u64::from((most / 2).max(1)));
    // A new site in the account's pool, when nobody was in it, takes a part; and gives it back when it goes.
    site::set_php(server, me, (sites[0], None), own("64M")).await.unwrap();
    assert_eq!(workers().await, u64::from((most / 2).max(1)), "two of their own");
    let fourth = site::create(server, me, home.account, "quatre.example").await.unwrap().item.id;
    assert_eq!(workers().await, u64::from((most / 3).max(1)));
    site::delete(server, me, fourth, None).await.unwrap();
    assert_eq!(workers().await, u64::from((most / 2).max(1)));
}
