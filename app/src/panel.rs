//! What every page can reach.

use crate::assets::Assets;
use axum::extract::FromRef;
use server::Server;
use std::sync::Arc;

#[derive(Clone)]
pub struct Panel {
    pub server: Server,
    pub assets: Arc<Assets>,
    /// Whether /styleguide answers: in builds for development, and in the demo.
    pub styleguide: bool,
}

impl Panel {
    pub fn new(server: Server, assets: Arc<Assets>) -> Panel {
        Panel { server, assets, styleguide: cfg!(debug_assertions) }
    }
}

impl FromRef<Panel> for Server {
    fn from_ref(panel: &Panel) -> Server {
        panel.server.clone()
    }
}
