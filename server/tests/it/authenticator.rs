//! A device with passkeys, in software: what a browser and an authenticator do with a challenge (WebAuthn Level 2, §6.5 and §7).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const ATTESTED: u8 = 64;

pub struct Device {
    /// The page that asks.
    pub origin: String,
    pub verifies: bool,
    pub key: Option<Key>,
}

pub struct Key {
    id: Vec<u8>,
    pair: EcdsaKeyPair,
    /// Whose it is, as the panel named the user.
    pub user: String,
    pub counter: u32,
}

impl Device {
    pub fn new() -> Device {
        Device { origin: "https://panel.coop.example:8443".into(), verifies: true, key: None }
    }

    /// `navigator.credentials.create`
    pub fn create(&mut self, options: &Value) -> Value {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let id = Sha256::digest(&point).to_vec();
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), ATTESTED, 1);
        data.extend([0; 16]);
        data.extend([0, id.len() as u8]);
        data.extend(&id);
        // The key in COSE: EC2, ES256, P-256, x, y.
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(data.len() as u8);
        object.extend(&data);
        let (_, client) = self.client("webauthn.create", options);
        let user = BASE64.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let answer = json!({
            "id": BASE64.encode(&id), "rawId": BASE64.encode(&id), "type": "public-key",
            "response": { "attestationObject": BASE64.encode(object), "clientDataJSON": client, "transports": ["internal"] },
            "clientExtensionResults": {},
        });
        self.key = Some(Key { id, pair, user: String::from_utf8(user).unwrap(), counter: 1 });
        answer
    }

    /// `navigator.credentials.get`
    pub fn get(&mut self, options: &Value) -> Value {
        let key = self.key.as_mut().unwrap();
        key.counter += 1;
        let counter = key.counter;
        self.get_counting(options, counter)
    }

    /// The same as a copy would answer that counts by itself.
    pub fn get_counting(&self, options: &Value, counter: u32) -> Value {
        let key = self.key.as_ref().unwrap();
        let data = self.data(options["rpId"].as_str().unwrap(), 0, counter);
        let (bytes, client) = self.client("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(bytes));
        let signature = key.pair.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": BASE64.encode(&key.id), "rawId": BASE64.encode(&key.id), "type": "public-key",
            "response": {
                "authenticatorData": BASE64.encode(data), "clientDataJSON": client,
                "signature": BASE64.encode(signature), "userHandle": BASE64.encode(&key.user),
            },
            "clientExtensionResults": {},
        })
    }

    fn data(&self, name: &str, flags: u8, counter: u32) -> Vec<u8> {
        let mut data = Sha256::digest(name).to_vec();
        data.push(PRESENT | if self.verifies { VERIFIED } else { 0 } | flags);
        data.extend(counter.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, options: &Value) -> (Vec<u8>, String) {
        let data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        let bytes = data.to_string().into_bytes();
        let text = BASE64.encode(&bytes);
        (bytes, text)
    }
}
