//! An authenticator in software: one key, a counter, and as many lies as a test wants it to tell.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proviso_ledger::hash::sha256;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SigningKey as _};
use serde_json::{Value, json};

/// Present, and verified by PIN, finger or face.
pub const PRESENT_AND_VERIFIED: u8 = 0x05;
/// Present only.
pub const PRESENT: u8 = 0x01;
/// A credential stands in what it says.
const WITH_CREDENTIAL: u8 = 0x40;

/// The authenticator.
pub struct Authenticator {
    key: KeyPair,
    pub credential: Vec<u8>,
    pub counter: u32,
    pub flags: u8,
    pub origin: String,
    handle: String,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A byte string as CBOR writes it.
fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    let mut out = match length {
        0..24 => vec![0x40 | u8::try_from(length).expect("short")],
        24..256 => vec![0x58, u8::try_from(length).expect("short")],
        _ => [&[0x59][..], &length.to_be_bytes()].concat(),
    };
    out.extend_from_slice(bytes);
    out
}

impl Authenticator {
    /// A new one, for pages of `origin`.
    pub fn new(origin: &str, credential: u8) -> Self {
        Self {
            key: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"),
            credential: vec![credential; 32],
            counter: 1,
            flags: PRESENT_AND_VERIFIED,
            origin: origin.to_owned(),
            handle: String::new(),
        }
    }

    fn client_data(&self, what: &str, options: &Value) -> Vec<u8> {
        let challenge = options["publicKey"]["challenge"].as_str().expect("a challenge");
        json!({"type": what, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn data(&self, name: &str, flags: u8) -> Vec<u8> {
        let mut data = sha256(name.as_bytes()).to_vec();
        data.push(flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// Makes its passkey, as the options of a page ask.
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("JSON");
        let asked = &options["publicKey"]["authenticatorSelection"];
        assert_eq!(
            (asked["residentKey"].as_str(), asked["userVerification"].as_str()),
            (Some("required"), Some("required"))
        );
        self.handle = options["publicKey"]["user"]["id"].as_str().expect("a handle").to_owned();
        let point = self.key.der_bytes();
        let (x, y) = (point.get(1..33).expect("x"), point.get(33..65).expect("y"));
        // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
        let cose =
            [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21][..], &cbor_bytes(x), &[0x22], &cbor_bytes(y)]
                .concat();
        let mut data = self
            .data(options["publicKey"]["rp"]["id"].as_str().expect("a name"), self.flags | WITH_CREDENTIAL);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.credential.len()).expect("short").to_be_bytes());
        data.extend_from_slice(&self.credential);
        data.extend_from_slice(&cose);
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let attestation =
            [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"[..], &cbor_bytes(&data)].concat();
        let response = json!({"attestationObject": text(&attestation), "clientDataJSON": text(&self.client_data("webauthn.create", &options))});
        json!({"id": text(&self.credential), "rawId": text(&self.credential), "type": "public-key", "response": response, "extensions": {}})
            .to_string()
    }

    /// Signs what a page asks, and counts.
    pub fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("JSON");
        self.counter += 1;
        let data = self.data(options["publicKey"]["rpId"].as_str().expect("a name"), self.flags);
        let client = self.client_data("webauthn.get", &options);
        let signature = self.key.sign(&[&data[..], &sha256(&client)].concat()).expect("signed");
        let response = json!({
            "authenticatorData": text(&data), "clientDataJSON": text(&client), "signature": text(&signature), "userHandle": self.handle,
        });
        json!({"id": text(&self.credential), "rawId": text(&self.credential), "type": "public-key", "response": response, "extensions": {}})
            .to_string()
    }
}
