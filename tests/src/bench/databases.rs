//! How soon a database is there: from the panel being asked to PHP in the cell having signed in.

use super::{Bar, Row, millis, row};
use crate::play::{PATIENCE, Scene, text};
use crate::wait::until;
use serde_json::json;
use std::time::Instant;

/// Databases of one account; the roomy plan has more.
const OF_ONE: usize = 40;

/// Installs MariaDB as an admin does; the agent, which dpkg wakes for it, tells the panel.
pub fn install(scene: &Scene) -> Result<(), String> {
    scene.shell("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server")?;
    until("the agent tells of MariaDB", PATIENCE, || {
        let host = scene.admin.get(&format!("/api/v1/hosts/{}", scene.host_id()?))?.ok("host")?;
        let told = host["facts"]["mariadb"].is_string() && host["connected"] == true;
        if told { Ok(()) } else { Err(host.to_string()) }
    })
}

/// Tells whether it could sign in.
const PAGE: &str = "<?php mysqli_report(MYSQLI_REPORT_OFF);
$db = @new mysqli('localhost', $_GET['user'], $_GET['password'], $_GET['user']);
echo $db->connect_errno ? 'refused' : $db->query('SELECT 42')->fetch_row()[0];";

/// With the cell awake, one after the other.
pub fn ready(scene: &Scene, label: &str, tries: usize) -> Result<Row, String> {
    let mut times = Vec::with_capacity(tries);
    for turn in 0..tries.div_ceil(OF_ONE) {
        let tenant = scene.tenant(&format!("bases{label}x{turn}"))?;
        let site = tenant.site(&format!("bases{label}x{turn}.example"))?;
        site.put("soon.php", PAGE)?;
        site.get("/soon.php?user=x&password=x")?;
        for n in 0..OF_ONE.min(tries - turn * OF_ONE) {
            let begun = Instant::now();
            let path = format!("/api/v1/accounts/{}/databases", tenant.id);
            let made =
                scene.admin.json("POST", &path, &json!({ "name": format!("n{n}") }))?.ok("database")?;
            let path = format!("/soon.php?user={}&password={}", text(&made, "name"), text(&made, "password"));
            until("PHP signs in", PATIENCE, || {
                let body = site.get(&path)?.body;
                if body.trim() == "42" { Ok(()) } else { Err(body) }
            })?;
            times.push(millis(begun.elapsed()));
        }
    }
    Ok(row(format!("database asked for to signed in, {label} accounts"), times, "ms", Bar::Median(150.0)))
}
