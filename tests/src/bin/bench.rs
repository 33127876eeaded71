//! `./dev bench`: brings a stage up, measures, prints the table, writes .bench/latest.json.

use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;
use tests::bench::{self, Row, Size, awake, cells, cooperative, databases, host, panel};
use tests::panel::Ports;
use tests::play::Scene;
use tests::stage::{Stage, Wish};
use tests::wait::until;

#[derive(Parser)]
struct Arguments {
    /// The packages to install on the host; not needed for the panel alone.
    #[arg(long, required_unless_present = "cooperative")]
    debs: Option<PathBuf>,
    #[arg(long)]
    assets: PathBuf,
    /// The panel alone, without hosts, with a large cooperative in its database.
    #[arg(long)]
    cooperative: bool,
    #[arg(long, default_value_t = 20_000)]
    users: usize,
    #[arg(long, default_value_t = 1_000_000)]
    changes: usize,
    /// The databases it is measured on.
    #[arg(long, value_delimiter = ',', default_value = "sqlite,postgres")]
    engines: Vec<String>,
    /// How many accounts the host shall have at each measure.
    #[arg(long, value_delimiter = ',', default_value = "1,200,2000")]
    accounts: Vec<usize>,
    #[arg(long, default_value_t = 10_000)]
    members: usize,
    #[arg(long, default_value_t = 200)]
    tries: usize,
    /// How many of the accounts are woken at once.
    #[arg(long, default_value_t = 500)]
    awake: usize,
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let folder = std::env::temp_dir().join(format!("alveole-bench-{}", std::process::id()));
    let name = format!("bench-{}", std::process::id());
    if arguments.cooperative {
        let done = of_cooperative(&arguments, &folder);
        let _ = std::fs::remove_dir_all(&folder);
        return ended(done);
    }
    let done = measure(&arguments, &name, &folder);
    if let Err(reason) = Stage::down(&name, &folder) {
        eprintln!("✗ taking the stage down: {reason}");
    }
    ended(done)
}

fn ended(done: Result<(), String>) -> std::process::ExitCode {
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("✗ {reason}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn of_cooperative(arguments: &Arguments, folder: &std::path::Path) -> Result<(), String> {
    let size = Size { members: arguments.members, users: arguments.users, changes: arguments.changes };
    let engines: Vec<&str> = arguments.engines.iter().map(String::as_str).collect();
    let rows = cooperative::measure(&arguments.assets, folder, size, &engines)?;
    save(&rows)?;
    bench::print(&rows);
    Ok(())
}

fn measure(arguments: &Arguments, name: &str, folder: &std::path::Path) -> Result<(), String> {
    let wish = Wish {
        name: name.to_owned(),
        folder: folder.to_owned(),
        hosts: 1,
        ports: Ports { people: 18_443, agents: 17_443 },
        owner: Some(std::process::id()),
        debs: arguments.debs.clone().unwrap_or_default(),
        assets: arguments.assets.clone(),
        extra: tests::stage::Extra::default(),
    };
    let scene = Scene::of(Stage::up(&wish)?, 0)?;
    let mut rows = Vec::new();
    let (mut there, mut with_one) = (1, None);
    for wanted in &arguments.accounts {
        eprintln!("▸ {wanted} accounts");
        fill(&scene, there, *wanted)?;
        there = (*wanted).max(there);
        let measured = measure_at(&scene, *wanted, arguments.tries, with_one.as_ref(), &mut rows)?;
        with_one = with_one.or(Some(measured));
        save(&rows)?;
    }
    if there > arguments.awake {
        eprintln!("▸ {} cells awake", arguments.awake);
        let names: Vec<String> = (1..=arguments.awake).map(|i| format!("filler{i}.example")).collect();
        rows.extend(awake::many(&scene, &names)?);
        save(&rows)?;
    }
    eprintln!("▸ {} members", arguments.members);
    panel::fill(&scene.admin, arguments.members)?;
    rows.extend(panel::pages(&scene.stage, arguments.members)?);
    save(&rows)?;
    bench::print(&rows);
    Ok(())
}

/// Kept after each part: a bench that is cut off has measured something.
fn save(rows: &[Row]) -> Result<(), String> {
    let json = serde_json::to_string_pretty(rows).map_err(|error| error.to_string())?;
    std::fs::write(".bench/latest.json", json).map_err(|error| error.to_string())
}

/// Accounts with a site each, all asleep, until there are `wanted`.
fn fill(scene: &Scene, there: usize, wanted: usize) -> Result<(), String> {
    for i in there..wanted {
        let account = format!("filler{i}");
        let id = scene.ask_tenant(&account)?;
        let site = serde_json::json!({"name": format!("{account}.example")});
        scene.admin.json("POST", &format!("/api/v1/accounts/{id}/sites"), &site)?.ok("add a site")?;
    }
    let host = scene.host_id()?;
    until("all accounts are in place", Duration::from_secs(1800), || {
        let shown = scene.admin.get(&format!("/api/v1/hosts/{host}"))?.ok("host")?;
        let counts = &shown["resources"];
        if counts["pending"] == 0 && counts["failed"] == 0 { Ok(()) } else { Err(counts.to_string()) }
    })
}

/// What later measures are held against.
struct WithOne {
    awake: f64,
    asleep: f64,
    reload: f64,
    reboot: f64,
}

fn measure_at(
    scene: &Scene,
    accounts: usize,
    tries: usize,
    with_one: Option<&WithOne>,
    rows: &mut Vec<Row>,
) -> Result<WithOne, String> {
    let label = accounts.to_string();
    let tenant = scene.tenant(&format!("bench{accounts}"))?;
    let near = scene.tenant(&format!("near{accounts}"))?;
    let near_site = near.site(&format!("near{accounts}.example"))?;
    let (clicks, failed) = cells::neighbour_during(scene, &near_site.name, || {
        let clicks =
            cells::click_to_live(&tenant, &label, tries, with_one.map(|one| (one.awake, one.asleep)))?;
        let fresh = cells::new_account(scene, &label, tries)?;
        Ok(((clicks, fresh), 4 * tries))
    })?;
    let (clicks, fresh) = clicks;
    let [awake, asleep] = [clicks[0].median, clicks[1].median];
    rows.extend(clicks);
    rows.extend([fresh, failed]);
    rows.push(cells::cold_start(&tenant, &label, tries)?);
    databases::install(scene)?;
    rows.push(databases::ready(scene, &label, tries)?);
    if with_one.is_none() {
        rows.extend(cells::throughput(&tenant, &label)?);
    }
    // All of them asleep, as on any morning.
    scene.shell("systemctl stop 'alveole-cell@*' 'alveole-php@*'")?;
    let reload = host::daemon_reload(scene, &label, with_one.map(|one| one.reload))?;
    rows.extend(host::agent(scene, &label)?);
    let reboot = host::reboot(scene, &near_site.name, &label, with_one.map(|one| one.reboot))?;
    let measured = WithOne { awake, asleep, reload: reload.median, reboot: reboot.median };
    rows.extend([reload, reboot]);
    bench::print(rows);
    Ok(measured)
}
