//! `./dev bench`: brings a stage up, measures, prints the table, writes .bench/latest.json.

use clap::Parser;
use std::path::PathBuf;
use tests::bench::{self, Row, cells, host, panel};
use tests::panel::Ports;
use tests::play::Scene;
use tests::stage::{Stage, Wish};

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    debs: PathBuf,
    #[arg(long)]
    assets: PathBuf,
    /// How many accounts the host shall have at each measure.
    #[arg(long, value_delimiter = ',', default_value = "1,200,2000")]
    accounts: Vec<usize>,
    #[arg(long, default_value_t = 10_000)]
    members: usize,
    #[arg(long, default_value_t = 200)]
    tries: usize,
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let folder = std::env::temp_dir().join(format!("alveole-bench-{}", std::process::id()));
    let name = format!("bench-{}", std::process::id());
    let done = measure(&arguments, &name, &folder);
    if let Err(reason) = Stage::down(&name, &folder) {
        eprintln!("✗ taking the stage down: {reason}");
    }
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("✗ {reason}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments, name: &str, folder: &std::path::Path) -> Result<(), String> {
    let wish = Wish {
        name: name.to_owned(),
        folder: folder.to_owned(),
        hosts: 1,
        ports: Ports { people: 18_443, agents: 17_443 },
        owner: Some(std::process::id()),
        debs: arguments.debs.clone(),
        assets: arguments.assets.clone(),
        extra: tests::stage::Extra::default(),
    };
    let stage = Stage::up(&wish)?;
    let scene = Scene::of(stage, 0)?;
    let mut rows = Vec::new();
    let mut there = 1;
    for wanted in &arguments.accounts {
        eprintln!("▸ {wanted} accounts");
        for i in there..*wanted {
            scene.tenant(&format!("filler{i}"))?.ask_site(&format!("filler{i}.example"))?.ok("add a site")?;
        }
        there = (*wanted).max(there);
        measure_at(&scene, *wanted, arguments.tries, &mut rows)?;
        bench::print(&rows);
    }
    eprintln!("▸ {} members", arguments.members);
    panel::fill(&scene.admin, arguments.members)?;
    rows.extend(panel::pages(&scene.stage, arguments.members)?);
    bench::print(&rows);
    let json = serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())?;
    std::fs::write(".bench/latest.json", json).map_err(|error| error.to_string())
}

fn measure_at(scene: &Scene, accounts: usize, tries: usize, rows: &mut Vec<Row>) -> Result<(), String> {
    let label = accounts.to_string();
    let tenant = scene.tenant(&format!("bench{accounts}"))?;
    let near = scene.tenant(&format!("near{accounts}"))?;
    let near_site = near.site(&format!("near{accounts}.example"))?;
    let (clicks, failed) =
        cells::neighbour_during(scene, &near_site.name, || cells::click_to_live(&tenant, &label, tries))?;
    rows.extend(clicks);
    rows.push(failed);
    rows.push(cells::new_account(scene, &label, tries.min(40))?);
    rows.push(cells::cold_start(&tenant, &label, tries.min(60))?);
    if accounts == 1 {
        rows.extend(cells::throughput(&tenant, &label)?);
    }
    rows.push(host::daemon_reload(scene, &label)?);
    rows.extend(host::agent(scene, &label)?);
    rows.push(host::reboot(scene, &near_site.name, &label)?);
    Ok(())
}
