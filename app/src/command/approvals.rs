//! `alveole-panel approvals`: the way out for a cooperative with a single admin.

use model::{ApprovalId, Problem};
use server::{Actor, Config};

/// What waits for a second person, one a line, and below each what it means.
pub async fn list(config: Config) -> Result<(), Problem> {
    let server = super::open(config).await?;
    let open = server::approval::list(&server, &Actor::panel()).await;
    server.store.close().await;
    for asked in open? {
        println!("{} {} {} ({})", asked.id, asked.kind.code(), asked.label, asked.by);
        for line in &asked.details {
            println!("  {}", line.pick(super::lang()));
        }
    }
    Ok(())
}

/// Says yes in the second person's place. Whoever runs this is root on the panel, and it stands in the history.
pub async fn approve(config: Config, id: ApprovalId) -> Result<(), Problem> {
    let server = super::open(config).await?;
    let approved = server::approval::approve_by_command(&server, id).await;
    let link = approved.as_ref().ok().and_then(|approved| approved.link.as_ref());
    let link = link.map(|secret| server::user::link_url(&server, secret));
    server.store.close().await;
    let approved = approved?;
    let lang = super::lang();
    eprintln!("{}{}{}", lang.pick("Accord donné", "Approved"), lang.colon(), approved.approval.label);
    if let Some(link) = link {
        eprintln!(
            "{}",
            lang.pick(
                "Ce lien sert une fois, pendant une heure\u{a0}:",
                "This link works once, for an hour:"
            )
        );
        println!("{link}");
    }
    Ok(())
}
