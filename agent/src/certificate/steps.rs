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
use model::{Certificate, Chain, text};
use pem::{EncodeConfig, LineEnding, Pem};

/// Everything a certificate has on disk: its keys, the file nginx reads, the answer to challenges.
pub fn products(certificate: &Certificate, keys: &Keys, paths: &Paths) -> Result<Products, Trouble> {
    let shown = match (&certificate.chain, keys.get(&certificate.key)) {
        (Some(chain), wanted) => match (with_chain(certificate, chain, keys), wanted) {
            // Its key was lost with the host's disk: until the new chain is there, the new key vouches for itself.
            (Err(_), Some(key)) if certificate.requests() => alone(key),
            (shown, _) => shown?,
        },
        (None, Some(key)) => alone(key),
        (None, None) => return Err(without(certificate)),
    };
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

fn alone(key: &KeyFile) -> Vec<Pem> {
    vec![key.key().clone(), key.placeholder().clone()]
}

/// Key and chain, if the chain's first certificate is for this key: another one would take the name off the air.
fn with_chain(certificate: &Certificate, chain: &Chain, keys: &Keys) -> Result<Vec<Pem>, Trouble> {
    let key = keys.get(&chain.key).ok_or_else(|| without(certificate))?;
    let mut blocks = vec![key.key().clone()];
    for der in &chain.certificates {
        let bytes = STANDARD.decode(der.as_str()).map_err(|_| unfit(certificate))?;
        blocks.push(Pem::new("CERTIFICATE", bytes));
    }
    let own = blocks.get(1).ok_or_else(|| unfit(certificate))?;
    let (_, own) = x509_parser::parse_x509_certificate(own.contents()).map_err(|_| unfit(certificate))?;
    let fits = key.public().is_some_and(|public| public == *own.public_key().subject_public_key.data);
    if fits { Ok(blocks) } else { Err(unfit(certificate)) }
}

fn encode(blocks: &[Pem]) -> Vec<u8> {
    pem::encode_many_config(blocks, EncodeConfig::new().set_line_ending(LineEnding::LF)).into_bytes()
}

fn unfit(certificate: &Certificate) -> Trouble {
    let name = &certificate.name;
    Trouble::Refused(text!(
        "Le certificat reçu pour {name} ne va pas avec sa clé\u{a0}: l’ancien reste en service, et le panneau en demande un nouveau.",
        "The certificate received for {name} does not go with its key: the old one goes on serving, and the panel asks for a new one."
    ))
}

fn without(certificate: &Certificate) -> Trouble {
    let name = &certificate.name;
    Trouble::Refused(text!(
        "La clé de {name} n’est pas sur cet hôte\u{a0}: le panneau demande un nouveau certificat, avec une nouvelle clé.",
        "The key of {name} is not on this host: the panel asks for a new certificate, with a new key."
    ))
}
