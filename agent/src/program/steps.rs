//! What a site's program is on disk: one file, which its cell reads, and the tenant's group alone.

use crate::{paths::Paths, reconcile::product::Product, render::RenderError};
use model::{ProgramFile, Site};

/// `None`: no program serves it.
pub fn product(site: &Site, paths: &Paths) -> Result<Option<Product>, RenderError> {
    let Some(program) = site.settings.serves.program() else { return Ok(None) };
    let file = ProgramFile {
        site: site.id,
        folder: site.folder.clone(),
        program: program.clone(),
        restart: site.settings.restarts,
    };
    let mut bytes = serde_json::to_vec_pretty(&file)
        .map_err(|error| RenderError { template: "program".to_owned(), reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(Some(Product { path: paths.program(&site.account, site.id), bytes }))
}
