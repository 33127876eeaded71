//! What a site's program is on disk: one file, which its cell reads, and the tenant's group alone.

use crate::{identity::seal, paths::Paths, reconcile::product::Product, render::RenderError};
use model::{ProgramFile, Site};
use std::collections::BTreeMap;

/// `None`: no program serves it.
pub fn product(site: &Site, paths: &Paths) -> Result<Option<Product>, RenderError> {
    let Some(program) = site.settings.serves.program() else { return Ok(None) };
    let (mut variables, mut unopened) = (BTreeMap::new(), vec![]);
    for (name, sealed) in site.settings.variables.iter() {
        let failed =
            |reason: String| RenderError { template: format!("the variable {name} of a program"), reason };
        match seal::open(paths, sealed).map_err(|error| failed(error.to_string()))? {
            Some(value) => {
                variables.insert(name.clone(), String::from_utf8_lossy(&value).into_owned());
            }
            None => unopened.push(name.clone()),
        }
    }
    let file = ProgramFile {
        site: site.id,
        folder: site.folder.clone(),
        program: program.clone(),
        restart: site.settings.restarts,
        variables,
        unopened,
    };
    let mut bytes = serde_json::to_vec_pretty(&file)
        .map_err(|error| RenderError { template: "program".to_owned(), reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(Some(Product { path: paths.program(&site.account, site.id), bytes }))
}
