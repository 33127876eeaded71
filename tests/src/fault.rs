//! Makes the agent of a host die with -9 at a step, as in a power cut (agent/src/fault.rs).

use crate::play::{PATIENCE, Scene};
use crate::wait::until;
use serde_json::Value;

const DROP_IN: &str = "/run/systemd/system/alveole-agent.service.d/fault.conf";

/// Every operation and its steps, as the program itself tells them.
pub fn table(scene: &Scene) -> Result<Vec<(String, Vec<String>)>, String> {
    let said = scene.root(&["alveole-agent", "steps", "--json"])?;
    let rows: Vec<Value> = serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))?;
    let words = |value: &Value| {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Ok(rows.iter().map(|row| (crate::play::text(row, "operation"), words(&row["steps"]))).collect())
}

/// The steps of one operation on this host, in order; some come more than once. Where homes have no quotas, none is set.
pub fn steps(scene: &Scene, operation: &str) -> Result<Vec<String>, String> {
    let host = scene.admin.get(&format!("/api/v1/hosts/{}", scene.host_id()?))?.ok("host")?;
    let quotas = host["facts"]["home"]["quotas"] == true;
    let found = table(scene)?.into_iter().find(|(name, _)| name == operation);
    let (_, steps) = found.ok_or_else(|| format!("{operation} is not in the table"))?;
    Ok(steps.into_iter().filter(|step| quotas || step != "set-quota").collect())
}

/// Makes the agent die at `OPERATION/NUMBER or STEP/before|after`, each time it gets there.
pub fn arm(scene: &Scene, point: &str) -> Result<(), String> {
    scene.shell(&format!(
        "mkdir -p $(dirname {DROP_IN}) && printf '[Service]\\nEnvironment=ALVEOLE_FAULT={point}\\n' > {DROP_IN} && systemctl daemon-reload && systemctl restart alveole-agent"
    )).map(drop)
}

pub fn disarm(scene: &Scene) -> Result<(), String> {
    scene.shell(&format!("rm -f {DROP_IN}; systemctl daemon-reload; systemctl reset-failed alveole-agent; systemctl restart alveole-agent")).map(drop)
}

/// Whether the agent has died since it was last started by hand.
pub fn has_died(scene: &Scene) -> Result<bool, String> {
    let shown = scene.root(&["systemctl", "show", "-p", "SubState", "-p", "NRestarts", "alveole-agent"])?;
    Ok(shown.contains("auto-restart") || !shown.contains("NRestarts=0"))
}

/// One operation on one resource, the agent dying before and after each of its steps in turn: it comes as far as the next
/// step, dies, begins anew. `begin` asks for it once the first point is armed. A point at which it does not die is an error.
pub fn die_all_the_way(scene: &Scene, operation: &str, begin: impl FnOnce()) -> Result<(), String> {
    let mut begin = Some(begin);
    for step in steps(scene, operation)? {
        for side in ["before", "after"] {
            let point = format!("{operation}/{step}/{side}");
            arm(scene, &point)?;
            if let Some(begin) = begin.take() {
                begin();
            }
            until(&format!("the agent dies at {point}"), PATIENCE, || {
                if has_died(scene)? { Ok(()) } else { Err("it lives".to_owned()) }
            })?;
        }
    }
    disarm(scene)
}
