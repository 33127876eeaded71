//! `alveole-panel admin create`.

use model::{EmailAddress, Problem};
use server::Config;

/// Prints a one-time link. Works while the panel runs: both only use the database.
pub async fn create(config: Config, email: EmailAddress) -> Result<(), Problem> {
    let server = super::open(config).await?;
    let secret = server::user::create_admin(&server, email.as_str()).await?;
    let link = server::user::link_url(&server, &secret);
    server.store.close().await;
    let lang = super::lang();
    eprintln!(
        "{}",
        lang.pick("Ce lien sert une fois, pendant une heure\u{a0}:", "This link works once, for an hour:")
    );
    println!("{link}");
    Ok(())
}
