//! Ed25519 signatures, checked strictly (no weak keys, no malleable signatures).

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::hash::domain_hash;

/// A signature or a key that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Not 32 bytes of a sound public key.
    #[error("this is not an Ed25519 public key (64 hexadecimal digits of a sound key are needed)")]
    Key,
    /// The signature was not made by this key over these bytes.
    #[error("the signature was not made by this key over these bytes")]
    Signature,
}

/// A private signing key. Wiped from memory when dropped.
#[derive(Clone)]
pub struct SignKey(SigningKey);

impl SignKey {
    /// The key that a 32-byte seed stands for.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&Zeroizing::new(seed)))
    }

    /// A new key.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self(SigningKey::from_bytes(&seed))
    }

    /// The seed, to be kept under protection.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key())
    }

    /// Signs bytes. The caller makes sure that they begin with a domain of their own.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl std::fmt::Debug for SignKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignKey(public {})", self.public().to_hex())
    }
}

/// A public key that checks signatures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyKey(VerifyingKey);

impl VerifyKey {
    /// Reads 32 bytes.
    ///
    /// # Errors
    /// [`SignError::Key`] when they are no sound key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| SignError::Key)?;
        if key.is_weak() { Err(SignError::Key) } else { Ok(Self(key)) }
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`SignError::Key`] when they are no sound key.
    pub fn from_hex(text: &str) -> Result<Self, SignError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| SignError::Key)?;
        Self::from_bytes(&bytes)
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.as_bytes())
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// [`SignError::Signature`] when it does not hold.
    pub fn verify(&self, bytes: &[u8], signature: &[u8; 64]) -> Result<(), SignError> {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).map_err(|_| SignError::Signature)
    }

    /// What two people read to each other to compare keys: 32 hexadecimal digits in groups of four, the first half of
    /// the domain hash `proviso/key/v1` of the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = domain_hash("proviso/key/v1", &[self.0.as_bytes()]);
        let groups: Vec<String> = digest.chunks(2).take(8).map(hex::encode).collect();
        groups.join(" ")
    }
}

impl std::fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyKey({})", self.to_hex())
    }
}
