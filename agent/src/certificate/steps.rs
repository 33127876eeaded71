//! What a certificate is on disk. Pure: a body and its keys in, files out.

use super::keys::{self, KeyFile, Keys};
use crate::{
    paths::Paths,
    reconcile::{
        product::{Places, Product, Products},
        trouble::Trouble,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::Certificate;
use pem::{EncodeConfig, LineEnding, Pem};

/// Everything a certificate has on disk: its keys, the file nginx reads, the answer to challenges.
pub fn products(certificate: &Certificate, keys: &Keys, paths: &Paths) -> Result<Products, Trouble> {
    // Until there is a chain that fits (a first one, or one for a key that was lost with a disk), the wanted key vouches for itself.
    let alone = |key: &KeyFile| vec![key.key().clone(), key.placeholder().clone()];
    let shown = fitting(certificate, keys).or_else(|| keys.get(&certificate.key).map(alone));
    let shown = shown.ok_or_else(|| Trouble::NotAsWanted(format!("make-key {}", certificate.name)))?;
    let mut files = vec![Product { path: paths.certificate(&certificate.name), bytes: encode(&shown) }];
    if let Some(thumbprint) = &certificate.thumbprint {
        let bytes = format!("{thumbprint}\n").into_bytes();
        files.push(Product { path: paths.thumbprint(&certificate.name), bytes });
    }
    // As they are: never written here, and known as ours when they are to go.
    files.extend(
        keys.iter().map(|(number, key)| Product {
            path: paths.key(certificate.id, *number),
            bytes: key.bytes.clone(),
        }),
    );
    Ok(Products { files, ..Products::default() })
}

/// Where that lies; for what is to go.
pub fn places(certificate: &Certificate, paths: &Paths) -> Places {
    let mut files = vec![paths.certificate(&certificate.name), paths.thumbprint(&certificate.name)];
    files.extend(keys::numbers(certificate).into_iter().map(|number| paths.key(certificate.id, number)));
    Places { files, ..Places::default() }
}

/// The chain's key and the chain, if its first certificate is for that key: another pair would take the name off the air.
pub fn fitting(certificate: &Certificate, keys: &Keys) -> Option<Vec<Pem>> {
    let chain = certificate.chain.as_ref()?;
    let key = keys.get(&chain.key)?;
    let mut blocks = vec![key.key().clone()];
    for der in &chain.certificates {
        blocks.push(Pem::new("CERTIFICATE", STANDARD.decode(der.as_str()).ok()?));
    }
    let (_, own) = x509_parser::parse_x509_certificate(blocks.get(1)?.contents()).ok()?;
    (key.public()? == *own.public_key().subject_public_key.data).then_some(blocks)
}

fn encode(blocks: &[Pem]) -> Vec<u8> {
    pem::encode_many_config(blocks, EncodeConfig::new().set_line_ending(LineEnding::LF)).into_bytes()
}
