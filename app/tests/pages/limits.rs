//! What an account takes, and what held it back, as its people read it.

use crate::{
    html::{check, words},
    stage::Stage,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_read_what_is_taken_what_is_near_and_what_held_them_back() {
    let stage = Stage::new().await;
    let account = stage.member.get(&stage.filled("/accounts/{account}")).await.html;
    check(&account);
    // Before anything is refused.
    assert!(words(&account).contains("A limit of the plan comes near"), "{account}");
    assert!(account.contains("Space: 92% of what the plan allows."), "{account}");
    let shown = stage.member.get(&stage.filled("/accounts/{account}/use")).await.html;
    check(&shown);
    for said in [
        "Memory: a process was ended",
        "CPU: slowed down",
        "Processes: no more could start",
        "200\u{a0}MiB of 256\u{a0}MB",
        "the host counts space without limiting it",
    ] {
        assert!(shown.to_lowercase().contains(&said.to_lowercase()), "{said}: {shown}");
    }
    assert!(shown.contains(&stage.filled("<a href=\"/cron-jobs/{cron_job}\">A cron job</a>")), "{shown}");
    // Who keeps hosts reads how a disk comes to hold accounts to their space; others need not.
    let host = stage.admin.get(&stage.filled("/hosts/{host}")).await.html;
    check(&host);
    assert!(host.contains("limits nobody") && host.contains("quotacheck -cum /home"), "{host}");
    stage.run("UPDATE hosts SET facts = $1", r#"{"debian":"13.1","kernel":"6.12","php":[],"home":{"kind":"ext4","mount":"/home","quotas":true}}"#).await;
    let host = stage.admin.get(&stage.filled("/hosts/{host}")).await.html;
    assert!(!host.contains("quotacheck") && host.contains("/home (ext4), with quotas"), "{host}");
}
