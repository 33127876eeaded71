//! Keys of names. Each is made once, before the certificate that wants it is planned, and never leaves the host; one that a person gave
//! comes sealed, and lies there as if it had been made here.

use super::steps;
use crate::{fs, identity::seal, paths::Paths, reconcile::trouble::Trouble};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Certificate, Der, Given, SiteName, wire::KeyRequest};
use pem::Pem;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use std::{collections::BTreeMap, io};
use uuid::Uuid;

const KEY: &str = "PRIVATE KEY";
const CERTIFICATE: &str = "CERTIFICATE";
const REQUEST: &str = "CERTIFICATE REQUEST";

/// What makes keys: in tests always the same one.
pub trait Maker: Send + Sync {
    fn make(&self) -> Result<KeyPair, rcgen::Error>;
}

/// P-256, which every client of the last fifteen years knows.
pub struct Fresh;

impl Maker for Fresh {
    fn make(&self) -> Result<KeyPair, rcgen::Error> {
        KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
    }
}

/// One key as it stands on disk: the key, a certificate signed by itself for the time before the first real one, the request.
pub struct KeyFile {
    pub bytes: Vec<u8>,
    blocks: [Pem; 3],
}

impl KeyFile {
    fn parse(bytes: Vec<u8>) -> io::Result<KeyFile> {
        let blocks = pem::parse_many(&bytes).map_err(io::Error::other)?;
        match <[Pem; 3]>::try_from(blocks) {
            Ok(blocks) if blocks.each_ref().map(Pem::tag) == [KEY, CERTIFICATE, REQUEST] => {
                Ok(KeyFile { bytes, blocks })
            }
            _ => Err(io::Error::other("not a key, a certificate and a request")),
        }
    }

    pub fn key(&self) -> &Pem {
        &self.blocks[0]
    }

    pub fn placeholder(&self) -> &Pem {
        &self.blocks[1]
    }

    /// The request's DER in base64.
    fn request(&self) -> Option<Der> {
        Der::parse(&STANDARD.encode(self.blocks[2].contents())).ok()
    }

    /// The public key, as certificates for it hold it.
    pub fn public(&self) -> Option<Vec<u8>> {
        let (_, placeholder) = x509_parser::parse_x509_certificate(self.placeholder().contents()).ok()?;
        Some(placeholder.public_key().subject_public_key.data.to_vec())
    }
}

/// The keys of one certificate, by number.
pub type Keys = BTreeMap<u32, KeyFile>;

/// The numbers a certificate speaks of.
pub fn numbers(certificate: &Certificate) -> Vec<u32> {
    let mut numbers = vec![certificate.key];
    numbers.extend(certificate.chain.as_ref().map(|chain| chain.key));
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Those of its keys that are there and whole. One that cannot be read counts as missing: a new number replaces it.
pub fn read(paths: &Paths, certificate: &Certificate) -> io::Result<Keys> {
    let mut keys = Keys::new();
    for number in numbers(certificate) {
        if let fs::There::File(bytes) = fs::look(&paths.key(certificate.id, number))? {
            match KeyFile::parse(bytes) {
                Ok(key) => drop(keys.insert(number, key)),
                Err(error) => tracing::error!(id = %certificate.id, number, %error, "unreadable key"),
            }
        }
    }
    Ok(keys)
}

/// Makes the key that is wanted, and takes the one that was given, if they are not there.
pub fn prepare(paths: &Paths, maker: &dyn Maker, certificate: &Certificate) -> Result<(), Trouble> {
    let failed = |error| Trouble::io("make-key", error);
    let keys = read(paths, certificate).map_err(failed)?;
    for number in numbers(certificate).into_iter().filter(|number| !keys.contains_key(number)) {
        let given = certificate.given.as_ref().filter(|given| given.key == number);
        let given = given.map(|given| opened(paths, given)).transpose().map_err(failed)?.flatten();
        let key = match given {
            Some(key) => key,
            // Also where what was given opens no more: the request for this one tells the panel that the given one is lost.
            None if number == certificate.key => {
                maker.make().map_err(|error| failed(io::Error::other(error)))?
            }
            // Lost with its chain: what is wanted next takes their place.
            None => continue,
        };
        let bytes = file(&key, &certificate.name).map_err(|error| failed(io::Error::other(error)))?;
        let path = paths.key(certificate.id, number);
        fs::write_for(paths.readers(&path), &path, &bytes)
            .and_then(|()| fs::flush_folder(&paths.keys()))
            .map_err(failed)?;
    }
    Ok(())
}

/// `None`: it is sealed to another host, or to this one before it was installed anew.
fn opened(paths: &Paths, given: &Given) -> io::Result<Option<KeyPair>> {
    let key = seal::open(paths, &given.sealed)?.and_then(|der| KeyPair::try_from(der.as_slice()).ok());
    if key.is_none() {
        tracing::warn!(
            key = given.key,
            "a key that was given does not open here; the panel is asked for a certificate for a new one"
        );
    }
    Ok(key)
}

/// Removes keys whose certificate the ledger does not know: made, and cut off before anything was noted of them.
pub fn sweep(paths: &Paths, known: impl Fn(Uuid) -> bool) -> io::Result<()> {
    for entry in std::fs::read_dir(paths.keys())? {
        let path = entry?.path();
        let id = path.file_stem().and_then(|stem| stem.to_str()?.split_once('-'));
        if !id.is_some_and(|(id, _)| Uuid::try_parse(id).is_ok_and(&known)) {
            fs::remove(&path)?;
        }
    }
    Ok(())
}

/// A key, with a certificate signed by itself and a request for a real one.
fn file(key: &KeyPair, name: &SiteName) -> Result<Vec<u8>, rcgen::Error> {
    let mut params = CertificateParams::new([name.to_string()])?;
    params.distinguished_name = DistinguishedName::new();
    let request = params.serialize_request(key)?.pem()?;
    params.distinguished_name.push(DnType::CommonName, "Alvéole");
    let placeholder = params.self_signed(key)?.pem();
    Ok((key.serialize_pem() + &placeholder + &request).into_bytes())
}

/// A key and a certificate in no name.
pub fn for_nobody(maker: &dyn Maker) -> Result<Vec<u8>, rcgen::Error> {
    let key = maker.make()?;
    let mut params = CertificateParams::new(["alveole.invalid".to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Alvéole");
    Ok((key.serialize_pem() + &params.self_signed(&key)?.pem()).into_bytes())
}

/// What the panel is to hear of a certificate whose chain is not for the key that is wanted.
pub fn request(certificate: &Certificate, keys: &Keys) -> Option<KeyRequest> {
    let key = certificate.key;
    let chained = certificate.chain.as_ref().is_some_and(|chain| chain.key == key);
    if chained && steps::fitting(certificate, keys).is_some() {
        return None;
    }
    Some(KeyRequest { key, csr: keys.get(&key)?.request()? })
}
