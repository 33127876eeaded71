//! `alveole-panel migrate`.

use model::Problem;
use server::Config;

/// Opening the store brings its tables up to date.
pub async fn migrate(config: Config) -> Result<(), Problem> {
    let server = super::open(config).await?;
    server.store.close().await;
    println!("{}", super::lang().pick("La base de données est à jour.", "The database is up to date."));
    Ok(())
}
