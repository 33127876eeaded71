//! What people wait for in the panel.

use super::{Row, row, timed};
use crate::http::Panel;
use crate::stage::Stage;
use serde_json::json;

/// Members put into the panel, over its API.
pub fn fill(admin: &Panel, members: usize) -> Result<(), String> {
    for i in 0..members {
        admin
            .json("POST", "/api/v1/members", &json!({"name": format!("Membre {i:05} du rucher")}))?
            .ok("make a member")?;
    }
    Ok(())
}

/// Pages as a signed-in admin gets them, one after the other.
pub fn pages(stage: &Stage, members: usize) -> Result<Vec<Row>, String> {
    let browser = stage.panel()?;
    let form = [("email", stage.admin.email.as_str()), ("password", stage.admin.password.as_str())];
    let signed = browser.form("/sign-in", &form)?;
    if signed.status != 303 {
        return Err(format!("signing in: {}", signed.status));
    }
    ["/", "/members", "/members?q=00042", "/accounts", "/hosts"]
        .into_iter()
        .map(|path| {
            let times = timed(300, |_| {
                let page = browser.get(path)?;
                if page.status == 200 { Ok(()) } else { Err(format!("{path}: {}", page.status)) }
            })?;
            Ok(row(format!("page {path}, {members} members"), times, "ms", "p99 ≤ 20"))
        })
        .collect()
}
