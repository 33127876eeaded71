//! Alvéole's control plane, a library: rules, store, derivation of resources, REST API, agent hub, jobs. No HTML.
//!
//! Rules take `(&Server, &Actor, …)`, authorise in the query itself, and write in one transaction the domain rows, the change and the
//! resources. Pages and the API are both thin over them.

pub mod account;
pub mod actor;
pub mod api;
pub mod app;
pub mod approval;
pub mod backup;
pub mod ca;
pub mod census;
pub mod certificate;
pub mod change;
pub mod config;
pub mod cron_job;
pub mod database;
pub mod factor;
pub mod file;
pub mod files;
pub mod grant;
pub mod host;
pub mod hub;
pub mod jobs;
mod letters;
pub mod limits;
pub mod listen;
pub mod log;
pub mod mail;
pub mod member;
pub mod once;
pub mod origin;
pub mod outbox;
pub mod paging;
pub mod plan;
pub mod resource;
mod said;
pub mod search;
pub mod secrets;
pub mod session;
pub mod sftp_login;
pub mod site;
pub mod space;
mod spreadsheet;
pub mod ssh_key;
pub mod statistics;
pub mod store;
pub mod token;
pub mod transfer;
pub mod user;
pub mod verify;
pub mod viewing;
pub mod views;
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
    /// Password hashing, two at a time.
    pub hashers: user::Hashers,
    /// The panel's own certificate authority.
    pub ca: ca::Ca,
    /// Connected agents.
    pub hub: hub::Hub,
    /// Sessions with agents.
    pub transfers: transfer::Transfers,
    pub verifier: verify::Verifier,
    /// The figures home pages ask for, as of the last count.
    pub census: census::Memory,
    /// How much is on each host, as of the last write.
    pub tallies: host::Memory,
    /// What carries mails to people; `None`: this panel sends none.
    pub carrier: Option<mail::Carrier>,
    /// What gets certificates signed; `None`: no authority was chosen.
    pub issuer: Option<Arc<certificate::Issuer>>,
}

/// How what is outside is asked; tests have ways of their own.
#[derive(Default)]
pub struct Outside {
    pub manner: verify::Manner,
    /// `None`: as the configuration says.
    pub issuer: Option<certificate::Issuer>,
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
        Server::open_with(config, world, Outside::default()).await
    }

    /// The same, with other ways to what is outside.
    pub async fn open_with(
        config: Config,
        world: Arc<dyn World>,
        outside: Outside,
    ) -> Result<Server, Problem> {
        let ca = ca::Ca::open(&config.ca_dir(), world.now_ms().try_into().unwrap_or(0))?;
        let carrier =
            config.mail.as_ref().map(|mail| mail::Carrier::open(mail, &config.origin)).transpose()?;
        let issuer = match outside.issuer {
            None => config.acme.as_ref().map(certificate::Issuer::open).transpose()?,
            given => given,
        };
        let store = Store::open(&config.database_url(), &*world).await?;
        let mut process = [0; 8];
        world.random(&mut process);
        let server = Server(Arc::new(Parts {
            store,
            world,
            config,
            hashers: user::Hashers::default(),
            ca,
            hub: hub::Hub::new(ca::hex(&process)),
            transfers: transfer::Transfers::default(),
            verifier: verify::Verifier::new(outside.manner),
            census: census::Memory::default(),
            tallies: host::Memory::default(),
            carrier,
            issuer: issuer.map(Arc::new),
        }));
        member::catch_up(&server).await?;
        Ok(server)
    }
}
