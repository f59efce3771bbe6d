//! Sealing to a case: HPKE base mode, X-Wing (X25519 with ML-KEM-768), HKDF-SHA256, ChaCha20-Poly1305. Suite 1.
//!
//! Whoever seals cannot read back. Sealed bytes are the encapsulated key (1120 bytes), then ciphertext with its tag.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// The number of this suite in a record's header.
pub const SUITE_X_WING: u8 = 1;
/// Bytes of a public case key.
pub const PUBLIC_KEY_BYTES: usize = 1_216;
/// Bytes by which sealed is longer than plain: the encapsulated key and the tag.
pub const SEAL_OVERHEAD_BYTES: usize = ENCAPPED_BYTES + 16;
const ENCAPPED_BYTES: usize = 1_120;
const INFO: &[u8] = b"proviso/seal/v1";

/// Something that cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a public case key.
    #[error("this is not a case's public key (1216 bytes of X-Wing are needed)")]
    PublicKey,
    /// Not a secret case key.
    #[error("this is not a case's secret key (32 bytes are needed)")]
    SecretKey,
    /// Sealing failed inside the cipher.
    #[error("the content could not be sealed to this key")]
    Seal,
    /// Another key, other associated data, or changed bytes.
    #[error("this key does not open these bytes: they were sealed to another key, or changed")]
    Open,
}

/// The key that a case's records are sealed to.
#[derive(Clone, PartialEq, Eq)]
pub struct CasePublicKey(Box<<XWing as Kem>::PublicKey>);

impl CasePublicKey {
    /// Reads 1216 bytes.
    ///
    /// # Errors
    /// [`SealError::PublicKey`] for anything that is no such key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        <XWing as Kem>::PublicKey::from_bytes(bytes)
            .map(|key| Self(Box::new(key)))
            .map_err(|_| SealError::PublicKey)
    }

    /// Reads hexadecimal digits.
    ///
    /// # Errors
    /// [`SealError::PublicKey`] for anything that is no such key.
    pub fn from_hex(text: &str) -> Result<Self, SealError> {
        Self::from_bytes(&hex::decode(text).map_err(|_| SealError::PublicKey)?)
    }

    /// The 1216 bytes of the key.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// Lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.to_bytes())
    }
}

impl std::fmt::Debug for CasePublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let start: String = self.to_hex().chars().take(16).collect();
        write!(f, "CasePublicKey({start}..)")
    }
}

/// The key that opens a case's records. Wiped from memory when dropped.
#[derive(Clone)]
pub struct CaseSecretKey(Zeroizing<[u8; 32]>);

impl CaseSecretKey {
    /// Reads 32 bytes; every 32 bytes are a key.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`SealError::SecretKey`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text, bytes.as_mut()).map_err(|_| SealError::SecretKey)?;
        Ok(Self(bytes))
    }

    /// The 32 bytes of the key, to be kept under protection.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// Lower-case hexadecimal digits, to be kept under protection.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_ref()))
    }

    /// The public half.
    ///
    /// # Errors
    /// [`SealError::SecretKey`] when the cipher refuses the bytes.
    pub fn public(&self) -> Result<CasePublicKey, SealError> {
        Ok(CasePublicKey(Box::new(XWing::sk_to_pk(&self.inner()?))))
    }

    fn inner(&self) -> Result<<XWing as Kem>::PrivateKey, SealError> {
        <XWing as Kem>::PrivateKey::from_bytes(self.0.as_ref()).map_err(|_| SealError::SecretKey)
    }
}

impl std::fmt::Debug for CaseSecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaseSecretKey(not shown)")
    }
}

/// A new key pair for a case.
#[must_use]
pub fn generate(rng: &mut dyn CryptoRng) -> (CaseSecretKey, CasePublicKey) {
    let (secret, public) = XWing::gen_keypair_with_rng(&mut &mut *rng);
    let mut bytes = Zeroizing::new([0; 32]);
    secret.write_exact(bytes.as_mut());
    (CaseSecretKey(bytes), CasePublicKey(Box::new(public)))
}

/// Seals `plaintext` to a case; `aad` is bound to it and stays in the clear.
///
/// # Errors
/// [`SealError::Seal`] when the cipher fails.
pub fn seal(
    rng: &mut dyn CryptoRng,
    to: &CasePublicKey,
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    let (encapped, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &to.0,
        INFO,
        plaintext,
        aad,
        &mut &mut *rng,
    )
    .map_err(|_| SealError::Seal)?;
    let mut sealed = encapped.to_bytes().to_vec();
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// Opens what [`seal`] made, with the same `aad`.
///
/// # Errors
/// [`SealError::Open`] when key, `aad` or bytes are not those that it was sealed with.
pub fn open(key: &CaseSecretKey, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (encapped, ciphertext) = sealed.split_at_checked(ENCAPPED_BYTES).ok_or(SealError::Open)?;
    let encapped = <XWing as Kem>::EncappedKey::from_bytes(encapped).map_err(|_| SealError::Open)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &key.inner()?,
        &encapped,
        INFO,
        ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| SealError::Open)
}
