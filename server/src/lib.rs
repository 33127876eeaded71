//! Alvéole's control plane, a library: rules, store, derivation of resources, REST API, agent hub, jobs. No HTML.
//!
//! Rules take `(&Server, &Actor, …)`, authorise in the query itself, and write in one transaction the domain rows, the change and the
//! resources. Pages and the API are both thin over them.

pub mod actor;
pub mod ca;
pub mod config;
pub mod file;
pub mod listen;
pub mod store;
pub mod wake;
pub mod world;

pub use actor::{Actor, Via};
pub use config::Config;
pub use store::Store;
pub use world::{RealWorld, World};

use model::Problem;
use std::{ops::Deref, sync::Arc};

/// Everything a rule needs; cheap to clone.
#[derive(Clone)]
pub struct Server(Arc<Parts>);

/// What `Server` holds.
pub struct Parts {
    pub store: Store,
    pub world: Arc<dyn World>,
    pub config: Config,
}

impl Deref for Server {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Server {
    /// Opens the store the configuration names.
    pub async fn open(config: Config, world: Arc<dyn World>) -> Result<Server, Problem> {
        let store = Store::open(&config.database_url(), &*world).await?;
        Ok(Server(Arc::new(Parts { store, world, config })))
    }
}
