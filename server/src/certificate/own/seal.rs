//! Sealing a secret to one host: what is stored and sent opens nowhere else (libsodium's sealed boxes).

use crate::{store::internal, world::World};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_box::{
    PublicKey,
    aead::rand_core::{CryptoRng, Error, RngCore},
};
use model::{Problem, SealKey, Sealed};

pub fn seal(world: &dyn World, to: &SealKey, secret: &[u8]) -> Result<Sealed, Problem> {
    let key = STANDARD.decode(to.as_str()).map_err(|error| internal("a sealing key", &error))?;
    let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|error| internal("a sealing key", &error))?;
    let sealed = PublicKey::from_bytes(key)
        .seal(&mut OfWorld(world), secret)
        .map_err(|error| internal("sealing", &error))?;
    Sealed::parse(&STANDARD.encode(sealed))
}

/// The world's randomness, as the library asks for it.
struct OfWorld<'a>(&'a dyn World);

impl RngCore for OfWorld<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.random(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.random(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.random(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.random(bytes);
        Ok(())
    }
}

impl CryptoRng for OfWorld<'_> {}
